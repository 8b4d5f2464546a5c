import Cryptography
import PolicyEngine
import Testing
import Timestamp
import Trust

@testable import PolicyDocuments

/// Two sets of documents, with attestors `a`, `b`, `c` and those of `FieldCase`, whose keys are the same in both.
struct ComparedPolicies {
    static let now = Instant(secondsSince1970: 1_795_000_000)
    private static let attestors = ["a", "b", "c", "signed", "signed-first", "unsigned", "silent"]
    private static let keys = Dictionary(
        uniqueKeysWithValues: (attestors + ["other", "k0", "k1"]).map {
            ("policies/\($0).pub", (try? PrivateKey.generate(.ecdsaP256).publicKeyPEM) ?? [])
        })

    let old: LoadedPolicies
    let new: LoadedPolicies
    let comparison: PolicyComparison
    private let sources: [MemorySource]

    init(_ old: String, _ new: String, probes limit: Int = 1_000) throws {
        try self.init(["policies/a.yaml": old], ["policies/a.yaml": new], probes: limit)
    }

    /// - Parameters:
    ///   - old: documents by the path of their file.
    ///   - new: the same.
    init(_ old: [String: String], _ new: [String: String], probes limit: Int = 1_000) throws {
        sources = [old, new].map { files in
            var source = MemorySource(files)
            let attestors = Self.attestors.map { Self.attestor($0, key: $0) }.joined(separator: "---\n")
            source.files["policies/attestors.yaml"] = Array(attestors.utf8)
            for (path, key) in Self.keys { source.files[path] = key }
            return source
        }
        self.old = try Self.load(sources[0])
        self.new = try Self.load(sources[1])
        comparison = self.old.compared(with: self.new, at: Self.now, probes: limit)
    }

    static func attestor(_ name: String, key: String) -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: \(name)}
        spec: {cosign: {keys: [{file: \(key).pub}]}}

        """
    }

    static func policy(_ specification: String, name: String = "p") -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: \(name)}
        spec: \(specification)
        ---

        """
    }

    private static func load(_ source: MemorySource) throws -> LoadedPolicies {
        try PolicyDocuments.load(directory: "policies", formats: [KeyFormat()], now: now, from: source)
    }

    var effects: Set<PolicyDifference.Effect> { Set(comparison.differences.map(\.effect)) }

    func differences(_ effect: PolicyDifference.Effect) -> [PolicyDifference] {
        comparison.differences.filter { $0.effect == effect }
    }

    // MARK: - Seeing it again

    /// Runs the case of every example by either set, as `policy test` would.
    ///
    /// - Returns: how many cases were run.
    @discardableResult
    func confirm(_ location: Testing.SourceLocation = #_sourceLocation) throws -> Int {
        var count = 0
        // Tests of no policies would be no tests.
        guard !old.policySet.policies.isEmpty, !new.policySet.policies.isEmpty else { return 0 }
        for difference in comparison.differences {
            for example in difference.examples {
                guard let testCase = example.testCase else { continue }
                count += 1
                let after = try #require(try outcome(of: testCase, by: sources[1]), sourceLocation: location)
                #expect(
                    after.passed && after.isAllowed == difference.after.isAdmitted, "\(testCase)",
                    sourceLocation: location)
                // What only the new set believes, the old one cannot be told of.
                guard example.signatures.allSatisfy({ $0.before == $0.after }) else { continue }
                let before = try #require(try outcome(of: testCase, by: sources[0]), sourceLocation: location)
                #expect(before.isAllowed == difference.before.isAdmitted, "\(testCase)", sourceLocation: location)
                #expect(before.told != after.told, "\(testCase)", sourceLocation: location)
            }
        }
        return count
    }

    private func outcome(
        of testCase: String, by source: MemorySource
    ) throws -> (passed: Bool, isAllowed: Bool, told: [String])? {
        var source = source
        let named = "{name: a, " + testCase.dropFirst()
        source.files["policies/a.tests.yaml"] = Array(
            """
            apiVersion: dockgate.dev/v1
            kind: PolicyTests
            metadata: {name: a}
            spec:
              cases:
                - \(named)
            """.utf8)
        let loaded = try PolicyTests.load(files: ["policies/a.tests.yaml"], formats: [KeyFormat()], from: source)
        guard let tests = loaded.first, let test = tests.cases.first else { return nil }
        let result = tests.run(test)
        guard let decision = result.decision else { return nil }
        let told = decision.findings.map {
            "\($0.policy ?? "")/\($0.check) \($0.enforcement) \($0.outcome.word) \($0.refusal?.reason.rawValue ?? "") \($0.relief?.word ?? "")"
        }
        return (result.hasPassed, decision.isAllowed, ["\(decision.verdict)"] + told.sorted())
    }
}
