import Audit
import Cryptography
import Foundation
import Glibc
import Testing

@Suite("Evidence") struct EvidenceStoreTests {
    @Test("evidence is kept under its hash, once")
    func keep() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        for bytes in [[], [1], [UInt8](repeating: 7, count: 300_000)] as [[UInt8]] {
            let digest = try log.keepEvidence(bytes)
            #expect(digest == SHA2.sha256(bytes))
            #expect(try log.keepEvidence(bytes) == digest)
            #expect(try directory.read(directory.evidence(digest)) == bytes)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.log + "/evidence/incoming").isEmpty)
    }

    @Test("evidence that is known to be there costs no call to the disk; after a start it is read once")
    func cheap() throws {
        let directory = try ScratchDirectory()
        _ = try AuditLog.open(directory: directory.log).keepEvidence([1, 2, 3])
        let storage = FailingStorage(calls: 0..<0, .short)
        let log = try AuditLog.open(directory: directory.log, storage: storage)
        _ = try log.keepEvidence([1, 2, 3])
        let calls = storage.calls
        _ = try log.keepEvidence([1, 2, 3])
        #expect(storage.calls == calls)
    }

    @Test("a damaged file of an earlier run is not believed but replaced")
    func damaged() throws {
        let directory = try ScratchDirectory()
        let digest = try AuditLog.open(directory: directory.log).keepEvidence([1, 2, 3])
        for content in [[1, 2], [1, 2, 4], [1, 2, 3, 4], []] as [[UInt8]] {
            try directory.write(content, to: directory.evidence(digest))
            _ = try AuditLog.open(directory: directory.log).keepEvidence([1, 2, 3])
            #expect(try directory.read(directory.evidence(digest)) == [1, 2, 3])
        }
    }

    @Test("too large evidence is refused")
    func bound() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        let size = AuditLimits.maximumEvidenceBytes + 1
        #expect(throws: AuditError.evidenceTooLarge(bytes: size)) {
            try log.keepEvidence([UInt8](repeating: 0, count: size))
        }
    }

    @Test("many threads keep the same and other evidence at once")
    func concurrent() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        DispatchQueue.concurrentPerform(iterations: 40) { index in
            let bytes = [UInt8](repeating: UInt8(index % 10), count: 1_000)
            #expect((try? log.keepEvidence(bytes)) == SHA2.sha256(bytes))
        }
    }

    @Test("a failed synchronization refuses further evidence and is seen in the log's health; records still go")
    func failedSynchronization() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(directory: directory.log, storage: storage)
        let known = try log.keepEvidence([1])
        storage.set { $0.synchronizeData = EIO }
        #expect(throws: AuditError.self) { try log.keepEvidence([2]) }
        storage.set { $0.synchronizeData = nil }
        #expect(throws: AuditError.self) { try log.keepEvidence([2]) }
        #expect(!FileManager.default.fileExists(atPath: directory.evidence(SHA2.sha256([2]))))
        #expect(try log.keepEvidence([1]) == known)
        #expect(!log.isHealthy)
        #expect(try log.append(id: "a").sequence == 0)
    }

    @Test("evidence that a full disk refuses leaves nothing behind and can be kept later")
    func fullDisk() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(directory: directory.log, storage: storage)
        storage.set { $0.append = ENOSPC }
        #expect(throws: AuditError.self) { try log.keepEvidence([1, 2]) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.log + "/evidence/incoming").isEmpty)
        storage.set { $0.append = nil }
        #expect(try log.keepEvidence([1, 2]) == SHA2.sha256([1, 2]))
        #expect(log.isHealthy)
    }
}
