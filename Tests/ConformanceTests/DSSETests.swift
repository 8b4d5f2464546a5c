import Cryptography
import Sigstore
import StrictJSON
import Testing

/// Envelopes of the DSSE protocol, of Rekor and of in-toto.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct DSSETests {
    @Test("envelopes are told apart as the DSSE suite tells them apart")
    func cases() async throws {
        try await ConformanceSuite("dsse").run { test in
            let key = try PublicKey(pem: try test.file("key"))
            let bytes = try test.file("envelope")
            let envelope: DSSEEnvelope
            do throws(FormatError) { envelope = try DSSEEnvelope(parsing: bytes) } catch {
                return .refused(error.description)
            }
            if let encoding = test.text("pae") {
                #expect(envelope.preAuthenticationEncoding == Array(encoding.utf8))
            }
            let signers = envelope.signers(among: [key, key])
            let threshold = test.parameters["threshold"]?.integer ?? 1
            return signers.count >= threshold ? .accepted : .refused("\(signers.count) of \(threshold) keys")
        }
    }
}
