public import Cryptography
import Timestamp

/// Which roots of collections are believed without a root before them.
public struct RootTrust: Sendable {
    /// Believed whatever certificate they are in, and whatever that says.
    private let keys: Set<PublicKey>
    private let certificates: Set<Certificate>
    /// Those that issue certificates for root keys; nil if there are none.
    private let authorities: TrustAnchors?
    private let authorityCertificates: [Certificate]
    /// Whether the first root that a server gives is believed.
    public let isFirstUse: Bool

    /// Throws `ChainError` for more authorities than are looked at.
    ///
    /// - Parameters:
    ///   - keys: root keys. Nothing is asked of a certificate that has such a key: it may have expired long ago.
    ///   - certificates: root keys with their certificates, which have to be good ones; of authorities those that they issue.
    public init(keys: [PublicKey], certificates: [Certificate]) throws(ChainError) {
        self.keys = Set(keys)
        authorityCertificates = certificates.filter(\.isAuthority)
        self.certificates = Set(certificates.filter { !$0.isAuthority })
        authorities =
            authorityCertificates.isEmpty
            ? nil : try TrustAnchors(anchors: authorityCertificates, purpose: .codeSigning)
        isFirstUse = false
    }

    private init() {
        (keys, certificates, authorities, authorityCertificates) = ([], [], nil, [])
        isFirstUse = true
    }

    /// The first root that a server gives for a collection: whoever can answer in its place then is believed for good.
    public static let firstUse = RootTrust()

    /// SHA-256 over all of it. What is remembered of collections is kept under it: another trust begins anew.
    public var fingerprint: [UInt8] {
        let parts = [
            ["first use: \(isFirstUse)"], ["keys"], keys.map(\.fingerprint.hexadecimal).sorted(), ["certificates"],
            (Array(certificates) + authorityCertificates).map(\.fingerprint.hexadecimal).sorted(),
        ]
        return SHA2.sha256(Array(parts.joined().map { "\($0.utf8.count) \($0)" }.joined().utf8))
    }

    var keyCount: Int { keys.count }
    var certificateCount: Int { certificates.count + authorityCertificates.count }

    /// Throws `untrustedRoot` unless as many keys as the root asks for are believed for themselves.
    func checkBelieves(_ root: RootDocument, of name: String, at now: Instant) throws(MetadataFault) {
        let found = root.signers { believes($0, of: name, at: now) }
        guard found < root.root.threshold else { return }
        throw .untrustedRoot(why(root, found, name, now))
    }

    /// A root that former ones lead to: its keys need not be pinned, but what is asked of certificates is asked of theirs.
    func checkAdmits(_ root: RootDocument, of name: String, at now: Instant) throws(MetadataFault) {
        let found = root.signers { admits($0, of: name, at: now) }
        guard found < root.root.threshold else { return }
        throw .untrustedRoot(why(root, found, name, now))
    }

    private func believes(_ key: CollectionKey, of name: String, at now: Instant) -> Bool {
        if keys.contains(key.key) { return true }
        guard let leaf = key.certificates.first, RootCertificate.fault(of: key, for: name, at: now) == nil else {
            return false
        }
        if isFirstUse || certificates.contains(leaf) { return true }
        guard let authorities else { return false }
        return (try? authorities.verify(leaf, intermediates: Array(key.certificates.dropFirst()), at: now)) != nil
    }

    private func admits(_ key: CollectionKey, of name: String, at now: Instant) -> Bool {
        if believes(key, of: name, at: now) { return true }
        guard authorities == nil else { return false }
        // Who pins keys alone asks nothing of certificates.
        return certificates.isEmpty && !isFirstUse || RootCertificate.fault(of: key, for: name, at: now) == nil
    }

    private func why(_ root: RootDocument, _ found: Int, _ name: String, _ now: Instant) -> String {
        let counted = "\(found) of the keys that it is signed with are trusted, expected \(root.root.threshold)"
        guard keys.isEmpty else { return counted }
        let faults = root.root.keys.compactMap { RootCertificate.fault(of: $0, for: name, at: now) }
        return faults.first.map { "\(counted): \($0)" } ?? counted
    }
}
