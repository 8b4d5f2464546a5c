public import OCI

/// What one signature format brings: its word in the policy language, its fields, and how they become an attestor.
/// `Composition.swift` hands the formats to the loader of policy documents, so neither knows the other.
public protocol AttestorFormat: Sendable {
    /// The word under `spec`: `cosign`.
    var name: String { get }
    /// What the format is, in one line.
    var summary: String { get }
    /// The fields below that word.
    var fields: ObjectType { get }
    /// Turns fields that have the described shape into an attestor. Reports every problem, each at its position.
    ///
    /// - Parameter materials: what is trusted and lies at a mirror. That it is missing there is no problem of the document:
    ///   the attestor then leaves everything undetermined.
    func load(_ fields: FieldValue, from materials: any MaterialSource) throws(FieldProblems) -> any Attestor
}

extension AttestorFormat {
    /// The same where no mirror is asked.
    public func load(_ fields: FieldValue) throws(FieldProblems) -> any Attestor { try load(fields, from: NoMirrors()) }
}

/// Who is believed: trust material of one signature format, loaded and checked once.
public protocol Attestor: Sendable {
    /// SHA-256 over the format's name, its settings and its trust material: two attestors with the same fingerprint
    /// judge everything alike, so their outcomes may be shared.
    var fingerprint: Digest { get }
    /// The signers that it believes, where they can be listed, as keys can; none where only a pattern describes them.
    var signers: [Signer] { get }
    /// What it believes, as the end of a sentence that begins with "it believes": which evidence, where that is looked for,
    /// and whose. The signers are listed beside it.
    var explanation: String { get }
    /// Whether something proves when it signed; else nothing that it attests is ever young enough.
    var provesTime: Bool { get }
    /// Whether it judges the tag that was asked for, and not the digest alone. Of one that does not, what came of a digest
    /// serves all its tags.
    var judgesTags: Bool { get }
    /// Somebody whom it believes and whom nobody can have meant, since anybody can become that one; nil if there is none.
    var outsider: Signer? { get }
    /// Starts to verify that this attestor signed `subject`.
    func verification(of subject: Subject) -> any Verification
    /// Starts to verify what this attestor attests of `subject`; nil if its format has no attestations.
    func attestationVerification(of subject: Subject) -> (any Verification)?
}

extension Attestor {
    public var signers: [Signer] { [] }
    public var provesTime: Bool { true }
    public var judgesTags: Bool { false }
    public var outsider: Signer? { nil }
    public func attestationVerification(of subject: Subject) -> (any Verification)? { nil }

    /// Starts to verify that it stands behind `subject` as `claim` says; nil if its format has no such thing.
    public func verification(of subject: Subject, for claim: Claim) -> (any Verification)? {
        switch claim {
        case .signature: verification(of: subject)
        case .attestation: attestationVerification(of: subject)
        }
    }
}

/// What a signature must be about: a digest in a repository.
public struct Subject: Hashable, Sendable {
    public let repository: Repository
    public let digest: Digest
    /// The tag that was asked for and resolved to the digest, in ASCII: formats that sign what a tag stands for hold it
    /// against that. Nil where the image was named by its digest: beside a digest a tag is a comment.
    public let tag: String?

    public init(repository: Repository, digest: Digest, tag: String? = nil) {
        self.repository = repository
        self.digest = digest
        self.tag = tag
    }

    /// What `reference` asks for, where its tag, if it is that which counts, stands for `digest`.
    public init(_ reference: ImageReference, resolvedTo digest: Digest) {
        self.init(
            repository: reference.repository, digest: digest, tag: reference.digest == nil ? reference.tag : nil)
    }
}
