import StrictJSON
import Testing
import Timestamp
import TransparencyLog

@testable import Cryptography
@testable import Sigstore

/// The test data of github.com/sigstore/sigstore-java.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct SigstoreJavaTests {
    private static let steps = [
        "format": ["bundle.v2.no.inclusion", "bundle.v3_1.no.inclusion"],
        "artifact": ["bundle.dsse-other-artifact", "PKIX_ECDSA_P256-sha512-digest"],
        "logEntry": [
            "bundle.dsse.bad-signature", "bundle.dsse.mismatched-envelope", "bundle.dsse.rekor-v2.bad-signature",
        ],
        "inclusionPromise": ["bundle-with-mismatched-set"],
        "checkpoint": ["bundle-with-bad-checkpoint-signature"],
        "inclusionProof": ["rekor-v2-mismatched-artifact-hash", "rekor-v2-mismatched-certificate"],
        "logThreshold": ["rekor-v1-no-tlog-entries"],
        "timestamp": ["bundle.v3-timestamp-unparseable"],
        "signingTime": ["rekor-v2-no-timestamps"],
        "signature": ["dsse-wrong-payload-type"],
    ]

    @Test("bundles and their parts are told apart as sigstore-java tells them apart")
    func cases() async throws {
        try await ConformanceSuite("sigstore-java").runBundles(steps: Self.steps) { test in
            switch test.kind {
            case "checkpoint-parse": try checkpoint(try test.file("checkpoint"))
            case "timestamp": try timestamp(test)
            case "sct": try certificateTransparency(test)
            case "rekor-entry": try entry(test)
            default: throw UnknownKind(kind: test.kind)
            }
        }
    }

    private func checkpoint(_ bytes: [UInt8]) throws -> Verdict {
        do {
            _ = try CheckpointBody(parsing: try SignedNote(parsing: bytes).text)
            return .accepted
        } catch {
            return .refused("checkpoint: \(error)")
        }
    }

    private func timestamp(_ test: ConformanceCase) throws -> Verdict {
        let root = try SigstoreTrustedRoot(parsing: try test.file("trusted_root"))
        let response = try test.file("timestamp_response")
        let message = HashedMessage(try test.file("message"))
        do throws(TimestampRefusal) {
            let token = try TimestampToken(response: response)
            _ = try root.timestampAuthorities.map(\.authority).verify(token, over: message)
            return .accepted
        } catch {
            return .refused("timestamp: \(error)")
        }
    }

    private func certificateTransparency(_ test: ConformanceCase) throws -> Verdict {
        let certificate = try #require(try Certificate.all(in: try test.file("certificate")).first)
        let issuer = try #require(try Certificate.all(in: try test.file("issuer")).first)
        let window = try #require(ValidityWindow(start: .earliest, end: nil))
        let log = CertificateTransparencyLog(key: try PublicKey(pem: try test.file("ct_log_key")), validFor: window)
        let verdicts = try certificate.signedCertificateTimestamps(issuedBy: issuer, from: [log])
        return verdicts.distinctLogs == 1 ? .accepted : .refused("certificateTransparency: \(verdicts)")
    }

    /// What Rekor's interface answers, as a bundle has it.
    private func entry(_ test: ConformanceCase) throws -> Verdict {
        let root = try SigstoreTrustedRoot(parsing: try test.file("trusted_root"))
        let answer = try #require(try JSONDocument(parsing: try test.file("entry")).root.members.first { _ in true })
            .value
        let proof = try #require(answer["verification"]?["inclusionProof"])
        let entry = LogEntry(
            index: try #require(answer["logIndex"]?.integer), logID: try hash(answer["logID"]),
            integratedTime: try #require(answer["integratedTime"]?.integer),
            signedEntryTimestamp: try #require(
                Base64.decode(answer["verification"]?["signedEntryTimestamp"]?.stringUTF8 ?? [])),
            inclusionProof: LogEntry.InclusionProof(
                index: try #require(proof["logIndex"]?.integer), treeSize: try #require(proof["treeSize"]?.integer),
                rootHash: try hash(proof["rootHash"]),
                hashes: try #require(proof["hashes"]).elements.map { try hash($0) },
                checkpoint: try #require(proof["checkpoint"]?.string)),
            body: try #require(Base64.decode(answer["body"]?.stringUTF8 ?? [])))
        let log = try #require(root.logs.first { $0.id == entry.logID })
        do throws(SigstoreRefusal) {
            _ = try LogEvidence(entry, of: log)
            return .accepted
        } catch {
            return .refused("\(error)")
        }
    }

    private func hash(_ value: JSONValue?) throws -> [UInt8] {
        try #require(Hexadecimal.decode(value?.stringUTF8 ?? []))
    }
}
