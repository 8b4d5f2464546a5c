/// What an update may cost at most. Whatever a repository says of the length of a file can lower a limit, never raise it.
public struct TUFLimits: Hashable, Sendable {
    /// Bytes of one version of root metadata; that of sigstore has 7 KiB.
    public var rootBytes = 512 * 1024
    /// Bytes of timestamp metadata; that of sigstore has less than 1 KiB.
    public var timestampBytes = 16 * 1024
    /// Bytes of snapshot metadata.
    public var snapshotBytes = 2 * 1024 * 1024
    /// Bytes of the metadata of targets, and of each role that is delegated to: some 20,000 targets.
    public var targetsBytes = 5 * 1024 * 1024
    /// Bytes of one target; a trusted root of sigstore has 7 KiB.
    public var targetFileBytes = 4 * 1024 * 1024
    /// New versions of the root in one update. Sigstore had 15 in five years.
    public var rootRotations = 1024
    /// Roles that are looked at for one target.
    public var delegations = 32

    public init() {}
}
