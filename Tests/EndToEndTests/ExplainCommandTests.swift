import Foundation
import StrictJSON
import Testing
import Trust

extension EndToEnd {
    @Suite("dockgate explain")
    struct ExplainCommandTests {
        @Test("docs/TROUBLESHOOTING.md is what `dockgate explain --markdown` prints")
        func page() throws {
            let printed = try Program.run("explain", "--markdown")
            #expect(printed.status == 0)
            #expect(Scratch.text(Program.package + "/docs/TROUBLESHOOTING.md") == printed.output)
        }

        @Test("the audit log's page names every reason")
        func auditLog() {
            let page = Scratch.text(Program.package + "/docs/AUDIT-LOG.md")
            for reason in ReasonCode.allCases {
                #expect(page.contains("| `\(reason.rawValue)` |"), "\(reason.rawValue)")
            }
        }

        @Test("a reason is explained, with the brackets that an answer puts around it or without")
        func reason() throws {
            let plain = try Program.run("explain", "signature-missing")
            #expect(plain.status == 0)
            #expect(plain.output.hasPrefix("signature-missing\n  cause  The image has no signature"))
            #expect(plain.output.contains("\n  cure   "))
            #expect(try Program.run("explain", "[signature-missing]").output == plain.output)
        }

        @Test("without a reason every one is listed, in a line each, and JSON has the same")
        func list() throws {
            let table = try Program.run("explain")
            #expect(table.status == 0)
            #expect(
                table.outputLines.map { String($0.prefix { $0 != " " }) } == ReasonCode.allCases.map(\.rawValue))
            let json = try Program.run("explain", "-o", "json")
            let reasons = try #require(try JSONDocument(parsing: Array(json.output.utf8)).root["reasons"])
            #expect(reasons.elements.compactMap { $0["reason"]?.string } == ReasonCode.allCases.map(\.rawValue))
            #expect(reasons.elements.allSatisfy { $0["cause"]?.string != nil && $0["cure"]?.string != nil })
        }

        @Test("a reason that does not exist is a mistake, and the nearest one is named")
        func unknown() throws {
            let command = try Program.run("explain", "signature-mising")
            #expect(command.status == 2)
            #expect(
                command.errors == "error: there is no reason `signature-mising`, did you mean `signature-missing`?\n")
            #expect(try Program.run("explain", "\u{1b}[2J").errors.isHarmless)
        }
    }
}
