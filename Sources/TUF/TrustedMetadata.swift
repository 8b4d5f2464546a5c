import Timestamp

/// The metadata that is verified so far, and the rules by which more is let in: section 5 of the specification without the
/// asking. Every method throws the step that failed, and then has changed nothing.
struct TrustedMetadata: Sendable {
    private let now: Instant
    private let limits: TUFLimits
    private(set) var root: RootMetadata
    private(set) var timestamp: TimestampMetadata?
    private(set) var snapshot: SnapshotMetadata?

    /// Begins with the root that was pinned.
    init(pinnedRoot bytes: [UInt8], at now: Instant, limits: TUFLimits) throws(TUFError.Reason) {
        root = try RootMetadata(pinned: bytes, limits: limits)
        self.now = now
        self.limits = limits
    }

    // MARK: - Root (section 5.3)

    /// The version that follows the root there is. Throws `lastVersion`.
    func nextRootVersion() throws(TUFError.Reason) -> Int {
        let (version, overflow) = root.header.version.addingReportingOverflow(1)
        guard !overflow else { throw .lastVersion }
        return version
    }

    /// Lets in the next root: signed by the threshold of the former and by that of itself, with exactly the next version. Its
    /// expiry is looked at when there is none after it.
    mutating func updateRoot(_ bytes: [UInt8]) throws(TUFError.Reason) {
        let metadata = try SignedMetadata(parsing: bytes, limit: limits.rootBytes)
        let next = try RootMetadata(try metadata.verified(by: root.root))
        _ = try metadata.verified(by: next.root)
        let expected = try nextRootVersion()
        guard next.header.version == expected else {
            throw .otherVersion(found: next.header.version, expected: expected)
        }
        root = next
    }

    func checkRootExpiry() throws(TUFError.Reason) { try root.header.checkExpiry(at: now) }

    // MARK: - Timestamp (section 5.4)

    /// Takes up what is remembered, to hold what comes against; it may have expired.
    mutating func recallTimestamp(_ bytes: [UInt8]) throws(TUFError.Reason) {
        timestamp = try readTimestamp(bytes)
    }

    /// Whether the timestamp is a newer one than before. One of the same version is dropped, whatever it says.
    mutating func updateTimestamp(_ bytes: [UInt8]) throws(TUFError.Reason) -> Bool {
        let next = try readTimestamp(bytes)
        if let timestamp {
            try next.checkRollback(to: timestamp)
            guard next.header.version > timestamp.header.version else { return false }
        }
        try next.header.checkExpiry(at: now)
        timestamp = next
        return true
    }

    /// What the snapshot has to be. Throws `expired` if the timestamp says so too late.
    func currentSnapshot() throws(TUFError.Reason) -> ListedMetadata {
        guard let timestamp else { throw .notRemembered }
        try timestamp.header.checkExpiry(at: now)
        return timestamp.snapshot
    }

    private func readTimestamp(_ bytes: [UInt8]) throws(TUFError.Reason) -> TimestampMetadata {
        let metadata = try SignedMetadata(parsing: bytes, limit: limits.timestampBytes)
        return try TimestampMetadata(try metadata.verified(by: root.timestamp))
    }

    // MARK: - Snapshot (section 5.5)

    /// Takes up what is remembered, to hold what comes against, and says whether it is the current one.
    mutating func recallSnapshot(_ bytes: [UInt8]) throws(TUFError.Reason) -> Bool {
        let recalled = try readSnapshot(bytes)
        snapshot = recalled
        let expected = try currentSnapshot()
        do throws(TUFError.Reason) {
            try expected.content.check(bytes)
            try check(recalled, is: expected)
            return true
        } catch { return false }
    }

    mutating func updateSnapshot(_ bytes: [UInt8]) throws(TUFError.Reason) {
        let expected = try currentSnapshot()
        try expected.content.check(bytes)
        let next = try readSnapshot(bytes)
        try check(next, is: expected)
        if let snapshot { try next.checkRollback(to: snapshot) }
        snapshot = next
    }

    private func readSnapshot(_ bytes: [UInt8]) throws(TUFError.Reason) -> SnapshotMetadata {
        let metadata = try SignedMetadata(parsing: bytes, limit: limits.snapshotBytes)
        return try SnapshotMetadata(try metadata.verified(by: root.snapshot))
    }

    private func check(_ snapshot: SnapshotMetadata, is expected: ListedMetadata) throws(TUFError.Reason) {
        guard snapshot.header.version == expected.version else {
            throw .otherVersion(found: snapshot.header.version, expected: expected.version)
        }
        try snapshot.header.checkExpiry(at: now)
    }

    // MARK: - Targets (section 5.6)

    /// What the metadata of a role has to be. Throws `notInSnapshot`.
    func currentTargets(of role: RoleName) throws(TUFError.Reason) -> ListedMetadata {
        guard let snapshot else { throw .notRemembered }
        return try snapshot.metadata(of: role)
    }

    /// The metadata of a role, for which `keys` speak.
    func targets(_ bytes: [UInt8], of role: RoleName, by keys: RoleKeys) throws(TUFError.Reason) -> TargetsMetadata {
        let expected = try currentTargets(of: role)
        try expected.content.check(bytes)
        let metadata = try SignedMetadata(parsing: bytes, limit: limits.targetsBytes)
        let targets = try TargetsMetadata(try metadata.verified(by: keys))
        guard targets.header.version == expected.version else {
            throw .otherVersion(found: targets.header.version, expected: expected.version)
        }
        try targets.header.checkExpiry(at: now)
        return targets
    }
}
