import COpenSSL
public import Timestamp

/// Authorities that are believed, for one purpose: one authority of a trust root. Made once when trust material is loaded,
/// and shared freely between threads.
public struct TrustAnchors: Sendable {
    /// Anchors and intermediates that one set has, and certificates that come with one signature.
    public static let maximumCertificates = 32

    public let purpose: ChainPurpose
    private let anchors: [Certificate]
    private let intermediates: [Certificate]
    private let store: AnchorStore
    /// Which of these certificates is known to be signed by which: it does not change, and costs more than all the rest.
    private let verifiedSignatures: Set<SignedCertificate>

    /// - Parameters:
    ///   - anchors: believed because they are given here, self-signed or not; nothing above them is asked for.
    ///   - intermediates: help to find the way to an anchor, and are believed only on that way.
    ///
    /// Throws `ChainError` if there is no anchor, or more than `maximumCertificates`.
    public init(
        anchors: [Certificate], intermediates: [Certificate] = [], purpose: ChainPurpose
    ) throws(ChainError) {
        let all = anchors + intermediates
        guard all.count <= TrustAnchors.maximumCertificates else { throw ChainError(.tooMany(count: all.count)) }
        guard !anchors.isEmpty, let store = AnchorStore(anchors) else { throw ChainError(.noAnchors) }
        (self.anchors, self.intermediates, self.purpose, self.store) = (anchors, intermediates, purpose, store)
        let pairs = intermediates.flatMap { subject in all.map { SignedCertificate(subject: subject, issuer: $0) } }
        verifiedSignatures = Set(pairs.filter(\.isVerified))
        ERR_clear_error()
    }

    /// The `certChain` of a `trusted_root.json`: the last is the anchor, the others lead to it.
    public init(chain: [Certificate], purpose: ChainPurpose) throws(ChainError) {
        try self.init(anchors: chain.suffix(1), intermediates: chain.dropLast(), purpose: purpose)
    }

    /// Verifies that `leaf` is a certificate for an end, for this purpose, issued under one of the anchors, and that every
    /// certificate from it to the anchor was valid at `time`, both included (RFC 5280 section 6; CVE-2026-24122).
    ///
    /// - Parameter intermediates: came with the signature; they are believed only if they are on the way to an anchor.
    public func verify(
        _ leaf: Certificate, intermediates: [Certificate] = [], at time: Instant
    ) throws(ChainError) -> VerifiedChain {
        try path(from: leaf, intermediates: intermediates, at: time).holds(at: time)
    }

    /// All but the validity: `time` only decides between issuers of which not all were valid then.
    func path(
        from leaf: Certificate, intermediates untrusted: [Certificate] = [], at time: Instant
    ) throws(ChainError) -> VerifiedPath {
        guard untrusted.count <= TrustAnchors.maximumCertificates else {
            throw ChainError(.tooMany(count: untrusted.count), leaf)
        }
        var verified = verifiedSignatures
        let path = try store.path(
            from: leaf, helpers: intermediates + vouched(untrusted, &verified), anchors: anchors, at: time.seconds)
        for certificate in path
        where certificate.repeatsExtension || !CertificateReader(certificate.handle).hasReadableExtensions {
            throw ChainError(.malformedExtension, certificate)
        }
        try purpose.check(path)
        for (subject, issuer) in zip(path, path.dropFirst()) {
            let signed = SignedCertificate(subject: subject, issuer: issuer)
            guard verified.contains(signed) || signed.isVerified else {
                throw ChainError(.signature, subject)
            }
        }
        // A leaf that is an anchor itself has no issuer that vouches for it.
        guard let chain = VerifiedPath(certificates: path, key: try TrustAnchors.key(of: path)) else {
            throw ChainError(.noPath, leaf)
        }
        return chain
    }

    /// Those that one of these authorities signed, or another one that they did. What a stranger made up leads nowhere, and
    /// how much work its keys, names and constraints make was the stranger's choice.
    private func vouched(_ untrusted: [Certificate], _ verified: inout Set<SignedCertificate>) -> [Certificate] {
        var issuers = anchors + intermediates
        var strangers = untrusted.filter { !issuers.contains($0) }
        var vouched: [Certificate] = []
        while let signed = SignedCertificate(oneOf: strangers, byOneOf: issuers) {
            verified.insert(signed)
            issuers.append(signed.subject)
            vouched.append(signed.subject)
            strangers.removeAll { $0 == signed.subject }
        }
        return vouched
    }

    /// The leaf's key; no key of the path may be one that is not used here.
    private static func key(of path: [Certificate]) throws(ChainError) -> PublicKey {
        var leafKey: PublicKey?
        for certificate in path {
            switch certificate.publicKey {
            case .key(let key): leafKey = leafKey ?? key
            case .unusable(let error): throw ChainError(.key(error), certificate)
            }
        }
        guard let leafKey else { throw ChainError(.noPath) }
        return leafKey
    }
}

/// That one certificate is signed with the key of another.
private struct SignedCertificate: Hashable {
    let subject: Certificate
    let issuer: Certificate

    init(subject: Certificate, issuer: Certificate) {
        (self.subject, self.issuer) = (subject, issuer)
    }

    /// Nil if none of the issuers signed any of the subjects. One that names an issuer and its key was made up if that key did
    /// not sign it, and no other is tried after it.
    init?(oneOf subjects: [Certificate], byOneOf issuers: [Certificate]) {
        for subject in subjects {
            for issuer in issuers where issuer.isNamedAsIssuer(of: subject) {
                self.init(subject: subject, issuer: issuer)
                guard isVerified else { return nil }
                return
            }
        }
        return nil
    }

    /// Costs a signature verification.
    var isVerified: Bool {
        defer { ERR_clear_error() }
        let isNamed =
            X509_NAME_cmp(
                X509_get_issuer_name(subject.handle.pointer), X509_get_subject_name(issuer.handle.pointer)) == 0
        guard isNamed, let key = X509_get0_pubkey(issuer.handle.pointer) else { return false }
        return X509_verify(subject.handle.pointer, key) == 1
    }
}

extension Certificate {
    /// By its name and, where both say it, by the identifier of its key.
    fileprivate func isNamedAsIssuer(of subject: Certificate) -> Bool {
        X509_check_issued(handle.pointer, subject.handle.pointer) == X509_V_OK
    }
}
