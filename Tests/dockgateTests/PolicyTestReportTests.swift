import Cryptography
import Foundation
import FoundationXML
import PolicyDocuments
import StrictJSON
import Testing

@testable import dockgate

/// Reports of `policy test`, made of documents in memory.
@Suite("What policy test reports")
struct PolicyTestReportTests {
    private static let policies = """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: sources}
        spec:
          checks:
            - {name: known, trustedRegistries: ["registry.example.com/**"]}
            - {tags: {deny: [latest]}, enforcement: warn}
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: bad-build}
        spec:
          match: {digests: ["sha256:\(String(repeating: "ab", count: 32))"]}
          checks: [{forbid: {because: it lost orders}}]
        """

    /// A passed case, one that failed and one that states too little.
    private func report(
        names: [String] = ["passes", "fails", "lacks"], lists: Bool = false, requires: Bool = false
    ) throws -> PolicyTestReport {
        let quoted = names.map { name in
            "\"\(name.unicodeScalars.map { "\\U" + String($0.value, radix: 16).leftPadded }.joined())\""
        }
        let source = Documents(files: [
            "p/sources.yaml": Self.policies,
            "p/sources.tests.yaml": """
            apiVersion: dockgate.dev/v1
            kind: PolicyTests
            metadata: {name: sources}
            spec:
              policies: [sources.yaml]
              defaults: {time: 2026-11-26, namespace: shop}
              cases:
                - {name: \(quoted[0]), image: "ghcr.io/x/y:1", expect: {verdict: deny, policy: sources, check: known, reason: source-untrusted}}
                - {name: \(quoted[1]), image: "registry.example.com/a", digest: "sha256:\(String(repeating: "0", count: 64))", expect: {verdict: deny, check: known}}
                - {name: \(quoted[2]), image: "registry.example.com/a:1", expect: allow}

            """,
        ])
        let tests = try PolicyTests.load(
            files: ["p/sources.tests.yaml"], formats: Composition.attestorFormats, from: source)
        var coverage = PolicyCoverage()
        var results: [PolicyTestResult] = []
        for tests in tests {
            coverage.add(tests)
            for test in tests.cases {
                results.append(tests.run(test))
                if let decision = results.last?.decision { coverage.count(decision, by: tests) }
            }
        }
        return PolicyTestReport(
            results: results, coverage: coverage, listsCoverage: lists || requires, requiresCoverage: requires,
            took: .milliseconds(40))
    }

