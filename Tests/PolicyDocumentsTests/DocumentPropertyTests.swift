import Cryptography
import OCI
import PolicyEngine
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust
import YAMLDocument

@testable import PolicyDocuments

/// Generated documents. A failure names its seed.
@Suite struct DocumentPropertyTests {
    private static let seeds = UInt64(1)...1_000

    @Test("a document that is printed and read is the same document, whatever its fields hold", arguments: seeds)
    func fixedPoint(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        for kind in Envelope.Kind.allCases {
            let type = FieldType.object(kind.specification(signatureFormats))
            let written = PrintedValue.any(of: type, &generator).text
            let value = try read(written, as: type)
            let printed = PrintedValue(value).text
            #expect(printed == written)
            #expect(PrintedValue(try read(printed, as: type)).text == printed)
        }
    }

    private func read(_ text: String, as type: FieldType) throws -> FieldValue {
        var reader = ShapeReader(file: "a.yaml", files: FileReader(AnyFile()))
        let node = try #require(YAMLStream.parse(Array(text.utf8)).first)
        let value = reader.conform(node, to: type)
        return try #require(value, "\(reader.diagnostics) \(text)")
    }

    @Test("in which files and in which order documents stand never changes a decision", arguments: seeds)
    func order(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        var documents = GeneratedPolicies.documents(&generator)
        let first = try GeneratedPolicies.load(documents, &generator)
        documents.shuffle(using: &generator)
        let second = try GeneratedPolicies.load(documents, &generator)
        for _ in 1...8 {
            let question = GeneratedPolicies.Question(&generator)
            let (one, other) = (question.decide(by: first), question.decide(by: second))
            #expect(one == other, "\(question)")
        }
    }
}

/// Any file has the same content: a property is not about keys.
private struct AnyFile: DocumentSource {
    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] { [] }
    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] { Array("content".utf8) }
    func generation(of directory: String) -> String { "" }
}

// MARK: - Printing

/// A value as a document would have it, in flow style on one line.
private struct PrintedValue {
    let text: String

    private init(text: String) { self.text = text }

    init(_ value: FieldValue) {
        text =
            switch value.content {
            case .text(let text): PrintedValue.quoted(text)
            case .boolean(let boolean): boolean ? "true" : "false"
            case .integer(let integer): "\(integer)"
            case .duration(let duration): "\(duration.components.seconds)s"
            case .date(let date): PrintedValue.quoted(date.rfc3339)
            case .file(let file): PrintedValue.quoted(file.path)
            case .list(let elements): "[\(elements.map { PrintedValue($0).text }.joined(separator: ", "))]"
            case .object(let members): PrintedValue.mapping(members.map { ($0.name, PrintedValue($0.value).text) })
            case .dictionary(let entries):
                PrintedValue.mapping(entries.map { ($0.key.text ?? "", PrintedValue($0.value).text) })
            }
    }

    private static func mapping(_ members: [(String, String)]) -> String {
        "{\(members.map { "\(quoted($0.0)): \($0.1)" }.joined(separator: ", "))}"
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case " "..."~", "\u{a1}"..."\u{fff}": "\(scalar)"
            default:
                "\\U" + String(repeating: "0", count: 8 - String(scalar.value, radix: 16).utf8.count)
                    + String(scalar.value, radix: 16)
            }
        }
        return "\"\(escaped.joined())\""
    }

    /// A value of that shape, with every choice and every field left to chance.
    static func any(of type: FieldType, _ generator: inout SplitMix) -> PrintedValue {
        func oneOf<Value>(_ values: [Value], or otherwise: Value) -> Value {
            values.randomElement(using: &generator) ?? otherwise
        }
        switch type {
        case .text, .file: return PrintedValue(text: quoted(oneOf(texts, or: "a")))
        case .boolean: return PrintedValue(text: oneOf(["true", "false"], or: "true"))
        case .integer(let range): return PrintedValue(text: "\(Int.random(in: range, using: &generator))")
        case .duration: return PrintedValue(text: "\(Int.random(in: 1...100_000, using: &generator))s")
        case .date:
            return PrintedValue(
                text: quoted(
                    Instant(secondsSince1970: Int64.random(in: 0...4_000_000_000, using: &generator)).rfc3339))
        case .word(let words): return PrintedValue(text: quoted(oneOf(words, or: "")))
        case .list(let element):
            let count = Int.random(in: 1...3, using: &generator)
            return PrintedValue(
                text: "[\((0..<count).map { _ in any(of: element, &generator).text }.joined(separator: ", "))]")
        case .dictionary:
            return PrintedValue(text: mapping([("team", quoted(oneOf(texts + [""], or: "")))]))
        case .either(let scalar, let object):
            return any(of: Bool.random(using: &generator) ? scalar : .object(object), &generator)
        case .object(let object): return any(of: object, &generator)
        }
    }

    private static func any(of object: ObjectType, _ generator: inout SplitMix) -> PrintedValue {
        var names = Set(object.fields.filter { $0.isRequired || Bool.random(using: &generator) }.map(\.name))
        for choice in object.exactlyOneOf {
            names.subtract(choice)
            if let chosen = choice.randomElement(using: &generator) { names.insert(chosen) }
        }
        for choice in object.atLeastOneOf where names.isDisjoint(with: choice) {
            if let chosen = choice.randomElement(using: &generator) { names.insert(chosen) }
        }
        for group in object.together {
            let chosen = object.exactlyOneOf.joined().first { group.contains($0) }
            let isGiven = chosen.map(names.contains) ?? !names.isDisjoint(with: group)
            if isGiven { names.formUnion(group) } else { names.subtract(group) }
        }
        let fields = object.fields.filter { names.contains($0.name) }.shuffled(using: &generator)
        return PrintedValue(text: mapping(fields.map { ($0.name, any(of: $0.type, &generator).text) }))
    }

    /// What YAML, a terminal or a careless printer would take for something else.
    private static let texts = [
        "a", "registry.example.com/**", "*", "- a", "a: b", "a #b", "#", "\"", "\\", "'", "{a}", "[a]", "yes", "null",
        "~", "1", "1.10", "0x1f", "2026-12-01", "24h", "true", "<<", "&a", "!t", "|", ">", "%", "@", "`", "\u{1b}[2J",
        "a\nb", "\t", "é", "e\u{301}", "👍", "\u{202e}x", "\u{feff}x", "\u{2028}", "\u{85}x", " a ", "a,b", "---", "...",
    ].filter { !$0.allSatisfy { " \n\t".contains($0) } }
}
