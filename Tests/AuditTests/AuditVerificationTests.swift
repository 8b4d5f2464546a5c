import Audit
import Cryptography
import Foundation
import Testing
import Timestamp

@Suite("Verifying a log") struct AuditVerificationTests {
    /// Twelve records in several segments, each naming a piece of evidence that two of them share.
    private struct Sample {
        let directory: ScratchDirectory
        let positions: [AuditPosition]
        let digests: [[UInt8]]

        init() throws {
            directory = try ScratchDirectory()
            let log = try AuditLog.open(directory: directory.log, limits: AuditLimits(segmentBytes: 900))
            defer { log.close() }
            var digests: [[UInt8]] = []
            var positions: [AuditPosition] = []
            for index in 0..<12 {
                let digest = try log.keepEvidence([UInt8](repeating: UInt8(index / 2), count: 300))
                digests.append(digest)
                positions.append(try log.append(id: "r\(index)", evidence: [digest]))
            }
            (self.digests, self.positions) = (digests, positions)
        }

        func verify(_ head: AuditPosition? = nil) -> AuditReport {
            AuditVerification.verify(directory: directory.log, expectedHead: head)
        }

        /// Replaces the lines of all segments, each segment keeping its number of lines as far as there are any.
        func rewrite(_ change: ([[UInt8]]) -> [[UInt8]]) throws {
            let paths = directory.segments.map { directory.log + "/segments/" + $0 }
            let segments = try paths.map(directory.lines)
            var lines = change(segments.flatMap { $0 })[...]
            for (path, old) in zip(paths, segments) {
                let count = path == paths.last ? lines.count : old.count
                try directory.write(lines.prefix(count).flatMap { $0 }, to: path)
                lines = lines.dropFirst(count)
            }
        }
    }

    @Test("an untouched log is verified, with its counts, times and head")
    func untouched() throws {
        let sample = try Sample()
        let report = sample.verify(sample.positions[5])
        #expect(report.verdict == .verified)
        #expect(report.firstBad == nil)
        #expect(report.records == 12)
        #expect(report.evidenceFiles == 6)
        #expect(report.head == sample.positions.last)
        #expect(report.segments.count > 3)
        let time = try Instant(rfc3339: "2026-03-01T10:11:12.120333Z")
        #expect(report.segments.allSatisfy { $0.firstTime == time && $0.lastTime == time })
        #expect(report.strangers.isEmpty)
    }

    @Test("an empty log is verified and has no head")
    func empty() throws {
        let directory = try ScratchDirectory()
        try AuditLog.open(directory: directory.log).close()
        let report = AuditVerification.verify(directory: directory.log)
        #expect(report.verdict == .verified)
        #expect(report.head == nil)
    }

