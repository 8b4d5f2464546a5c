import OCI
import PolicyDocuments
import PolicyEngine
import Trust

/// What `policy test` reports. Every format is made of this.
struct PolicyTestReport: Sendable {
    let results: [PolicyTestResult]
    let coverage: PolicyCoverage
    /// Whether checks are listed of which not everything was seen.
    let listsCoverage: Bool
    /// Whether there must be none.
    let requiresCoverage: Bool
    let took: Duration

    var hasPassed: Bool {
        results.allSatisfy(\.hasPassed) && !(requiresCoverage && !coverage.uncovered.isEmpty)
    }

    /// `4 cases, 3 passed, 1 failed; 5 of 6 checks seen to pass and to fail`
    var summary: String {
        let passed = results.count(where: \.hasPassed)
        let checks = coverage.checks
        return
            "\(results.count) \(results.count == 1 ? "case" : "cases"), \(passed) passed, \(results.count - passed) failed; "
            + "\(checks.count(where: \.isCovered)) of \(checks.count) checks seen to pass and to fail"
    }

    /// The checks to tell of.
    var listed: [CheckCoverage] { listsCoverage ? coverage.uncovered : [] }
}

/// In which shape `policy test` reports.
enum PolicyTestFormat: String, ReportFormat {
    case table, json, junit, github

    /// The whole text, line end included.
    ///
    /// - Parameter terminal: where it goes; only a table looks different for it.
    func text(of report: PolicyTestReport, on terminal: Terminal) -> String {
        switch self {
        case .table: report.table(on: terminal)
        case .json: report.json
        case .junit: report.junit
        case .github: report.github
        }
    }
}

// MARK: - In words

extension PolicyTestResult {
    /// The word for it wherever people read.
    var word: String { hasPassed ? "PASS" : "FAIL" }

    /// `registry.example.com/shop/cart:1.2 in namespace shop`
    var image: String {
        let namespace = if case .known(let name) = test.facts.namespace { " in namespace \(name)" } else { "" }
        return test.image.original + namespace
    }

    var expected: String { test.expectation.told }

    /// What was decided, and each finding that it rests on; not fit to be shown yet.
    var found: [String] {
        switch outcome {
        case .passed(let decision), .failed(let decision): decision.told
        case .digestMissing:
            [
                "nothing: the policies ask what `\(test.image.original)` stands for; state it as `digest: sha256:…`, "
                    + "or that nobody knows as `evidence: {registry: unreachable}`"
            ]
        }
    }

    /// What failed, in lines of text that are fit to be shown.
    var lines: [String] {
        ["\(test.name.printable): expected \(expected.printable)"] + found.map { "found \($0.printable)" }
            + findings.filter { $0.reason != nil }.flatMap(\.lines)
    }

    /// Everything that was checked.
    var findings: [ReportedFinding] {
        decision?.findings.map { ReportedFinding($0, at: test.time, isEnforced: true) } ?? []
    }
}

extension PolicyTestExpectation {
    /// `deny by policy signed, check signature, reason signature-missing`
    fileprivate var told: String {
        let parts = [
            policy.map { "policy \($0)" }, check.map { "check \($0)" }, exception.map { "exception \($0)" },
            relief.map { "relief \($0.rawValue)" }, exemption.map { "exemption \($0)" },
            reason.map { "reason \($0.rawValue)" },
        ].compactMap { $0 }
        return parts.isEmpty ? verdict.rawValue : "\(verdict.rawValue) by \(parts.joined(separator: ", "))"
    }
}

extension ImageDecision {
    /// The verdict in the words of an expectation, once for each finding that it rests on.
    fileprivate var told: [String] {
        if case .exempt(let name) = verdict { return ["exempt by exemption \(name)"] }
        let word = testVerdict.rawValue
        let decisive: [Finding] =
            switch testVerdict {
            case .deny: refusing
            case .warn: findings.filter { $0.consequence == .warn || $0.isRelieved }
            case .allow, .exempt: []
            }
        return decisive.isEmpty ? [word] : decisive.map { "\(word) by \($0.told)" }
    }
}

extension Finding {
    /// `policy signed, check signature, reason signature-missing`
    fileprivate var told: String {
        let parts = [
            policy.map { "policy \($0)" }, "check \(check)", relief.map(told),
            refusal.map { "reason \($0.reason.rawValue)" },
        ]
        return parts.compactMap { $0 }.joined(separator: ", ")
    }

    private func told(_ relief: Relief) -> String {
        if case .exception(let name, _) = relief { "exception \(name)" } else { "relief \(relief.word)" }
    }
}

extension CheckCoverage {
    /// `policy signed, check signature: never violated`
    var told: String { "policy \(policy), check \(check): never \(missing.joined(separator: ", never "))" }
}
