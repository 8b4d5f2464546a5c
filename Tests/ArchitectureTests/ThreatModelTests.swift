import Foundation
import Testing

/// What docs/THREAT-MODEL.md says is tested.
@Suite struct ThreatModelTests {
    /// The last column of each table in the section about tests.
    private static func promised() throws -> [String] {
        let page = try String(contentsOf: SourceTree.root.appending(path: "docs/THREAT-MODEL.md"), encoding: .utf8)
        let section = page.split(separator: "\n").drop { $0 != "## The tests that hold it" }.dropFirst()
            .prefix { !$0.hasPrefix("## ") }
        let rows = section.filter { $0.hasPrefix("| ") && !$0.hasSuffix("| test |") }
        return rows.compactMap { $0.split(separator: "|").last }.flatMap { $0.split(separator: ",") }
            .map {
                String($0.drop { $0 == " " || $0 == "`" }.prefix { $0 != "`" }).trimmingCharacters(in: .whitespaces)
            }
    }

    /// The findings that the names of tests begin with, and the names of suites.
    private static func kept() throws -> Set<String> {
        let base = SourceTree.root.appending(path: "Tests")
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        var names: Set<String> = []
        for path in paths where path.hasSuffix("Tests.swift") {
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            for match in text.matches(of: /@Test\(\s*"([^":]+):/) {
                names.formUnion(match.1.split(separator: ", ").map(String.init))
            }
            for match in text.matches(of: /struct (\w+Tests)/) { names.insert(String(match.1)) }
        }
        return names
    }

    @Test("every test that the threat model promises is there")
    func tests() throws {
        let promised = try Self.promised()
        #expect(promised.count > 30)
        let kept = try Self.kept()
        for name in promised { #expect(kept.contains(name), "`\(name)` is no test") }
    }
}
