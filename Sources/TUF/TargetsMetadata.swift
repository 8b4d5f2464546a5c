/// Targets metadata (section 4.5), of the role at the top or of one that is delegated to.
struct TargetsMetadata: Sendable {
    let header: MetadataHeader
    private let targets: Field
    /// In the order in which they are to be asked.
    private let delegations: [Delegation]

    /// The targets are read when they are asked for: there may be many thousands.
    init(_ metadata: VerifiedMetadata) throws(TUFError.Reason) {
        header = try MetadataHeader(metadata, type: "targets")
        targets = metadata.signed["targets"]
        _ = try targets.object()
        delegations = try Delegation.all(in: metadata.signed["delegations"])
    }

    /// What this says about a target; nil if it does not list it. Throws `malformed` for one without length or hashes.
    func target(_ path: TargetPath) throws(TUFError.Reason) -> FileDescription? {
        let field = targets[bytes: path.bytes]
        guard field.isPresent else { return nil }
        let description = try FileDescription(field)
        guard description.length != nil else { throw field["length"].mistake("the length of the target") }
        guard !description.hashes.isEmpty else { throw field["hashes"].mistake("the hashes of the target") }
        return description
    }

    /// The roles that may speak for a path. After one that is terminating nobody else may, neither here nor above.
    func delegations(for path: TargetPath) -> (roles: [Delegation], isTerminated: Bool) {
        var roles: [Delegation] = []
        for delegation in delegations where delegation.covers(path) {
            roles.append(delegation)
            if delegation.isTerminating { return (roles, true) }
        }
        return (roles, false)
    }
}
