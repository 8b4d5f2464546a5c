import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("dockgate audit")
    struct AuditCommandTests {
        /// A log of two decisions, an allowed and a refused one, and the answers.
        private func recorded() throws -> (files: GateFiles, answers: [AdmissionAnswer]) {
            try withGate { gate, stage in
                (gate.files, [try gate.ask(.pod(stage.signed)), try gate.ask(.pod(stage.tampered))])
            }
        }

        @Test("list has the newest first; show finds a record by id and by number")
        func reading() throws {
            let (files, answers) = try recorded()
            let list = try Program.run("audit", "list", "--directory", files.audit)
            #expect(list.status == 0)
            #expect(list.outputLines.map { $0.contains("DENY") } == [true, false])
            #expect(list.outputLines.first?.contains("prod-shop/Pod/web") == true)
            let id = try #require(answers.last?.decision)
            let byIdentity = try Program.run("audit", "show", id, "--directory", files.audit)
            let byNumber = try Program.run("audit", "show", "1", "--directory", files.audit)
            #expect(byIdentity.status == 0)
            #expect(byIdentity.output == byNumber.output)
            #expect(byIdentity.output.contains("signed-production/signed-by-release"))
            let absent = try Program.run("audit", "show", "7", "--directory", files.audit)
            #expect(absent.status == 2)
            #expect(absent.errorLines == ["error: there is no record `7` in `\(files.audit)`"])
        }

        @Test("a changed record, a changed piece of evidence, and a cut-off end are found")
        func tampering() throws {
            let (files, answers) = try recorded()
            let head = try #require(answers.last?.head)
            let whole = try verify(files.audit, "--head", head)
            #expect(whole.status == 0)
            #expect(whole.output.contains("checked 1 segment, 2 records, "), "\(whole.output)")

            let changed = try copy(files)
            let segment = changed + "/segments/000000000000.jsonl"
            let text = Scratch.text(segment)
            let forged = text.replacing(#""allowed":true"#, with: #""allowed":false"#, maxReplacements: 1)
            #expect(forged != text)
            try Data(forged.utf8).write(to: URL(fileURLWithPath: segment))
            let found = try verify(changed)
            #expect(found.status == 1)
            #expect(found.output.contains("CHANGED-RECORD at seq 0"), "\(found.output)")
            #expect(found.outputLines.last == "RESULT: TAMPERED")

            let cut = try copy(files)
            let first = try #require(text.split(separator: "\n").first)
            try Data((first + "\n").utf8).write(to: URL(fileURLWithPath: cut + "/segments/000000000000.jsonl"))
            #expect(try verify(cut).status == 0, "the log alone does not tell")
            #expect(try verify(cut, "--head", head).status == 1)

            let evidence = try copy(files)
            let piece = try #require(
                FileManager.default.enumerator(atPath: evidence + "/evidence/sha256")?.compactMap { $0 as? String }
                    .first { $0.contains("/") })
            try Data("other".utf8).write(to: URL(fileURLWithPath: evidence + "/evidence/sha256/" + piece))
            #expect(try verify(evidence).status == 1)
            #expect(try verify(evidence, "--no-evidence").status == 0)
        }

        @Test("JSON of a verification names result and head")
        func json() throws {
            let (files, answers) = try recorded()
            let command = try verify(files.audit, "-o", "json")
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["result"]?.string == "verified")
            #expect(root["records"]?.integer == 2)
            #expect(root["head"]?.string == answers.last?.head)
        }

        @Test("a log that cannot be read is neither verified nor tampered with; a head that is none is a mistake")
        func unreadable() throws {
            let scratch = try Scratch()
            #expect(try verify(scratch.path + "/absent").status == 3)
            #expect(try Program.run("audit", "list", "--directory", scratch.path + "/absent").status == 3)
            #expect(try verify(scratch.path, "--head", "7").status == 2)
        }

        private func verify(_ directory: String, _ arguments: String...) throws -> Command {
            try Command.run(Program.path, ["audit", "verify", "--directory", directory] + arguments)
        }

        private func copy(_ files: GateFiles) throws -> String {
            let copy = files.path("copy-" + UUID().uuidString)
            try FileManager.default.copyItem(atPath: files.audit, toPath: copy)
            return copy
        }
    }
}
