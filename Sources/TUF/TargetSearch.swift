/// Who speaks for a target (section 5.6.7): roles are asked in the order of their delegations, each with what it delegates
/// before the next; a role is asked once.
struct TargetSearch: Sendable {
    let path: TargetPath
    private var pending: [Visit]
    private var visited: Set<RoleName> = []
    private let limit: Int

    struct Visit: Sendable {
        let role: RoleName
        let keys: RoleKeys
    }

    init(for path: TargetPath, from targets: Visit, limit: Int) {
        self.path = path
        self.limit = limit
        pending = [targets]
    }

    /// Whose metadata is wanted next. Throws `unknownTarget` when all were asked, `tooManyDelegations` when more than the
    /// limit would be.
    mutating func next() throws(TUFError.Reason) -> Visit {
        while let visit = pending.popLast() {
            guard visited.insert(visit.role).inserted else { continue }
            guard visited.count <= limit else { throw .tooManyDelegations(limit: limit) }
            return visit
        }
        throw .unknownTarget
    }

    /// What the metadata of the last visit says about the target; nil if it leaves it to others.
    mutating func look(in targets: TargetsMetadata) throws(TUFError.Reason) -> FileDescription? {
        if let description = try targets.target(path) { return description }
        let (roles, isTerminated) = targets.delegations(for: path)
        if isTerminated { pending = [] }
        pending += roles.reversed().map { Visit(role: $0.role, keys: $0.keys) }
        return nil
    }
}
