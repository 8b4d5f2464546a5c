import Cryptography
import Foundation
import PolicyDocuments
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// The files of `Tests/PolicyFixtures/lint`. Each `CODE.NAME.yaml` names in leading comments all that lint says about it:
/// `# warn: LINE:COLUMN CODE: message`. Beside it stands `CODE.NAME.silent.yaml`, with one fact changed, of which lint
/// does not say that.
@Suite("Warnings of lint, each beside the same policies with one fact changed") struct LintFixtureTests {
    static let names = FixtureTests.files("lint").filter { !$0.hasSuffix(".silent.yaml") }

    @Test("lint says exactly what the file names", arguments: names)
    func warned(file: String) throws {
        let text = try FixtureTests.text(of: file)
        let expected = FixtureTests.expectations("warn", in: text)
        #expect(try warnings(text) == expected)
        #expect(expected.contains { $0.contains(" \(code(of: file)): ") })
    }

    @Test("with one fact changed lint does not say it", arguments: names)
    func silent(file: String) throws {
        let text = try FixtureTests.text(of: file.replacing(".yaml", with: ".silent.yaml"))
        let expected = FixtureTests.expectations("warn", in: text)
        #expect(try warnings(text) == expected)
        #expect(!expected.contains { $0.contains(" \(code(of: file)): ") })
    }

    @Test("every warning of lint has such files, and no file is of another")
    func codes() {
        #expect(Set(Self.names.map(code)) == Set(PolicyLint.codes.map(\.code)))
        #expect(Set(PolicyLint.codes.map(\.code)).count == PolicyLint.codes.count)
    }

    @Test("the documentation has every warning by its name")
    func documented() throws {
        let package = FixtureTests.folder.deletingLastPathComponent().deletingLastPathComponent()
        let page = try String(contentsOf: package.appendingPathComponent("docs/POLICY.md"), encoding: .utf8)
        for (code, _) in PolicyLint.codes { #expect(page.contains("\n| `\(code)` | "), "\(code)") }
    }

    private func code(of file: String) -> String {
        String(file.dropFirst("lint/".count).prefix { $0 != "." })
    }

    private func warnings(_ text: String) throws -> [String] {
        var source = MemorySource(["policies/fixture.yaml": text])
        source.files["policies/trusted_root.json"] = try SigstoreSimulator().trustedRoot.json.bytes
        for name in ["a", "b"] {
            source.files["policies/\(name).pub"] = try PrivateKey.generate(.ecdsaP256).publicKeyPEM
        }
        let loaded = try PolicyDocuments.load(
            directory: "policies", formats: signatureFormats, now: FixtureTests.now, from: source)
        return loaded.lint(at: FixtureTests.now).map { warning in
            "\(warning.position.line):\(warning.position.column) \(warning.code ?? "-"): \(warning.message)"
                .replacing(/SHA256:[0-9a-f]{64}/, with: "SHA256:KEY")
        }
    }
}
