/// Timestamp metadata (section 4.6): which snapshot is the current one.
struct TimestampMetadata: Sendable {
    let header: MetadataHeader
    let snapshot: ListedMetadata

    init(_ metadata: VerifiedMetadata) throws(TUFError.Reason) {
        header = try MetadataHeader(metadata, type: "timestamp")
        snapshot = try ListedMetadata(metadata.signed["meta"]["snapshot.json"])
    }

    /// Throws `rollback` or `listedRollback` if this is older than `trusted` (section 5.4.3).
    func checkRollback(to trusted: TimestampMetadata) throws(TUFError.Reason) {
        guard header.version >= trusted.header.version else {
            throw .rollback(found: header.version, trusted: trusted.header.version)
        }
        guard header.version == trusted.header.version || snapshot.version >= trusted.snapshot.version else {
            throw .listedRollback("snapshot.json", found: snapshot.version, trusted: trusted.snapshot.version)
        }
    }
}
