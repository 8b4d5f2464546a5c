public import Timestamp

/// A certificate whose issuers were verified up to an anchor, and of which all were valid at one time.
///
/// Only `TrustAnchors.verify` makes one, so nobody who has one can have forgotten to.
public struct VerifiedChain: Sendable {
    /// The leaf first, the anchor last.
    public var path: [Certificate] { verified.certificates }
    public var leaf: Certificate { verified.leaf }
    /// The certificate whose key signed the leaf.
    public var issuer: Certificate { verified.issuer }
    /// The key of the leaf.
    public var key: PublicKey { verified.key }
    /// When all of them were valid.
    public let time: Instant
    private let verified: VerifiedPath

    fileprivate init(_ verified: VerifiedPath, at time: Instant) {
        (self.verified, self.time) = (verified, time)
    }

    /// The same path at another time, without verifying a signature again.
    ///
    /// Throws `ChainError` (`notYetValid`, `expired`) for the first of its certificates that is not valid then.
    public func holds(at time: Instant) throws(ChainError) -> VerifiedChain { try verified.holds(at: time) }
}

/// A path of which all is verified but the time.
struct VerifiedPath: Sendable {
    let certificates: [Certificate]
    let leaf: Certificate
    let issuer: Certificate
    let key: PublicKey

    /// Nil unless there is a leaf and an issuer.
    init?(certificates: [Certificate], key: PublicKey) {
        guard certificates.count >= 2 else { return nil }
        (leaf, issuer) = (certificates[0], certificates[1])
        (self.certificates, self.key) = (certificates, key)
    }

    /// RFC 5280 section 6.1.3 (a) (2): both ends of the validity are inside, and every certificate counts.
    func holds(at time: Instant) throws(ChainError) -> VerifiedChain {
        for certificate in certificates {
            let (start, end) = (certificate.notBefore, certificate.notAfter)
            guard start <= time else {
                throw ChainError(.notYetValid(at: time.rfc3339InSeconds, from: start.rfc3339InSeconds), certificate)
            }
            guard time <= end else {
                throw ChainError(.expired(at: time.rfc3339InSeconds, since: end.rfc3339InSeconds), certificate)
            }
        }
        return VerifiedChain(self, at: time)
    }
}
