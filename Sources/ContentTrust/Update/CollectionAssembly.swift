import Timestamp
import Trust

/// Puts a collection together from the answers that there are, and verifies all of it on the way.
struct CollectionAssembly {
    let start: CollectionStart
    private let answers: [Locator: Fetched]
    /// Why nothing may be asked; nil if it may.
    private let unheard: Refusal?
    private(set) var used: Set<Locator> = []

    /// Why it goes no further.
    enum Stop: Error {
        case needs([Locator])
        case unsigned
        case refused(ContentTrustRefusal)
        /// The server answered with what cannot be.
        case violated(Refusal)
        case undetermined(Refusal)
    }

    init(_ start: CollectionStart, answers: [Locator: Fetched]) {
        (self.start, self.answers, unheard) = (start, answers, nil)
    }

    /// From what is remembered alone.
    init(_ start: CollectionStart, unheard: Refusal) {
        (self.start, answers, self.unheard) = (start, [:], unheard)
    }

    mutating func assemble() throws(Stop) -> VerifiedCollection {
        guard let remembered = start.known.root else {
            // The first two at once: neither says where the other is.
            try need([start.locator(.root), start.locator(.timestamp)])
            return try assemble(with: try root(at: .current, after: nil), mayRenew: true)
        }
        let known = try judging("root.json") { () throws(MetadataFault) in try RootDocument(parsing: remembered) }
        do { return try assemble(with: known, mayRenew: true) } catch {
            // "On any validation error: fetch new root chain, retry once."
            guard case .refused(let refusal) = error, refusal.fault.mayEndWithNewRoot, unheard == nil else {
                throw error
            }
            let current = try root(at: .current, after: known)
            guard current.document.bytes != known.document.bytes else { throw error }
            return try assemble(with: current, mayRenew: false)
        }
    }

    /// - Parameter mayRenew: whether a newer root may be asked for; once is enough, and bounds the steps.
    private mutating func assemble(with root: RootDocument, mayRenew: Bool) throws(Stop) -> VerifiedCollection {
        let timestamp = try timestamp(by: root)
        let snapshot = try snapshot(timestamp.snapshot, by: root)
        let listed = try listing(of: "root", in: snapshot)
        do { return try assemble(root, timestamp, snapshot, holding: listed) } catch {
            guard case .refused(let refusal) = error, case .otherHash = refusal.fault, refusal.document == "root.json",
                mayRenew, unheard == nil
            else { throw error }
            // The snapshot is of a newer root, which may have other keys for the two.
            let newer = try self.root(at: .sha256(listed.sha256), after: root)
            let timestamp = try self.timestamp(by: newer)
            let snapshot = try self.snapshot(timestamp.snapshot, by: newer)
            return try assemble(newer, timestamp, snapshot, holding: try listing(of: "root", in: snapshot))
        }
    }

    private mutating func assemble(
        _ root: RootDocument, _ timestamp: TimestampDocument, _ snapshot: SnapshotDocument,
        holding listed: ListedContent
    ) throws(Stop) -> VerifiedCollection {
        try judging("root.json") { () throws(MetadataFault) in
            try listed.check(root.document.bytes)
            try root.document.checkExpiry(at: start.now)
        }
        let listing = try listing(of: "targets", in: snapshot)
        let bytes = try content(of: "targets", listing)
        let targets = try judging("targets.json") { () throws(MetadataFault) in
            let targets = try TargetsDocument(parsing: bytes, by: root.targets)
            try check(targets.document, of: "targets")
            return targets
        }
        let delegations = try delegations(of: targets, in: snapshot)
        return collection(root, timestamp, snapshot, targets, delegations)
    }

    private func collection(
        _ root: RootDocument, _ timestamp: TimestampDocument, _ snapshot: SnapshotDocument, _ targets: TargetsDocument,
        _ delegations: [VerifiedCollection.Delegated]
    ) -> VerifiedCollection {
        var known = start.known
        (known.root, known.rootVersion) = (root.document.bytes, root.version)
        if unheard == nil {
            for (role, document) in [("timestamp", timestamp.document), ("snapshot", snapshot.document)] {
                known.take(KnownRole(document, at: start.now), of: role)
            }
            known.take(KnownRole(targets.document, at: start.now), of: "targets")
            for case (let name, .verified(let delegated)) in delegations.map({ ($0.name, $0.state) }) {
                known.take(KnownRole(delegated.document.document, paths: delegated.paths, at: start.now), of: name)
            }
            known.bound()
        }
        return VerifiedCollection(
            collection: start.collection, root: .init("root", root.document),
            timestamp: .init("timestamp", timestamp.document), snapshot: .init("snapshot", snapshot.document),
            targets: .init(role: .init("targets", targets.document), document: targets, paths: [""]),
            delegations: delegations, leftOut: start.roles == .all ? targets.delegations.count - delegations.count : 0,
            unheard: unheard, remembered: known)
    }
}

