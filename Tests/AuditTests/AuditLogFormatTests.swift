import Audit
import Cryptography
import Foundation
import Testing

@Suite("The format as it is documented") struct AuditLogFormatTests {
    private static let python = "/usr/bin/python3"
    private static var hasPython: Bool { FileManager.default.isExecutableFile(atPath: python) }

    /// The verifier that docs/AUDIT-LOG.md prints.
    private func script() throws -> String {
        let root = URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: root.appendingPathComponent("docs/AUDIT-LOG.md"), encoding: .utf8)
        let start = try #require(page.range(of: "```python\n"))
        let end = try #require(page.range(of: "```", range: start.upperBound..<page.endIndex))
        return String(page[start.upperBound..<end.lowerBound])
    }

    private func verify(_ directory: ScratchDirectory, _ head: AuditPosition? = nil) throws -> (Int32, String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: AuditLogFormatTests.python)
        let headArguments = head.map { ["\($0.sequence)", Base64.encode($0.leafHash)] } ?? []
        process.arguments = ["-c", try script(), directory.log] + headArguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: text, as: UTF8.self))
    }

    @Test("the documented verifier accepts a log, and refuses one that was changed", .enabled(if: hasPython))
    func documentedVerifier() throws {
        let directory = try ScratchDirectory()
        let log = try AuditLog.open(directory: directory.log, limits: AuditLimits(segmentBytes: 1_000))
        let digest = try log.keepEvidence(Array("evidence".utf8))
        let positions = try (0..<10).map { try log.append(id: "r\($0)", evidence: [digest]) }
        log.close()
        let head = try #require(positions.last)
        #expect(try verify(directory) == (0, "9 \(Base64.encode(head.leafHash))\n"))
        #expect(try verify(directory, positions[4]).0 == 0)
        #expect(try verify(directory, AuditPosition(sequence: 4, leafHash: positions[5].leafHash)).0 == 1)
        #expect(try verify(directory, AuditPosition(sequence: 10, leafHash: head.leafHash)).0 == 1)

        let path = directory.segment()
        let good = try directory.read(path)
        let changed = Array(String(decoding: good, as: UTF8.self).replacing("\"r1\"", with: "\"R1\"").utf8)
        try directory.write(changed, to: path)
        let (status, text) = try verify(directory)
        #expect(status == 1)
        #expect(text.contains("record 2, or the one before it, was changed"))
        try directory.write(good, to: path)
        try directory.write([1], to: directory.evidence(digest))
        #expect(try verify(directory).0 == 1)
    }
}