    @Test("a failed case is told with what was expected, what was found, and every finding; a passed one is a line")
    func table() throws {
        let text = try report(lists: true).table(on: .none)
        #expect(
            text == """
                PASS   passes  p/sources.tests.yaml:8:7
                FAIL   fails  p/sources.tests.yaml:9:7
                         image      registry.example.com/a in namespace shop
                         expected   deny by check known
                         found      warn by policy sources, check tags, reason tag-denied
                         passed         policy sources, check known
                         violated       policy sources, check tags [tag-denied], warn only
                           found      the tag `latest`
                           expected   a tag that does not match `latest`
                FAIL   lacks  p/sources.tests.yaml:10:7
                         image      registry.example.com/a:1 in namespace shop
                         expected   allow
                         found      nothing: the policies ask what `registry.example.com/a:1` stands for; state it as \
                `digest: sha256:…`, or that nobody knows as `evidence: {registry: unreachable}`
                p/sources.yaml:14:12: policy bad-build, check forbid: never violated
                3 cases, 1 passed, 2 failed; 2 of 3 checks seen to pass and to fail in 0.0 s

                """, "\(text)")
        let terminal = Terminal(isTerminal: true, hasColour: true, canErase: true, columns: 80)
        #expect(try report().table(on: terminal).contains("\u{1b}[1;31m✗ FAIL\u{1b}[0m   fails"))
    }

    @Test("what was remembered and stood in is told by its kind, in JSON with its age")
    func relief() throws {
        let source = Documents(files: [
            "p/signed.yaml": """
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: signed}
            spec: {checks: [{signature: {by: release}, onUndetermined: {lastKnownGood: {for: 24h}}}]}
            ---
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: release}
            spec: {cosign: {keys: [{file: release.pub}], transparencyLog: notRequired}}
            """,
            "p/release.pub": String(decoding: try PrivateKey.generate(.ecdsaP256).publicKeyPEM, as: UTF8.self),
            "p/a.tests.yaml": """
            apiVersion: dockgate.dev/v1
            kind: PolicyTests
            metadata: {name: signed}
            spec:
              policies: [signed.yaml]
              cases:
                - name: away
                  time: 2026-11-26T12:00:00Z
                  image: "registry.example.com/a@sha256:\(String(repeating: "0", count: 64))"
                  evidence:
                    registry: unreachable
                    remembered: [{policy: signed, check: signature, passed: 2026-11-26T10:00:00Z}]
                  expect: {verdict: warn, relief: exception}

            """,
        ])
        let tests = try PolicyTests.load(files: ["p/a.tests.yaml"], formats: Composition.attestorFormats, from: source)
        let report = PolicyTestReport(
            results: tests.flatMap { tests in tests.cases.map { tests.run($0) } }, coverage: PolicyCoverage(),
            listsCoverage: false, requiresCoverage: false, took: .zero)
        let result = try #require(report.results.first)
        #expect(result.expected == "warn by relief exception")
        #expect(
            result.found == [
                "warn by policy signed, check signature, relief lastKnownGood, reason registry-unavailable"
            ])
        let root = try JSONDocument(parsing: Array(report.json.utf8)).root
        let told = try #require(root["cases"]?.elements.first { _ in true })
        #expect(told["expected"]?["relief"]?.string == "exception")
        let finding = try #require(told["findings"]?.elements.first { _ in true })
        #expect(finding["relief"]?["kind"]?.string == "lastKnownGood")
        #expect(finding["relief"]?["ageSeconds"]?.integer == 7_200)
    }

    @Test("JSON has every case with what was expected and found, and what is not covered")
    func json() throws {
        let root = try JSONDocument(parsing: Array(try report().json.utf8)).root
        #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1" && root["passed"]?.boolean == false)
        let cases = root["cases"]?.elements.map { $0 } ?? []
        #expect(cases.map { $0["passed"]?.boolean } == [true, false, false])
        #expect(cases.map { $0["line"]?.integer } == [8, 9, 10])
        #expect(cases[0]["expected"]?["reason"]?.string == "source-untrusted")
        #expect(cases[0]["found"]?["reason"]?.string == "source-untrusted")
        #expect(cases[1]["found"]?["verdict"]?.string == "warn" && cases[1]["findings"]?.elements.map { $0 }.count == 2)
        #expect(cases[2]["found"] == nil)
        #expect(root["coverage"]?["checks"]?.integer == 3 && root["coverage"]?["covered"]?.integer == 2)
        #expect(root["coverage"]?["uncovered"]?.elements.map { $0["check"]?.string } == ["forbid"])
    }

    @Test("JUnit has a suite for each file; what failed is a failure, what states too little an error")
    func junit() throws {
        let root = try #require(try XMLDocument(xmlString: try report().junit).rootElement())
        func attribute(_ name: String, _ element: XMLElement?) -> String? {
            element?.attribute(forName: name)?.stringValue
        }
        #expect(["tests", "failures", "errors"].map { attribute($0, root) } == ["3", "1", "1"])
        let suite = try #require(root.elements(forName: "testsuite").first)
        #expect(attribute("name", suite) == "p/sources.tests.yaml")
        let tests = suite.elements(forName: "testcase")
        #expect(tests.map { attribute("name", $0) } == ["passes", "fails", "lacks"])
        #expect(tests.map { $0.elements(forName: "failure").count } == [0, 1, 0])
        #expect(tests.map { $0.elements(forName: "error").count } == [0, 0, 1])
        #expect(
            attribute("message", tests[1].elements(forName: "failure").first)
                == "p/sources.tests.yaml:9:7: expected deny by check known, found warn by policy sources, check tags, reason tag-denied"
        )
        let required = try #require(try XMLDocument(xmlString: try report(requires: true).junit).rootElement())
        #expect(["tests", "failures", "errors"].map { attribute($0, required) } == ["4", "2", "1"])
        #expect(
            required.elements(forName: "testsuite").map { attribute("name", $0) } == [
                "p/sources.tests.yaml", "coverage",
            ])
    }

    @Test("each failed case is an annotation at its line, and each uncovered check a warning, or an error if required")
    func github() throws {
        let lines = try report(lists: true).github.split(separator: "\n")
        #expect(lines.map { $0.prefix { $0 != " " } }.dropLast() == ["::error", "::error", "::warning"])
        #expect(
            lines[0].hasPrefix("::error file=p/sources.tests.yaml,line=9,col=7,title=dockgate%3A policy test::fails: "))
        #expect(lines[2].contains("file=p/sources.yaml,line=14,"))
        #expect(try report(requires: true).github.split(separator: "\n").count { $0.hasPrefix("::error") } == 3)
        #expect(try report().github.split(separator: "\n").count == 3)
    }

    @Test("only coverage that is required makes a report fail")
    func required() throws {
        let all = try self.report(requires: true)
        let passed = all.results.filter(\.hasPassed)
        func report(_ requires: Bool) -> PolicyTestReport {
            PolicyTestReport(
                results: passed, coverage: all.coverage, listsCoverage: true, requiresCoverage: requires, took: .zero)
        }
        #expect(report(false).hasPassed && !report(true).hasPassed)
    }

    @Test("hostile names act nowhere", arguments: PolicyTestFormat.allCases)
    func hostile(format: PolicyTestFormat) throws {
        for hostile in Hostile.texts where !hostile.allSatisfy(\.isWhitespace) && hostile != "\u{0}" {
            let text = format.text(of: try report(names: [hostile, hostile + "1", hostile + "2"]), on: .none)
            for scalar in text.unicodeScalars where scalar != "\n" {
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator:
                    Issue.record("\(hostile.debugDescription): \(text)")
                default: break
                }
            }
            for line in text.split(separator: "\n") where format != .github {
                #expect(!line.drop { $0.isWhitespace }.utf8.starts(with: "::".utf8), "\(line)")
            }
            for command in ["##[", "##vso[", "##teamcity["] {
                #expect(text.utf8.firstRange(of: command.utf8) == nil, "\(hostile.debugDescription): \(text)")
            }
            if format == .junit { #expect(throws: Never.self) { try XMLDocument(xmlString: text) } }
        }
    }
}

private struct Documents: DocumentSource {
    let files: [String: String]

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] { [] }

    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        guard let text = files[path] else { throw DocumentSourceError("does not exist") }
        return Array(text.utf8)
    }

    func generation(of directory: String) -> String { "" }
}

extension String {
    /// Eight digits, as an escape of YAML has them.
    fileprivate var leftPadded: String { String(repeating: "0", count: 8 - utf8.count) + self }
}