    @Test("a bit that changed anywhere in any segment is found, and the record it is in is named", arguments: 0..<4)
    func bitFlips(part: Int) throws {
        let sample = try Sample()
        var firstSequence = 0
        for name in sample.directory.segments {
            let path = sample.directory.log + "/segments/" + name
            let good = try sample.directory.read(path)
            for offset in stride(from: part, to: good.count, by: 13) {
                var bytes = good
                bytes[offset] ^= 1 << UInt8((offset / 13) % 8)
                try sample.directory.write(bytes, to: path)
                let sequence = firstSequence + good[..<offset].count { $0 == 10 }
                let report = sample.verify(sample.positions.last)
                #expect(report.verdict == .tampered, "\(name) byte \(offset)")
                #expect(report.firstBad?.sequence == sequence, "\(name) byte \(offset)")
                #expect(report.head == nil || report.faults.allSatisfy { $0.kind.rawValue.hasSuffix("evidence") })
                // Without a head from elsewhere all but the last record is protected by its successor.
                if sequence < 11 { #expect(sample.verify().verdict == .tampered, "\(name) byte \(offset)") }
            }
            try sample.directory.write(good, to: path)
            firstSequence += good.count { $0 == 10 }
        }
        #expect(firstSequence == 12)
        #expect(sample.verify(sample.positions.last).verdict == .verified)
    }

    @Test("a record that was removed, repeated, moved or inserted is found at its place")
    func editedLines() throws {
        let cases: [(kind: AuditReport.Fault.Kind, sequence: Int, change: ([[UInt8]]) -> [[UInt8]])] = [
            (.wrongSequence, 4, { lines in Array(lines[..<4] + lines[5...]) }),
            (.wrongSequence, 5, { lines in Array(lines[...4] + lines[4...]) }),
            (.wrongSequence, 2, { lines in Array(lines[..<2] + [lines[3], lines[2]] + lines[4...]) }),
            (.wrongSequence, 7, { lines in Array(lines[..<7] + [lines[1]] + lines[7...]) }),
            (.malformedRecord, 7, { lines in Array(lines[..<7] + [Array("{}\n".utf8)] + lines[7...]) }),
            (.malformedRecord, 7, { lines in Array(lines[..<7] + [Array("\n".utf8)] + lines[7...]) }),
        ]
        for (kind, sequence, change) in cases {
            let sample = try Sample()
            // All in one segment, so that no segment's name tells first.
            let lines = try sample.directory.segments.flatMap {
                try sample.directory.lines(sample.directory.log + "/segments/" + $0)
            }
            for name in sample.directory.segments.dropFirst() {
                try FileManager.default.removeItem(atPath: sample.directory.log + "/segments/" + name)
            }
            try sample.directory.write(change(lines).flatMap { $0 }, to: sample.directory.segment())
            let report = sample.verify()
            #expect(report.verdict == .tampered)
            #expect(report.firstBad?.kind == kind)
            #expect(report.firstBad?.sequence == sequence)
            #expect(report.firstBad?.line == sequence + 1)
        }
    }

    @Test("the same edits across segments are found as well")
    func editedSegments() throws {
        for index in 0..<11 {
            let sample = try Sample()
            try sample.rewrite { lines in Array(lines[..<index] + lines[(index + 1)...]) }
            #expect(sample.verify().firstBad?.sequence == index)
        }
    }

    @Test("a record that was changed and chained anew is found by the record after it")
    func relinked() throws {
        let sample = try Sample()
        try sample.rewrite { lines in
            var lines = lines
            lines[3] = Array(String(decoding: lines[3], as: UTF8.self).replacing("\"r3\"", with: "\"R3\"").utf8)
            return lines
        }
        let report = sample.verify()
        #expect(report.firstBad?.kind == .changedRecord)
        #expect(report.firstBad?.sequence == 3)
    }

    @Test("a segment that is missing, at the beginning or in the middle, is found", arguments: [0, 1, 2])
    func missingSegment(index: Int) throws {
        let sample = try Sample()
        let names = sample.directory.segments
        let first = try #require(Int(names[index].prefix(12)))
        try FileManager.default.removeItem(atPath: sample.directory.log + "/segments/" + names[index])
        let report = sample.verify()
        #expect(report.verdict == .tampered)
        #expect(report.firstBad?.kind == .missingSegment)
        #expect(report.firstBad?.sequence == first)
        #expect(report.firstBad?.segment == names[index + 1])
    }

    @Test("a segment under another name is found")
    func renamedSegment() throws {
        let sample = try Sample()
        let names = sample.directory.segments
        try FileManager.default.moveItem(
            atPath: sample.directory.log + "/segments/" + names[1],
            toPath: sample.directory.log + "/segments/000000000001.jsonl")
        #expect(sample.verify().firstBad?.kind == .missingSegment)
    }

    @Test("a segment that ends within a line is only an unfinished write if it is the last")
    func unfinishedSegment() throws {
        let sample = try Sample()
        let path = sample.directory.segment(1)
        try sample.directory.write(try sample.directory.read(path).dropLast(5), to: path)
        #expect(sample.verify().firstBad?.kind == .unfinishedSegment)
    }

    @Test("records cut off at the end are found only with a head that was kept elsewhere")
    func truncated() throws {
        let sample = try Sample()
        try sample.rewrite { lines in Array(lines.dropLast(2)) }
        #expect(sample.verify().verdict == .verified)
        let report = sample.verify(sample.positions.last)
        #expect(report.verdict == .tampered)
        #expect(report.firstBad?.kind == .truncated)
        #expect(report.firstBad?.sequence == 10)
        #expect(sample.verify(sample.positions[9]).verdict == .verified)
    }

    @Test("the last record, changed, is found only with its head; so is a whole log written anew")
    func otherHead() throws {
        let sample = try Sample()
        try sample.rewrite { lines in
            lines.dropLast() + [Array(String(decoding: lines[11], as: UTF8.self).replacing("r11", with: "R11").utf8)]
        }
        #expect(sample.verify().verdict == .verified)
        let report = sample.verify(sample.positions.last)
        #expect(report.firstBad?.kind == .otherHead)
        #expect(report.firstBad?.sequence == 11)

        let other = try ScratchDirectory()
        let positions = try fill(other, records: 12)
        #expect(positions.last != sample.positions.last)
        let replaced = AuditVerification.verify(directory: other.log, expectedHead: sample.positions[4])
        #expect(replaced.firstBad?.kind == .otherHead)
        #expect(replaced.firstBad?.sequence == 4)
    }

    @Test("evidence that is missing, changed, shortened or swapped is found at the first record that names it")
    func evidence() throws {
        let sample = try Sample()
        let path = sample.directory.evidence(sample.digests[4])
        let good = try sample.directory.read(path)

        try FileManager.default.removeItem(atPath: path)
        #expect(sample.verify().firstBad?.kind == .missingEvidence)
        #expect(sample.verify().firstBad?.sequence == 4)
        #expect(sample.verify().faults.count == 2)
        #expect(sample.verify().head == sample.positions.last)
        #expect(
            AuditVerification.verify(directory: sample.directory.log, checkingEvidence: false).verdict == .verified)

        var changed = good
        changed[0] ^= 1
        let other = try sample.directory.read(sample.directory.evidence(sample.digests[0]))
        for content in [changed, good.dropLast(), good + [0], [], other] {
            try sample.directory.write(content, to: path)
            #expect(sample.verify().firstBad?.kind == .changedEvidence)
            #expect(sample.verify().firstBad?.sequence == 4)
        }
        try sample.directory.write(good, to: path)
        #expect(sample.verify().verdict == .verified)
    }

