import Foundation
import Testing
import YAMLDocument

/// The public yaml-test-suite, when it is there: `DOCKGATE_CONFORMANCE` names the folder that holds it.
@Suite struct TestSuiteConformanceTests {
    static let root: URL? = {
        let named = ProcessInfo.processInfo.environment["DOCKGATE_CONFORMANCE"].map { URL(fileURLWithPath: $0) }
        let beside = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("shared/conformance")
        let suite = (named ?? beside).appendingPathComponent("yaml-test-suite")
        return FileManager.default.fileExists(atPath: suite.path) ? suite : nil
    }()

    @Test(
        "every invalid case of the public suite is refused, every accepted one means what the suite says",
        .enabled(if: root != nil, "the yaml-test-suite is not there"))
    func publicSuite() throws {
        let root = try #require(Self.root)
        var tally: [String: [String]] = [:]
        for test in try cases(in: root) {
            tally[try outcome(of: test), default: []].append(test.name)
        }
        for (outcome, names) in tally.sorted(by: { $0.key < $1.key }) {
            print("yaml-test-suite: \(outcome): \(names.count)")
        }
        // S98Z: a block scalar that is empty but for blank lines of growing indentation, then a comment. It reads as empty.
        #expect(tally["invalid, accepted", default: []] == ["S98Z"])
        #expect(tally["valid, read as something else", default: []].isEmpty)
    }

    private struct Case {
        let name: String
        let input: [UInt8]
        let events: String
    }

    private func cases(in root: URL) throws -> [Case] {
        let names = try FileManager.default.subpathsOfDirectory(atPath: root.path)
        return try names.filter { $0.hasSuffix("/in.yaml") }.sorted().map { name in
            let folder = root.appendingPathComponent(name).deletingLastPathComponent()
            return Case(
                name: String(name.dropLast("/in.yaml".count)),
                input: Array(try Data(contentsOf: folder.appendingPathComponent("in.yaml"))),
                events: try String(contentsOf: folder.appendingPathComponent("test.event"), encoding: .utf8))
        }
    }

    private func outcome(of test: Case) throws -> String {
        let isValid = test.events.contains("-STR")
        do throws(YAMLError) {
            let limits = YAMLLimits(aliases: .expanded(budget: 1_000))
            let documents = try YAMLStream.parse(test.input, limits: limits)
            guard isValid else { return "invalid, accepted" }
            if test.events.contains("=ALI") { return "valid, accepted (aliases, not compared)" }
            let actual = documents.flatMap { ["+DOC"] + events(of: $0) + ["-DOC"] }
            if actual == expectedEvents(test.events) { return "valid, accepted and equal" }
            return "valid, read as something else"
        } catch {
            if !isValid { return "invalid, refused" }
            return "valid, refused as \(error.kind)"
        }
    }

    private func events(of node: YAMLNode) -> [String] {
        switch node.kind {
        case .sequence(let elements): return ["+SEQ"] + elements.flatMap(events) + ["-SEQ"]
        case .mapping(let members):
            return ["+MAP"] + members.flatMap { events(of: $0.key) + events(of: $0.value) } + ["-MAP"]
        case .scalar(let scalar):
            let style =
                switch scalar.style {
                case .plain: ":"
                case .singleQuoted: "'"
                case .doubleQuoted: "\""
                case .literal: "|"
                case .folded: ">"
                }
            return ["=VAL " + style + escaped(scalar.text)]
        }
    }

    private func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\t": result += "\\t"
            case "\r": result += "\\r"
            case "\u{8}": result += "\\b"
            case "\0": result += "\\0"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The suite's events without tags, anchors and styles of collections, which nodes do not keep.
    private func expectedEvents(_ text: String) -> [String] {
        text.split(separator: "\n").compactMap { line in
            var words = line.drop { $0 == " " }.split(separator: " ", omittingEmptySubsequences: false)[...]
            guard let kind = words.popFirst(), kind != "+STR", kind != "-STR" else { return nil }
            guard kind == "=VAL" else { return String(kind) }
            while let property = words.first, property.hasPrefix("&") || property.hasPrefix("<") { words.removeFirst() }
            return "=VAL " + words.joined(separator: " ")
        }
    }
}
