public import Trust

/// Which images, where; which checks must hold; what happens when one does not.
///
/// A class, since policies are handed around for every image and never change: a reference is counted once where a
/// structure's fields would be counted one by one.
public final class ImagePolicy: Sendable {
    public let name: String
    public let enforcement: StagedEnforcement
    public let match: Selector
    /// An entry that matches as a whole takes the image out of this policy, and out of no other.
    public let exclude: [Selector]
    public let checks: [PolicyCheck]

    /// A policy without checks would vouch for nothing and refuse nothing: the loader refuses it.
    public init(
        name: String, enforcement: StagedEnforcement = StagedEnforcement(.deny), match: Selector = .everything,
        exclude: [Selector] = [], checks: [PolicyCheck]
    ) {
        self.name = name
        self.enforcement = enforcement
        self.match = match
        self.exclude = exclude
        self.checks = checks
    }
}

extension ImagePolicy {
    /// All places of the policy that select by facts of an image and its request.
    var selectors: [Selector] { [match] + exclude + enforcement.stages.map(\.selector) }

    /// The keys of the namespace labels that it asks for, each once, in byte order.
    public var namespaceLabelKeys: [String] {
        let keys = selectors.flatMap(\.namespaceLabelKeys) + checks.flatMap { $0.check.patterns.namespaceLabelKeys }
        return Set(keys).sorted()
    }
}

/// A check as one policy uses it; a class for the same reason as `ImagePolicy`.
public final class PolicyCheck: Sendable {
    /// Its name in answers and records: the one it was given, else its word.
    public let name: String
    public let check: any Check
    /// Its own enforcement. The weaker of this and the policy's counts, so a trial policy never refuses.
    public let enforcement: Enforcement?
    /// What becomes of the image when nobody could look.
    public let onUndetermined: OnUndetermined
    /// What becomes of an image that was admitted under the check, and fails it now since the world moved on.
    public let alreadyAdmitted: AlreadyAdmitted
    /// What the policy's owner wants a refused person to read first.
    public let message: String?
    // Asked for every image, so asked of the check's type once.
    let needsOnlyReference: Bool
    let vouches: Bool

    /// - Parameter mayVouch: whether it vouches if it is a check that does.
    public init(
        name: String? = nil, check: any Check, enforcement: Enforcement? = nil, onUndetermined: OnUndetermined = .deny,
        alreadyAdmitted: AlreadyAdmitted = .deny, message: String? = nil, mayVouch: Bool = true
    ) {
        self.name = name ?? type(of: check).word
        self.check = check
        self.enforcement = enforcement
        self.onUndetermined = onUndetermined
        self.alreadyAdmitted = alreadyAdmitted
        self.message = message
        needsOnlyReference = type(of: check).needsOnlyReference
        vouches = mayVouch && type(of: check).vouches
    }
}

extension ImagePolicy {
    /// The fields of `spec`, `checks` apart: each of its items holds one check's word and `PolicyCheck.fields`.
    public static let fields: [Field] = [
        Field("enforcement", StagedEnforcement.type, "what happens when a check does not hold; `deny` if absent"),
        Field("match", .object(Selector.fields), "which images the policy is about; all if absent"),
        Field("exclude", .list(.object(Selector.fields)), "which of those it is not about"),
    ]

    /// The type of `spec`.
    public static let specification = specification(of: BuiltInChecks.all)

    /// The type of `spec` where policies may hold these checks.
    public static func specification(of checks: [any Check.Type]) -> ObjectType {
        let item = ObjectType(
            PolicyCheck.fields + checks.map { Field($0.word, $0.type, $0.summary) },
            exactlyOneOf: [checks.map { $0.word }])
        return ObjectType(
            fields + [Field("checks", .list(.object(item)), required: true, "what must hold of each image")])
    }