// MARK: - Roles at the top

extension CollectionAssembly {
    private mutating func timestamp(by root: RootDocument) throws(Stop) -> TimestampDocument {
        let bytes: [UInt8]
        if unheard == nil {
            bytes = try answer(start.locator(.timestamp), "timestamp.json")
        } else if let remembered = start.known.roles["timestamp"]?.document {
            bytes = remembered
        } else {
            throw .needs([])
        }
        return try judging("timestamp.json") { () throws(MetadataFault) in
            let timestamp = try TimestampDocument(parsing: bytes, by: root.timestamp)
            try check(timestamp.document, of: "timestamp")
            return timestamp
        }
    }

    private mutating func snapshot(
        _ listed: ListedContent, by root: RootDocument
    ) throws(Stop) -> SnapshotDocument {
        let bytes = try content(of: "snapshot", listed)
        return try judging("snapshot.json") { () throws(MetadataFault) in
            let snapshot = try SnapshotDocument(parsing: bytes, by: root.snapshot)
            try check(snapshot.document, of: "snapshot")
            return snapshot
        }
    }

    private func listing(of role: String, in snapshot: SnapshotDocument) throws(Stop) -> ListedContent {
        try judging("\(role).json") { () throws(MetadataFault) in
            guard let listed = try snapshot.content(of: role) else { throw .notListed }
            return listed
        }
    }

    /// Not older than what the same keys spoke for before, and not expired.
    private func check(_ document: VerifiedDocument, of role: String) throws(MetadataFault) {
        if let known = start.known.roles[role], known.keys == document.keys.fingerprint,
            document.version < known.version
        {
            throw .rollback(found: document.version, known: known.version)
        }
        try document.checkExpiry(at: start.now)
    }
}

// MARK: - The chain of roots

extension CollectionAssembly {
    /// The root of that name, if it is believed or `former` leads to it.
    private mutating func root(
        at version: TrustMetadataName.Version, after former: RootDocument?
    ) throws(Stop) -> RootDocument {
        let name = "root.json"
        let locator = start.locator("root", version, limit: ContentTrustLimits.rootBytes)
        if unheard != nil { throw .needs([locator]) }
        let bytes = try answer(locator, name)
        let root = try judging(name) { () throws(MetadataFault) in
            if case .sha256(let hash) = version { try ListedContent(sha256: hash).check(bytes) }
            return try RootDocument(parsing: bytes)
        }
        guard let former else { return try anchored(root) }
        guard root.document.bytes != former.document.bytes else { return former }
        guard root.version >= former.version else {
            throw refused(name, .rollback(found: root.version, known: former.version))
        }
        return try chain(from: former, to: root)
    }

    /// A root that is believed for itself, or that one leads to that is.
    private mutating func anchored(_ root: RootDocument) throws(Stop) -> RootDocument {
        let (trust, name, now) = (start.trust, start.collection.name, start.now)
        let fault: MetadataFault
        do throws(MetadataFault) {
            try trust.checkBelieves(root, of: name, at: now)
            return root
        } catch { fault = error }
        guard root.version > 1 else { throw refused("root.json", fault) }
        let former = try roots(max(1, root.version - ContentTrustLimits.rotations)..<root.version)
        guard let anchor = former.last(where: { (try? trust.checkBelieves($0, of: name, at: now)) != nil }) else {
            throw refused("root.json", fault)
        }
        return try chain(from: anchor, to: root)
    }

    /// Follows every version from one to the other: each is signed by the keys of the one before it and by its own.
    private mutating func chain(from trusted: RootDocument, to newest: RootDocument) throws(Stop) -> RootDocument {
        // Two roots of one version: the same keys said two things.
        guard newest.version > trusted.version else {
            throw refused("root.json", .otherVersion(found: newest.version, expected: trusted.nextVersion))
        }
        let count = newest.version - trusted.version
        guard count <= ContentTrustLimits.rotations else {
            throw refused("root.json", .tooManyRotations(found: count, limit: ContentTrustLimits.rotations))
        }
        let between = try roots((trusted.version + 1)..<newest.version)
        var last = trusted
        for root in between + [newest] {
            try judging("\(root.version).root.json") { () throws(MetadataFault) in try root.checkFollows(last) }
            last = root
        }
        try judging("root.json") { () throws(MetadataFault) in
            try start.trust.checkAdmits(newest, of: start.collection.name, at: start.now)
        }
        return newest
    }

    /// Those of these versions, in order. One that the server does not have, or that is none, is left out.
    private mutating func roots(_ versions: Range<Int>) throws(Stop) -> [RootDocument] {
        let locators = versions.map { start.locator("root", .number($0), limit: ContentTrustLimits.rootBytes) }
        try need(locators)
        var roots: [RootDocument] = []
        for locator in locators {
            if case .absent? = answers[locator] { continue }
            let bytes = try answer(locator, "root.json")
            if let root = try? RootDocument(parsing: bytes) { roots.append(root) }
        }
        return roots
    }
}

