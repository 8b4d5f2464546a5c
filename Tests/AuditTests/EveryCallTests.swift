import Audit
import Cryptography
import Foundation
import Glibc
import Testing
import TransparencyLog

/// A log opened after a crash, written, rolled, closed, and opened and written again: each call to the disk in all of
/// that goes wrong once, in every way, and afterwards nothing is missing that was promised.
@Suite("Every call to the disk, one after the other, goes wrong") struct EveryCallTests {
    /// What the two lives of a log were told.
    private struct Told {
        struct Answered {
            let id: String
            let position: AuditPosition
            let life: Int
            /// How many calls its life had made by then.
            let calls: Int
        }

        var answered: [Answered] = []
        /// SHA-256, and when they were kept.
        var kept: [(digest: [UInt8], life: Int, calls: Int)] = []
        var refusals = 0
    }

    enum Way: String, CaseIterable, CustomTestStringConvertible {
        case noSpace = "ENOSPC once"
        case inputOutput = "EIO once"
        case interrupted = "EINTR once"
        case again = "EAGAIN once"
        case short = "half of a read or write"
        case partly = "half of a write, then ENOSPC"
        case twice = "EIO twice"
        case full = "a disk that is full from then on"
        case gone = "a disk that is gone from then on"
        case killed = "kill -9 in the middle of the call"
        case killedAfterwards = "kill -9 right after the call"

        var testDescription: String { rawValue }

        /// What must not be noticed at all.
        var isHarmless: Bool { [.interrupted, .again, .short].contains(self) }

        func storage(from call: Int) -> FailingStorage {
            switch self {
            case .noSpace: FailingStorage(call: call, .error(ENOSPC))
            case .inputOutput: FailingStorage(call: call, .error(EIO))
            case .interrupted: FailingStorage(call: call, .error(EINTR))
            case .again: FailingStorage(call: call, .again)
            case .short: FailingStorage(call: call, .short)
            case .partly: FailingStorage(call: call, .partThenError(ENOSPC))
            case .twice: FailingStorage(calls: call..<call + 2, .error(EIO))
            case .full: FailingStorage(calls: call..<Int.max, .full)
            case .gone: FailingStorage(calls: call..<Int.max, .error(EIO))
            case .killed: FailingStorage(call: call, .crash)
            case .killedAfterwards: FailingStorage(call: call, .crashAfterwards)
            }
        }
    }

    private static let limits = AuditLimits(segmentBytes: 900)

    @Test(
        "L01, L02, L03, L05, L06: whichever call fails, and however, no answered record is lost, the log verifies, and nothing is tried again after a failed synchronization",
        arguments: Way.allCases)
    func everyCall(_ way: Way) throws {
        for number in 1... {
            let directory = try crashedLog()
            let storage = way.storage(from: number)
            let told = run(directory, storage)
            let context: Comment = "call \(number)"
            if way.isHarmless { #expect(told.refusals == 0, context) }
            checkSynchronizations(storage, told, context)
            try checkLog(told, in: directory, context)
            if storage.calls < number {
                #expect(number > 100, "the scenario is worth its name")
                break
            }
        }
    }

    /// A log with two records, the start of a third and the rest of a piece of evidence.
    private func crashedLog() throws -> ScratchDirectory {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 2, limits: EveryCallTests.limits)
        let good = try directory.read(directory.segment())
        try directory.write(good + Array("{\"v\":1,\"se".utf8), to: directory.segment())
        try directory.write([1, 2], to: directory.log + "/evidence/incoming/7")
        return directory
    }

    private func run(_ directory: ScratchDirectory, _ storage: FailingStorage) -> Told {
        var told = Told()
        for (life, records) in [5, 3].enumerated() {
            storage.beginLife()
            let log: AuditLog
            do {
                log = try AuditLog.open(directory: directory.log, storage: storage, limits: EveryCallTests.limits)
            } catch {
                told.refusals += 1
                continue
            }
            for index in 0..<records { write("n\(life).\(index)", index, log, storage, &told) }
            log.close()
        }
        return told
    }

    private func write(
        _ id: String, _ index: Int, _ log: AuditLog, _ storage: FailingStorage, _ told: inout Told
    ) {
        let life = storage.lives.count - 1
        var calls: Int { storage.lives[life].count }
        var digests: [[UInt8]] = []
        do {
            digests = [try log.keepEvidence([UInt8](repeating: UInt8(index / 2), count: 100))]
            told.kept += digests.map { ($0, life, calls) }
        } catch {
            told.refusals += 1
        }
        switch log.append(recordBody(id, evidence: digests)) {
        case .success(let position):
            told.answered.append(Told.Answered(id: id, position: position, life: life, calls: calls))
        case .failure: told.refusals += 1
        }
    }

    // MARK: - What must hold

    /// What a failed synchronization was about is left alone until the next life, and nothing is promised on it.
    private func checkSynchronizations(_ storage: FailingStorage, _ told: Told, _ context: Comment) {
        for (life, calls) in storage.lives.enumerated() {
            for (number, call) in calls.enumerated() where call.isFailedSynchronization {
                let later = calls[(number + 1)...]
                let room = call.isAboutSegments ? "/segments" : "/evidence"
                #expect(
                    !later.contains { $0.path.contains(room) && $0.writes }, "\(context): \(call) was followed")
                if call.isAboutSegments {
                    #expect(!told.answered.contains { $0.life == life && $0.calls > number + 1 }, context)
                } else {
                    let known = told.kept.filter { $0.life == life && $0.calls <= number }.map(\.digest)
                    let later = told.kept.filter { $0.life == life && $0.calls > number + 1 }.map(\.digest)
                    #expect(later.allSatisfy(known.contains), context)
                }
            }
        }
    }

    private func checkLog(_ told: Told, in directory: ScratchDirectory, _ context: Comment) throws {
        let last = told.answered.last?.position
        let crashed = AuditVerification.verify(directory: directory.log, expectedHead: last)
        #expect(crashed.verdict == .verified, context)
        let log = try AuditLog.open(directory: directory.log, limits: EveryCallTests.limits)
        let next = try log.append(id: "next")
        log.close()
        let report = AuditVerification.verify(directory: directory.log, expectedHead: next)
        #expect(report.verdict == .verified, context)
        #expect(report.tornTail == nil, context)
        let reader = AuditReader(directory: directory.log)
        for answered in told.answered {
            let record = try #require(try reader.record(sequence: answered.position.sequence), context)
            #expect(record.id == answered.id, context)
            #expect(LeafHash.of(record.bytes) == answered.position.leafHash, context)
        }
        #expect(Set(told.answered.map(\.position.sequence)).count == told.answered.count, context)
        for kept in told.kept {
            #expect(SHA2.sha256(try directory.read(directory.evidence(kept.digest))) == kept.digest, context)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.log + "/evidence/incoming").isEmpty)
    }
}

extension FailingStorage.Call {
    /// A signal ends the wait, not the write.
    fileprivate var isFailedSynchronization: Bool {
        guard let failure, failure != EINTR else { return false }
        return operation == .synchronizeData || operation == .synchronizeDirectory
    }

    fileprivate var isAboutSegments: Bool { path.contains("/segments") }

    fileprivate var writes: Bool {
        [.append, .synchronizeData, .synchronizeDirectory, .truncate, .rename].contains(operation)
    }
}
