import ArgumentParser
import Foundation
import PolicyDocuments
import Testing

@testable import dockgate

@Suite("policies/schema.json")
struct PolicySchemaFileTests {
    private static let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("policies")

    @Test("it is what `dockgate policy schema` prints")
    func current() throws {
        let file = try String(contentsOf: Self.samples.appendingPathComponent("schema.json"), encoding: .utf8)
        let isCurrent = file == PolicySchema(formats: Composition.attestorFormats).text
        #expect(isCurrent, "write it anew: dockgate policy schema >policies/schema.json")
    }

    @Test("every sample begins with the line that tells editors of it")
    func samples() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.samples.path).filter {
            $0.hasSuffix(".yaml")
        }
        #expect(names.count > 3)
        for name in names {
            let text = try String(contentsOf: Self.samples.appendingPathComponent(name), encoding: .utf8)
            #expect(text.hasPrefix("# yaml-language-server: $schema=schema.json\n"), "\(name)")
        }
    }

    @Test("a kind that is not there is a mistake that names the nearest one, or all")
    func unknownKind() throws {
        for (kind, hint) in [
            ("ImagePolcy", "did you mean `ImagePolicy`?"), ("Pod", "there are `ImagePolicy`, `Attestor`"),
        ] {
            let command = try #require(try Dockgate.parseAsRoot(["policy", "schema", kind]) as? PolicySchemaCommand)
            do {
                try command.run()
                Issue.record("\(kind) has a schema")
            } catch let error as UsageError {
                #expect(error.lines(on: .none).first?.contains(hint) == true)
            }
        }
    }
}
