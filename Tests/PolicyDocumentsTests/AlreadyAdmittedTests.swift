import OCI
import PolicyDocuments
import PolicyEngine
import Testing
import Timestamp
import Trust

/// `alreadyAdmitted` as it is written. The mistakes are in `Tests/PolicyFixtures/invalid/already-admitted.yaml`.
@Suite("What becomes of images that were admitted, in YAML") struct AlreadyAdmittedTests {
    private static let now = Instant(secondsSince1970: 1_795_000_000)

    /// Whether an image is let in whose check fails, and that was admitted under it.
    private func isAllowed(_ line: String, failing duration: Duration = .zero) throws -> Bool {
        let source = MemorySource([
            "policies/a.yaml": """
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: p}
            spec:
              checks:
                - trustedRegistries: ["registry.example.com/**"]
                - wane: true
                  \(line)
            """
        ])
        let loaded = try PolicyDocuments.load(
            directory: "policies", formats: [], checks: BuiltInChecks.all + [WaneCheck.self], now: Self.now,
            from: source)
        let evaluation = Evaluator(policies: loaded.policySet).evaluate(
            try ImageReference(parsing: "registry.example.com/a@\(Digest.sha256(of: []))"), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: .known("shop")),
            with: Admitted(since: Self.now - duration), at: Self.now)
        guard case .decided(let decision) = evaluation else { return false }
        return decision.isAllowed
    }

    @Test("the field alone, and its period alone, flip the verdict")
    func flips() throws {
        #expect(try isAllowed("alreadyAdmitted: {warn: 7d}"))
        #expect(try !isAllowed("alreadyAdmitted: deny"))
        let week = Duration.seconds(7 * 86_400)
        #expect(try !isAllowed("alreadyAdmitted: {warn: 7d}", failing: week))
        #expect(try isAllowed("alreadyAdmitted: {warn: 8d}", failing: week))
    }

    @Test("what is not said is two weeks")
    func absent() throws {
        let fortnight = Duration.seconds(14 * 86_400)
        #expect(try isAllowed("message: it wanes", failing: fortnight - .seconds(1)))
        #expect(try !isAllowed("message: it wanes", failing: fortnight))
    }

    @Test("a check that is not handed in is a word that there is not")
    func builtIn() {
        let source = MemorySource([
            "policies/a.yaml":
                "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: p}\nspec: {checks: [{wane: true}]}\n"
        ])
        #expect(throws: LoadFailure.self) {
            try PolicyDocuments.load(directory: "policies", formats: [], now: Self.now, from: source)
        }
    }
}

/// Moves with time, and does not hold today.
private struct WaneCheck: Check {
    static let word = "wane"
    static let summary = "nothing wanes"
    static let type = FieldType.boolean
    static let needsOnlyReference = false
    static let vouches = false
    static let movesWithTime = true

    init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {}

    var explanation: String { "not wane" }

    func judge(_ image: CheckSubject) -> CheckOutcome {
        .violated(Refusal(.forbidden, found: "a waning moon", expected: "another"))
    }
}

/// Every image was admitted, and fails since then.
private struct Admitted: Evidence {
    let since: Instant

    func resolution(of reference: ImageReference) -> Resolution? { nil }
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? { nil }
    func earlierAdmission(of image: AdmittedImage) -> EarlierAdmission? { EarlierAdmission(firstFailure: since) }
}
