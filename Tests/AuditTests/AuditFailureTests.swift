import Audit
import Cryptography
import Foundation
import Glibc
import Testing

@Suite("A disk that fails") struct AuditFailureTests {
    /// What a run was told by the log, through a storage that may have failed.
    struct Told {
        var answered: [(id: String, position: AuditPosition)] = []
        var kept: [[UInt8]] = []
        var refusals = 0
    }

    private static let limits = AuditLimits(segmentBytes: 900)

    /// A log with two records, the start of a third and the rest of a piece of evidence, as a crash leaves it.
    private func crashedLog() throws -> ScratchDirectory {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 2, limits: AuditFailureTests.limits)
        let good = try directory.read(directory.segment())
        try directory.write(good + Array("{\"v\":1,\"se".utf8), to: directory.segment())
        try directory.write([1, 2], to: directory.log + "/evidence/incoming/7")
        return directory
    }

    private func run(_ directory: ScratchDirectory, _ storage: any Storage) -> Told {
        var told = Told()
        let log: AuditLog
        do {
            log = try AuditLog.open(directory: directory.log, storage: storage, limits: AuditFailureTests.limits)
        } catch {
            told.refusals += 1
            return told
        }
        for index in 0..<5 {
            let evidence: [UInt8] = [UInt8](repeating: UInt8(index / 2), count: 100)
            var digests: [[UInt8]] = []
            do {
                digests = [try log.keepEvidence(evidence)]
                told.kept += digests
            } catch {
                told.refusals += 1
            }
            switch log.append(recordBody("n\(index)", evidence: digests)) {
            case .success(let position): told.answered.append(("n\(index)", position))
            case .failure: told.refusals += 1
            }
        }
        log.close()
        return told
    }

    @Test(
        "whichever call fails, and however, every answered record is there afterwards and the log verifies",
        arguments: ["ENOSPC", "EIO", "EINTR", "short", "part", "crash"])
    func everyCall(name: String) throws {
        let fault: FailingStorage.Fault =
            switch name {
            case "ENOSPC": .error(ENOSPC)
            case "EIO": .error(EIO)
            case "EINTR": .error(EINTR)
            case "short": .short
            case "part": .partThenError(ENOSPC)
            default: .crash
            }
        let isHarmless = name == "EINTR" || name == "short"
        for number in 1... {
            let directory = try crashedLog()
            let storage = FailingStorage(call: number, fault)
            let told = run(directory, storage)
            if isHarmless { #expect(told.refusals == 0, "call \(number)") }
            try check(told, in: directory, "call \(number)")
            if storage.calls < number { break }
        }
    }

    private func check(_ told: Told, in directory: ScratchDirectory, _ context: Comment) throws {
        let crashed = AuditVerification.verify(directory: directory.log, expectedHead: told.answered.last?.position)
        #expect(crashed.verdict == .verified, context)
        let log = try AuditLog.open(directory: directory.log, limits: AuditFailureTests.limits)
        let next = try log.append(id: "next")
        log.close()
        let report = AuditVerification.verify(directory: directory.log, expectedHead: next)
        #expect(report.verdict == .verified, context)
        #expect(report.tornTail == nil, context)
        let reader = AuditReader(directory: directory.log)
        for (id, position) in told.answered {
            #expect(try reader.record(sequence: position.sequence)?.id == id, context)
            let held = AuditVerification.verify(directory: directory.log, expectedHead: position)
            #expect(held.verdict == .verified, context)
        }
        #expect(Set(told.answered.map(\.position.sequence)).count == told.answered.count, context)
        for digest in told.kept {
            #expect(SHA2.sha256(try directory.read(directory.evidence(digest))) == digest, context)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.log + "/evidence/incoming").isEmpty)
    }

    @Test("whatever part of an unanswered batch a power cut leaves, the answered records are there")
    func powerCut() throws {
        let whole = try ScratchDirectory()
        let positions = try fill(whole, records: 6)
        let bytes = try whole.read(whole.segment())
        let synchronized = try whole.lines(whole.segment()).prefix(3).reduce(0) { $0 + $1.count }
        for length in stride(from: synchronized, through: bytes.count, by: 3) {
            let directory = try ScratchDirectory()
            _ = try fill(directory, records: 1)
            try directory.write(Array(bytes.prefix(length)), to: directory.segment())
            let log = try AuditLog.open(directory: directory.log)
            try log.append(id: "next")
            log.close()
            let report = AuditVerification.verify(directory: directory.log, expectedHead: positions[2])
            #expect(report.verdict == .verified)
        }
    }

    @Test("a full disk refuses, leaves no part of a record, and is forgotten when space returns")
    func fullDisk() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(directory: directory.log, storage: storage)
        try log.append(id: "before")
        let good = try directory.read(directory.segment())
        storage.set { $0.append = ENOSPC }
        for _ in 0..<3 {
            guard case .failure(.unavailable(let reason)) = log.append(recordBody("lost")) else {
                Issue.record("answered with success")
                return
            }
            #expect(reason.contains("No space left on device"))
            #expect(try directory.read(directory.segment()) == good)
        }
        #expect(!log.isHealthy)
        storage.set { $0.append = nil }
        #expect(try log.append(id: "after").sequence == 1)
        #expect(log.isHealthy)
        log.close()
        #expect(AuditVerification.verify(directory: directory.log).records == 2)
    }

    @Test("asking whether the log is well finds out that space has returned, without a record")
    func recovery() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(directory: directory.log, storage: storage)
        try log.append(id: "before")
        storage.set { $0.append = ENOSPC }
        _ = log.append(recordBody("lost"))
        for _ in 0..<20 {
            #expect(!log.isHealthy)
            usleep(1_000)
        }
        storage.set { $0.append = nil }
        var isHealthy = false
        for _ in 0..<5_000 where !isHealthy {
            isHealthy = log.isHealthy
            usleep(1_000)
        }
        #expect(isHealthy)
        log.close()
        let report = AuditVerification.verify(directory: directory.log)
        #expect(report.records == 1)
        #expect(report.tornTail == nil)
    }

    @Test("a failed synchronization is never repeated: everything is refused until the next start")
    func failedSynchronization() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(directory: directory.log, storage: storage)
        let before = try log.append(id: "before")
        let count = storage.synchronizations
        storage.set { $0.synchronizeData = EIO }
        guard case .failure(.unavailable) = log.append(recordBody("lost")) else {
            Issue.record("answered with success")
            return
        }
        storage.set { $0.synchronizeData = nil }
        guard case .failure(.unavailable(let reason)) = log.append(recordBody("later")) else {
            Issue.record("answered with success")
            return
        }
        #expect(reason.contains("until dockgate is restarted"))
        #expect(storage.synchronizations == count + 1)
        #expect(!log.isHealthy)
        #expect(log.head == before)
        log.close()
        let again = try AuditLog.open(directory: directory.log)
        try again.append(id: "again")
        again.close()
        #expect(AuditVerification.verify(directory: directory.log, expectedHead: before).verdict == .verified)
    }

    @Test("a part of a record that cannot be cut off stops the log, and the next start cuts it off")
    func failedTruncation() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(directory: directory.log, storage: storage)
        try log.append(id: "before")
        storage.set { ($0.append, $0.truncate) = (ENOSPC, EIO) }
        _ = log.append(recordBody("lost"))
        storage.set { ($0.append, $0.truncate) = (nil, nil) }
        guard case .failure(.unavailable) = log.append(recordBody("later")) else {
            Issue.record("answered with success")
            return
        }
        log.close()
        let again = try AuditLog.open(directory: directory.log)
        #expect(again.recovery != nil)
        #expect(try again.append(id: "again").sequence == 1)
    }

    @Test("a hanging disk: the queue stays bounded, new records are refused after a second, nothing is lost")
    func hangingDisk() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let limits = AuditLimits(queuedRecords: 10, commitDuration: .milliseconds(200))
        let log = try AuditLog.open(directory: directory.log, storage: storage, limits: limits)
        storage.set { $0.isHeldUp = true }
        let answers = Answers()
        log.append(recordBody("first"), on: ImmediateExecutor()) { answers.add("first", $0) }
        while try directory.segments.isEmpty || directory.read(directory.segment()).isEmpty { usleep(500) }
        for index in 0..<10 {
            log.append(recordBody("q\(index)"), on: ImmediateExecutor()) { answers.add("q\(index)", $0) }
        }
        #expect(log.append(recordBody("eleventh")) == .failure(.overloaded))
        usleep(250_000)
        guard case .failure(.unavailable) = log.append(recordBody("late")) else {
            Issue.record("taken")
            return
        }
        #expect(!log.isHealthy)
        storage.set { $0.isHeldUp = false }
        #expect(answers.wait(for: 11))
        #expect(answers.all.allSatisfy { (try? $0.answer.get()) != nil })
        #expect(log.isHealthy)
    }

    @Test("the queue is bounded by bytes too")
    func queuedBytes() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let limits = AuditLimits(queuedBytes: 50_000, commitDuration: .seconds(60))
        let log = try AuditLog.open(directory: directory.log, storage: storage, limits: limits)
        storage.set { $0.isHeldUp = true }
        let answers = Answers()
        log.append(recordBody("first"), on: ImmediateExecutor()) { answers.add("", $0) }
        while try directory.segments.isEmpty || directory.read(directory.segment()).isEmpty { usleep(500) }
        log.append(recordBody("big", padding: 40_000), on: ImmediateExecutor()) { answers.add("", $0) }
        #expect(log.append(recordBody("bigger", padding: 40_000)) == .failure(.overloaded))
        storage.set { $0.isHeldUp = false }
        #expect(answers.wait(for: 2))
    }
}
