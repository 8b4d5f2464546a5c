/// Root metadata (section 4.3): which keys speak for which of the roles at the top.
struct RootMetadata: Sendable {
    let header: MetadataHeader
    /// Whether names of files have versions and hashes in them, so that several snapshots can be there at a time.
    let consistentSnapshot: Bool
    let root: RoleKeys
    let timestamp: RoleKeys
    let snapshot: RoleKeys
    let targets: RoleKeys

    init(_ metadata: VerifiedMetadata) throws(TUFError.Reason) {
        header = try MetadataHeader(metadata, type: "root")
        let signed = metadata.signed
        let consistency = signed["consistent_snapshot"]
        consistentSnapshot = consistency.isPresent ? try consistency.boolean() : false
        let keys = signed["keys"]
        _ = try keys.object()
        root = try RoleKeys(signed["roles"]["root"], keys: keys)
        timestamp = try RoleKeys(signed["roles"]["timestamp"], keys: keys)
        snapshot = try RoleKeys(signed["roles"]["snapshot"], keys: keys)
        targets = try RoleKeys(signed["roles"]["targets"], keys: keys)
    }

    /// Whether a key of the roles that say what is fresh was replaced, as after a compromise (section 5.3.11).
    func rotatesFreshness(of former: RootMetadata) -> Bool {
        timestamp.publicKeys != former.timestamp.publicKeys || snapshot.publicKeys != former.snapshot.publicKeys
    }
}
