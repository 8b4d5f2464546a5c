import Cryptography
import Timestamp

/// The certificate that a signature came with.
struct CertificateSigner {
    let leaf: Certificate
    let key: PublicKey
    let intermediates: [Certificate]

    init(_ entity: SignedEntity) throws(SigstoreRefusal) {
        guard case .certificate(let leaf, let intermediates) = entity.signer else {
            throw SigstoreRefusal(.certificate, "a signature by a key, expected one with a certificate")
        }
        self.leaf = try CertificateSigner.certificate(leaf)
        guard case .key(let key) = self.leaf.publicKey else {
            throw SigstoreRefusal(.certificate, "a certificate with a key of a kind that is not used here")
        }
        self.key = key
        var certificates: [Certificate] = []
        for intermediate in intermediates { certificates.append(try CertificateSigner.certificate(intermediate)) }
        guard entity.mayBringRoot || !certificates.contains(where: { $0.subject.isSpelled($0.issuer) }) else {
            throw SigstoreRefusal(
                .certificate, "a bundle that brings a root of its own, expected only what leads to a trusted one")
        }
        self.intermediates = certificates
    }

    private static func certificate(_ der: [UInt8]) throws(SigstoreRefusal) -> Certificate {
        do throws(CertificateFormatError) { return try Certificate(der: der) } catch {
            throw SigstoreRefusal(.certificate, error.description)
        }
    }
}

/// A signature that one of the trusted keys made.
struct KeySignature {
    let key: TrustedKey
    let verified: Verified<[UInt8]>

    /// Throws if none of the keys made it, and if a log entry is about something else.
    init(
        _ entity: SignedEntity, _ message: SignedMessage, _ evidence: [LogEvidence], keys: [TrustedKey]
    ) throws(SigstoreRefusal) {
        var nearest: SigstoreRefusal?
        for key in keys {
            do throws(SigstoreRefusal) {
                let verified = try message.verified(
                    entity.signature, by: key.key, schemes: evidence.schemes(of: key.key))
                let binding = EntryBinding(entity: entity, message: message, signer: .key(key.key))
                for evidence in evidence { try binding.check(evidence) }
                (self.key, self.verified) = (key, verified)
                return
            } catch {
                if nearest == nil || error.step != .signature { nearest = error }
            }
        }
        throw nearest ?? SigstoreRefusal(.signature, "a signature, and no key is trusted")
    }

    /// A key that is believed only at some time needs a time that is proved (CVE-2026-54787).
    func check(wasBelievedAt times: [SigningTime]) throws(SigstoreRefusal) {
        guard let validFor = key.validFor else { return }
        guard !times.isEmpty else {
            throw SigstoreRefusal(
                .signingTime, "no proof of when it was signed, by a key that is not believed at every time")
        }
        for time in times where !validFor.contains(time.time) {
            throw SigstoreRefusal(
                .signingTime, "signed at \(time.time.rfc3339InSeconds), when that key was not believed")
        }
    }
}

extension [LogEvidence] {
    /// How a key may have signed: as it usually does, and as entries of Rekor v2 say.
    func schemes(of key: PublicKey) -> [SignatureScheme] {
        var schemes = key.algorithm.cosignSchemes
        for evidence in self {
            guard case .hashedRekordV2(let record) = evidence.body,
                let scheme = try? SignatureScheme(keyDetails: record.keyDetails, of: key), !schemes.contains(scheme)
            else { continue }
            schemes.append(scheme)
        }
        return schemes
    }
}

extension SignedMessage {
    /// Throws if the key did not make the signature.
    func verified(
        _ signature: [UInt8], by key: PublicKey, schemes: [SignatureScheme]
    ) throws(SigstoreRefusal) -> Verified<[UInt8]> {
        if let verified = verify(signature, by: key, schemes: schemes) { return verified }
        if case .ed25519 = key.algorithm, case .digest = self {
            throw SigstoreRefusal(
                .signature,
                "an Ed25519 signature over a digest alone, which only Ed25519ph can be; that is not supported")
        }
        throw SigstoreRefusal(.signature, "the signature was not made by that key over what it is said to be over")
    }
}
