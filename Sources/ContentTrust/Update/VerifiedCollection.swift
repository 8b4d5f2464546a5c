public import Cryptography
public import OCI
public import Timestamp
public import Trust

/// A collection of which everything was verified that was asked for.
public struct VerifiedCollection: Sendable {
    public let collection: TrustCollection
    public let root: Role
    public let timestamp: Role
    public let snapshot: Role
    /// The role at the top.
    public let targets: Targets
    /// Those that were asked for, in that order; where all were, in the order in which `targets` has them.
    public let delegations: [Delegated]
    /// How many there are beside those, where all were asked for and that is too many.
    public let leftOut: Int
    /// Why the server was not heard, where all this is what was remembered; nil if it is current.
    public let unheard: Refusal?
    /// What is known of the collection now, for a memory to keep.
    public let remembered: KnownCollection

    /// Who speaks for a role, and of which version that was verified.
    public struct Role: Sendable {
        public let name: String
        public let version: Int
        public let expires: Instant
        public let threshold: Int
        public let keys: [PublicKey]
        /// Those of the keys that have signed this version.
        public let signers: [PublicKey]
    }

    /// A role that names what tags stand for.
    public struct Targets: Sendable {
        public let role: Role
        let document: TargetsDocument
        /// Beginnings of the tags that it may speak for; the empty one is that of all.
        public let paths: [String]

        /// The tags that it names, in the order of the document; those that it may not speak for are left out.
        public var tags: [Tag] {
            document.all.filter { covers($0.tag) }.map { Tag($0.tag, $0.content) }
        }

        /// What it says that a tag stands for; nil if it says nothing. Throws `malformed`.
        func tag(_ name: String) throws(MetadataFault) -> Tag? {
            guard covers(name), let content = try document.target(name) else { return nil }
            return Tag(name, content)
        }

        private func covers(_ tag: String) -> Bool { paths.contains { tag.utf8.starts(with: $0.utf8) } }
    }

    /// What became of a delegation.
    public struct Delegated: Sendable {
        /// `targets/releases`
        public let name: String
        public let state: State

        public enum State: Sendable {
            case verified(Targets)
            /// `targets` delegates to no such role, or has taken so many keys from it that nobody can speak for it.
            case notDelegated
            /// It has published nothing yet.
            case unpublished(keys: [PublicKey], threshold: Int)
            /// What it published does not verify.
            case refused(Refusal)
        }
    }

    /// A tag, and what it stands for.
    public struct Tag: Hashable, Sendable {
        public let name: String
        /// Of the manifest.
        public let length: Int
        public let sha256: Digest?
        let content: ListedContent

        init(_ name: String, _ content: ListedContent) {
            (self.name, length, self.content) = (name, content.length, content)
            sha256 = content.digest(.sha256)
        }
    }

    /// When the first of its documents expires: from then on nothing is verified of it.
    var expires: Instant {
        var roles = [root, timestamp, snapshot, targets.role]
        for case .verified(let targets) in delegations.map(\.state) { roles.append(targets.role) }
        return roles.dropFirst().reduce(root.expires) { min($0, $1.expires) }
    }

    func delegation(_ name: String) -> Delegated.State? { delegations.first { $0.name.isSpelled(name) }?.state }
}

extension VerifiedCollection.Role {
    init(_ name: String, _ document: VerifiedDocument) {
        self.init(
            name: name, version: document.version, expires: document.expires, threshold: document.keys.threshold,
            keys: document.keys.distinctKeys, signers: document.signers)
    }
}

extension RoleKeys {
    /// In the order in which they are listed.
    var distinctKeys: [PublicKey] {
        var seen: Set<PublicKey> = []
        return keys.map(\.key).filter { seen.insert($0).inserted }
    }
}
