import Cryptography
import OCI
import PolicyDocuments
import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite("The copy of the last good policies") struct SavedDocumentsTests {
    private let now = Instant(secondsSince1970: 1_795_000_000)
    private let key: String

    init() throws { key = String(decoding: try PrivateKey.generate(.ecdsaP256).publicKeyPEM, as: UTF8.self) }

    private func attestor(_ name: String, _ file: String) -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: \(name)}
        spec: {cosign: {keys: [{file: "\(file)"}]}}

        """
    }

    /// Keys beside the policies, below them, above them, and elsewhere.
    private func files(_ directory: String) -> [String: String] {
        [
            "\(directory)/a.yaml": attestor("beside", "release.pub") + "---\n" + attestor("below", "keys/release.pub"),
            "\(directory)/b.yml": attestor("above", "../release.pub") + "---\n"
                + attestor("elsewhere", "/keys/release.pub"),
            "\(directory)/empty.yaml": "",
            "\(directory)/release.pub": key, "\(directory)/keys/release.pub": key + "\n",
            "\(directory)/../release.pub": key + "\n\n", "/keys/release.pub": key + "\n\n\n",
            "\(directory)/notes.txt": "not read", "\(directory)/.hidden.yaml": "not: [read",
        ]
    }

    private func load(_ files: [String: String], _ directory: String = "policies") throws -> LoadedPolicies {
        try PolicyDocuments.load(directory: directory, formats: [KeyFormat()], now: now, from: MemorySource(files))
    }

    private func restore(
        _ saved: SavedDocuments, as directory: String = "policies"
    ) throws(LoadFailure) -> LoadedPolicies {
        try PolicyDocuments.load(saved, inPlaceOf: directory, formats: [KeyFormat()], now: now)
    }

    @Test("the copy loads to the same set, keys included, wherever they lie, and also where the directory has moved")
    func same() throws {
        let loaded = try load(files("policies"))
        let bytes = loaded.saved(at: now).encoded
        let saved = try #require(SavedDocuments(decoding: bytes[...]))
        #expect(saved.revision == loaded.policySet.revision && saved.savedAt == now)
        #expect(saved.encoded == bytes)
        for directory in ["policies", "policies/", "/etc/policies"] {
            let restored = try restore(saved, as: directory)
            #expect(restored.policySet.revision == loaded.policySet.revision)
            #expect(restored.policySet.attestors.map(\.fingerprint) == loaded.policySet.attestors.map(\.fingerprint))
            #expect(restored.saved(at: now).encoded == bytes)
        }
        #expect(!String(decoding: bytes, as: UTF8.self).contains("not read"))
    }

    @Test("a set without any document is saved too")
    func empty() throws {
        let saved = try load([:]).saved(at: now)
        let decoded = try #require(SavedDocuments(decoding: saved.encoded[...]))
        #expect(try restore(decoded).policySet.policies.isEmpty)
    }

    @Test("what is cut off, or has something added, is no copy")
    func malformed() throws {
        let bytes = try load(files("policies")).saved(at: now).encoded
        for count in bytes.indices { #expect(SavedDocuments(decoding: bytes[..<count]) == nil) }
        #expect(SavedDocuments(decoding: (bytes + [10])[...]) == nil)
        for text in [
            "", "\n", "{}\n", "[]\n", "{\"revision\":\"sha256:0\",\"saved\":\"2026-01-01T00:00:00Z\",\"files\":[]}\n",
            "{\"revision\":\"\(Digest.sha256(of: []))\",\"saved\":\"yesterday\",\"files\":[]}\n",
            "{\"revision\":\"\(Digest.sha256(of: []))\",\"saved\":\"2026-01-01T00:00:00Z\",\"files\":[{\"path\":\"a\",\"bytes\":-1}]}\n",
            "{\"revision\":\"\(Digest.sha256(of: []))\",\"saved\":\"2026-01-01T00:00:00Z\",\"files\":[{\"path\":\"a\",\"bytes\":1e3}]}\n",
        ] {
            #expect(SavedDocuments(decoding: Array(text.utf8)[...]) == nil, "\(text)")
        }
    }

    @Test("a copy with one byte changed in any file comes to another set, or to none, and is refused")
    func tampered() throws {
        let bytes = try load(files("policies")).saved(at: now).encoded
        let start = try #require(bytes.firstIndex(of: 10)) + 1
        for position in stride(from: start, to: bytes.count, by: 7) {
            var copy = bytes
            copy[position] ^= 0x20
            guard let saved = SavedDocuments(decoding: copy[...]) else { continue }
            #expect(throws: LoadFailure.self, "byte \(position)") { try restore(saved) }
        }
    }

    @Test("the error of a copy that comes to another set names both")
    func otherRevision() throws {
        let loaded = try load(["policies/empty.yaml": ""])
        let claimed = Digest.sha256(of: [])
        let text = String(decoding: loaded.saved(at: now).encoded, as: UTF8.self)
            .replacing(loaded.policySet.revision.description, with: claimed.description)
        let saved = try #require(SavedDocuments(decoding: Array(text.utf8)[...]))
        let failure = #expect(throws: LoadFailure.self) { try restore(saved) }
        #expect(
            failure?.description
                == "policies:1:1: error: what was saved as revision `\(claimed)` is `\(loaded.policySet.revision)`")
    }
}
