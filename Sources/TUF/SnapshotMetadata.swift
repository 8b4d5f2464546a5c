/// Snapshot metadata (section 4.4): which version of which targets metadata belong together.
struct SnapshotMetadata: Sendable {
    let header: MetadataHeader
    private let listed: [[UInt8]: ListedMetadata]

    init(_ metadata: VerifiedMetadata) throws(TUFError.Reason) {
        header = try MetadataHeader(metadata, type: "snapshot")
        var listed: [[UInt8]: ListedMetadata] = [:]
        for (name, field) in try metadata.signed["meta"].members() { listed[name] = try ListedMetadata(field) }
        self.listed = listed
    }

    /// Throws `notInSnapshot` for a role that is not listed.
    func metadata(of role: RoleName) throws(TUFError.Reason) -> ListedMetadata {
        guard let metadata = listed[role.listedName] else { throw .notInSnapshot }
        return metadata
    }

    /// Throws `vanished` or `listedRollback` if something that `trusted` lists is not in this, or older (section 5.5.5).
    func checkRollback(to trusted: SnapshotMetadata) throws(TUFError.Reason) {
        for (name, former) in trusted.listed.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
            guard let current = listed[name] else { throw .vanished(String(quoting: name)) }
            guard current.version >= former.version else {
                throw .listedRollback(String(quoting: name), found: current.version, trusted: former.version)
            }
        }
    }
}
