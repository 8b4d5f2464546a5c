@testable import Admission
import Foundation
import OCI
import PolicyEngine
import State
import Synchronization
import Testing
import Timestamp
import Trust

@Suite("What checks last came to") struct LastKnownGoodTests {
    private let now = TestClock.start
    private let day = Duration.seconds(86_400)
    private let scratch: Scratch

    init() throws { scratch = try Scratch() }

    private let questions: Set = [Digest.sha256(of: [])]

    private func image(_ number: Int = 0) throws -> CheckedImage {
        CheckedImage(
            subject: Subject(
                repository: try Repository(parsing: "registry.example.com/team/app\(number)"),
                digest: Digest.sha256(of: Array("\(number)".utf8))),
            check: Digest.sha256(of: []))
    }

    private func result(_ image: CheckedImage, passed: Bool, for period: Duration? = nil) -> DeterminedResult {
        DeterminedResult(image: image, hasPassed: passed, period: period ?? day)
    }

    // MARK: - In memory

    @Test("a pass is remembered with its time, and renewed at most once a minute")
    func passes() throws {
        let memory = LastKnownGood()
        let image = try image()
        #expect(memory.passed(image) == nil)
        memory.note([result(image, passed: true)], at: now)
        #expect(memory.passed(image) == now)
        #expect(try memory.passed(self.image(1)) == nil)
        memory.note([result(image, passed: true)], at: now + .seconds(59))
        #expect(memory.passed(image) == now)
        memory.note([result(image, passed: true)], at: now + .seconds(60))
        #expect(memory.passed(image) == now + .seconds(60))
    }

    @Test("a violation ends it; an older pass that comes late does not bring it back, a newer one does")
    func violations() throws {
        let memory = LastKnownGood()
        let image = try image()
        memory.note([result(image, passed: true)], at: now)
        memory.note([result(image, passed: false)], at: now + .seconds(10))
        #expect(memory.passed(image) == nil)
        for late in [now + .seconds(5), now + .seconds(10)] {
            memory.note([result(image, passed: true)], at: late)
            #expect(memory.passed(image) == nil)
        }
        memory.note([result(image, passed: true)], at: now + .seconds(11))
        #expect(memory.passed(image) == now + .seconds(11))
    }

    @Test("a clock that is set back makes no violation too old to count, and no pass last longer")
    func clock() throws {
        let memory = LastKnownGood()
        let image = try image()
        memory.note([result(image, passed: true)], at: now)
        let earlier = now - .seconds(3_600)
        memory.note([result(image, passed: true)], at: earlier)
        #expect(memory.passed(image) == earlier)
        memory.note([result(image, passed: true)], at: now)
        memory.note([result(image, passed: false)], at: earlier)
        #expect(memory.passed(image) == nil)
    }

    @Test("violations of what never passed take no room, and what is beyond the bound is dropped oldest first")
    func bound() throws {
        let memory = LastKnownGood(maximumEntries: 64)
        for number in 0..<1_000 { memory.note([result(try image(number), passed: false)], at: now) }
        #expect(memory.entries(at: now).isEmpty)
        let first = try image(-1)
        memory.note([result(first, passed: true)], at: now - .seconds(1))
        for number in 0..<1_000 { memory.note([result(try image(number), passed: true)], at: now + .seconds(number)) }
        let entries = memory.entries(at: now)
        #expect(entries.count <= 64 && entries.count >= 16)
        #expect(memory.passed(first) == nil)
        #expect(try memory.passed(image(999)) == now + .seconds(999))
    }

    @Test("noted and asked for on many threads, the last violation counts")
    func threads() async throws {
        let memory = LastKnownGood()
        let images = try (0..<8).map { try image($0) }
        await withTaskGroup { group in
            for thread in 0..<8 {
                group.addTask { [now] in
                    for round in 0..<500 {
                        for image in images {
                            let at = now + .seconds(round * 61)
                            memory.note([result(image, passed: (round + thread) % 3 != 0)], at: at)
                            _ = memory.passed(image)
                        }
                    }
                }
            }
        }
        for image in images {
            memory.note([result(image, passed: false)], at: now + .seconds(1_000_000))
            #expect(memory.passed(image) == nil)
        }
    }

    // MARK: - On disk

    /// A life of the gate: what was kept before, and a memory that knows it.
    private func life(
        at now: Instant = TestClock.start, _ body: (LastKnownGood, RememberedResults, [String]) throws -> Void
    ) throws {
        let memory = GateMemory()
        var lost: [String] = []
        let results = RememberedResults(
            memory, in: try StateDirectory.open(scratch.path + "/state"), asking: questions, at: now
        ) { lost.append($0) }
        try body(memory.results, results, lost)
    }

    private var file: String { scratch.path + "/state/remembered-results" }

    @Test("what passed survives a restart, what ended does not, and what is too old is forgotten")
    func restart() throws {
        let images = try (0..<3).map { try image($0) }
        try life { memory, results, lost in
            #expect(lost.isEmpty)
            memory.note([result(images[0], passed: true), result(images[1], passed: true)], at: now)
            memory.note([result(images[2], passed: true, for: .seconds(60))], at: now)
            try results.keep(at: now)
            memory.note([result(images[1], passed: false)], at: now + .seconds(1))
            try results.keep(at: now + .seconds(1))
        }
        try life(at: now + .seconds(60)) { memory, _, lost in
            #expect(lost.isEmpty)
            #expect(images.map { memory.passed($0) } == [now, nil, nil])
        }
    }

