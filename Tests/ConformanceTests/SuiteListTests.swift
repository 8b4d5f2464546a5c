import Foundation
import TestSupport
import Testing

/// No suite is passed over in silence.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SuiteListTests {
    /// That of notary is run by ContentTrustTests.
    private static let run: Set = [
        "connaisseur", "containers-image", "cosign", "distribution-reference", "dsse", "ggcr-name", "kubernetes-api",
        "merkle-proofs", "notary-v1", "real-bundles", "rfc3161-client", "sigstore-conformance", "sigstore-go",
        "sigstore-java",
        "sigstore-java-tuf", "sigstore-js", "sigstore-python", "sigstore-root-signing",
        "slsa-container-attestations", "tspclient-go", "tuf-conformance", "wycheproof", "yaml-test-suite",
    ]

    /// Suites about what this version does not do.
    private static let notBuilt = [
        "Notary Project signatures": ["cose-wg", "go-cose", "notation-e2e", "notation-go"],
        "vulnerability reports": ["clair-api", "grype-reports", "openvex", "trivy-reports"],
        "policies of other programs": ["cel-spec", "policy-controller"],
    ]

    @Test("every suite is run, or listed with what it is about")
    func complete() throws {
        let root = try #require(OutsideData.suites)
        let names = try FileManager.default.contentsOfDirectory(atPath: root.path).filter { name in
            FileManager.default.fileExists(atPath: root.appendingPathComponent("\(name)/index.json").path)
        }
        for (subject, suites) in Self.notBuilt.sorted(by: { $0.key < $1.key }) {
            let counts = try suites.filter(names.contains).map { "\($0) 0/\(try ConformanceSuite($0).cases.count)" }
            if !counts.isEmpty { print("not built: \(subject): \(counts.joined(separator: ", "))") }
        }
        let known = Self.run.union(Self.notBuilt.values.joined())
        #expect(Set(names).subtracting(known).isEmpty)
    }
}
