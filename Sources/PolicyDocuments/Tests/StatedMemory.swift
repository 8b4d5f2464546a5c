import OCI
import PolicyEngine
import Timestamp
import Trust

/// What a document states that a gate remembers of an image: when checks last held for its digest, and whether they were
/// seen violated after that.
struct StatedMemory {
    fileprivate struct Result {
        /// What was asked when the check held.
        let question: Digest
        let passed: Instant
        let hasEnded: Bool
    }

    private let results: [Result]

    /// When that was last found to hold, unless that ended. Checks that ask the same have one memory, as in a gate.
    func passed(_ question: Digest) -> Instant? {
        let known = results.filter { $0.question == question }
        return known.contains(where: \.hasEnded) ? nil : known.map(\.passed).max()
    }
}

extension StatedMemory {
    static let word = "remembered"

    static let type = FieldType.list(
        .object(
            ObjectType([
                Field("policy", .text("the name of an ImagePolicy"), required: true, "whose check it is"),
                Field("check", .text("the name of a check"), required: true, "which check"),
                Field("passed", .date, required: true, "when it last held"),
                Field("violated", .date, "when, after that, it was seen not to hold"),
            ])))

    /// Reads the list, which may be absent. What is later than the decision has not happened yet.
    ///
    /// - Parameters:
    ///   - time: that of the decision.
    ///   - loaded: the policies, whose checks are looked up; nil if they do not load.
    init(_ list: FieldValue?, at time: Instant, in loaded: LoadedPolicies?, _ problems: inout [FieldProblem]) {
        var results: [Result] = []
        var seen: [PolicyCheck] = []
        for element in list?.elements ?? [] {
            StatedMemory.refuseEarlyEnd(element, &problems)
            guard let loaded, let check = loaded.check(element, &problems) else { continue }
            if seen.contains(where: { $0 === check }) {
                problems.append(FieldProblem("\(quoted(check.name)) is listed twice", at: element.position))
            }
            seen.append(check)
            if let result = Result(element, of: check, at: time, in: loaded, &problems) { results.append(result) }
        }
        self.results = results
    }

    private static func refuseEarlyEnd(_ element: FieldValue, _ problems: inout [FieldProblem]) {
        guard let passed = element["passed"]?.date, let violated = element["violated"], let end = violated.date,
            end <= passed
        else { return }
        problems.append(
            FieldProblem("`violated` is not later than `passed`, so it ends nothing", at: violated.position))
    }
}

extension StatedMemory.Result {
    /// Nil for what has not happened yet, and for a check of which nothing is remembered, which is a problem.
    fileprivate init?(
        _ element: FieldValue, of check: PolicyCheck, at time: Instant, in loaded: LoadedPolicies,
        _ problems: inout [FieldProblem]
    ) {
        guard let passed = element["passed"]?.date else { return nil }
        guard let question = loaded.policySet.rememberedQuestion(of: check, at: passed) else {
            problems.append(
                FieldProblem(
                    "nothing is remembered of \(quoted(check.name)), which has no `onUndetermined: {lastKnownGood: …}`",
                    at: element["check"]?.position ?? element.position))
            return nil
        }
        guard passed <= time else { return nil }
        let end = element["violated"]?.date
        self.init(question: question, passed: passed, hasEnded: end.map { $0 <= time } ?? false)
    }
}

extension LoadedPolicies {
    /// The check that `policy` and `check` name; an unknown name is a problem that says the nearest known.
    fileprivate func check(_ element: FieldValue, _ problems: inout [FieldProblem]) -> PolicyCheck? {
        let policies = policySet.policies
        guard let policy = policies.named(element["policy"], "ImagePolicy", by: \.name, &problems) else { return nil }
        return policy.checks.named(element["check"], "check", by: \.name, &problems)
    }
}

extension Array {
    fileprivate func named(
        _ field: FieldValue?, _ kind: String, by name: (Element) -> String, _ problems: inout [FieldProblem]
    ) -> Element? {
        guard let field, let text = field.text else { return nil }
        if let found = first(where: { name($0).utf8.elementsEqual(text.utf8) }) { return found }
        let hint = map(name).nearest(to: text).map { ", did you mean `\($0)`?" } ?? ""
        problems.append(FieldProblem("there is no \(kind) named \(quoted(text))\(hint)", at: field.position))
        return nil
    }
}
