import Cryptography
import Sigstore
import Testing

/// The test data of github.com/sigstore/sigstore-python.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SigstorePythonTests {
    private static let steps = [
        "format": [
            "bundle_invalid_version", "bundle_no_cert_v1", "tsa-duplicate-timestamp",
            "Python-3.12.5.tgz-no-checkpoint",
        ],
        "logThreshold": ["bundle_no_log_entry"],
        "timestamp": ["tsa-no-authorities-in-root"],
    ]

    @Test("bundles, trusted roots and certificates are told apart as sigstore-python tells them apart")
    func cases() async throws {
        try await ConformanceSuite("sigstore-python").runBundles(steps: Self.steps) { test in
            switch test.kind {
            case "trusted-root-parse": try trustedRoot(try test.file("trusted_root"))
            case "ca-parse": try trustedRoot(wrapping(try test.file("ca")))
            case "x509-classify": try classification(of: test)
            default: throw UnknownKind(kind: test.kind)
            }
        }
    }

    private func trustedRoot(_ bytes: [UInt8]) throws -> Verdict {
        do throws(FormatError) {
            _ = try SigstoreTrustedRoot(parsing: bytes)
            return .accepted
        } catch {
            return .refused("trusted root: \(error)")
        }
    }

    /// A trusted root of this one authority.
    private func wrapping(_ authority: [UInt8]) -> [UInt8] {
        Array(
            #"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1","certificateAuthorities":["#.utf8
        )
            + authority + Array("]}".utf8)
    }

    private func classification(of test: ConformanceCase) throws -> Verdict {
        let pem = try test.file("certificate")
        let certificates: [Certificate]
        do throws(CertificateFormatError) { certificates = try Certificate.all(in: pem) } catch {
            return .refused(error.description)
        }
        let certificate = try #require(certificates.first)
        let isAuthority = certificate.isAuthority && certificate.keyUsage?.contains(.keyCertSign) == true
        let holds =
            switch test.text("predicate") {
            case "is_ca": isAuthority
            case "is_root_ca": isAuthority && certificate.subject == certificate.issuer
            case "is_code_signing_leaf":
                !certificate.isAuthority && certificate.keyUsage?.contains(.digitalSignature) == true
                    && certificate.extendedKeyUsage.contains("codeSigning")
            case let other: throw UnknownKind(kind: other ?? "")
            }
        return holds ? .accepted : .refused("it says otherwise")
    }
}
