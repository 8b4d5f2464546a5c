import Testing

/// The test data of github.com/sigstore/cosign.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct CosignTests {
    private static let bundles = "Sigstore bundles are not verified by this version"

    @Test("the bundles of cosign are listed")
    func cases() async throws {
        try await ConformanceSuite("cosign").run(notBuilt: [Self.bundles: 2]) { test in
            guard test.kind == "bundle" else { throw UnknownKind(kind: test.kind) }
            return .notBuilt(Self.bundles)
        }
    }
}
