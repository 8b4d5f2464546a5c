/// What a chain of certificates is to vouch for.
public enum ChainPurpose: Hashable, Sendable {
    case codeSigning
    case timeStamping

    /// The name of its extended key usage (RFC 5280 section 4.2.1.12), as OpenSSL writes it.
    var extendedKeyUsage: String {
        switch self {
        case .codeSigning: "codeSigning"
        case .timeStamping: "timeStamping"
        }
    }

    /// Holds a path, the leaf first, against the purpose: what OpenSSL does not do, or not for certificates of Fulcio.
    func check(_ path: [Certificate]) throws(ChainError) {
        guard let leaf = path.first else { throw ChainError(.noPath) }
        guard !leaf.isAuthority else { throw ChainError(.basicConstraints, leaf) }
        // Without the extension there is no restriction (RFC 5280 section 4.2.1.3).
        if let usage = leaf.keyUsage, usage.isDisjoint(with: signing) { throw ChainError(.keyUsage, leaf) }
        guard leaf.extendedKeyUsage.contains(extendedKeyUsage) else {
            throw ChainError(.extendedKeyUsage(purpose: extendedKeyUsage), leaf)
        }
        for authority in path.dropFirst() {
            if let usage = authority.keyUsage, !usage.contains(.keyCertSign) { throw ChainError(.keyUsage, authority) }
            guard allowsIssuing(authority) else {
                throw ChainError(.extendedKeyUsage(purpose: extendedKeyUsage), authority)
            }
        }
    }

    private var signing: KeyUsage {
        switch self {
        case .codeSigning: .digitalSignature
        case .timeStamping: [.digitalSignature, .contentCommitment]
        }
    }

    /// An authority that names purposes issues for no other.
    private func allowsIssuing(_ authority: Certificate) -> Bool {
        let usages = authority.extendedKeyUsage
        return usages.isEmpty || usages.contains(extendedKeyUsage) || usages.contains("anyExtendedKeyUsage")
    }
}
