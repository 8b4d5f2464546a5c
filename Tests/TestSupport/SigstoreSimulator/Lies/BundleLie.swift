import Cryptography

/// What is wrong with the bundle around signature and evidence, against Sigstore's bundle format
/// (`sigstore_bundle.proto` and ProtoJSON) where nothing else is said.
public enum BundleLie: Sendable, Hashable, CaseIterable {
    /// Of a version that nobody has defined.
    case unknownMediaType
    /// Has no version.
    case noMediaType
    /// A member that the format does not have.
    case unknownMember
    /// A member twice: which one counts is open.
    case repeatedMember
    /// A chain, where version 0.3 allows the leaf alone.
    case chainInsteadOfLeaf
    /// The chain brings its own root along.
    case rootInChain
    /// Names neither certificate nor key.
    case noVerifier
    /// Names a certificate and a key.
    case twoVerifiers
    /// Holds a message signature and an envelope.
    case twoContents
    /// Holds neither message signature nor envelope.
    case noContent
    /// States another digest than that of the message.
    case otherDigest
    /// The certificate is written in the alphabet of base64url.
    case urlSafeBase64
    /// The certificate is written in base64 with a line break.
    case brokenBase64
    /// Is not in any log.
    case noEntries

    var orders: [SigningOrder] {
        switch self {
        case .otherDigest: [.message()]
        case .rootInChain: [.bundle(version: .v02)]
        case .noEntries: [.bundle(), .bundle(version: .v02)]
        case .unknownMediaType, .noMediaType, .unknownMember, .repeatedMember, .chainInsteadOfLeaf, .noVerifier,
            .twoVerifiers, .twoContents, .noContent, .urlSafeBase64, .brokenBase64:
            [.bundle(), .message(), .bundleV2()]
        }
    }
}

extension BundleLie {
    func bend(_ bundle: inout BundleDraft, authority: SimulatedFulcio) {
        switch self {
        case .unknownMediaType: bundle.mediaType = "application/vnd.dev.sigstore.bundle.v0.9+json"
        case .chainInsteadOfLeaf:
            guard case .certificate(let leaf) = bundle.verifier else { return }
            bundle.verifier = .chain([leaf, authority.intermediate.der])
        case .rootInChain:
            guard case .chain(let chain) = bundle.verifier else { return }
            bundle.verifier = .chain(chain + [authority.root.der])
        case .otherDigest:
            guard case .message(let algorithm, let digest, let signature) = bundle.content else { return }
            bundle.content = .message(algorithm: algorithm, digest: SHA2.sha256(digest), signature)
        case .noEntries: bundle.entries = []
        default: break
        }
    }

    func bend(_ bundle: inout JSONTree) {
        switch self {
        case .noMediaType: bundle["mediaType"] = nil
        case .unknownMember: bundle["verified"] = .boolean(true)
        case .repeatedMember:
            guard case .object(let members) = bundle else { return }
            bundle = .object(members + members.prefix(1))
        case .noVerifier: bundle["verificationMaterial"]?["certificate"] = nil
        case .twoVerifiers: bundle["verificationMaterial"]?["publicKey"] = ["hint": "key"]
        case .twoContents:
            let other: JSONTree = ["signature": "AA=="]
            if bundle["messageSignature"] == nil { bundle["messageSignature"] = other }
            if bundle["dsseEnvelope"] == nil {
                bundle["dsseEnvelope"] = ["payload": "", "payloadType": "a/b", "signatures": [["sig": "AA=="]]]
            }
        case .noContent: (bundle["messageSignature"], bundle["dsseEnvelope"]) = (nil, nil)
        case .urlSafeBase64: bendCertificate(of: &bundle) { $0.replacing("+", with: "-").replacing("/", with: "_") }
        case .brokenBase64: bendCertificate(of: &bundle) { $0.prefix(64) + "\n" + $0.dropFirst(64) }
        default: break
        }
    }

    private func bendCertificate(of bundle: inout JSONTree, _ change: (String) -> String) {
        guard case .string(let text) = bundle["verificationMaterial"]?["certificate"]?["rawBytes"] else { return }
        bundle["verificationMaterial"]?["certificate"]?["rawBytes"] = .string(change(text))
    }
}