    /// Builds a policy from a `spec` of that type. Reports every problem, each at its position.
    public convenience init(
        name: String, specification: FieldValue, in context: CheckContext
    ) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        func collect<Value>(_ load: () throws(FieldProblems) -> Value) -> Value? {
            do { return try load() } catch {
                problems += error.problems
                return nil
            }
        }
        let enforcement = specification["enforcement"].map { value in
            collect { () throws(FieldProblems) in try StagedEnforcement(value) }
        }
        let match = specification["match"].map { value in collect { () throws(FieldProblems) in try Selector(value) } }
        let exclude = (specification["exclude"]?.elements ?? []).compactMap { value in
            collect { () throws(FieldProblems) in
                let selector = try Selector(value)
                guard !selector.isEverything else {
                    throw FieldProblems(
                        FieldProblem("an empty entry of `exclude` would take every image out", at: value.position))
                }
                return selector
            }
        }
        let checks = (specification["checks"]?.elements ?? []).compactMap { value in
            collect { () throws(FieldProblems) in try PolicyCheck(value, in: context) }
        }
        problems += ImagePolicy.ambiguousNames(specification["checks"]?.elements ?? [], in: context)
        if let problems = FieldProblems(problems) { throw problems }
        self.init(
            name: name, enforcement: (enforcement ?? nil) ?? StagedEnforcement(.deny),
            match: (match ?? nil) ?? .everything,
            exclude: exclude, checks: checks)
    }

    /// Answers and exceptions name a check, so no two of a policy may have the same name.
    private static func ambiguousNames(_ items: [FieldValue], in context: CheckContext) -> [FieldProblem] {
        var seen: [(name: String, position: SourcePosition)] = []
        var problems: [FieldProblem] = []
        for item in items {
            guard let name = item["name"]?.text ?? context.checks.map({ $0.word }).first(where: { item[$0] != nil })
            else { continue }
            if let first = seen.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                problems.append(
                    FieldProblem(
                        "two checks are named `\(name)`, the other one at line \(first.position.line); give one a `name` of its own",
                        at: item.position))
            }
            seen.append((name, item.position))
        }
        return problems
    }
}

extension PolicyCheck {
    /// The fields that every check may have beside its own.
    public static let fields: [Field] = [
        Field("name", .text("a name"), "the check's name in answers and records; its word if absent"),
        Field(
            "enforcement", .word(Enforcement.allCases.map(\.rawValue)),
            "the check's own enforcement; the weaker of this and the policy's counts"),
        Field("onUndetermined", OnUndetermined.type, "what happens when nobody could look; `deny` if absent"),
        Field(
            "alreadyAdmitted", AlreadyAdmitted.type,
            "for checks that move with time: what happens when an admitted image fails; `{warn: 14d}` if absent"),
        Field("message", .text("a message"), "what a refused person reads first"),
    ]

    convenience init(_ item: FieldValue, in context: CheckContext) throws(FieldProblems) {
        for type in context.checks {
            guard let value = item[type.word] else { continue }
            var problems: [FieldProblem] = []
            func collect<Value>(_ load: () throws(FieldProblems) -> Value) -> Value? {
                do { return try load() } catch {
                    problems += error.problems
                    return nil
                }
            }
            let check = collect { () throws(FieldProblems) in try type.init(value, in: context) }
            let onUndetermined = item["onUndetermined"].map { written in
                collect { () throws(FieldProblems) in try OnUndetermined(written, of: type, text: value) }
            }
            let alreadyAdmitted = collect { () throws(FieldProblems) in
                try AlreadyAdmitted(item["alreadyAdmitted"], of: type, text: value)
            }
            guard let check, problems.isEmpty else {
                throw FieldProblems(problems) ?? FieldProblems(FieldProblem("cannot be loaded", at: item.position))
            }
            self.init(
                name: item["name"]?.text, check: check,
                enforcement: item["enforcement"]?.text.flatMap(Enforcement.init),
                onUndetermined: (onUndetermined ?? nil) ?? .deny, alreadyAdmitted: alreadyAdmitted ?? .deny,
                message: item["message"]?.text)
            return
        }
        let words = context.checks.map { $0.word }
        throw FieldProblems(
            FieldProblem("a check is one of \(listed(words, conjunction: "or"))", at: item.position))
    }
}
