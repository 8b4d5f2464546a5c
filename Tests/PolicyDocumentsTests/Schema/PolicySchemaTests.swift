import Foundation
import PolicyDocuments
import PolicyEngine
import Sigstore
import StrictJSON
import Testing
import Trust
import YAMLDocument

@Suite("JSON Schema of policies")
struct PolicySchemaTests {
    /// With the formats that the fixtures are loaded with.
    static func schema(of formats: [any AttestorFormat] = [KeyFormat()]) throws -> JSONSchema {
        try JSONSchema(PolicySchema(formats: formats).text)
    }

    /// Messages about a document's shape, and not about what its names and texts mean.
    static func isAboutShape(_ message: String) -> Bool {
        let beginnings = [
            "unknown field ", "unknown kind ", "unknown signature format ", "expected ", "the field ", "the kind ",
        ]
        let ends = [", give one of them", ", which is missing"]
        // Of a kind that is there, and not where it belongs.
        guard !message.hasPrefix("expected the kind "), !message.hasPrefix("expected one document ") else {
            return false
        }
        return beginnings.contains { message.hasPrefix($0) } || ends.contains { message.hasSuffix($0) }
    }

    /// The documents of a fixture, each with what is to be said about it; none if it is not even YAML.
    private func documents(of file: String) throws -> [(node: YAMLNode, messages: [String])] {
        let text = try String(contentsOf: FixtureTests.folder.appendingPathComponent(file), encoding: .utf8)
        guard let nodes = try? YAMLStream.parse(Array(text.utf8), limits: YAMLLimits()) else { return [] }
        let expectations = text.matches(of: /(?m)^# expect: (\d+):\d+ (.*)$/).map { match in
            (line: Int(match.output.1) ?? 0, message: String(match.output.2))
        }
        return nodes.enumerated().filter { $0.element.scalar?.resolved != .null }.map { index, node in
            let next = index + 1 < nodes.count ? nodes[index + 1].line : .max
            let own = expectations.filter { $0.line >= node.line && $0.line < next }
            return (node, own.map(\.message))
        }
    }

    @Test(
        "a document that loads has the shape that the schema wants",
        arguments: FixtureTests.files("valid") + FixtureTests.files("configuration/valid"))
    func valid(file: String) throws {
        let documents = try documents(of: file)
        let schema = try Self.schema(of: signatureFormats)
        for (node, _) in documents { #expect(try schema.refusal(of: node) == nil) }
    }

    @Test(
        "a document whose shape is wrong is refused by the schema, and one beside it that is in order is not",
        arguments: FixtureTests.files("invalid") + FixtureTests.files("configuration/invalid"))
    func invalid(file: String) throws {
        let schema = try Self.schema()
        for (node, messages) in try documents(of: file) {
            let refusal = try schema.refusal(of: node)
            if messages.isEmpty { #expect(refusal == nil, "line \(node.line)") }
            if messages.contains(where: Self.isAboutShape) { #expect(refusal != nil, "\(messages)") }
        }
    }

    @Test("the fixtures have enough of both")
    func fixtures() throws {
        let documents = try (FixtureTests.files("invalid") + FixtureTests.files("configuration/invalid"))
            .flatMap(documents)
        #expect(documents.count { $0.messages.contains(where: Self.isAboutShape) } > 20)
        #expect(documents.count { $0.messages.isEmpty } > 2)
    }

    @Test("the samples and every block of the documentation have the shape that the schema wants")
    func documentation() throws {
        let schema = try JSONSchema(PolicySchema(formats: signatureFormats).text)
        let samples = DocumentationTests.package.appendingPathComponent("policies")
        let names = try FileManager.default.contentsOfDirectory(atPath: samples.path).filter { $0.hasSuffix(".yaml") }
        let texts =
            Example.documentation.map(\.text)
            + (try names.map { try String(contentsOf: samples.appendingPathComponent($0), encoding: .utf8) })
        for text in texts {
            for node in try YAMLStream.parse(Array(text.utf8), limits: YAMLLimits())
            where node["kind"] != nil {
                #expect(try schema.refusal(of: node) == nil, "\(text)")
            }
        }
    }

    @Test("the schema of one kind says the same of its documents as the schema of all, and refuses those of another")
    func kinds() throws {
        let schema = PolicySchema(formats: signatureFormats)
        let nodes = try FixtureTests.files("valid").flatMap(documents).map(\.node)
        for kind in PolicySchema.kinds {
            let one = try JSONSchema(#require(schema.text(of: kind)))
            for node in nodes {
                let isOfKind = node["kind"]?.scalar?.text == kind
                #expect(try (one.refusal(of: node) == nil) == isOfKind, "\(kind)")
            }
        }
        #expect(schema.text(of: "Pod") == nil && schema.text(of: "imagepolicy") == nil)
        for format in [KeyFormat() as any AttestorFormat, CosignFormat(), signatureFormats[1]] {
            #expect(PolicySchema(formats: [format]).text.contains(format.summary), "formats are those that are given")
        }
    }

    @Test("whatever is not built in is not in the schema")
    func notBuiltIn() {
        let field = UnbuiltField("carrierPigeon", "pigeons are not built in")
        var format = KeyFormat()
        #expect(format.fields.notBuiltIn.isEmpty)
        format.fields = ObjectType(format.fields.fields, notBuiltIn: [field])
        let text = PolicySchema(formats: [format]).text
        #expect(text.contains("\"keys\"") && !text.contains(field.name))
    }

    @Test(
        "dates, durations and texts are told from what is none",
        arguments: [
            ("until: 2026-12-01", true), ("until: 2026-12-01T09:30:00Z", true),
            ("until: 2026-12-31T23:59:59.5+02:00", true),
            ("until: 2026-13-01", false), ("until: 2026-12-01T09:30Z", false), ("until: 2026-12-01 09:30:00Z", false),
            ("until: 20261201", false), ("until: soon", false), ("until: 2026-12-01T09:30:00z", false),
        ])
    func dates(member: String, isFine: Bool) throws {
        let text =
            "{apiVersion: dockgate.dev/v1, kind: ImagePolicy, metadata: {name: p}, "
            + "spec: {checks: [{signature: {anyOf: [{by: a, \(member)}]}}]}}"
        let node = try #require(try YAMLStream.parse(Array(text.utf8), limits: YAMLLimits()).first)
        #expect(try (Self.schema().refusal(of: node) == nil) == isFine)
    }
}