    @Test("what is kept of a check that is not asked any more is forgotten at the start, on disk too")
    func unasked() throws {
        try life { memory, results, _ in
            memory.note([result(try image(), passed: true)], at: now)
            try results.keep(at: now)
        }
        let state = try StateDirectory.open(scratch.path + "/state")
        for questions in [[], questions] {
            let memory = GateMemory()
            _ = RememberedResults(memory, in: state, asking: questions, at: now) { Issue.record("\($0)") }
            #expect(memory.results.passed(try image()) == nil)
        }
    }

    @Test("nothing is written while nothing changes")
    func quiet() throws {
        try life { memory, results, _ in
            try results.keep(at: now)
            #expect(!FileManager.default.fileExists(atPath: file))
            memory.note([result(try image(), passed: true)], at: now)
            try results.keep(at: now)
            try FileManager.default.removeItem(atPath: file)
            memory.note([result(try image(), passed: true)], at: now + .seconds(1))
            try results.keep(at: now + .seconds(1))
            #expect(!FileManager.default.fileExists(atPath: file))
        }
    }

    @Test("what ended is to be kept at once, and is said so; a pass is not")
    func urgency() async throws {
        let memory = GateMemory()
        let results = RememberedResults(
            memory, in: try StateDirectory.open(scratch.path + "/state"), asking: questions, at: now
        ) { _ in }
        let image = try image()
        memory.results.note([result(image, passed: true)], at: now)
        memory.results.note([result(image, passed: false)], at: now + .seconds(1))
        var urgent = results.isUrgent.makeAsyncIterator()
        #expect(await urgent.next() != nil)
    }

    @Test(
        "if what ended cannot be written, nothing stays on disk that could bring it back; it is written when it can be")
    func endingOnAFullDisk() throws {
        let image = try image()
        let disk = FullDisk()
        let state = try StateDirectory.open(scratch.path + "/state", storage: disk)
        let memory = GateMemory()
        let results = RememberedResults(memory, in: state, asking: questions, at: now) { _ in }
        memory.results.note([result(image, passed: true)], at: now)
        try results.keep(at: now)
        disk.isFull.withLock { $0 = true }
        memory.results.note([result(try self.image(1), passed: true)], at: now)
        #expect(throws: StateError.self) { try results.keep(at: now) }
        #expect(FileManager.default.fileExists(atPath: file), "a pass that is not kept takes nothing away")
        memory.results.note([result(image, passed: false)], at: now + .seconds(1))
        #expect(throws: StateError.self) { try results.keep(at: now + .seconds(1)) }
        #expect(!FileManager.default.fileExists(atPath: file))
        disk.isFull.withLock { $0 = false }
        try results.keep(at: now + .seconds(2))
        #expect(FileManager.default.fileExists(atPath: file))
    }

    @Test("a file that is damaged, or holds anything else, is told, and nothing of it is believed")
    func damage() throws {
        let image = try image()
        try life { memory, results, _ in
            memory.note([result(image, passed: true)], at: now)
            try results.keep(at: now)
        }
        var bytes = try [UInt8](Data(contentsOf: URL(fileURLWithPath: file)))
        bytes[bytes.count - 20] ^= 1
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        try life { memory, _, lost in
            #expect(lost == ["does not have the checksum that it names"])
            #expect(memory.passed(image) == nil)
        }
        for text in [
            "", "[]", "{}", "{\"results\":[]}", "{\"results\":{},\"admissions\":[]}",
            "{\"results\":[{}],\"admissions\":[]}", "{\"results\":[1],\"admissions\":[]}",
            "{\"results\":[],\"admissions\":[{}]}",
        ] {
            try StateDirectory.open(scratch.path + "/state")
                .file("remembered-results", version: 1, maximumBytes: 1_024).keep(Array(text.utf8))
            try life { memory, results, lost in
                #expect(lost == ["is malformed"], "\(text)")
                memory.note([result(image, passed: true)], at: now)
                try results.keep(at: now)
            }
            try life { memory, _, lost in #expect(lost.isEmpty && memory.passed(image) == now) }
        }
    }

    @Test("as many results as may be remembered fit into the file")
    func full() throws {
        try life { memory, results, _ in
            let long = String(repeating: "a", count: 200)
            for number in 0..<LastKnownGood.maximumEntries {
                let subject = Subject(
                    repository: try Repository(parsing: "registry.example.com/\(long)/\(number)"),
                    digest: Digest.sha256(of: Array("\(number)".utf8)))
                let image = CheckedImage(subject: subject, check: Digest.sha256(of: []))
                memory.note([result(image, passed: true)], at: now)
            }
            try results.keep(at: now)
        }
        try life { memory, _, lost in
            #expect(lost.isEmpty)
            #expect(memory.entries(at: now).count > LastKnownGood.maximumEntries / 2)
        }
    }
}

/// A disk that takes nothing new while it is full; what needs no space goes on.
final class FullDisk: StateStorage {
    let isFull = Mutex(false)
    private let real = DiskStateStorage()

    func makeDirectory(_ path: String) throws(StorageFault) { try real.makeDirectory(path) }
    func lock(_ path: String) throws(StorageFault) -> (any StateLock)? { try real.lock(path) }
    func read(_ path: String, limit: Int) throws(StorageFault) -> [UInt8]? { try real.read(path, limit: limit) }
    func rename(_ path: String, to newPath: String) throws(StorageFault) { try real.rename(path, to: newPath) }
    func remove(_ path: String) throws(StorageFault) { try real.remove(path) }
    func synchronizeDirectory(_ path: String) throws(StorageFault) { try real.synchronizeDirectory(path) }

    func write(_ bytes: [UInt8], to path: String) throws(StorageFault) {
        if isFull.withLock({ $0 }) { throw StorageFault(.write, path, code: ENOSPC) }
        try real.write(bytes, to: path)
    }
}
