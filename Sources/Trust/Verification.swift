public import OCI
public import Timestamp

/// The asking machine: a verification that never fetches.
///
/// It is driven from outside: `next` is called first with nothing, and whenever it answers `.fetch`, again with every
/// locator it asked for. So the same verification runs online, in tests and in replay, and what is recorded as
/// evidence is exactly what was judged. A machine must reach an outcome after a bounded number of steps; whoever
/// drives it stops after `maximumVerificationSteps`.
public protocol Verification: Sendable {
    /// One step. `received` holds an answer for each locator of the step before.
    mutating func next(_ received: [Locator: Fetched]) -> Step

    /// Until when its outcome counts at the longest, once there is one: what it rests on expires then. Nil if nothing does.
    var countsUntil: Instant? { get }
}

extension Verification {
    public var countsUntil: Instant? { nil }
}

/// What a verification says when it is asked to go on.
public enum Step: Sendable {
    /// It needs an answer for each of these, in any order, before it goes on.
    case fetch([Locator])
    /// It is done.
    ///
    /// `basis` is what of all that was asked for the outcome rests on, in the order in which it was asked: a fresh
    /// verification that finds this, and nothing else, comes to the same outcome. So it is what is kept as evidence.
    case outcome(VerificationOutcome, basis: [Locator])
}

/// The longest way is that of trust data whose root was rotated while it was asked for: root, timestamp, snapshot, the newer
/// root, those between, then timestamp and snapshot again, targets, delegations, the outcome.
public let maximumVerificationSteps = 12

/// Says what to fetch, never how. Of an image only digests and tags that are derived from digests appear in it: a tag that
/// a person wrote was resolved before.
public enum Locator: Hashable, Sendable {
    /// A manifest or index of at most `limit` bytes, by tag or by digest; a larger one is a violation, not a truncated
    /// read.
    case manifest(Repository, ManifestName, limit: Int = Locator.maximumManifestBytes)
    /// A blob of at most `limit` bytes, likewise.
    case blob(Repository, Digest, limit: Int)
    /// The list of what says that it is about a manifest (distribution-spec, "Listing Referrers"): one index, of at most
    /// `limit` bytes, whatever the number of pages. Nobody signs this list: it is a hint where to look. A registry
    /// without such lists has none, which is `.absent`.
    case referrers(Repository, Digest, limit: Int = Locator.maximumManifestBytes)

    /// The list of a repository's tags (distribution-spec, "Listing Tags") of at most `limit` bytes, whatever the number of
    /// pages. No verification asks for it: it is for whoever wants to know what there is.
    case tags(Repository, limit: Int = Locator.maximumManifestBytes)

    /// A document of at most `limit` bytes of what a notary server keeps about a repository. Nobody has verified it, not
    /// even that one that is named by its hash has it.
    case trustMetadata(TrustCollection, TrustMetadataName, limit: Int)

    /// Bytes of an image's manifest or index. The distribution specification wants registries to take 4 MiB.
    public static let maximumManifestBytes = 4 * 1024 * 1024

    /// The name of a manifest within its repository: distribution-spec's `<reference>`.
    public enum ManifestName: Hashable, Sendable {
        case tag(String)
        case digest(Digest)
    }

    public var repository: Repository {
        switch self {
        case .manifest(let repository, _, _), .blob(let repository, _, _), .referrers(let repository, _, _),
            .tags(let repository, _):
            repository
        case .trustMetadata(let collection, _, _): collection.repository
        }
    }
}

/// What became of a locator. `found` bytes were hashed by whoever fetched them: their digest is `digest`, and it is the
/// one asked for wherever a digest was asked for.
public enum Fetched: Hashable, Sendable {
    case found(Content)
    /// The registry answered, and there is no such thing.
    case absent
    /// The registry answered with something that cannot be: other bytes, too many bytes, a wrong media type.
    case violated(Refusal)
    /// We could not look.
    case undetermined(Refusal)

    /// Bytes that a registry gave, and what they are known to be.
    public struct Content: Hashable, Sendable {
        public let bytes: [UInt8]
        public let digest: Digest
        /// The media type that the answer's header named, without parameters, lower case; nil for blobs.
        public let mediaType: String?

        public init(bytes: [UInt8], digest: Digest, mediaType: String?) {
            self.bytes = bytes
            self.digest = digest
            self.mediaType = mediaType
        }
    }
}
