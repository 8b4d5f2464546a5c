import Cryptography
import OCI
import Trust

/// What one signature is worth. Judging it is a function of bytes and trust; nothing is asked for on the way.
enum CosignSignatureJudgement: Hashable, Sendable {
    /// Genuine, and about this very image. Never empty.
    case signed(by: [PublicKey])
    case refused(CosignSignatureRefusal)

    init(signature: [UInt8], payload: HashedMessage, by trust: CosignTrust, about subject: Subject) {
        let verified = trust.keys.compactMap { $0.verifyCosign(signature, over: payload) }
        guard let first = verified.first else {
            self = .refused(.notByTheseKeys)
            return
        }
        do throws(CosignSignatureRefusal) {
            try CosignSignatureJudgement.check(first, by: trust, about: subject)
            self = .signed(by: verified.map(\.key))
        } catch {
            self = .refused(error)
        }
    }

    private static func check(
        _ verified: Verified<[UInt8]>, by trust: CosignTrust, about subject: Subject
    ) throws(CosignSignatureRefusal) {
        let claims: SimpleSigningPayload
        do { claims = try SimpleSigningPayload(verified) } catch { throw .claimsMalformed(error.description) }
        guard claims.manifestDigest.utf8.elementsEqual(subject.digest.description.utf8) else {
            throw .forOtherImage(claims.manifestDigest)
        }
        guard trust.identity.accepts(claims.dockerReference, for: subject.repository) else {
            throw .forOtherRepository(claims.dockerReference)
        }
    }
}

extension PublicKey {
    /// The payload, if this key signed it in one of the ways in which cosign signs.
    fileprivate func verifyCosign(_ signature: [UInt8], over payload: HashedMessage) -> Verified<[UInt8]>? {
        for scheme in algorithm.cosignSchemes {
            if let verified = verify(signature, over: payload, scheme: scheme) { return verified }
        }
        return nil
    }
}

/// Why one signature does not count, the least telling first.
enum CosignSignatureRefusal: Error, Hashable, Sendable {
    case malformed(String)
    /// The registry answered for its payload with what cannot be.
    case payloadViolated(Refusal)
    case notByTheseKeys
    // From here on a trusted key has signed, which says most about what went wrong.
    case claimsMalformed(String)
    case forOtherImage(String)
    case forOtherRepository(String)

    /// Of several refused signatures the one with the highest rank explains the outcome.
    var rank: Int {
        switch self {
        case .malformed: 0
        case .payloadViolated: 1
        case .notByTheseKeys: 2
        case .claimsMalformed: 3
        case .forOtherImage: 4
        case .forOtherRepository: 5
        }
    }

    var isByTheseKeys: Bool { rank > 2 }
}
