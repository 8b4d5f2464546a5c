import Testing

/// The test data of other Sigstore clients, and bundles of real releases.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SigstoreClientTests {
    @Test("bundles are told apart as sigstore-go tells them apart")
    func sigstoreGo() async throws {
        try await ConformanceSuite("sigstore-go").runBundles(steps: [
            "format": ["dsse-2sigs"],
            "artifact": ["provenance-bad-digest"],
            "timestampThreshold": ["provenance-tsa-required"],
            "signingTime": ["provenance-no-timestamps"],
            "identity": ["provenance-bad-san", "othername-san-email-refused"],
        ])
    }

    @Test("bundles are accepted as sigstore-js accepts them")
    func sigstoreJS() async throws {
        try await ConformanceSuite("sigstore-js").runBundles(steps: [:])
    }

    @Test("an attestation of an image is told apart as cosign tells it apart")
    func cosign() async throws {
        try await ConformanceSuite("cosign").runBundles(steps: ["identity": ["oci-attestation-wrong-identity"]])
    }

    @Test("bundles of releases of CPython are accepted, and refused for another artifact or signer")
    func realBundles() async throws {
        let suite = try ConformanceSuite("real-bundles")
        let refused = suite.cases.filter { !$0.isAccepted }.map(\.name)
        try await suite.runBundles(steps: [
            "artifact": refused.filter { $0.hasSuffix("-wrong-digest") },
            "identity": refused.filter { $0.hasSuffix("-wrong-identity") },
        ])
    }
}
