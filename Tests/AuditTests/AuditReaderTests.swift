import Audit
import Testing

@Suite("Reading a log") struct AuditReaderTests {
    private func ids(_ directory: ScratchDirectory, _ order: AuditReader.Order) throws -> [String] {
        var cursor = try AuditReader(directory: directory.log).records(order)
        var ids: [String] = []
        while let record = try cursor.next() { ids.append(record.id ?? "?") }
        return ids
    }

    @Test("records come oldest first or newest first, through all segments", arguments: [0, 1, 2, 50])
    func order(count: Int) throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: count, limits: AuditLimits(segmentBytes: 1_000))
        let expected = (0..<count).map { "r\($0)" }
        #expect(try ids(directory, .oldestFirst) == expected)
        #expect(try ids(directory, .newestFirst) == expected.reversed())
    }

    @Test("records longer than what is read at once come whole in both orders")
    func largeRecords() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log)
        for index in 0..<30 { try log.append(id: "r\(index)", padding: index * 1_997) }
        log.close()
        let expected = (0..<30).map { "r\($0)" }
        #expect(try ids(directory, .oldestFirst) == expected)
        #expect(try ids(directory, .newestFirst) == expected.reversed())
    }

    @Test("what a write has not finished is passed over", arguments: ["{\"v\":1,\"seq\":3", "\0\0\0", "x"])
    func tornTail(tail: String) throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 3)
        try directory.write(directory.read(directory.segment()) + Array(tail.utf8), to: directory.segment())
        #expect(try ids(directory, .oldestFirst) == ["r0", "r1", "r2"])
        #expect(try ids(directory, .newestFirst) == ["r2", "r1", "r0"])
    }

    @Test("a record is found by its number or its id, and one that is not there is not")
    func find() throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 25, limits: AuditLimits(segmentBytes: 1_000))
        let reader = AuditReader(directory: directory.log)
        for index in 0..<25 {
            #expect(try reader.record(sequence: index)?.id == "r\(index)")
            #expect(try reader.record(id: "r\(index)")?.sequence == index)
        }
        #expect(try reader.record(sequence: 25) == nil)
        #expect(try reader.record(sequence: -1) == nil)
        for id in ["r25", "r", "", "images", "r1\"", "é"] { #expect(try reader.record(id: id) == nil) }
    }

    @Test("a line that is no record is an error, not an end")
    func damaged() throws {
        let directory = try ScratchDirectory()
        _ = try fill(directory, records: 3)
        let lines = try directory.lines(directory.segment())
        try directory.write(lines[0] + Array("{\n".utf8) + lines[1], to: directory.segment())
        for order in [AuditReader.Order.oldestFirst, .newestFirst] {
            var cursor = try AuditReader(directory: directory.log).records(order)
            _ = try cursor.next()
            #expect(throws: AuditError.self) { _ = try cursor.next() }
        }
        #expect(throws: AuditError.self) {
            _ = try AuditReader(directory: directory.path + "/nowhere").records(.newestFirst)
        }
    }
}
