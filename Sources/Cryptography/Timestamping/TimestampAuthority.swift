public import Timestamp

/// A time-stamp authority that is believed. Made once when trust material is loaded, and shared freely between threads.
public struct TimestampAuthority: Sendable {
    /// For people.
    public let name: String
    /// The fingerprint of the first certificate of its chain.
    public let id: [UInt8]
    /// Time stamps of other times do not count.
    public let validFor: ValidityWindow
    private let anchors: TrustAnchors
    private let signer: Signer

    private enum Signer: Sendable {
        /// The chain begins with the signer's certificate: no other is believed. It was verified when it was loaded.
        case pinned(Certificate, Result<VerifiedPath, TimestampRefusal>)
        /// Whoever the authority issued a certificate for, which then comes with the token.
        case issued
    }

    /// - Parameter chain: the `certChain` of a `trusted_root.json`: the signer's certificate, if it is known, then those
    ///   above it, the anchor last. A chain of authorities alone believes every signer that they issued for.
    ///
    /// Throws `ChainError` if there is no certificate, or there are more than are looked at. A signer whose certificate does
    /// not hold is a refusal of each of its tokens.
    public init(name: String, chain: [Certificate], validFor: ValidityWindow) throws(ChainError) {
        guard let first = chain.first else { throw ChainError(.noAnchors) }
        (self.name, self.validFor, id) = (name, validFor, first.fingerprint)
        if !first.isAuthority, chain.count > 1 {
            anchors = try TrustAnchors(chain: Array(chain.dropFirst()), purpose: .timeStamping)
            signer = .pinned(first, anchors.signerPath(first, intermediates: [], at: first.notBefore))
        } else {
            anchors = try TrustAnchors(chain: chain, purpose: .timeStamping)
            signer = .issued
        }
    }

    /// Verifies that this authority signed, while it was believed, that `message` existed.
    ///
    /// Throws the first `TimestampRefusal` of: imprint, validity of the authority, signer, the signer's own statement of its
    /// certificate, signature, extended key usage, chain at the time of the token.
    public func verify(
        _ token: TimestampToken, over message: HashedMessage
    ) throws(TimestampRefusal) -> VerifiedTimestamp {
        var certificates = TokenCertificates(token)
        return try verify(token, over: message, &certificates)
    }

    fileprivate func verify(
        _ token: TimestampToken, over message: HashedMessage, _ certificates: inout TokenCertificates
    ) throws(TimestampRefusal) -> VerifiedTimestamp {
        let info = token.info
        guard message.digest(info.imprintAlgorithm) == info.imprint else { throw .imprint }
        guard validFor.contains(info.time) else { throw .outsideValidity(info.time) }
        let path = try path(to: token, &certificates)
        do throws(ChainError) { _ = try path.holds(at: info.time) } catch { throw .chain(error) }
        return VerifiedTimestamp(info, by: self)
    }

    private func path(
        to token: TimestampToken, _ certificates: inout TokenCertificates
    ) throws(TimestampRefusal) -> VerifiedPath {
        switch signer {
        case .pinned(let certificate, let path):
            guard token.signer.names(certificate.layout) else { throw .otherSigner }
            try token.checkSigned(by: certificate)
            return try path.get()
        case .issued:
            // Of a token that nobody signed nothing more is read.
            guard let certificate = certificates.signer else { throw .signerNotFound }
            try token.checkSigned(by: certificate)
            return try anchors.signerPath(certificate, intermediates: certificates.all, at: token.info.time).get()
        }
    }
}

extension TimestampToken {
    /// That the certificate is the one that the signer says it is, and its key made the signature.
    fileprivate func checkSigned(by certificate: Certificate) throws(TimestampRefusal) {
        guard signer.attributes.signingCertificates.allSatisfy({ $0.names(certificate) }) else {
            throw .signingCertificate
        }
        switch certificate.publicKey {
        case .unusable(let error): throw .chain(ChainError(.key(error), certificate))
        case .key(let key):
            guard key.verify(signer.signature, over: signer.attributes.signedBytes, scheme: signer.scheme) != nil else {
                throw .signature
            }
        }
    }
}

extension TrustAnchors {
    /// The way from the certificate of a time-stamp signer to an anchor.
    fileprivate func signerPath(
        _ signer: Certificate, intermediates: [Certificate], at time: Instant
    ) -> Result<VerifiedPath, TimestampRefusal> {
        guard signer.isForTimestampsAlone else { return .failure(.extendedKeyUsage) }
        do throws(ChainError) {
            return .success(try path(from: signer, intermediates: intermediates, at: time))
        } catch {
            return .failure(.chain(error))
        }
    }
}

extension Certificate {
    /// RFC 3161 section 2.3.
    fileprivate var isForTimestampsAlone: Bool {
        guard case .value(_, isCritical: true) = extensionValue(.extendedKeyUsage) else { return false }
        return extendedKeyUsage == [ChainPurpose.timeStamping.extendedKeyUsage]
    }
}

extension Collection<TimestampAuthority> {
    /// The first authority's word for it; if none vouches, the refusal of the one that comes nearest: of an authority
    /// that signed the token rather than of one that did not.
    public func verify(
        _ token: TimestampToken, over message: HashedMessage
    ) throws(TimestampRefusal) -> VerifiedTimestamp {
        var nearest: TimestampRefusal?
        // Once, however many authorities there are.
        let message = HashedMessage(message.content, with: [token.info.imprintAlgorithm])
        var certificates = TokenCertificates(token)
        for authority in self {
            do throws(TimestampRefusal) {
                return try authority.verify(token, over: message, &certificates)
            } catch {
                if nearest == nil || nearest?.isOfStranger == true { nearest = error }
            }
        }
        throw nearest ?? .otherSigner
    }
}

extension TimestampRefusal {
    fileprivate var isOfStranger: Bool {
        switch self {
        case .otherSigner, .signerNotFound, .outsideValidity: true
        case .chain(let error): error.step == .noPath
        default: false
        }
    }
}
