import PolicyDocuments
import StrictJSON
import Testing
import Trust

@testable import dockgate

@Suite("Reports about policies")
struct PolicyReportTests {
    private static func diagnostic(
        _ severity: Diagnostic.Severity, _ message: String, _ file: String = "./policies/a.yaml", line: Int = 2,
        column: Int = 4
    ) -> Diagnostic {
        Diagnostic(severity, message, at: SourcePosition(file: file, line: line, column: column))
    }

    private static let report = PolicyReport(
        diagnostics: [
            diagnostic(.warning, "`registry.example.com/team*` also lets in `registry.example.com/team-evil`"),
            diagnostic(.error, "unknown field `enforcment`, did you mean `enforcement`?", line: 5, column: 3),
        ], summary: nil)
    private static let loaded = PolicyReport(diagnostics: [report.diagnostics[0]], summary: "1 policy")

    private static let terminal = Terminal(isTerminal: true, hasColour: false, canErase: true, columns: 40)

    private func lines(_ text: String, on terminal: Terminal, column: Int = 4) -> [String] {
        var shown = ShownDiagnostics(on: terminal, read: { $0 == "a.yaml" ? Array(text.utf8) : nil })
        return shown.lines(of: Self.diagnostic(.error, "is wrong", "a.yaml", column: column))
    }

    @Test("on a terminal the line stands below, with a mark under the column; elsewhere not")
    func excerpt() {
        let text = "a: 1\n日: x\n"
        #expect(lines(text, on: .none) == ["a.yaml:2:4: error: is wrong"])
        #expect(lines(text, on: Self.terminal) == ["a.yaml:2:4: error: is wrong", "  2 | 日: x", "    |     ^"])
    }

    @Test("colours are for terminals that have them, and change no other character")
    func colour() {
        let coloured = Terminal(isTerminal: true, hasColour: true, canErase: true, columns: 40)
        let plain = lines("a\nbcd\n", on: coloured).map {
            $0.replacing("\u{1b}[1;31m", with: "").replacing("\u{1b}[0m", with: "")
        }
        #expect(lines("a\nbcd\n", on: coloured) != plain)
        #expect(plain == lines("a\nbcd\n", on: Self.terminal))
    }

    @Test("a line that is not there, an unreadable file and a file with a secret leave the message alone")
    func nothingToShow() {
        for text in ["a: 1", "a: 1\nb: ghp_0123456789012345678901234567890123456789\n"] {
            #expect(lines(text, on: Self.terminal) == ["a.yaml:2:4: error: is wrong"])
        }
        var shown = ShownDiagnostics(on: Self.terminal, read: { _ in nil })
        #expect(shown.lines(of: Self.report.diagnostics[0]).count == 1)
    }

    @Test("whatever a file is called and holds, no line of it acts on a terminal")
    func hostile() {
        for hostile in Hostile.texts {
            var shown = ShownDiagnostics(on: Self.terminal, read: { _ in Array("\(hostile)\n\(hostile)".utf8) })
            for line in shown.lines(of: Self.diagnostic(.error, hostile, hostile)) {
                #expect(line == line.printable && !line.contains { $0.isNewline }, "\(hostile.debugDescription)")
            }
            let report = PolicyReport(diagnostics: [Self.diagnostic(.error, hostile, hostile)], summary: nil)
            for format in PolicyFormat.allCases where format != .github {
                let text = format.text(of: report, on: .none)
                #expect(text.dropLast() == text.dropLast().description.printable[...], "\(format)")
            }
        }
    }

