import Foundation
import PolicyDocuments
import StrictJSON
import TestSupport
import Testing
import Trust
import YAMLDocument

/// Valid documents with something changed anywhere. A failure names its seed.
@Suite("The schema and the loader")
struct SchemaPropertyTests {
    private static let documents: [Tree] = (FixtureTests.files("valid") + FixtureTests.files("configuration/valid"))
        .flatMap { file -> [YAMLNode] in
            let bytes = (try? Data(contentsOf: FixtureTests.folder.appendingPathComponent(file))).map(Array.init) ?? []
            return (try? YAMLStream.parse(bytes, limits: YAMLLimits())) ?? []
        }.filter { !$0.members.isEmpty }.map(Tree.init)

    @Test(
        "what the loader calls a wrong shape the schema refuses, and what the schema refuses does not load",
        arguments: Array(stride(from: UInt64(1), to: 1_001, by: 100)))
    func agree(first: UInt64) throws {
        #expect(Self.documents.count > 10)
        let schema = try PolicySchemaTests.schema()
        for seed in first..<first + 100 {
            var generator = SplitMix(seed: seed)
            var tree = try #require(Self.documents.randomElement(using: &generator))
            for _ in 0..<Int.random(in: 1...2, using: &generator) { tree.mutate(&generator) }
            let text = tree.json
            let node = try #require(try YAMLStream.parse(Array(text.utf8), limits: YAMLLimits()).first)
            let refusal = try schema.refusal(of: node)
            let messages = load(text)
            if messages.contains(where: PolicySchemaTests.isAboutShape) {
                #expect(refusal != nil, "seed \(seed): \(messages)\n\(text)")
            }
            if let refusal { #expect(!messages.isEmpty, "seed \(seed): \(refusal)\n\(text)") }
        }
    }

    /// The errors of a document by itself.
    private func load(_ text: String) -> [String] {
        let source = MemorySource(["policies/a.yaml": text])
        do throws(LoadFailure) {
            if text.contains("GateConfiguration") {
                _ = try GateConfiguration.load(file: "policies/a.yaml", from: source)
            } else {
                _ = try PolicyDocuments.load(
                    directory: "policies", formats: [KeyFormat()], now: FixtureTests.now, from: source)
            }
            return []
        } catch {
            return error.diagnostics.filter { $0.severity == .error }.map(\.message)
        }
    }
}

/// A document that can be changed.
private indirect enum Tree: Sendable {
    case text(String)
    case integer(Int)
    case boolean(Bool)
    case null
    case list([Tree])
    case mapping([(key: String, value: Tree)])

    init(_ node: YAMLNode) {
        switch node.kind {
        case .sequence(let elements): self = .list(elements.map(Tree.init))
        case .mapping(let members): self = .mapping(members.map { ($0.key.scalar?.text ?? "", Tree($0.value)) })
        case .scalar(let scalar):
            switch scalar.resolved {
            case .boolean(let value): self = .boolean(value)
            case .integer(let value): self = .integer(value ?? 0)
            case .null: self = .null
            case .string, .float: self = .text(scalar.text)
            }
        }
    }

    /// Changes one thing below the root: most often deep down, as there is most of it.
    mutating func mutate(_ generator: inout SplitMix) {
        guard case .mapping(var members) = self, let index = members.indices.randomElement(using: &generator) else {
            return
        }
        switch Int.random(in: 0..<12, using: &generator) {
        case 0: members.remove(at: index)
        case 1: members[index].key += "x"
        case 2 where !members.contains { $0.key == "zzz" }: members.append(("zzz", .boolean(true)))
        case 3: members[index].value = Tree.any(&generator)
        default: members[index].value.mutateWithin(&generator)
        }
        self = .mapping(members)
    }

    private mutating func mutateWithin(_ generator: inout SplitMix) {
        switch self {
        case .mapping: mutate(&generator)
        case .list(var elements):
            guard let index = elements.indices.randomElement(using: &generator) else { return }
            switch Int.random(in: 0..<8, using: &generator) {
            case 0: elements = []
            case 1: elements.append(Tree.any(&generator))
            default: elements[index].mutateWithin(&generator)
            }
            self = .list(elements)
        case .text, .integer, .boolean, .null: self = Tree.any(&generator)
        }
    }

    private static func any(_ generator: inout SplitMix) -> Tree {
        let values: [Tree] = [
            .text("x"), .text(""), .text(" \t "), .text("24h"), .text("2026-12-01"), .integer(0), .integer(7),
            .integer(-1), .integer(1_000_000_000), .boolean(false), .null, .list([]), .list([.text("x")]),
            .list([.integer(1)]), .mapping([]), .mapping([("x", .integer(1))]), .text("deny"), .text("\u{a0}"),
        ]
        return values.randomElement(using: &generator) ?? .null
    }

    /// JSON, and so YAML.
    var json: String {
        var writer = JSONWriter()
        write(to: &writer)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private func write(to writer: inout JSONWriter) {
        switch self {
        case .text(let text): writer.string(text)
        case .integer(let value): writer.integer(value)
        case .boolean(let value): writer.boolean(value)
        case .null: writer.null()
        case .list(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .mapping(let members):
            writer.beginObject()
            for (key, value) in members {
                writer.key(text: key)
                value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
