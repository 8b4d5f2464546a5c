import Testing

/// What this program says to a case.
enum Verdict {
    case accepted
    /// With its reason, for whoever reads a failure.
    case refused(String)
    /// Something else than the suite says, on purpose and for this reason.
    case differs(String)
    /// Nothing: the case is about something that this program does not do yet, for this reason.
    case notBuilt(String)
}

extension ConformanceSuite {
    /// Runs every case, holds each against the index, and prints `run/total`.
    ///
    /// - Parameters:
    ///   - notBuilt: how many cases are about something that this program does not do yet, by the reason.
    ///   - differing: the names of the cases in which it decides otherwise than the suite on purpose, by the reason. One
    ///     that starts to be as the suite says is a failure too, so that the list stays true.
    ///   - judge: runs one case. What it throws is a failure of this test, never a refusal.
    func run(
        notBuilt: [String: Int] = [:], differing: [String: [String]] = [:],
        _ judge: (ConformanceCase) async throws -> Verdict
    ) async throws {
        try #require(!cases.isEmpty)
        var report = Report()
        for test in cases {
            do { report.add(try await judge(test), to: test) } catch { report.add(error, of: test) }
        }
        for line in report.lines { print("\(name): \(line)") }
        for failure in report.failures { Issue.record("\(name): \(failure)") }
        guard isKnownPart else { return }
        #expect(report.notBuilt == notBuilt, "\(name)")
        #expect(report.differing == differing.mapValues(Set.init), "\(name)")
        #expect(report.total == cases.count, "\(name)")
    }
}

/// What came of the cases of a suite.
private struct Report {
    private(set) var notBuilt: [String: Int] = [:]
    private(set) var differing: [String: Set<String>] = [:]
    private(set) var failures: [String] = []
    private var agreeing = 0
    private var advisory: [String] = []

    mutating func add(_ verdict: Verdict, to test: ConformanceCase) {
        switch verdict {
        case .notBuilt(let reason): notBuilt[reason, default: 0] += 1
        case .differs(let reason): differing[reason, default: []].insert(test.name)
        case .accepted: add(isAccepted: true, "accepted", to: test)
        case .refused(let reason): add(isAccepted: false, "refused: \(reason)", to: test)
        }
    }

    mutating func add(_ error: any Error, of test: ConformanceCase) {
        failures.append("\(test): \(error)")
    }

    private mutating func add(isAccepted: Bool, _ words: String, to test: ConformanceCase) {
        if isAccepted == test.isAccepted {
            agreeing += 1
        } else if test.isAdvisory {
            advisory.append("\(test): \(words)")
        } else {
            failures.append("\(test): \(words)")
        }
    }

    private var run: Int { agreeing + advisory.count + failures.count + differing.values.reduce(0) { $0 + $1.count } }
    var total: Int { run + notBuilt.values.reduce(0, +) }

    var lines: [String] {
        ["\(run)/\(total) run, \(agreeing) as the suite says"]
            + notBuilt.sorted { $0.key < $1.key }.map { "not run: \($0.value): \($0.key)" }
            + differing.sorted { $0.key < $1.key }.map { reason, names in
                "differs on purpose: \(names.count): \(reason): \(names.sorted().joined(separator: " "))"
            } + advisory.map { "advisory, differs: \($0)" } + failures.map { "FAILED: \($0)" }
    }
}
