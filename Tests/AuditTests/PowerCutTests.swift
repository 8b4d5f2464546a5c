import Audit
import Cryptography
import Foundation
import Glibc
import Testing
import TransparencyLog

/// A generator that gives the same numbers for the same seed.
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: Int) { state = UInt64(truncatingIfNeeded: seed) }

    /// SplitMix64.
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

@Suite("The power goes") struct PowerCutTests {
    /// How many of the states that the disk may be in are tried for each call. More: `DOCKGATE_POWER_CUTS=50`.
    private static let possibilities =
        ProcessInfo.processInfo.environment["DOCKGATE_POWER_CUTS"].flatMap { Int($0) } ?? 6

    private static let limits = AuditLimits(segmentBytes: 6_000)

    /// Evidence and records one by one, then several records in one commit of many blocks, over two lives.
    private func run(_ directory: ScratchDirectory, _ storage: PowerCutStorage) -> (Answers, kept: [[UInt8]]) {
        let answers = Answers()
        var kept: [[UInt8]] = []
        for life in 0..<2 {
            guard
                let log = try? AuditLog.open(
                    directory: directory.log, storage: storage, limits: PowerCutTests.limits)
            else { break }
            for index in 0..<2 {
                let digest = try? log.keepEvidence([UInt8](repeating: UInt8(10 * life + index), count: 1_500))
                kept += [digest].compactMap { $0 }
                let id = "r\(life).\(index)"
                answers.add(id, log.append(recordBody(id, evidence: [digest].compactMap { $0 })))
            }
            let count = answers.all.count
            storage.holdUp(true)
            log.append(recordBody("first\(life)"), on: ImmediateExecutor()) { answers.add("first\(life)", $0) }
            while !storage.isWaiting, answers.all.count == count { usleep(200) }
            for index in 0..<5 {
                let id = "b\(life).\(index)"
                log.append(recordBody(id, padding: 900), on: ImmediateExecutor()) { answers.add(id, $0) }
            }
            storage.holdUp(false)
            #expect(answers.wait(for: count + 6))
            log.close()
        }
        return (answers, kept)
    }

    @Test(
        "L04: whatever the disk holds after a power cut at any call, the answered records are there, and the log verifies and goes on"
    )
    func everyCall() throws {
        var torn = 0
        for number in 1... {
            let directory = try ScratchDirectory()
            let storage = PowerCutStorage(lastCall: number)
            let (answers, kept) = run(directory, storage)
            for possibility in 0..<PowerCutTests.possibilities {
                var generator = SeededGenerator(seed: number * 1_000 + possibility)
                let found = try ScratchDirectory()
                try storage.write(directory.path, to: found.path, using: &generator)
                let context: Comment = "call \(number), seed \(number * 1_000 + possibility)"
                torn += try check(found, answers, kept, context)
            }
            if storage.calls < number {
                #expect(number > 60)
                break
            }
        }
        #expect(torn > 0, "a power cut leaves unfinished writes")
    }

