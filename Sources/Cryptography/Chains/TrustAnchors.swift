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
    /// Those of these certificates that issue plain leaves, by the subject that is the issuer of such a leaf.
    private let plainAuthorities: [ArraySlice<UInt8>: PlainAuthority]

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
        let verified = Set(pairs.filter(\.isVerified))
        verifiedSignatures = verified
        // Plain leaves are for code signing.
        plainAuthorities = PlainAuthority.all(among: purpose == .codeSigning ? all : []) { probe throws(ChainError) in
            let path = try store.path(
                from: probe, helpers: intermediates, anchors: anchors, at: probe.notBefore.seconds)
            try TrustAnchors.check(path, for: purpose)
            try SignedCertificate.check(Array(path.dropFirst()), verified)
            return path
        }
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
        if untrusted.isEmpty, let path = try plainPath(from: leaf) { return path }
        return try searchedPath(from: leaf, intermediates: untrusted, at: time)
    }

    /// Nil if it takes OpenSSL to find it.
    private func plainPath(from leaf: Certificate) throws(ChainError) -> VerifiedPath? {
        guard let plain = leaf.plainLeaf, let authority = plainAuthorities[leaf.layout.issuer],
            plain.authorityKeyIdentifier == authority.keyIdentifier, !anchors.contains(leaf)
        else { return nil }
        return try authority.path(from: leaf, plain)
    }

    /// The same with OpenSSL alone.
    func searchedPath(
        from leaf: Certificate, intermediates untrusted: [Certificate] = [], at time: Instant
    ) throws(ChainError) -> VerifiedPath {
        var verified = verifiedSignatures
        let path = try store.path(
            from: leaf, helpers: intermediates + vouched(untrusted, &verified), anchors: anchors, at: time.seconds)
        try TrustAnchors.check(path, for: purpose)
        try SignedCertificate.check(path, verified)
        // A leaf that is an anchor itself has no issuer that vouches for it.
        guard let chain = VerifiedPath(certificates: path, key: try TrustAnchors.key(of: path)) else {
            throw ChainError(.noPath, leaf)
        }
        return chain
    }

    private static func check(_ path: [Certificate], for purpose: ChainPurpose) throws(ChainError) {
        for certificate in path
        where certificate.repeatsExtension || certificate.reader?.hasReadableExtensions != true {
            throw ChainError(.malformedExtension, certificate)
        }
        try purpose.check(path)
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

    /// Throws for the first of a path that the next has not signed.
    static func check(_ path: [Certificate], _ verified: Set<SignedCertificate>) throws(ChainError) {
        for (subject, issuer) in zip(path, path.dropFirst()) {
            let signed = SignedCertificate(subject: subject, issuer: issuer)
            guard verified.contains(signed) || signed.isVerified else { throw ChainError(.signature, subject) }
        }
    }

    /// Costs a signature verification.
    var isVerified: Bool {
        defer { ERR_clear_error() }
        guard let subject = subject.handle?.pointer, let issuer = issuer.handle?.pointer,
            X509_NAME_cmp(X509_get_issuer_name(subject), X509_get_subject_name(issuer)) == 0,
            let key = X509_get0_pubkey(issuer)
        else { return false }
        return X509_verify(subject, key) == 1
    }
}

extension Certificate {
    /// By its name and, where both say it, by the identifier of its key.
    fileprivate func isNamedAsIssuer(of subject: Certificate) -> Bool {
        guard let issuer = handle?.pointer, let subject = subject.handle?.pointer else { return false }
        return X509_check_issued(issuer, subject) == X509_V_OK
    }
}
