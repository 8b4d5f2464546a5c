public import PolicyEngine

/// What came of one case.
public struct PolicyTestResult: Sendable {
    /// The name of the document that the case stands in.
    public let tests: String
    public let test: PolicyTestCase
    public let outcome: Outcome

    public enum Outcome: Sendable {
        case passed(ImageDecision)
        /// It was decided otherwise.
        case failed(ImageDecision)
        /// The policies ask what the tag stands for, and the case does not say.
        case digestMissing
    }

    public var hasPassed: Bool { if case .passed = outcome { true } else { false } }

    /// The decision, if the case states enough for one.
    public var decision: ImageDecision? {
        switch outcome {
        case .passed(let decision), .failed(let decision): decision
        case .digestMissing: nil
        }
    }
}

extension PolicyTests {
    /// Decides one case by the evaluator that decides every request, with what the case states.
    public func run(_ test: PolicyTestCase) -> PolicyTestResult {
        let evaluation = Evaluator(policies: policies.policySet, notVouched: notVouched).evaluate(
            test.image, in: test.container, of: test.facts, with: test.evidence, at: test.time)
        let outcome: PolicyTestResult.Outcome =
            switch evaluation {
            case .decided(let decision): test.expectation.isMet(by: decision) ? .passed(decision) : .failed(decision)
            // Of each attestor something is stated, if only that there is no signature.
            case .missing: .digestMissing
            }
        return PolicyTestResult(tests: name, test: test, outcome: outcome)
    }
}
