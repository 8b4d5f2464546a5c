import Audit
import Cryptography
import Foundation
import StrictJSON
import Synchronization
import Testing
import TransparencyLog

@Suite("The log") struct AuditLogTests {
    @Test("records are one line each, numbered and chained, and the answer is their hash")
    func format() throws {
        let directory = try ScratchDirectory()
        let positions = try fill(directory, records: 3)
        let lines = try directory.lines(directory.segment())
        #expect(directory.segments == ["000000000000.jsonl"])
        #expect(lines.count == 3)
        var previous = [UInt8](repeating: 0, count: 32)
        for (sequence, line) in lines.enumerated() {
            let link = Base64.encode(previous)
            let opening = #"{"v":1,"seq":\#(sequence),"prev":"\#(link)", "id":"r\#(sequence)","#
            #expect(line.starts(with: opening.utf8))
            previous = LeafHash.of(line.dropLast())
            #expect(positions[sequence] == AuditPosition(sequence: sequence, leafHash: previous))
        }
    }

    @Test("the first record of each commit is marked by a blank, and no other")
    func commitMarks() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(
            directory: directory.log, storage: storage, limits: AuditLimits(commitDuration: .seconds(60)))
        try log.append(id: "alone")
        storage.set { $0.isHeldUp = true }
        let answers = Answers()
        let before = try directory.read(directory.segment()).count
        log.append(recordBody("first"), on: ImmediateExecutor()) { answers.add("first", $0) }
        while try directory.read(directory.segment()).count == before { usleep(500) }
        // The first of the next commit is refused, so the mark goes to the one after it.
        log.append(Array("no JSON".utf8), on: ImmediateExecutor()) { answers.add("refused", $0) }
        for index in 0..<3 {
            log.append(recordBody("\(index)"), on: ImmediateExecutor()) { answers.add("\(index)", $0) }
        }
        storage.set { $0.isHeldUp = false }
        #expect(answers.wait(for: 5))
        log.close()
        let lines = try directory.lines(directory.segment()).map { String(decoding: $0, as: UTF8.self) }
        #expect(lines.map { $0.contains(#"=", "id""#) } == [true, true, true, false, false])
        #expect(lines.map { $0.contains(#"=","id""#) } == [false, false, false, true, true])
    }

    @Test("a log that is opened again continues its numbers and its chain")
    func reopen() throws {
        let directory = try ScratchDirectory()
        let before = try fill(directory, records: 2)
        let log = try AuditLog.open(directory: directory.log)
        #expect(log.head == before.last)
        #expect(log.recovery == nil)
        #expect(try log.append(id: "r2").sequence == 2)
        log.close()
        let report = AuditVerification.verify(directory: directory.log)
        #expect(report.verdict == .verified)
        #expect(report.records == 3)
    }

    @Test("only the owner may read the log")
    func permissions() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        let digest = try log.keepEvidence([1, 2, 3])
        try log.append(id: "a")
        log.close()
        for (path, mode) in [
            ("", 0o700), ("/lock", 0o600), ("/segments", 0o700), ("/segments/000000000000.jsonl", 0o600),
            ("/evidence/sha256", 0o700), ("/evidence/sha256/" + digest.hexadecimal.prefix(2), 0o700),
        ] {
            let attributes = try FileManager.default.attributesOfItem(atPath: directory.log + path)
            #expect(attributes[.posixPermissions] as? Int == mode, "\(path)")
        }
        let attributes = try FileManager.default.attributesOfItem(atPath: directory.evidence(digest))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    @Test("L12: a second writer is refused and told who holds the log; after the first closes, it is let in")
    func secondWriter() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        let expected = AuditError.locked(path: directory.log + "/lock", holder: Int(getpid()))
        #expect(throws: expected) { try AuditLog.open(directory: directory.log) }
        #expect(expected.description.contains("process \(getpid())"))
        try log.append(id: "a")
        log.close()
        let second = try AuditLog.open(directory: directory.log)
        #expect(try second.append(id: "b").sequence == 1)
    }

    @Test("segments are changed before they grow beyond their bound, and the chain goes on")
    func segments() throws {
        let directory = try ScratchDirectory()
        let limits = AuditLimits(segmentBytes: 1_000)
        let positions = try fill(directory, records: 20, limits: limits)
        #expect(directory.segments.count >= 4)
        for segment in directory.segments {
            #expect(try directory.read(directory.log + "/segments/" + segment).count <= 1_000)
        }
        let report = AuditVerification.verify(directory: directory.log, expectedHead: positions.last)
        #expect(report.verdict == .verified)
        #expect(report.segments.map(\.name) == directory.segments)
        #expect(report.segments.reduce(0) { $0 + $1.records } == 20)
        let log = try AuditLog.open(directory: directory.log, limits: limits)
        #expect(try log.append(id: "next").sequence == 20)
    }

    @Test("an empty last segment, left by a crash after it was begun, is continued")
    func emptySegment() throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 2)
        try directory.write([], to: directory.log + "/segments/000000000002.jsonl")
        #expect(AuditVerification.verify(directory: directory.log).verdict == .verified)
        let log = try AuditLog.open(directory: directory.log)
        #expect(try log.append(id: "r2").sequence == 2)
        log.close()
        #expect(try directory.lines(directory.segment(1)).count == 1)
        #expect(AuditVerification.verify(directory: directory.log).records == 3)
    }

    @Test(
        "a body that could break out of its line or its record is refused, and nothing of it is written",
        arguments: [
            "\"a\":\"b\nc\"", "\"a\":1,\n\"b\":2", "\"a\":\"\u{1}\"", "\"a\":\"\u{7f}\"", "\t\"a\":1", "", "\"a\"",
            "\"a\":1}", "\"a\":1},{\"b\":2", "\"a\":1}\n{\"v\":1", "\"seq\":9", "\"v\":2", "\"prev\":\"\"",
            "\"\\u0073eq\":9", "\"a\":1,\"a\":2", "\"a\":\"", "\"a\":[1",
        ])
    func refusedBody(text: String) throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        try log.append(id: "before")
        guard case .failure(.recordMalformed) = log.append(Array(text.utf8)) else {
            Issue.record("taken: \(text.debugDescription)")
            return
        }
        #expect(try log.append(id: "after").sequence == 1)
        #expect(log.isHealthy)
        log.close()
        #expect(try directory.lines(directory.segment()).count == 2)
        #expect(AuditVerification.verify(directory: directory.log).verdict == .verified)
    }

    @Test("L14: hostile text in a value stays inside its record")
    func hostileText() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        let text = "\n\r\u{0}\u{1b}[31m</script>=cmd()\u{202e}\"}\n{\"v\":1"
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", text)
        writer.endObject()
        _ = try log.append(Array(writer.bytes.dropFirst().dropLast())).get()
        log.close()
        #expect(try directory.lines(directory.segment()).count == 1)
        #expect(try AuditReader(directory: directory.log).record(id: text)?.sequence == 0)
    }

    @Test("a record of exactly 60 KiB is taken, one byte more is refused and not cut")
    func recordBound() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        let link = Base64.encode([UInt8](repeating: 0, count: 32))
        let opening = #"{"v":1,"seq":0,"prev":"\#(link)", "#.utf8.count
        let room = AuditLimits.maximumRecordBytes - opening - recordBody("a").count - "}".utf8.count
        guard case .failure(.recordTooLarge(let bytes)) = log.append(recordBody("a", padding: room + 1)) else {
            Issue.record("taken")
            return
        }
        #expect(bytes == AuditLimits.maximumRecordBytes + 1)
        #expect(try log.append(id: "a", padding: room).sequence == 0)
        guard case .failure(.recordTooLarge) = log.append([UInt8](repeating: 0x20, count: 1 << 20)) else {
            Issue.record("taken")
            return
        }
        log.close()
        #expect(AuditVerification.verify(directory: directory.log).verdict == .verified)
    }

    @Test("after the log is closed, what was queued is on disk and what comes later is refused")
    func close() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        let answers = Answers()
        for index in 0..<500 {
            log.append(recordBody("r\(index)"), on: ImmediateExecutor()) { answers.add("r\(index)", $0) }
        }
        log.close()
        log.close()
        #expect(answers.all.count == 500)
        #expect(log.append(recordBody("late")) == .failure(.closed))
        #expect(!log.isHealthy)
        #expect(AuditVerification.verify(directory: directory.log).records == 500)
    }

    @Test("records of many threads are all there, each thread's in its order, in one chain")
    func manyThreads() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log, limits: AuditLimits(segmentBytes: 64 * 1_024))
        let (threads, each) = (8, 250)
        let answers = Answers()
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            let executor = ImmediateExecutor()
            for index in 0..<each {
                let id = "t\(thread).\(index)"
                log.append(recordBody(id), on: executor) { answers.add(id, $0) }
            }
        }
        #expect(answers.wait(for: threads * each))
        log.close()
        let report = AuditVerification.verify(directory: directory.log)
        #expect(report.verdict == .verified)
        #expect(report.records == threads * each)

        var next = [Int](repeating: 0, count: threads)
        var sequences: [String: Int] = [:]
        var cursor = try AuditReader(directory: directory.log).records(.oldestFirst)
        while let record = try cursor.next() {
            let id = try #require(record.id)
            sequences[id] = record.sequence
            let parts = id.dropFirst().split(separator: ".").compactMap { Int($0) }
            #expect(parts[1] == next[parts[0]])
            next[parts[0]] += 1
        }
        for (id, answer) in answers.all { #expect(try answer.get().sequence == sequences[id]) }
    }

    @Test("each executor is woken once for a commit, and its answers come in order")
    func wakes() throws {
        let directory = try ScratchDirectory()
        let storage = SwitchedStorage()
        let log = try AuditLog.open(
            directory: directory.log, storage: storage, limits: AuditLimits(commitDuration: .seconds(60)))
        storage.set { $0.isHeldUp = true }
        let first = Answers()
        log.append(recordBody("first"), on: ImmediateExecutor()) { first.add("first", $0) }
        // The thread is inside the first commit as soon as its bytes are in the file.
        while try directory.segments.isEmpty || directory.read(directory.segment()).isEmpty { usleep(500) }
        let executors = [ImmediateExecutor(), ImmediateExecutor(), ImmediateExecutor()]
        let answers = Answers()
        for index in 0..<300 {
            log.append(recordBody("\(index)"), on: executors[index % 3]) { answers.add("\(index)", $0) }
        }
        #expect(answers.all.isEmpty)
        storage.set { $0.isHeldUp = false }
        #expect(answers.wait(for: 300))
        #expect(executors.map(\.wakes) == [1, 1, 1])
        #expect(storage.synchronizations == 2)
        for remainder in 0..<3 {
            let own = answers.all.compactMap { Int($0.id) }.filter { $0 % 3 == remainder }
            #expect(own == own.sorted())
        }
        log.close()
        #expect(AuditVerification.verify(directory: directory.log).records == 301)
    }
}
