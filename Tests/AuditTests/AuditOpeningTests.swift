import Audit
import Foundation
import Testing

@Suite("Opening a log") struct AuditOpeningTests {
    @Test("a line that a crash left unfinished is cut off and reported, wherever it ends")
    func tornTail() throws {
        let whole = try ScratchDirectory()
        _ = try fill(whole, records: 4)
        let lines = try whole.lines(whole.segment())
        let kept = lines.dropLast().flatMap { $0 }
        let last = try #require(lines.last)
        for length in 1..<last.count {
            let directory = try ScratchDirectory()
            _ = try fill(directory, records: 1)
            try directory.write(kept + last.prefix(length), to: directory.segment())
            let report = AuditVerification.verify(directory: directory.log)
            #expect(report.verdict == .verified)
            #expect(report.tornTail?.bytes == length)
            #expect(report.records == 3)
            let log = try AuditLog.open(directory: directory.log)
            #expect(log.recovery?.bytesCut == length)
            #expect(log.recovery?.nextSequence == 3)
            #expect(try log.append(id: "again").sequence == 3)
            log.close()
            #expect(AuditVerification.verify(directory: directory.log).verdict == .verified)
        }
    }

    @Test(
        "zeros that a power cut left after the last record are cut off, however many", arguments: [1, 4_096, 200_000])
    func zeroTail(count: Int) throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 2)
        let good = try directory.read(directory.segment())
        try directory.write(good + [UInt8](repeating: 0, count: count), to: directory.segment())
        let log = try AuditLog.open(directory: directory.log)
        #expect(log.recovery?.bytesCut == count)
        #expect(try directory.read(directory.segment()) == good)
        #expect(log.head?.sequence == 1)
    }

    @Test(
        "a last segment with a whole line that does not belong there is not opened, and not touched",
        arguments: ["garbage\n", "{\"v\":1}\n", "\n", "{\"v\":1,\"seq\":2,\"prev\":\"\",\"id\":\"x\"}\n"])
    func damagedLine(line: String) throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 2)
        let bytes = try directory.read(directory.segment()) + Array(line.utf8)
        try directory.write(bytes, to: directory.segment())
        let error = #expect(throws: AuditError.self) { try AuditLog.open(directory: directory.log) }
        guard case .damaged(let segment, 3, _)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(segment == "000000000000.jsonl")
        #expect(error?.description.contains("run `dockgate audit verify`") == true)
        #expect(try directory.read(directory.segment()) == bytes)
    }

    @Test("a record that was repeated, removed, moved or changed within the last segment is not built upon")
    func brokenChain() throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 6)
        let lines = try directory.lines(directory.segment())
        let changed = Array(String(decoding: lines[2], as: UTF8.self).replacing("r2", with: "R2").utf8)
        let cases: [[[UInt8]]] = [
            lines + [lines[5]], [lines[0]] + lines[2...], [lines[1], lines[0]] + lines[2...],
            lines[..<2] + [changed] + lines[3...],
        ]
        for lines in cases {
            try directory.write(lines.flatMap { $0 }, to: directory.segment())
            #expect(throws: AuditError.self) { try AuditLog.open(directory: directory.log) }
        }
    }

    @Test("a changed line feed after the last record is damage, not an unfinished write")
    func changedLineFeed() throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 2)
        var bytes = try directory.read(directory.segment())
        bytes[bytes.count - 1] = 0x0b
        try directory.write(bytes, to: directory.segment())
        #expect(throws: AuditError.self) { try AuditLog.open(directory: directory.log) }
        #expect(AuditVerification.verify(directory: directory.log).firstBad?.sequence == 1)
    }

    @Test("the last segment must follow the one before it")
    func segmentBefore() throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 12, limits: AuditLimits(segmentBytes: 1_000))
        let name = directory.segments[directory.segments.count - 2]
        let path = directory.log + "/segments/" + name
        let bytes = try directory.read(path)
        try FileManager.default.removeItem(atPath: path)
        #expect(throws: AuditError.self) { try AuditLog.open(directory: directory.log) }
        try directory.write(bytes, to: path)
        let shorter = try directory.lines(path).dropLast().flatMap { $0 }
        try directory.write(shorter, to: path)
        #expect(throws: AuditError.self) { try AuditLog.open(directory: directory.log) }
        try directory.write(bytes, to: path)
        _ = try AuditLog.open(directory: directory.log)
    }

    @Test("the oldest segments may be moved away: the log goes on, and verifies when all are together again")
    func movedAway() throws {
        let directory = try ScratchDirectory()
        let limits = AuditLimits(segmentBytes: 400)
        _ = try fill(directory, records: 12, limits: limits)
        let together = directory.path + "/together"
        try FileManager.default.createDirectory(
            atPath: together + "/segments", withIntermediateDirectories: true)
        func path(_ name: String, in log: String) -> String { log + "/segments/" + name }
        let old = directory.segments.dropLast(2)
        try #require(old.count > 1)
        for name in old {
            try FileManager.default.moveItem(
                atPath: path(name, in: directory.log), toPath: path(name, in: together))
        }
        let log = try AuditLog.open(directory: directory.log, limits: limits)
        #expect(try log.append(id: "r12").sequence == 12)
        log.close()
        let rest = AuditVerification.verify(directory: directory.log)
        #expect(rest.verdict == .tampered)
        #expect(rest.firstBad?.kind == .missingSegment)
        for name in directory.segments {
            try FileManager.default.copyItem(
                atPath: path(name, in: directory.log), toPath: path(name, in: together))
        }
        let report = AuditVerification.verify(directory: together, checkingEvidence: false)
        #expect(report.verdict == .verified)
        #expect(report.records == 13)
    }

    @Test("a directory whose parent does not exist is not created in passing")
    func noParent() throws {
        let directory = try ScratchDirectory()
        let error = #expect(throws: AuditError.self) { try AuditLog.open(directory: directory.path + "/a/b") }
        #expect(error?.description == "cannot create the directory `\(directory.path)/a/b`: No such file or directory")
    }
}
