/// Timestamp metadata (TUF, section 4.6): which snapshot is the current one.
struct TimestampDocument: Sendable {
    let document: VerifiedDocument
    let snapshot: ListedContent

    init(parsing bytes: [UInt8], by keys: RoleKeys) throws(MetadataFault) {
        document = try SignedDocument(parsing: bytes, limit: ContentTrustLimits.timestampBytes)
            .verified(by: keys, as: "Timestamp")
        snapshot = try ListedContent(document.signed["meta"]["snapshot"])
    }
}

/// Snapshot metadata (TUF, section 4.4): which root, targets and delegations belong together, byte for byte.
struct SnapshotDocument: Sendable {
    let document: VerifiedDocument
    private let listed: MetadataField

    init(parsing bytes: [UInt8], by keys: RoleKeys) throws(MetadataFault) {
        document = try SignedDocument(parsing: bytes, limit: ContentTrustLimits.snapshotBytes)
            .verified(by: keys, as: "Snapshot")
        listed = document.signed["meta"]
        _ = try listed.object()
    }

    /// Nil for a role that it does not list: a delegation that has published nothing yet.
    func content(of role: String) throws(MetadataFault) -> ListedContent? {
        let field = listed[named: role]
        return field.isPresent ? try ListedContent(field) : nil
    }
}
