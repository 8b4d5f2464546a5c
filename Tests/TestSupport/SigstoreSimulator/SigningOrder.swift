public import Cryptography

/// What is to be signed, by whom, and what is to prove when.
public struct SigningOrder: Sendable {
    public enum Content: Sendable {
        /// A message signature over the bytes of the manifest.
        case message
        /// cosign's payload that names the manifest's digest.
        case simpleSigning(reference: String)
        /// An in-toto statement about the manifest, in a DSSE envelope. The version is `v0.1` or `v1`.
        case statement(predicateType: String, predicate: JSONTree, version: String)
    }

    public enum Signer: Sendable {
        case key(PrivateKey)
        case keyless(SimulatedIdentity)
    }

    public enum Form: Sendable, Hashable {
        case bundle(BundleDraft.Version)
        /// A layer of `.sig` or `.att`.
        case layer
    }

    public var content: Content
    public var signer: Signer
    public var form: Form
    /// The kind of each entry says which log gets it.
    public var entries: [EntryFacts.Kind]
    public var isTimestamped: Bool

    public init(
        _ content: Content, by signer: Signer, as form: Form, entries: [EntryFacts.Kind], isTimestamped: Bool = false
    ) {
        (self.content, self.signer, self.form) = (content, signer, form)
        (self.entries, self.isTimestamped) = (entries, isTimestamped)
    }

    /// What `cosign sign` of version 3 makes, logged in Rekor v1: a statement about the image in a bundle.
    public static func bundle(
        by signer: Signer = .keyless(.githubWorkflow()), version: BundleDraft.Version = .v03,
        predicateType: String = StatementDraft.cosignSign, predicate: JSONTree = [:]
    ) -> SigningOrder {
        SigningOrder(
            .statement(predicateType: predicateType, predicate: predicate, version: "v1"), by: signer,
            as: .bundle(version), entries: [.dsse])
    }

    /// The same logged in Rekor v2, so with a timestamp.
    public static func bundleV2(by signer: Signer = .keyless(.githubWorkflow())) -> SigningOrder {
        var order = bundle(by: signer)
        (order.entries, order.isTimestamped) = ([.hashedRekordV2], true)
        return order
    }

    /// A bundle of a message signature over the manifest.
    public static func message(
        by signer: Signer = .keyless(.githubWorkflow()), version: BundleDraft.Version = .v03
    ) -> SigningOrder {
        SigningOrder(.message, by: signer, as: .bundle(version), entries: [.hashedRekord])
    }

    /// What `cosign sign` made before version 3: a layer of `.sig`.
    public static func signatureLayer(
        by signer: Signer = .keyless(.githubWorkflow()), reference: String = "registry.example.com/team/app"
    ) -> SigningOrder {
        SigningOrder(.simpleSigning(reference: reference), by: signer, as: .layer, entries: [.hashedRekord])
    }

    /// What `cosign attest` made before version 3: a layer of `.att`.
    public static func attestationLayer(
        by signer: Signer = .keyless(.githubWorkflow()), predicateType: String = "https://slsa.dev/provenance/v0.2",
        predicate: JSONTree = [:], entry: EntryFacts.Kind = .dsse
    ) -> SigningOrder {
        SigningOrder(
            .statement(predicateType: predicateType, predicate: predicate, version: "v0.1"), by: signer, as: .layer,
            entries: [entry])
    }
}

extension SigningOrder {
    /// What signers have made over the years, each by someone without a key and by a key, and with every kind of entry.
    public static func everyAge(key: PrivateKey) -> [SigningOrder] {
        let signers: [Signer] = [.keyless(.githubWorkflow()), .keyless(.person()), .key(key)]
        return signers.flatMap { bundles(by: $0) + layers(by: $0) }
    }

    private static func bundles(by signer: Signer) -> [SigningOrder] {
        var orders: [SigningOrder] = []
        for version in BundleDraft.Version.allCases {
            orders += [bundle(by: signer, version: version), message(by: signer, version: version)]
        }
        let old = bundle(by: signer, version: .v02)
        orders += [old.logged(as: .intotoV2), old.timestamped, bundleV2(by: signer)]
        orders += [
            message(by: signer).logged(as: .hashedRekordV2), bundle(by: signer).logged(as: .dsse, .hashedRekordV2),
        ]
        return orders
    }

    private static func layers(by signer: Signer) -> [SigningOrder] {
        let kinds: [EntryFacts.Kind] = [.dsse, .intotoV1, .intotoV2]
        let attestations = kinds.map { attestationLayer(by: signer, entry: $0) }
        let signature = signatureLayer(by: signer)
        return attestations + [signature, signature.timestamped, attestationLayer(by: signer).timestamped]
    }

    /// The same with other entries, and a timestamp if one of them states no time.
    public func logged(as kinds: EntryFacts.Kind...) -> SigningOrder {
        var order = self
        order.entries = kinds
        order.isTimestamped = isTimestamped || kinds.contains(.hashedRekordV2)
        return order
    }

    /// The same with a timestamp.
    public var timestamped: SigningOrder {
        var order = self
        order.isTimestamped = true
        return order
    }
}

extension SigningOrder: CustomStringConvertible {
    /// For the names of tests.
    public var description: String {
        let what =
            switch content {
            case .message: "message signature"
            case .simpleSigning: "simple signing payload"
            case .statement: "statement"
            }
        let who =
            switch signer {
            case .key(let key): "\(key.algorithm) key"
            case .keyless(let identity): identity.subject
            }
        let shape =
            switch form {
            case .bundle(let version): "bundle \(version)"
            case .layer: "layer"
            }
        let kinds = entries.map(\.rawValue).joined(separator: " and ")
        return "\(what) by \(who) in a \(shape), \(kinds)\(isTimestamped ? ", timestamped" : "")"
    }
}
