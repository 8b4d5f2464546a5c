public import Timestamp

/// A dated, owned and approved hole in one named check of one policy.
///
/// For the images and namespaces that it lists, and while it is in force, the policy is judged as though it did not have
/// the check: the check refuses nothing, vouches for nothing, and nothing is fetched for it. Its finding stays, with what
/// came of it as far as it was judged. Like a pattern everywhere, it never counts on a guess: where the namespace is not
/// known, or the value of a variable, or only a tag beside a digest fits, it does not apply.
public struct PolicyException: Sendable {
    public let name: String
    /// The policy and the check that do not count.
    public let policy: String
    public let check: String
    /// The findings of the check that do not count. If there are any, the check as a whole is not lifted.
    public let only: [String]
    public let images: [ImagePattern]
    /// Exact names; everywhere if there are none.
    public let namespaces: [String]
    /// Who answers for it.
    public let owner: String
    /// Who allowed it.
    public let approvedBy: String
    /// Why, in the words of whoever wrote it.
    public let reason: String
    /// Where it is being dealt with.
    public let ticket: String?
    /// It is in force from this moment on, and no longer at `expires`.
    public let from: Instant
    public let expires: Instant
    let selector: Selector

    /// Whoever makes one sees to it that the names exist, and that `expires` is after `from`: the loader refuses others.
    public init(
        name: String, lifting check: String, of policy: String, only: [String] = [], images: [ImagePattern],
        namespaces: [NamePattern] = [], owner: String, approvedBy: String, reason: String, ticket: String? = nil,
        from: Instant, expires: Instant
    ) {
        self.name = name
        self.policy = policy
        self.check = check
        self.only = only
        self.images = images
        self.namespaces = namespaces.map(\.text)
        self.owner = owner
        self.approvedBy = approvedBy
        self.reason = reason
        self.ticket = ticket
        self.from = from
        self.expires = expires
        selector = Selector(images: images, namespaces: namespaces)
    }

    /// Where in its time an exception is.
    public enum Phase: String, CaseIterable, Hashable, Sendable {
        case notYet, active, expired
    }

    public func phase(at now: Instant) -> Phase {
        if now >= expires { return .expired }
        return now < from ? .notYet : .active
    }

    var relief: Relief { .exception(name: name, expires: expires) }

    /// Whether it is about that check of that policy.
    func lifts(_ check: String, of policy: String) -> Bool {
        self.check.utf8.elementsEqual(check.utf8) && self.policy.utf8.elementsEqual(policy.utf8)
    }

    /// The order in which exceptions are looked at: of several that lift a check, the one that does so longest is named.
    static func precedes(_ left: PolicyException, _ right: PolicyException) -> Bool {
        left.expires == right.expires
            ? left.name.utf8.lexicographicallyPrecedes(right.name.utf8) : left.expires > right.expires
    }
}