    /// Gives how many unfinished writes there were.
    private func check(
        _ directory: ScratchDirectory, _ answers: Answers, _ kept: [[UInt8]], _ context: Comment
    ) throws -> Int {
        let answered = answers.all.compactMap { answer in (try? answer.answer.get()).map { (answer.id, $0) } }
        if let last = answered.map(\.1).max(by: { $0.sequence < $1.sequence }) {
            let report = AuditVerification.verify(directory: directory.log, expectedHead: last)
            #expect(report.verdict == .verified, "\(context): \(report.faults) \(report.problem ?? "")")
        }
        let log = try AuditLog.open(directory: directory.log, limits: PowerCutTests.limits)
        let next = try log.append(id: "next")
        log.close()
        let report = AuditVerification.verify(directory: directory.log, expectedHead: next)
        #expect(report.verdict == .verified, context)
        #expect(report.tornTail == nil, context)
        let reader = AuditReader(directory: directory.log)
        for (id, position) in answered {
            let record = try #require(try reader.record(sequence: position.sequence), context)
            #expect(record.id == id && LeafHash.of(record.bytes) == position.leafHash, context)
        }
        for digest in kept { #expect(SHA2.sha256(try directory.read(directory.evidence(digest))) == digest, context) }
        return log.recovery == nil ? 0 : 1
    }

    // MARK: - Holes

    /// A log whose last commit has several records over several blocks, and the length of what was there before it.
    private func logWithLargeCommit(_ directory: ScratchDirectory) throws -> Int {
        let storage = SwitchedStorage()
        let log = try AuditLog.open(
            directory: directory.log, storage: storage, limits: AuditLimits(commitDuration: .seconds(60)))
        try log.append(id: "before")
        storage.set { $0.isHeldUp = true }
        let answers = Answers()
        let before = try directory.read(directory.segment()).count
        log.append(recordBody("first"), on: ImmediateExecutor()) { answers.add("first", $0) }
        while try directory.read(directory.segment()).count == before { usleep(500) }
        for index in 0..<6 {
            log.append(recordBody("b\(index)", padding: 700), on: ImmediateExecutor()) { answers.add("b\(index)", $0) }
        }
        let length = try directory.read(directory.segment()).count
        storage.set { $0.isHeldUp = false }
        #expect(answers.wait(for: 7))
        log.close()
        return length
    }

    @Test("L04: a hole in the last commit is cut off with all that follows it, and told as an unfinished write")
    func hole() throws {
        let directory = try ScratchDirectory()
        let length = try logWithLargeCommit(directory)
        let good = try directory.read(directory.segment())
        let first = (length / 512 + 1) * 512
        for hole in [length..<first, first..<first + 512, first + 512..<first + 2_048, length..<first + 2_048] {
            var bytes = good
            for index in hole { bytes[index] = 0 }
            try directory.write(bytes, to: directory.segment())
            let report = AuditVerification.verify(directory: directory.log)
            #expect(report.verdict == .verified, "\(hole): \(report.faults)")
            #expect(report.records >= 2)
            let torn = try #require(report.tornTail?.bytes)
            let log = try AuditLog.open(directory: directory.log)
            #expect(log.recovery?.bytesCut == torn)
            #expect(try log.append(id: "next").sequence == report.records)
            log.close()
            #expect(AuditVerification.verify(directory: directory.log).verdict == .verified)
        }
    }

    @Test("a hole that no power cut leaves is damage: in front of another commit, or not up to the end of a block")
    func noHole() throws {
        let directory = try ScratchDirectory()
        let length = try logWithLargeCommit(directory)
        let good = try directory.read(directory.segment())
        // The first commit is far shorter than a block, so a hole in it ends in the second.
        let first = (length / 512 + 1) * 512
        for hole in [10..<11, 10..<length - 5, first..<first + 500, first + 3..<first + 4, first - 1..<first + 1] {
            var bytes = good
            for index in hole { bytes[index] = 0 }
            try directory.write(bytes, to: directory.segment())
            #expect(AuditVerification.verify(directory: directory.log).verdict == .tampered, "\(hole)")
            #expect(throws: AuditError.self, "\(hole)") { try AuditLog.open(directory: directory.log) }
            #expect(try directory.read(directory.segment()) == bytes, "nothing is cut off")
        }
        try directory.write(good, to: directory.segment())
        let log = try AuditLog.open(directory: directory.log)
        try log.append(id: "after")
        log.close()
        var bytes = try directory.read(directory.segment())
        for index in first..<first + 512 { bytes[index] = 0 }
        try directory.write(bytes, to: directory.segment())
        #expect(AuditVerification.verify(directory: directory.log).verdict == .tampered, "it was answered")
        #expect(throws: AuditError.self) { try AuditLog.open(directory: directory.log) }
    }
}
