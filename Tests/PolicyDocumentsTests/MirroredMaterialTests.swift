import PolicyDocuments
import PolicyEngine
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// What lies at mirrors belongs to a set of policies: to its revision, and to a copy of it when that is loaded.
@Suite struct MirroredMaterialTests {
    private let now = Instant(secondsSince1970: 1_795_000_000)
    private let root: MirroredMaterial
    private let documents: MemorySource

    init() throws {
        root = .trusted(try SigstoreSimulator().trustedRoot.json.bytes)
        var documents = MemorySource(["policies/a.yaml": Self.attestor])
        documents.files["policies/root.json"] = try SimulatedTUFRepository().pinnedRoot
        self.documents = documents
    }

    private static let attestor = """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: workflow}
        spec:
          cosign:
            keyless:
              trustedRoot: {tuf: {mirror: "https://tuf.example.com", root: root.json}}
              identities: [{issuer: "https://issuer.example.com", subject: "https://example.com/*"}]

        """

    private func load(_ material: MirroredMaterial) throws -> LoadedPolicies {
        try PolicyDocuments.load(
            directory: "policies", formats: [CosignFormat()], now: now,
            from: Mirrored(documents: documents, material: material))
    }

    @Test("a set says what it took from mirrors, and each other material makes another revision")
    func revision() throws {
        let materials = [root, .trusted([]), .unavailable("a"), .unavailable("b"), .expired("a")]
        let loaded = try materials.map(load)
        #expect(loaded.map { Array($0.materials.values) } == materials.map { [$0] })
        #expect(Set(loaded.map(\.policySet.revision)).count == materials.count)
        #expect(try load(root).policySet.revision == loaded[0].policySet.revision)
    }

    @Test("documents load whatever a mirror has")
    func loads() throws {
        for material in [.trusted(Array("{}".utf8)), .unavailable(""), .expired("")] as [MirroredMaterial] {
            #expect(try load(material).attestors.count == 1)
        }
    }

    @Test("a copy of the last good set counts with the material of now, and never with that of then")
    func saved() throws {
        let saved = try #require(SavedDocuments(decoding: try load(root).saved(at: now).encoded[...]))
        for material in [root, .expired("`timestamp.json` expired"), .unavailable("nobody answers")] {
            let restored = try PolicyDocuments.load(
                saved, inPlaceOf: "policies", formats: [CosignFormat()], now: now,
                materials: Mirrored(documents: documents, material: material))
            #expect(restored.policySet.revision == (try load(material).policySet.revision))
            #expect(
                restored.attestors.map(\.attestor.fingerprint)
                    == (try load(material)).attestors.map(\.attestor.fingerprint))
        }
    }
}

private struct Mirrored: DocumentSource {
    let documents: MemorySource
    let material: MirroredMaterial

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
        try documents.names(in: directory, limit: limit)
    }

    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        try documents.read(path, limit: limit)
    }

    func generation(of directory: String) -> String { "" }

    func material(of target: MirroredTarget) -> MirroredMaterial { material }
}
