import ContentTrust
import Foundation
import PolicyDocuments
import PolicyEngine
import Sigstore
import Testing
import Timestamp
import Trust

/// The samples, by the tests that stand beside them.
@Suite struct PolicyExampleTests {
    static let samples = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "policies").path
    static let formats: [any AttestorFormat] = [
        CosignFormat(), ContentTrustFormat(memory: ForgetfulMemory(), clock: { .earliest }),
    ]
    static let files = (try? PolicyTestFiles.found(at: samples)) ?? []

    @Test("every case beside a sample is decided as it says", arguments: files)
    func cases(file: String) throws {
        for tests in try PolicyTests.load(files: [file], formats: Self.formats) {
            for test in tests.cases {
                let result = tests.run(test)
                #expect(result.hasPassed, "\(test.position): \(test.name): \(result.outcome)")
            }
        }
    }

    @Test("every check of every sample passes in one case and fails in another")
    func coverage() throws {
        var coverage = PolicyCoverage()
        for tests in try PolicyTests.load(files: Self.files, formats: Self.formats) {
            coverage.add(tests)
            for test in tests.cases {
                if let decision = tests.run(test).decision { coverage.count(decision, by: tests) }
            }
        }
        for check in coverage.uncovered {
            Issue.record("\(check.position): \(check.check) of \(check.policy) is never \(check.missing)")
        }
        // None is left out for want of a file of tests.
        let written = try Self.directories().reduce(0) { count, directory in
            let loaded = try PolicyDocuments.load(directory: directory, formats: Self.formats, now: .earliest)
            return count + loaded.policySet.policies.reduce(0) { $0 + $1.checks.count }
        }
        #expect(written > 3)
        #expect(coverage.checks.count == written)
    }

    @Test("every directory of samples loads without a warning, and no warning of lint is left unexplained")
    func lint() throws {
        let now = Instant(secondsSince1970: 1_795_000_000)
        for directory in try Self.directories() {
            let loaded = try PolicyDocuments.load(directory: directory, formats: Self.formats, now: now)
            #expect(loaded.warnings.isEmpty, "\(loaded.warnings)")
            // Whom such a policy trusts with labels is what the sample itself is about.
            let explained = directory.hasSuffix("/trusted-registries-per-team") ? ["chosen-value"] : []
            #expect(loaded.lint(at: now).map(\.code) == explained, "\(loaded.lint(at: now))")
        }
    }

    /// Those that hold policies.
    private static func directories() throws -> [String] {
        let below = FileManager.default.enumerator(atPath: samples)?.compactMap { $0 as? String } ?? []
        let policies = below.filter { $0.hasSuffix(".yaml") && !$0.hasSuffix(".tests.yaml") }
        return Set(policies.map { "\(samples)/\($0)" as NSString }.map(\.deletingLastPathComponent)).sorted()
    }
}
