/// What a trusted collection may cost at most. Nothing that a server says can raise any of it.
enum ContentTrustLimits {
    /// Bytes of one version of root metadata; that of a repository with one certificate has 2 KiB.
    static let rootBytes = 512 << 10
    /// Bytes of timestamp metadata, which lists one document: some 500.
    static let timestampBytes = 16 << 10
    /// Bytes of snapshot metadata: some 300 for each delegation.
    static let snapshotBytes = 2 << 20
    /// Bytes of the metadata of targets, and of each delegation: some 20,000 tags.
    static let targetsBytes = 5 << 20
    /// Objects within each other; no metadata nests deeper than keys in delegations, and `custom` is anybody's.
    static let depth = 32
    /// Values and keys in one document: two for each 16 bytes of the largest.
    static let values = 1 << 19
    /// Keys that one document lists. Each costs a parse if a role has it.
    static let keys = 256
    /// Signatures of one document. Each by a key of the role costs a verification.
    static let signatures = 64
    /// Delegations of one document; teams have a dozen signers.
    static let delegations = 256
    /// Paths of one delegation; Docker writes one, the empty one.
    static let paths = 256
    /// Delegations that are looked at for one image, or shown of a collection: each is a request.
    static let lookedAt = 32
    /// New versions of the root in one update: each is a request. Root keys last for ten years.
    static let rotations = 32
    /// Certificates in one key: a leaf and the way to its authority.
    static let certificates = 8
    /// Names of roles, as notary has it.
    static let roleNameBytes = 255
    /// Digests that are remembered of those that targets do not name any more.
    static let remembered = 4_096
    /// All of these, as they are written: digests that the keys of a team have signed are 600 bytes each, and nobody can make
    /// what is kept too large to be read again by signing with many.
    static let namedBytes = 3 << 20
    /// Documents that are kept of a collection, all together; of the others only the version is.
    static let keptBytes = 8 << 20
    /// All that is kept of a collection, as it is written: documents take a third more, and the rest has room.
    static let knownBytes = 16 << 20
}
