import ArgumentParser
import Testing

@testable import dockgate

@Suite("The arguments that say what is reported where")
struct CheckOutputTests {
    private func parse(_ arguments: String...) throws -> CheckOutputOptions {
        try CheckOutputOptions.parse(arguments)
    }

    @Test("a format, or a format with a file; as many as there are files, and one beside them")
    func parsing() throws {
        let outputs = try parse("-o", "sarif=a.sarif", "--output", "table", "-o", "json=b=c.json").report.outputs
        #expect(outputs.map(\.format) == [.sarif, .table, .json])
        #expect(outputs.map(\.file) == ["a.sarif", nil, "b=c.json"])
        #expect(try parse().report.outputs.isEmpty)
    }

    @Test("every report says what a problem is relieved by and until when", arguments: CheckFormat.allCases)
    func relief(format: CheckFormat) {
        let text = format.text(of: .excepted, on: .none)
        #expect(text.ranges(of: "inc-4711").count >= 2)
        #expect(text.ranges(of: "2026-12-01T00").count + text.ranges(of: "2026-12-01T00%3A").count >= 2, "\(text)")
    }

    @Test(
        "two that go to standard output, two to one file, an unknown format and an empty name are mistakes",
        arguments: [
            (["-o", "table", "-o", "json"], "`-o table` and `-o json` both go to standard output"),
            (["-o", "json", "-o", "json"], "both go to standard output"),
            (["-o", "json=a", "-o", "sarif=a"], "two outputs go to `a`"),
            (["-o", "json=b/../a", "-o", "sarif=./a"], "two outputs go to `./a`"),
            (["-o", "xml"], "there is no output `xml`; there are table, plain,"),
            (["-o", "sarif="], "names no file"),
            (["-o", "sarif=-"], "`sarif=-`: standard output is meant by `-o sarif` alone"),
            (["-o", ""], "there is no output ``"),
            (["--warn-exit-code", "256"], "256"), (["--warn-exit-code", "one"], "one"),
        ])
    func mistakes(arguments: [String], message: String) {
        do {
            _ = try CheckOutputOptions.parse(arguments)
            Issue.record("\(arguments) were accepted")
        } catch {
            let told = CheckOutputOptions.fullMessage(for: error)
            #expect(told.contains(message), "\(told)")
        }
    }

    @Test("a warning changes the exit code if that is asked for, and nothing else is hidden by it")
    func warnExitCode() throws {
        let warned = CheckReport.of(.image("a", .warned), .image("b", .allowed))
        #expect(try parse().outcome(of: warned) == nil)
        #expect(try parse("--warn-exit-code", "7").outcome(of: warned)?.exitCode == 7)
        #expect(try parse("--warn-exit-code", "7").outcome(of: .of(.image("a", .allowed))) == nil)
        let denied = CheckReport.of(.image("a", .warned), .image("b", .denied))
        #expect(try parse("--warn-exit-code", "7").outcome(of: denied)?.exitCode == 1)
        let undetermined = CheckReport.of(.image("a", .warned), .image("b", .undetermined))
        #expect(try parse("--warn-exit-code", "7").outcome(of: undetermined)?.exitCode == 3)
    }
}
