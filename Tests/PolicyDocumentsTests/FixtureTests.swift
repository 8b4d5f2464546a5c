import Cryptography
import Foundation
import PolicyDocuments
import PolicyEngine
import Sigstore
import Testing
import Timestamp
import Trust

/// The files of `Tests/PolicyFixtures`. Each names in leading comments what is to be said about it:
/// `# expect: LINE:COLUMN message` or `# warn: LINE:COLUMN message`. No file may bring more, or less.
@Suite struct FixtureTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("PolicyFixtures")
    static let now = Instant(secondsSince1970: 1_795_000_000)

    static func files(_ folder: String) -> [String] {
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: Self.folder.appendingPathComponent(folder).path)
        return (names ?? []).filter { $0.hasSuffix(".yaml") }.sorted().map { folder + "/" + $0 }
    }

    @Test("an invalid file brings exactly the diagnostics it names", arguments: files("invalid"))
    func invalid(file: String) throws {
        let text = try Self.text(of: file)
        #expect(Self.expectations("expect", in: text).isEmpty == false)
        #expect(throws: LoadFailure.self) { try load(text) }
        do {
            _ = try load(text)
        } catch {
            #expect(error.diagnostics.map(shown) == Self.expectations("expect", in: text))
        }
    }

    @Test("a valid file loads with exactly the warnings it names", arguments: files("valid"))
    func valid(file: String) throws {
        let text = try Self.text(of: file)
        let loaded = try load(text, formats: signatureFormats)
        #expect(loaded.warnings.map(shown) == Self.expectations("warn", in: text))
    }

    @Test("the valid files load together, as one directory")
    func together() throws {
        let folder = Self.folder.appendingPathComponent("valid").path
        let loaded = try PolicyDocuments.load(directory: folder, formats: signatureFormats, now: Self.now)
        #expect(loaded.policySet.policies.count >= Self.files("valid").count - 1)
    }

    @Test("an invalid configuration brings exactly the diagnostics it names", arguments: files("configuration/invalid"))
    func invalidConfiguration(file: String) throws {
        let text = try Self.text(of: file)
        #expect(throws: LoadFailure.self) { try loadConfiguration(text) }
        do {
            _ = try loadConfiguration(text)
        } catch {
            #expect(error.diagnostics.map(shown) == Self.expectations("expect", in: text))
        }
    }

    @Test("a valid configuration loads with exactly the warnings it names", arguments: files("configuration/valid"))
    func validConfiguration(file: String) throws {
        let text = try Self.text(of: file)
        #expect(try loadConfiguration(text).warnings.map(shown) == Self.expectations("warn", in: text))
    }

    @Test("the fixtures are there")
    func fixtures() {
        #expect(Self.files("invalid").count > 20)
        #expect(Self.files("valid").count > 5)
        #expect(Self.files("configuration/invalid").count > 5)
        #expect(Self.files("configuration/valid").count > 1)
    }

    static func text(of file: String) throws -> String {
        try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
    }

    static func loaded(_ file: String) throws -> LoadedPolicies {
        try FixtureTests().load(try text(of: file), formats: signatureFormats)
    }

    private func load(
        _ text: String, formats: [any AttestorFormat] = [KeyFormat()]
    ) throws(LoadFailure) -> LoadedPolicies {
        try PolicyDocuments.load(
            directory: "policies", formats: formats, now: Self.now,
            from: source(text, at: "policies/fixture.yaml"))
    }

    private func loadConfiguration(_ text: String) throws(LoadFailure) -> GateConfiguration {
        try GateConfiguration.load(file: "policies/fixture.yaml", from: source(text, at: "policies/fixture.yaml"))
    }

    private func source(_ text: String, at path: String) -> MemorySource {
        var source = MemorySource([
            path: text, "policies/not-a-key.pub": "ssh-ed25519 AAAA", "policies/tls.crt": "", "policies/tls.key": "",
            "policies/ca.pem": "", "policies/config.json": "{}",
        ])
        let key = try? PrivateKey.generate(.ecdsaP256)
        for name in ["release", "team", "ci"] {
            source.files["policies/\(name).pub"] = try? PrivateKey.generate(.ecdsaP256).publicKeyPEM
        }
        source.files["policies/secret.pem"] = try? key?.privateKeyPEM
        return source
    }

    private func shown(_ diagnostic: Diagnostic) -> String {
        "\(diagnostic.position.line):\(diagnostic.position.column) \(diagnostic.message)"
    }

    static func expectations(_ word: String, in text: String) -> [String] {
        text.split(separator: "\n").prefix { $0.hasPrefix("#") }.compactMap { line in
            line.hasPrefix("# \(word): ") ? String(line.dropFirst("# \(word): ".count)) : nil
        }
    }
}
