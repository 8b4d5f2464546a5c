import Audit
import Foundation
import Glibc
import Testing

@Suite("A disk that fails") struct AuditFailureTests {
    @Test(
        "L01, L02: a disk that fills within a record refuses it, leaves no part of it, and is forgotten with its space")
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

    @Test("L05: a failed synchronization is never repeated: everything is refused until the next start")
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