    @Test("SARIF: a result for each diagnostic at its line and column, with those rules that are broken")
    func sarif() throws {
        let reader = SARIFReader(fingerprint: "dockgatePolicyMessage/v1")
        let results = try reader.results(of: Self.report.sarif)
        #expect(results.map { $0["ruleId"]?.string } == ["policy-suspicious", "policy-invalid"])
        #expect(results.map { $0["level"]?.string } == ["warning", "error"])
        let physical = try results.map {
            try #require($0["locations"]?.elements.first { _ in true })["physicalLocation"]
        }
        #expect(physical.map { $0?["artifactLocation"]?["uri"]?.string } == ["policies/a.yaml", "policies/a.yaml"])
        #expect(physical.map { $0?["region"]?["startLine"]?.integer } == [2, 5])
        #expect(physical.map { $0?["region"]?["startColumn"]?.integer } == [4, 3])
        #expect(try reader.results(of: Self.loaded.sarif).count == 1)
        #expect(try reader.results(of: PolicyReport(diagnostics: [], summary: "").sarif).isEmpty)
        for hostile in Hostile.texts where !hostile.isEmpty {
            let report = PolicyReport(diagnostics: [Self.diagnostic(.error, hostile, hostile)], summary: nil)
            #expect(try reader.results(of: report.sarif).count == 1, "\(hostile.debugDescription)")
        }
    }

    @Test("a fingerprint stays when the line moves, and no two results have the same")
    func fingerprints() throws {
        func fingerprints(_ diagnostics: Diagnostic...) throws -> [String?] {
            try SARIFReader(fingerprint: "dockgatePolicyMessage/v1")
                .results(of: PolicyReport(diagnostics: diagnostics, summary: nil).sarif)
                .map { $0["partialFingerprints"]?["dockgatePolicyMessage/v1"]?.string }
        }
        let first = try fingerprints(Self.diagnostic(.error, "a"))
        #expect(try fingerprints(Self.diagnostic(.error, "a", "policies/a.yaml", line: 9, column: 1)) == first)
        #expect(try fingerprints(Self.diagnostic(.error, "b")) != first)
        #expect(try fingerprints(Self.diagnostic(.warning, "a")) != first)
        #expect(try fingerprints(Self.diagnostic(.error, "a", "b.yaml")) != first)
        let twice = try fingerprints(Self.diagnostic(.error, "a"), Self.diagnostic(.error, "a", line: 3))
        #expect(twice.first == first.first && Set(twice).count == 2)
    }

    @Test("GitHub: an annotation for each at its place, mistakes first, and the last line sums up")
    func github() {
        #expect(
            Self.report.github == """
                ::error file=policies/a.yaml,line=5,col=3,title=dockgate%3A policy-invalid::unknown field `enforcment`, \
                did you mean `enforcement`?
                ::warning file=policies/a.yaml,line=2,col=4,title=dockgate%3A policy-suspicious::`registry.example.com/team*` \
                also lets in `registry.example.com/team-evil`
                1 mistake, 1 warning

                """)
        #expect(Self.loaded.github.hasSuffix("\nno mistakes, 1 warning; 1 policy\n"))
    }

    @Test("a warning that has a name has it as its rule in every report")
    func named() throws {
        let place = SourcePosition(file: "a.yaml", line: 1, column: 1)
        let report = PolicyReport(
            diagnostics: [Diagnostic(.warning, "too wide", at: place, code: "admits-more")], summary: "1 policy")
        let reader = SARIFReader(fingerprint: "dockgatePolicyMessage/v1")
        #expect(try reader.results(of: report.sarif).map { $0["ruleId"]?.string } == ["admits-more"])
        #expect(report.github.contains("title=dockgate%3A admits-more::too wide\n"))
        let root = try JSONDocument(parsing: Array(report.json.utf8)).root
        #expect(root["diagnostics"]?.elements.first { _ in true }?["code"]?.string == "admits-more")
    }

    @Test("JSON: whether they load, and every diagnostic with its place as it was written")
    func json() throws {
        let root = try JSONDocument(parsing: Array(Self.report.json.utf8)).root
        #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
        #expect(root["valid"]?.boolean == false)
        let first = try #require(root["diagnostics"]?.elements.first { _ in true })
        #expect(first["severity"]?.string == "warning" && first["file"]?.string == "./policies/a.yaml")
        #expect(first["line"]?.integer == 2 && first["column"]?.integer == 4)
        #expect(first["message"]?.string?.hasPrefix("`registry.example.com/team*`") == true)
        #expect(try JSONDocument(parsing: Array(Self.loaded.json.utf8)).root["valid"]?.boolean == true)
    }
}
