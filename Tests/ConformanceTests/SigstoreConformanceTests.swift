import Testing

/// github.com/sigstore/sigstore-conformance: every bundle with the artifact and with its digest.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SigstoreConformanceTests {
    private static let steps = [
        "format": [
            "bundle-empty-certificate-chain_fail", "bundle-malformed-json_fail", "bundle-unknown-version_fail",
            "invalid-inclusion-proof_fail", "rekor2-no-inclusion-proof_fail",
        ],
        "key": ["managed-key-wrong-key_fail"],
        "artifact": ["wrong-material_fail"],
        "log": ["bundle-from-wrong-instance_fail"],
        "logEntry": [
            "dsse-invalid-sig_fail", "dsse-mismatch-envelope_fail", "intoto-log-entry-mismatch_fail",
            "rekor2-dsse-invalid-sig_fail", "signature-mismatch_fail", "wrong-hashedrekord-artifact_fail",
        ],
        "inclusionPromise": ["incorrect-public-key_fail", "set-invalid-signature_fail"],
        "checkpoint": [
            "checkpoint-bad-keyhint_fail", "invalid-checkpoint-signature_fail",
            "rekor2-checkpoint-missing-log-signature_fail", "rekor2-checkpoint-missing-origin_fail",
            "rekor2-checkpoint-missing-size_fail", "rekor2-checkpoint-no-matching-signature_fail",
        ],
        "timestamp": [
            "rekor2-timestamp-payload-mismatch_fail", "rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail",
        ],
        "signingTime": ["rekor2-no-timestamp_fail"],
        "chain": ["intoto-expired-certificate_fail", "intoto-set-outside-signing-cert-validity_fail"],
        "certificateTransparency": ["invalid-ct-key_fail"],
    ]

    @Test("S47, attack 7: bundles are told apart as sigstore-conformance tells them apart, each by the step that fails")
    func cases() async throws {
        try await ConformanceSuite("sigstore-conformance").runBundles(steps: Self.steps)
    }
}
