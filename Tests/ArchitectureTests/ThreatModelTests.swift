import Foundation
import Testing

/// What docs/THREAT-MODEL.md says is tested.
@Suite struct ThreatModelTests {
    private static let page = Result {
        try String(contentsOf: SourceTree.root.appending(path: "docs/THREAT-MODEL.md"), encoding: .utf8)
    }

    /// The rows of all tables in a section.
    private static func rows(of title: String) throws -> [Substring] {
        try page.get().split(separator: "\n").drop { $0 != "## \(title)" }.dropFirst().prefix { !$0.hasPrefix("## ") }
            .filter { $0.hasPrefix("| ") }
    }

    /// The last column of each table in the section about tests.
    private static func promised() throws -> [String] {
        try rows(of: "The tests that hold it").filter { !$0.hasSuffix("| test |") }
            .compactMap { $0.split(separator: "|").last }.flatMap { $0.split(separator: ",") }
            .map {
                String($0.drop { $0 == " " || $0 == "`" }.prefix { $0 != "`" }).trimmingCharacters(in: .whitespaces)
            }
    }

    /// What the answer to an attack names in parentheses.
    private struct Evidence {
        let findings: [String]
        let suites: [String]

        /// Reads `M01 to M04, attack 24: `ManifestTests``; the findings may be missing.
        init(_ text: Substring) {
            suites = text.matches(of: /`(\w+Tests)`/).map { String($0.1) }
            let codes = text.contains(":") ? text.prefix { $0 != ":" } : ""
            let numbered = codes.matches(of: /([A-Z])(\d\d)(?: to [A-Z](\d\d))?/).flatMap { match in
                let first = Int(match.2) ?? 0
                let last = match.3.flatMap { Int($0) } ?? first
                return (first...max(first, last)).map { "\(match.1)\($0 < 10 ? "0" : "")\($0)" }
            }
            let attacks = codes.matches(of: /attacks? ([\d and]+)/).flatMap { $0.1.matches(of: /\d+/) }
            findings = numbered + attacks.map { "Attack \($0.0)" }
        }
    }

    /// The findings that the names of each suite's tests begin with.
    private static func kept() throws -> [String: Set<String>] {
        let base = SourceTree.root.appending(path: "Tests")
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        var kept: [String: Set<String>] = [:]
        for path in paths where path.hasSuffix("Tests.swift") {
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            let findings = text.matches(of: /@Test\(\s*"([^":]+):/).flatMap { match in
                match.1.split(separator: ", ").map { $0.prefix(1).uppercased() + $0.dropFirst() }
            }
            for match in text.matches(of: /struct (\w+Tests)/) {
                kept[String(match.1), default: []].formUnion(findings)
            }
        }
        return kept
    }

    @Test("every test that the threat model promises is there")
    func tests() throws {
        let promised = try Self.promised()
        #expect(promised.count > 30)
        let kept = try Self.kept()
        let names = Set(kept.keys).union(kept.values.joined())
        for name in promised { #expect(names.contains(name), "`\(name)` is no test") }
    }

    @Test("every suite that an answer names is there, and holds the findings that stand before it")
    func answers() throws {
        let answers = try Self.rows(of: "Attacks answered").flatMap { row in
            row.matches(of: /\(([^()]*`\w+Tests`[^()]*)\)/).map { Evidence($0.1) }
        }
        #expect(answers.count > 40)
        let kept = try Self.kept()
        for answer in answers {
            var held: Set<String> = []
            for suite in answer.suites {
                #expect(kept[suite] != nil, "`\(suite)` is no suite")
                held.formUnion(kept[suite] ?? [])
            }
            for finding in answer.findings {
                #expect(held.contains(finding), "\(finding) is in none of \(answer.suites)")
            }
        }
    }

    @Test("findings are read as the page writes them")
    func evidence() {
        let evidence = Evidence("M01 to M03, M16, attacks 11 and 12: `ManifestTests`, `GateTests`")
        #expect(evidence.findings == ["M01", "M02", "M03", "M16", "Attack 11", "Attack 12"])
        #expect(evidence.suites == ["ManifestTests", "GateTests"])
        #expect(Evidence("`GateTests`").findings.isEmpty)
    }
}
