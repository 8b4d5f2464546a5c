import Audit
import Cryptography
import Foundation
import StrictJSON
import Synchronization

/// A directory that goes away with its last reference.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        // In memory where that exists: what is tested is what the log does about its disk, not the disk, and thousands
        // of real synchronizations take their time.
        let memory = "/dev/shm"
        let parent =
            FileManager.default.isWritableFile(atPath: memory) ? memory : FileManager.default.temporaryDirectory.path
        path = parent + "/dockgate-audit-" + SecureRandom.bytes(8).hexadecimal
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    var log: String { path + "/log" }
    var segments: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: log + "/segments")) ?? []).sorted()
    }

    func segment(_ index: Int = 0) -> String { log + "/segments/" + segments[index] }
    func evidence(_ digest: [UInt8]) -> String {
        let name = digest.hexadecimal
        return log + "/evidence/sha256/" + name.prefix(2) + "/" + name.dropFirst(2)
    }

    func read(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }
    func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(fileURLWithPath: path)) }

    /// The lines of a segment, each with its LF.
    func lines(_ path: String) throws -> [[UInt8]] {
        try read(path).split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true).map { Array($0) + [10] }
    }
}

/// Runs work at once, on the log's thread, and counts how often it was woken.
final class ImmediateExecutor: CompletionExecutor {
    private let count = Mutex(0)
    var wakes: Int { count.withLock { $0 } }

    func execute(_ work: @escaping @Sendable () -> Void) {
        count.withLock { $0 += 1 }
        work()
    }
}

typealias Answer = Result<AuditPosition, AuditError>

/// Collects answers, and waits for them.
final class Answers: Sendable {
    private let answers = Mutex<[(id: String, answer: Answer)]>([])

    func add(_ id: String, _ answer: Answer) { answers.withLock { $0.append((id, answer)) } }
    var all: [(id: String, answer: Answer)] { answers.withLock { $0 } }

    /// False if they have not come within ten seconds.
    func wait(for count: Int) -> Bool {
        for _ in 0..<20_000 {
            if answers.withLock({ $0.count >= count }) { return true }
            usleep(500)
        }
        return false
    }
}

func recordBody(_ id: String, evidence: [[UInt8]] = [], padding: Int = 0) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("id", id)
    writer.key("time")
    writer.beginObject()
    writer.member("decided", "2026-03-01T10:11:12.120333Z")
    writer.endObject()
    writer.key("images")
    writer.beginArray()
    for digest in evidence {
        writer.beginObject()
        writer.member("evidence", "sha256:" + digest.hexadecimal)
        writer.endObject()
    }
    writer.endArray()
    writer.member("padding", String(repeating: "x", count: padding))
    writer.endObject()
    return Array(writer.bytes.dropFirst().dropLast())
}

extension AuditLog {
    /// Appends bytes, which the log checks as it does not check what its own writer wrote.
    func append(
        _ body: [UInt8], on executor: any CompletionExecutor,
        completion: @escaping @Sendable (Result<AuditPosition, AuditError>) -> Void
    ) {
        append(RecordBody(unchecked: body), on: executor, completion: completion)
    }

    /// Appends and waits for the answer.
    func append(_ body: [UInt8]) -> Answer {
        let answers = Answers()
        append(body, on: ImmediateExecutor()) { answers.add("", $0) }
        guard answers.wait(for: 1), let first = answers.all.first else {
            return .failure(.unavailable("no answer came"))
        }
        return first.answer
    }

    @discardableResult
    func append(id: String, evidence: [[UInt8]] = [], padding: Int = 0) throws -> AuditPosition {
        try append(recordBody(id, evidence: evidence, padding: padding)).get()
    }
}

/// A closed log of `count` records `r0`, `r1`, …; gives the positions.
func fill(
    _ directory: ScratchDirectory, records count: Int, limits: AuditLimits = AuditLimits()
) throws -> [AuditPosition] {
    let log = try AuditLog.open(directory: directory.log, limits: limits)
    defer { log.close() }
    return try (0..<count).map { try log.append(id: "r\($0)") }
}
