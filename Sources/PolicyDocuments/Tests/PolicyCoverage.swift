public import PolicyEngine
public import Trust

/// Which checks were seen to pass and to fail in tests. A check that only ever passed is not known to refuse anything, and
/// one that only ever failed is not known to let anything in.
public struct PolicyCoverage: Sendable {
    private var standings: [SourcePosition: CheckCoverage] = [:]

    public init() {}

    /// Takes up the checks of the policies that are tested, whether or not a case reaches them. A check is known by where
    /// it is written, so policies that several documents test count once.
    public mutating func add(_ tests: PolicyTests) {
        for written in tests.policies.written {
            for (check, position) in written.checkPositions where standings[position] == nil {
                standings[position] = CheckCoverage(
                    policy: written.policy.name, check: check.name, position: position,
                    mayPass: type(of: check.check).mayPass, mayFail: type(of: check.check).mayFail)
            }
        }
    }

    /// Takes in what came of each check in a decision by those policies.
    public mutating func count(_ decision: ImageDecision, by tests: PolicyTests) {
        for finding in decision.findings {
            guard let position = tests.policies.position(of: finding) else { continue }
            switch finding.outcome {
            case .passed: standings[position]?.hasPassed = true
            case .violated: standings[position]?.hasFailed = true
            case .undetermined, .notEvaluated: break
            }
        }
    }

    /// All checks, in the order of their files and lines.
    public var checks: [CheckCoverage] {
        standings.values.sorted { $0.position.isBefore($1.position) }
    }

    /// Those of which something was not seen that there may be.
    public var uncovered: [CheckCoverage] { checks.filter { !$0.isCovered } }
}

/// What was seen of one check.
public struct CheckCoverage: Sendable {
    public let policy: String
    public let check: String
    /// Where the check is written.
    public let position: SourcePosition
    /// What can come of a check of its kind: `forbid` never passes, `insecureAcceptAnything` never fails.
    let mayPass: Bool
    let mayFail: Bool
    var hasPassed = false
    var hasFailed = false

    /// What it was not seen to come to and may come to: `passed`, `violated`.
    public var missing: [String] {
        (mayPass && !hasPassed ? ["passed"] : []) + (mayFail && !hasFailed ? ["violated"] : [])
    }

    public var isCovered: Bool { missing.isEmpty }
}

extension LoadedPolicies {
    fileprivate func position(of finding: Finding) -> SourcePosition? {
        guard let policy = finding.policy else { return nil }
        return written.first { $0.policy.name.utf8.elementsEqual(policy.utf8) }?.checkPositions
            .first { $0.check.name.utf8.elementsEqual(finding.check.utf8) }?.position
    }
}

extension WrittenPolicy {
    fileprivate var checkPositions: [(check: PolicyCheck, position: SourcePosition)] {
        zip(policy.checks, specification["checks"]?.elements ?? []).map { ($0, $1.position) }
    }
}

extension SourcePosition {
    fileprivate func isBefore(_ other: SourcePosition) -> Bool {
        if !file.utf8.elementsEqual(other.file.utf8) { return file.utf8.lexicographicallyPrecedes(other.file.utf8) }
        return (line, column) < (other.line, other.column)
    }
}
