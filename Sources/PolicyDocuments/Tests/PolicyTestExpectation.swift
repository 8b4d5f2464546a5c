public import PolicyEngine
public import Trust

/// What must be decided about an image: the verdict, and if it is stated, what the verdict rests on.
public struct PolicyTestExpectation: Sendable {
    public let verdict: Verdict
    /// Of one finding, what is stated of it: a refusal with `deny`, a warning with `warn`; with `allow` a check that passed,
    /// or with a reason what only the record says.
    public let policy: String?
    public let check: String?
    public let reason: ReasonCode?
    /// With `warn`, the PolicyException that lifts the check.
    public let exception: String?
    /// With `warn`, what kind of relief keeps the check from refusing.
    public let relief: ReliefKind?
    /// With `exempt`, the name of the Exemption.
    public let exemption: String?

    /// A decision, in the words of a test.
    public enum Verdict: String, CaseIterable, Sendable {
        /// It comes in, and nobody is warned.
        case allow
        /// It comes in, and the caller is warned.
        case warn
        case deny
        /// It is not judged.
        case exempt
    }

    /// A kind of relief that a test can bring about.
    public enum ReliefKind: String, CaseIterable, Sendable {
        case exception, lastKnownGood
    }

    /// Whether the decision is as expected.
    func isMet(by decision: ImageDecision) -> Bool {
        guard decision.testVerdict == verdict else { return false }
        if case .exempt(let name) = decision.verdict { return exemption.map { $0.isSameText(as: name) } ?? true }
        guard policy != nil || check != nil || reason != nil || exception != nil || relief != nil else { return true }
        return relevant(decision).contains(where: isFitted)
    }

    /// The findings that the verdict may rest on.
    private func relevant(_ decision: ImageDecision) -> [Finding] {
        switch verdict {
        case .deny: decision.refusing
        case .warn: decision.findings.filter(\.isWarning)
        case .allow, .exempt: decision.findings.filter { ($0.refusal != nil) == (reason != nil) && $0.isJudged }
        }
    }

    private func isFitted(_ finding: Finding) -> Bool {
        if let policy, finding.policy.map({ $0.isSameText(as: policy) }) != true { return false }
        if let check, !finding.check.isSameText(as: check) { return false }
        if let exception {
            guard case .exception(let name, _)? = finding.relief, name.isSameText(as: exception) else { return false }
        }
        if let relief, finding.relief?.word != relief.rawValue { return false }
        return reason == nil || finding.refusal?.reason == reason
    }
}

extension ImageDecision {
    /// The verdict as tests name it.
    public var testVerdict: PolicyTestExpectation.Verdict {
        switch verdict {
        case .refused: .deny
        case .exempt: .exempt
        case .allowed: findings.contains(where: \.isWarning) ? .warn : .allow
        }
    }
}

extension Finding {
    /// Whether the caller is warned of it: it only warns, or it was let pass.
    fileprivate var isWarning: Bool { consequence == .warn || isRelieved }
    fileprivate var isJudged: Bool { if case .notEvaluated = outcome { false } else { true } }
}

extension String {
    /// Names are compared as bytes.
    fileprivate func isSameText(as other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}

extension PolicyTestExpectation {
    static let verdictType = FieldType.word(Verdict.allCases.map(\.rawValue))

    /// The rule that somebody has to vouch for an image, which belongs to no policy.
    private static let vouching = "vouching"

    static let type = ObjectType([
        Field("verdict", verdictType, required: true, "what becomes of the image"),
        Field("policy", .text("the name of an ImagePolicy"), "whose check it is"),
        Field("check", .text("the name of a check"), "the check that refuses or warns; with `allow`, that passes"),
        Field("reason", .word(ReasonCode.allCases.map(\.rawValue)), "why it does"),
        Field("exception", .text("the name of a PolicyException"), "with `warn`, which one lifts the check"),
        Field("relief", .word(ReliefKind.allCases.map(\.rawValue)), "with `warn`, what keeps the check from refusing"),
        Field("exemption", .text("the name of an Exemption"), "with `exempt`, which one"),
    ])

    /// Reads the value of `expect`.
    ///
    /// - Parameter loaded: the policies, whose names are looked up; nil if they do not load.
    init(_ value: FieldValue, in loaded: LoadedPolicies?, _ problems: inout [FieldProblem]) {
        verdict = (value.text ?? value["verdict"]?.text).flatMap(Verdict.init) ?? .allow
        policy = value["policy"]?.text
        check = value["check"]?.text
        reason = value["reason"]?.text.flatMap(ReasonCode.init)
        exception = value["exception"]?.text
        relief = value["relief"]?.text.flatMap(ReliefKind.init)
        exemption = value["exemption"]?.text
        for word in verdict.excluded {
            guard let field = value[word] else { continue }
            problems.append(
                FieldProblem("`\(word)` cannot stand beside `verdict: \(verdict.rawValue)`", at: field.position))
        }
        if let relief, relief != .exception, let field = value["exception"] {
            problems.append(
                FieldProblem("`exception` cannot stand beside `relief: \(relief.rawValue)`", at: field.position))
        }
        guard let set = loaded?.policySet else { return }
        lookUp(value["exception"], "PolicyException", among: set.exceptions.map(\.name), &problems)
        lookUp(value["exemption"], "Exemption", among: set.exemptions.map(\.name), &problems)
        lookUp(value["policy"], "ImagePolicy", among: set.policies.map(\.name), &problems)
        let policies = set.policies.filter { candidate in policy.map { $0.isSameText(as: candidate.name) } ?? true }
        if policies.isEmpty { return }
        let checks =
            policies.flatMap { $0.checks.map(\.name) } + (policy == nil ? [PolicyTestExpectation.vouching] : [])
        lookUp(value["check"], "check", among: checks, &problems)
    }

    private func lookUp(_ field: FieldValue?, _ kind: String, among names: [String], _ problems: inout [FieldProblem]) {
        guard let field, let text = field.text, !names.contains(where: { $0.isSameText(as: text) }) else { return }
        let hint = names.nearest(to: text).map { ", did you mean `\($0)`?" } ?? ""
        problems.append(FieldProblem("there is no \(kind) named \(quoted(text))\(hint)", at: field.position))
    }
}

extension PolicyTestExpectation.Verdict {
    /// The fields that say nothing beside it.
    fileprivate var excluded: [String] {
        switch self {
        case .allow, .deny: ["exception", "relief", "exemption"]
        case .warn: ["exemption"]
        case .exempt: ["policy", "check", "reason", "exception", "relief"]
        }
    }
}