    @Test("evidence is found wherever a record names it, and must be a SHA-256")
    func evidenceNames() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        let digest = "sha256:" + (try log.keepEvidence([7])).hexadecimal
        let absent = "sha256:" + String(repeating: "0", count: 64)
        let bodies: [(body: String, kind: AuditReport.Fault.Kind?)] = [
            ("\"evidence\":\"\(digest)\"", nil), ("\"evidence\":null", nil), ("\"evidence\":[]", nil),
            ("\"a\":[{\"b\":{\"evidence\":[\"\(digest)\",\"\(digest)\"]}}]", nil),
            ("\"evidence\":{\"evidence\":\"\(digest)\"}", nil),
            ("\"\\u0065vidence\":\"\(absent)\"", .missingEvidence),
            ("\"a\":[[{\"evidence\":[\"\(digest)\",\"\(absent)\"]}]]", .missingEvidence),
            ("\"evidence\":{\"evidence\":\"\(absent)\"}", .missingEvidence),
            ("\"evidence\":\"\(digest.uppercased())\"", .malformedEvidence),
            ("\"evidence\":\"\(digest)0\"", .malformedEvidence), ("\"evidence\":7", .malformedEvidence),
            ("\"evidence\":\"sha256:../../../../lock\"", .malformedEvidence),
        ]
        for (body, _) in bodies { _ = try log.append(Array(body.utf8)).get() }
        log.close()
        let report = AuditVerification.verify(directory: directory.log)
        #expect(report.evidenceFiles == 1)
        for (sequence, expected) in bodies.enumerated() {
            let kinds = report.faults.filter { $0.sequence == sequence }.map(\.kind)
            #expect(kinds == [expected.kind].compactMap { $0 }, "\(expected.body)")
        }
    }

    @Test("evidence that only the complete decision of a shortened record names is checked as well")
    func shortened() throws {
        let kept = Array("kept".utf8)
        let absent = "sha256:" + String(repeating: "0", count: 64)
        func verify(_ document: String, _ change: (ScratchDirectory) throws -> Void = { _ in }) throws -> AuditReport {
            let directory = try ScratchDirectory()
            let log = try AuditLog.open(directory: directory.log)
            _ = try log.keepEvidence(kept)
            let name = try log.keepEvidence(Array(document.utf8)).hexadecimal
            _ = try log.append(Array("\"shortened\":{\"evidence\":\"sha256:\(name)\"}".utf8)).get()
            try log.append(id: "next")
            log.close()
            try change(directory)
            return AuditVerification.verify(directory: directory.log)
        }
        let digest = SHA2.sha256(kept)
        let good = "{\"images\":[{\"evidence\":[\"sha256:\(digest.hexadecimal)\"]}]}"
        let untouched = try verify(good)
        #expect(untouched.verdict == .verified)
        #expect(untouched.evidenceFiles == 2)
        let cases: [(kind: AuditReport.Fault.Kind, report: AuditReport)] = [
            (.missingEvidence, try verify(good) { try FileManager.default.removeItem(atPath: $0.evidence(digest)) }),
            (.changedEvidence, try verify(good) { try $0.write([1], to: $0.evidence(digest)) }),
            (.missingEvidence, try verify("{\"evidence\":\"\(absent)\"}")),
            (.malformedEvidence, try verify("{\"evidence\":\"sha256:1\"}")),
            (.malformedEvidence, try verify("no JSON")), (.malformedEvidence, try verify("[]")),
        ]
        for (kind, report) in cases {
            #expect(report.verdict == .tampered)
            #expect(report.faults.map(\.kind) == [kind])
            #expect(report.firstBad?.sequence == 0)
            #expect(report.firstBad?.message.contains("the complete decision `sha256:") == true)
        }
    }

    @Test(
        "L20: records are in the order of their numbers when the clock goes back, and a verification says that it did")
    func clockSetBack() throws {
        func verify(_ times: [String]) throws -> RecordClock {
            let directory = try ScratchDirectory()
            let log = try AuditLog.open(directory: directory.log)
            for (index, time) in times.enumerated() {
                _ = try log.append(Array("\"id\":\"r\(index)\",\"time\":{\"decided\":\"\(time)\"}".utf8)).get()
            }
            log.close()
            let report = AuditVerification.verify(directory: directory.log)
            #expect(report.verdict == .verified)
            var cursor = try AuditReader(directory: directory.log).records(.newestFirst)
            for index in times.indices.reversed() { #expect(try cursor.next()?.id == "r\(index)") }
            return report.clock
        }
        let back = try verify([
            "2026-03-01T10:00:00Z", "2026-03-01T10:05:00Z", "2016-03-01T10:00:00Z", "2016-03-01T10:00:01Z",
            "2026-03-01T10:06:00Z", "2026-03-01T09:06:00Z",
        ])
        #expect(back.stepsBack == 2)
        #expect(back.firstStepBack?.sequence == 2)
        #expect(back.firstStepBack?.from == (try Instant(rfc3339: "2026-03-01T10:05:00Z")))
        #expect(back.firstStepBack?.to == (try Instant(rfc3339: "2016-03-01T10:00:00Z")))
        // Decisions side by side end in another order than they began.
        let close = try verify(["2026-03-01T10:00:30Z", "2026-03-01T10:00:00Z", "2026-03-01T09:59:30Z"])
        #expect(close.stepsBack == 0 && close.firstStepBack == nil)
    }

    @Test("what cannot be read is told apart from what was changed")
    func unreadable() throws {
        let sample = try Sample()
        let missing = AuditVerification.verify(directory: sample.directory.path + "/nowhere")
        #expect(missing.verdict == .unreadable)
        #expect(missing.problem?.contains("No such file or directory") == true)
        let storage = FailingStorage(calls: 3..<1_000, .error(EIO))
        let failing = AuditVerification.verify(directory: sample.directory.log, storage: storage)
        #expect(failing.verdict == .unreadable)
        // A pipe or a link in a segment's place neither stops the verification nor is followed.
        let path = sample.directory.segment(1)
        let bytes = try sample.directory.read(path)
        try FileManager.default.removeItem(atPath: path)
        #expect(mkfifo(path, 0o600) == 0)
        #expect(sample.verify().verdict == .unreadable)
        try FileManager.default.removeItem(atPath: path)
        try sample.directory.write(bytes, to: sample.directory.path + "/elsewhere")
        try FileManager.default.createSymbolicLink(
            atPath: path, withDestinationPath: sample.directory.path + "/elsewhere")
        #expect(sample.verify().verdict == .unreadable)
    }

    @Test("a file among the segments that is none is mentioned")
    func strangers() throws {
        let sample = try Sample()
        for name in ["1.jsonl", "000000000001.jsonl.bak", "+00000000001.jsonl"] {
            try sample.directory.write([1], to: sample.directory.log + "/segments/" + name)
        }
        let report = sample.verify()
        #expect(report.verdict == .verified)
        #expect(report.strangers.count == 3)
    }

    @Test("L21: a log is verified while it is written, and what is seen is a beginning of it")
    func whileWriting() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log, limits: AuditLimits(segmentBytes: 20_000))
        let answers = Answers()
        let writer = Thread {
            for index in 0..<2_000 {
                log.append(recordBody("r\(index)"), on: ImmediateExecutor()) { answers.add("", $0) }
                if index % 20 == 0 { usleep(1_000) }
            }
        }
        writer.start()
        var seen = -1
        while answers.all.count < 2_000 {
            let durable = log.head
            let report = AuditVerification.verify(directory: directory.log, expectedHead: durable)
            #expect(report.verdict == .verified)
            #expect(report.records >= seen)
            seen = report.records
        }
        log.close()
        #expect(AuditVerification.verify(directory: directory.log).records == 2_000)
    }
}
