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
        predicateType: String = InTotoStatement.cosignSign, predicate: JSONTree = [:]
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
