import Timestamp
public import Trust

extension PolicyException {
    /// How far apart `from` and `expires` may be: a year, leap years included.
    public static let longest = Duration.seconds(366 * 86_400)

    /// The type of `spec`.
    public static let specification = ObjectType([
        Field(
            "lifts",
            .object(
                ObjectType([
                    Field(
                        "policy", .text("the name of an ImagePolicy"), required: true, "the policy that has the check"),
                    Field(
                        "check", .text("the name of a check"), required: true,
                        "the check: its `name`, or its word if it has none"),
                    Field(
                        "only", .list(.text("the name of a finding")),
                        "only these of its findings, if it is a check whose findings have names"),
                ])), required: true, "the one check that does not count"),
        Field("images", .list(.text("a pattern")), required: true, "patterns over normalised references"),
        Field("namespaces", .list(.text("a namespace name")), "exact names of namespaces; everywhere if absent"),
        Field("owner", .text("an owner"), required: true, "who answers for it"),
        Field("approvedBy", .text("an approver"), required: true, "who allowed it"),
        Field("reason", .text("a reason"), required: true, "why the check does not count"),
        Field("ticket", .text("a ticket"), "where it is being dealt with"),
        Field("from", .date, required: true, "the moment from which on the check does not count"),
        Field(
            "expires", .date, required: true, "the moment from which on it counts again, at most a year after `from`"),
    ])

    /// Builds an exception from a `spec` of that type. Reports every problem, each at its position.
    public init(
        name: String, specification: FieldValue, in context: ExceptionContext
    ) throws(FieldProblems) {
        var problems = context.problems(of: specification["lifts"])
        let images = ImagePattern.patterns(specification["images"], &problems)
        let namespaces = NamePattern.exactNames(specification["namespaces"], of: "a PolicyException", &problems)
        let from = specification["from"]?.date ?? .earliest
        let expires = specification["expires"]?.date ?? .earliest
        // A field that does not have its shape is reported already.
        if specification["from"] != nil, let value = specification["expires"] {
            if expires <= from {
                problems.append(FieldProblem("`expires` must be after `from`", at: value.position))
            } else if expires > from + PolicyException.longest {
                problems.append(
                    FieldProblem(
                        "an exception lasts at most a year, so `expires` is \((from + PolicyException.longest).rfc3339InSeconds) at the latest",
                        at: value.position))
            }
        }
        if let problems = FieldProblems(problems) { throw problems }
        self.init(
            name: name, lifting: specification["lifts"]?["check"]?.text ?? "",
            of: specification["lifts"]?["policy"]?.text ?? "",
            only: (specification["lifts"]?["only"]?.elements ?? []).compactMap(\.text), images: images,
            namespaces: namespaces, owner: specification["owner"]?.text ?? "",
            approvedBy: specification["approvedBy"]?.text ?? "", reason: specification["reason"]?.text ?? "",
            ticket: specification["ticket"]?.text, from: from, expires: expires)
    }
}

/// What an exception may refer to while it is loaded.
public struct ExceptionContext: Sendable {
    private let policies: [ImagePolicy]
    private let policyNames: [String]

    /// - Parameters:
    ///   - policies: those that could be built.
    ///   - policyNames: the names of all, of those as well that could not be: nobody is told that they do not exist.
    public init(policies: [ImagePolicy], policyNames: [String]) {
        self.policies = policies
        self.policyNames = policyNames
    }

    /// What is wrong with the policy, the check and the findings that are to be lifted.
    func problems(of lifts: FieldValue?) -> [FieldProblem] {
        guard let policy = lifts?["policy"], let policyName = policy.text else { return [] }
        guard policyNames.contains(where: { $0.utf8.elementsEqual(policyName.utf8) }) else {
            let hint = policyNames.nearest(to: policyName).map { ", did you mean `\($0)`?" } ?? ""
            return [FieldProblem("there is no ImagePolicy named `\(policyName)`\(hint)", at: policy.position)]
        }
        guard let checks = policies.first(where: { $0.name.utf8.elementsEqual(policyName.utf8) })?.checks,
            let check = lifts?["check"], let checkName = check.text
        else { return [] }
        guard let lifted = checks.first(where: { $0.name.utf8.elementsEqual(checkName.utf8) }) else {
            let names = checks.map(\.name)
            let hint =
                names.nearest(to: checkName).map { "did you mean `\($0)`?" }
                ?? "it has \(listed(names, conjunction: "and"))"
            return [
                FieldProblem(
                    "the policy `\(policyName)` has no check named `\(checkName)`, \(hint)", at: check.position)
            ]
        }
        guard let only = lifts?["only"], !type(of: lifted.check).findingsHaveNames else { return [] }
        let word = type(of: lifted.check).word
        return [
            FieldProblem(
                "`only` is for checks whose findings have names; a `\(word)` check holds or does not, so leave `only` out to lift it as a whole",
                at: only.position)
        ]
    }
}