// MARK: - Delegations

extension CollectionAssembly {
    private mutating func delegations(
        of targets: TargetsDocument, in snapshot: SnapshotDocument
    ) throws(Stop) -> [VerifiedCollection.Delegated] {
        let wanted = wanted(in: targets)
        var missing: [Locator] = []
        var delegated: [VerifiedCollection.Delegated] = []
        for name in wanted {
            do throws(Stop) {
                delegated.append(.init(name: name, state: try delegation(name, of: targets, in: snapshot)))
            } catch {
                // All that are missing are asked for at once.
                guard case .needs(let locators) = error, !locators.isEmpty else { throw error }
                missing += locators
            }
        }
        guard missing.isEmpty else { throw .needs(missing) }
        return delegated
    }

    private func wanted(in targets: TargetsDocument) -> [String] {
        switch start.roles {
        case .named(let names): names
        case .all: targets.delegations.prefix(ContentTrustLimits.lookedAt).map(\.role)
        }
    }

    /// One that does not verify is no reason to refuse the others.
    private mutating func delegation(
        _ name: String, of targets: TargetsDocument, in snapshot: SnapshotDocument
    ) throws(Stop) -> VerifiedCollection.Delegated.State {
        guard let delegation = targets.delegations.first(where: { $0.role.isSpelled(name) }) else {
            return .notDelegated
        }
        do throws(Stop) {
            let keys = try judging("\(name).json") { () throws(MetadataFault) in try delegation.keys() }
            // What a signer who was removed had published stays at the server.
            guard !keys.isDeserted else { return .notDelegated }
            let listed = try judging("\(name).json") { () throws(MetadataFault) in try snapshot.content(of: name) }
            guard let listed else {
                // A server that leaves out what they have published would take back what they said of tags.
                guard start.known.roles[name]?.keys != keys.fingerprint else {
                    throw refused("\(name).json", .vanished)
                }
                return .unpublished(keys: keys.distinctKeys, threshold: keys.threshold)
            }
            let bytes = try content(of: name, listed)
            let document = try judging("\(name).json") { () throws(MetadataFault) in
                let document = try TargetsDocument(parsing: bytes, by: keys)
                try check(document.document, of: name)
                return document
            }
            return .verified(.init(role: .init(name, document.document), document: document, paths: delegation.paths))
        } catch {
            switch error {
            case .refused(let refusal): return .refused(refusal.refusal(of: start.collection))
            case .violated(let refusal): return .refused(refusal)
            case .needs, .unsigned, .undetermined: throw error
            }
        }
    }
}

// MARK: - Documents

extension CollectionAssembly {
    /// The bytes that are listed: those that are remembered if they are these, else those that the server has under their hash.
    private mutating func content(of role: String, _ listed: ListedContent) throws(Stop) -> [UInt8] {
        if let remembered = start.known.roles[role]?.document, (try? listed.check(remembered)) != nil {
            return remembered
        }
        let locator = start.locator(
            role, .sha256(listed.sha256), limit: TopRole(rawValue: role)?.limit ?? ContentTrustLimits.targetsBytes)
        let bytes = try answer(locator, "\(role).json")
        try judging("\(role).json") { () throws(MetadataFault) in try listed.check(bytes) }
        return bytes
    }

    private func need(_ locators: [Locator]) throws(Stop) {
        let missing = locators.filter { answers[$0] == nil }
        guard missing.isEmpty else { throw .needs(missing) }
    }

    private mutating func answer(_ locator: Locator, _ document: String) throws(Stop) -> [UInt8] {
        try need([locator])
        switch answers[locator] {
        case .found(let content):
            used.insert(locator)
            return content.bytes
        case .violated(let refusal): throw .violated(refusal)
        case .undetermined(let refusal): throw .undetermined(refusal)
        case .absent, nil:
            guard isCurrent(locator) else { throw refused(document, .absent) }
            // What nothing lists may be missing, but not where it was before.
            guard start.known.isEmpty else { throw refused(document, .vanished) }
            throw .unsigned
        }
    }

    private func isCurrent(_ locator: Locator) -> Bool {
        if case .trustMetadata(_, let name, _) = locator { name.version == .current } else { false }
    }

    private func refused(_ document: String, _ fault: MetadataFault) -> Stop {
        .refused(ContentTrustRefusal(document: document, fault: fault))
    }

    private func judging<Result>(
        _ document: String, _ judge: () throws(MetadataFault) -> Result
    ) throws(Stop) -> Result {
        do throws(MetadataFault) { return try judge() } catch { throw refused(document, error) }
    }
}
