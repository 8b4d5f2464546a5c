import ArgumentParser
import Foundation
import PolicyDocuments
import PolicyEngine
import StrictJSON
import Testing
import Timestamp

@testable import dockgate

/// Reports of `policy diff`, made of documents in memory, and the command on directories of its own.
@Suite("What policy diff reports")
struct PolicyDiffReportTests {
    private static let now = Instant(secondsSince1970: 1_795_000_000)

    private static func policy(_ specification: String, name: String = "sources") -> String {
        "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: \(name)}\nspec: \(specification)\n"
    }

    private static func load(_ text: String) throws -> LoadedPolicies {
        try PolicyDocuments.load(
            directory: "p", formats: Composition.attestorFormats, now: now, from: OneFile(path: "p/a.yaml", text: text))
    }

    private static func report(_ old: String, _ new: String, probes: Int = 10_000) throws -> PolicyDiffReport {
        PolicyDiffReport(comparison: try load(old).compared(with: load(new), at: now, probes: probes))
    }

    private static let trusting = "{checks: [{trustedRegistries: [\"registry.example.com/**\"]}]}"
    private static let both = "{checks: [{trustedRegistries: [\"registry.example.com/**\", ghcr.io/acme/*]}]}"

    @Test("table: the document, what comes in now and why, a case that shows it, and a sum")
    func table() throws {
        let lines = try Self.report(Self.policy(Self.trusting), Self.policy(Self.both)).table(on: .none)
            .split(separator: "\n").map(String.init)
        #expect(
            lines.dropLast() == [
                "changed ImagePolicy sources",
                "LOOSENED   ghcr.io/acme/x:1",
                "           before  refused: `sources/trustedRegistries` refuses it: `source-untrusted`",
                "           after   admitted: `sources/trustedRegistries` vouches for it",
                "           case    {image: \"ghcr.io/acme/x:1\", namespace: \"any-namespace\", time: 2026-11-18T11:06:40Z, "
                    + "digest: sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855, expect: allow}",
            ])
        #expect(lines.last?.hasPrefix("1 difference: 1 loosened; ") == true)
        #expect(lines.last?.hasSuffix(" probes") == true)
    }

    @Test("facts that matter are named beside the image, and those that do not are not")
    func facts() throws {
        let old = Self.policy(Self.trusting)
        let new =
            old + "---\n"
            + Self.policy(
                "{match: {namespaces: {names: [prod], labels: {env: a}}, containers: [init], sources: [pipeline]}, checks: [{digest: required}]}",
                name: "pinned")
        let table = try Self.report(old, new).table(on: .none)
        #expect(
            table.contains(
                "TIGHTENED  registry.example.com/x:1 in namespace prod, labels env=a, container init, source pipeline\n"
            ))
    }

    @Test("on a terminal what comes in and what is refused have colours, and nothing else is different")
    func colours() throws {
        let report = try Self.report(Self.policy(Self.both), Self.policy(Self.trusting))
        let coloured = report.table(on: Terminal(isTerminal: true, hasColour: true, canErase: true, columns: 80))
        #expect(coloured.contains("\u{1b}[1;33mTIGHTENED\u{1b}[0m"))
        #expect(
            coloured.replacing("\u{1b}[1;33m", with: "").replacing("\u{1b}[0m", with: "") == report.table(on: .none))
    }

    @Test("no difference is told as what it is: the same documents, or others in which no probe finds any")
    func none() throws {
        let same = try Self.report(Self.policy(Self.both), Self.policy(Self.both))
        #expect(same.table(on: .none) == "no difference: the documents of both say the same\n")
        let reworded = try Self.report(
            Self.policy("{checks: [{forbid: {because: a}}]}"), Self.policy("{checks: [{forbid: {because: b}}]}"))
        let lines = reworded.table(on: .none).split(separator: "\n")
        #expect(lines.first == "changed ImagePolicy sources" && lines.count == 2)
        #expect(lines.last?.hasPrefix("documents differ, and no probe found a difference; ") == true)
    }

    @Test("a sample is told as one, with of how many it is")
    func sample() throws {
        let report = try Self.report(Self.policy(Self.both), Self.policy(Self.trusting), probes: 20)
        #expect(report.summary.contains("; a sample of 20 of "))
        #expect(report.summary.hasSuffix(" possible probes"))
    }

    @Test("JSON: both sides with what only they say, and every fact of the example")
    func json() throws {
        let report = try Self.report(Self.policy(Self.trusting), Self.policy(Self.both))
        let root = try JSONDocument(parsing: Array(report.json.utf8)).root
        #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1" && root["different"]?.boolean == true)
        let document = try #require(root["documents"]?.elements.first { _ in true })
        #expect(document["kind"]?.string == "ImagePolicy" && document["change"]?.string == "changed")
        let difference = try #require(root["differences"]?.elements.first { _ in true })
        #expect(difference["effect"]?.string == "loosened")
        #expect(
            difference["before"]?["admitted"]?.boolean == false && difference["after"]?["admitted"]?.boolean == true)
        let because = try #require(difference["before"]?["because"]?.elements.first { _ in true })
        #expect(because["policy"]?.string == "sources" && because["check"]?.string == "trustedRegistries")
        #expect(because["enforcement"]?.string == "deny" && because["outcome"]?.string == "violated")
        #expect(because["reason"]?.string == "source-untrusted")
        let example = try #require(difference["examples"]?.elements.first { _ in true })
        #expect(example["image"]?.string == "ghcr.io/acme/x:1" && example["namespace"]?.string == "any-namespace")
        #expect(example["case"]?.string?.hasPrefix("{image: ") == true)
        #expect(root["probes"]?.integer == report.comparison.probeCount)
        let same = try Self.report(Self.policy(Self.both), Self.policy(Self.both)).json
        #expect(try JSONDocument(parsing: Array(same.utf8)).root["different"]?.boolean == false)
    }

    @Test("Markdown: everything of others stands in spans of code")
    func markdown() throws {
        let text = try Self.report(Self.policy(Self.trusting), Self.policy(Self.both)).markdown
        #expect(text.hasPrefix("### dockgate: policies\n\n1 difference: 1 loosened; "))
        #expect(text.contains("\n- `changed ImagePolicy sources`\n"))
        #expect(text.contains("\n**LOOSENED** `ghcr.io/acme/x:1`\n- before: `` refused: "))
    }

    @Test("whatever a check is called, no report lets it act")
    func hostile() throws {
        for hostile in Hostile.texts where hostile.contains(where: { !$0.isWhitespace }) && !hostile.contains("\u{0}") {
            let escaped = hostile.unicodeScalars.map { scalar in
                let digits = String(scalar.value, radix: 16)
                return "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
            }.joined()
            let new = Self.policy("{checks: [{name: \"\(escaped)\", digest: required}]}", name: "pinned")
            let old = Self.policy(Self.trusting)
            let report = try Self.report(old, old + "---\n" + new, probes: 200)
            #expect(!report.comparison.isEmpty, "\(hostile.debugDescription)")
            for line in report.table(on: .none).split(separator: "\n") {
                #expect(String(line) == String(line).printable, "\(hostile.debugDescription)")
            }
            for line in report.markdown.split(separator: "\n").dropFirst() {
                #expect(String(line) == String(line).printable, "\(hostile.debugDescription)")
            }
            #expect(throws: Never.self) { _ = try JSONDocument(parsing: Array(report.json.utf8)) }
        }
    }

    // MARK: - The command

    /// Runs it on two directories with these documents, and gives what its JSON report says.
    private func run(_ old: String, _ new: String, _ arguments: String...) throws -> (
        outcome: (any Error)?, json: String?
    ) {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: directory) }
        for (name, text) in [("old", old), ("new", new)] {
            let folder = directory.appendingPathComponent(name)
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            try text.write(to: folder.appendingPathComponent("a.yaml"), atomically: true, encoding: .utf8)
        }
        let report = directory.appendingPathComponent("diff.json").path
        let words = ["policy", "diff", "\(directory.path)/old", "\(directory.path)/new", "-o", "json=\(report)"]
        var command = try Dockgate.parseAsRoot(words + arguments)
        var outcome: (any Error)?
        do { try command.run() } catch { outcome = error }
        return (outcome, try? String(contentsOfFile: report, encoding: .utf8))
    }

    @Test("it ends with 0 where nothing differs, with 1 where something does, and reports both")
    func ends() throws {
        let same = try run(Self.policy(Self.both), "# the same\n" + Self.policy(Self.both))
        #expect(same.outcome == nil && same.json?.contains("\"different\":false") == true)
        let other = try run(Self.policy(Self.both), Self.policy(Self.trusting))
        #expect(other.outcome as? Outcome == .denied && other.json?.contains("\"effect\":\"tightened\"") == true)
    }

    @Test("what does not load is told of both directories, and nothing is reported")
    func doesNotLoad() throws {
        let found = try run(Self.policy("{checks: []}"), Self.policy("{chekcs: [{digest: required}]}"))
        let lines = try #require(found.outcome as? UsageError).lines(on: .none)
        #expect(found.json == nil)
        #expect(lines.contains { $0.contains("/old/a.yaml:4:16: error: ") })
        #expect(lines.contains { $0.contains("/new/a.yaml:4:8: error: unknown field `chekcs`") })
        #expect(lines.contains { $0.hasPrefix("error: the old policies in `") && $0.hasSuffix("/old` do not load") })
        #expect(lines.contains { $0.hasPrefix("error: the new policies in `") })
        let one = try run(Self.policy(Self.both), Self.policy("{checks: []}"))
        let mistakes = try #require(one.outcome as? UsageError).lines(on: .none)
        #expect(
            !mistakes.contains { $0.hasPrefix("error: the old") }
                && mistakes.contains { $0.hasPrefix("error: the new") })
    }

    @Test("--time says when the decisions are made")
    func time() throws {
        #expect(throws: (any Error).self) { try Dockgate.parseAsRoot(["policy", "diff", "a", "b", "--time", "soon"]) }
        let stage = "{enforcement: {default: deny, warn: [{namespaces: {names: [a]}}]}, checks: [{digest: required}]}"
        let found = try run(Self.policy(Self.trusting), Self.policy(stage), "--time", "2027-03-01")
        #expect(found.json?.contains("\"time\":\"2027-03-01T00:00:00") == true)
    }
}

private struct OneFile: DocumentSource {
    let path: String
    let text: String

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] { ["a.yaml"] }
    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] { Array(text.utf8) }
    func generation(of directory: String) -> String { "" }
}
