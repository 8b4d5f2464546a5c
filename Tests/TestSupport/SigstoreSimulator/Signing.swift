import Cryptography
import Timestamp

/// One signature in the making, step by step. At each step a lie may change one fact of what is about to be made; everything
/// after it is made honestly from the changed fact.
struct Signing {
    var sigstore: SigstoreSimulator
    let artifact: [UInt8]
    let order: SigningOrder
    let lie: Lie?

    // A certificate is issued, then the signature is made, logged and timestamped, a second apart.
    var signedAt: Instant { sigstore.now + .seconds(1) }
    var loggedAt: Instant { sigstore.now + .seconds(2) }
    var timestampedAt: Instant { sigstore.now + .seconds(3) }

    mutating func run() throws -> SignedMaterial {
        let root = try trustedRoot()
        let signer = try signer()
        let content = try content(by: signer)
        var entries = try order.entries.map { try entry($0, about: content, by: signer) }
        if case .log(let lie) = lie { lie.bend(&entries) }
        let timestamps = try timestamps(over: content)
        var material = SignedMaterial(
            artifact: artifact, trustedRoot: root.json, expected: try expectation(), time: signedAt)
        switch order.form {
        case .bundle(let version):
            material.bundle = try bundle(version, of: content, by: signer, entries, timestamps)
        case .layer: material.layer = layer(of: content, by: signer, entries, timestamps)
        }
        return material
    }

    /// What the verifier trusts, after the authorities have changed as the lie wants.
    private mutating func trustedRoot() throws -> TrustedRootDraft {
        let honest = try sigstore.trustedRoot
        switch lie {
        case .certificate(let lie): try lie.bend(&sigstore.fulcio, from: sigstore.start, at: sigstore.now)
        case .timestamp(let lie): try lie.bend(&sigstore.timestampAuthority, from: sigstore.start, at: sigstore.now)
        case .log(let lie):
            try lie.bend(&sigstore.rekor)
            try lie.bend(&sigstore.rekorV2)
        default: break
        }
        guard lie?.isAboutStranger != true else { return honest }
        var root = try sigstore.trustedRoot
        if case .trust(let lie) = lie { try lie.bend(&root, at: sigstore.now) }
        return root
    }

    private func expectation() throws -> SignedMaterial.Expectation {
        switch order.signer {
        case .key(let key): .key(pem: try key.publicKeyPEM)
        case .keyless(let identity): .identity(identity)
        }
    }
}

/// Whose key signs, and what says so.
struct MaterialSigner {
    let key: PrivateKey
    /// DER; nil for a key without certificate.
    let certificate: [UInt8]?

    var verifier: EntryFacts.Verifier {
        get throws { try certificate.map { .certificate($0) } ?? .key(key.subjectPublicKeyInfo) }
    }
}

extension Signing {
    private func signer() throws -> MaterialSigner {
        switch order.signer {
        case .key(let key): MaterialSigner(key: key, certificate: nil)
        case .keyless(let identity): try keylessSigner(identity)
        }
    }

    private func keylessSigner(_ identity: SimulatedIdentity) throws -> MaterialSigner {
        var identity = identity
        let key = try PrivateKey.generate(sigstore.leafAlgorithm)
        if case .certificate(let lie) = lie { lie.bend(&identity) }
        var leaf = try sigstore.fulcio.leaf(for: identity, key: key, at: sigstore.now)
        if case .certificate(let lie) = lie { lie.bend(&leaf) }
        var promise = sigstore.certificateLog.promise(for: leaf, issuer: sigstore.fulcio.intermediate, at: sigstore.now)
        if case .promise(let lie) = lie { try lie.bend(&promise, windowStart: sigstore.start) }
        var sct = try promise.signed()
        if case .promise(let lie) = lie { lie.bend(&sct) }
        leaf.extensions.append(.sctList([sct]))
        if case .promise(let lie) = lie { lie.bend(&leaf) }
        var certificate = try sigstore.fulcio.issue(leaf, key: key).der
        if case .certificate(let lie) = lie { lie.bend(&certificate) }
        return MaterialSigner(key: key, certificate: certificate)
    }
}
