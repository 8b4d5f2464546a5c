import OCI
@testable import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite("When nobody can look") struct OnUndeterminedTests {
    private let digest = PolicyFixture.digest("image")
    private let now = PolicyFixture.now
    private var pinned: String { "registry.example.com/app@\(digest)" }
    private let lastKnownGood: FieldValue = ["lastKnownGood": ["for": .duration(.seconds(86_400))]]

    private func policy(
        _ onUndetermined: FieldValue?, signature: FieldValue = ["by": "release-key"], enforcement: FieldValue = "deny"
    ) throws -> ImagePolicy {
        var members = [(name: "signature", value: signature)]
        if let onUndetermined { members.append((name: "onUndetermined", value: onUndetermined)) }
        let check = FieldValue(.object(members), at: PolicyFixture.here)
        return try PolicyFixture.policy("signed", ["enforcement": enforcement, "checks": [check]])
    }

    private func decide(
        _ image: String? = nil, by policies: [ImagePolicy], believing material: [String] = ["r", "t", "c"],
        with evidence: some Evidence, at now: Instant = PolicyFixture.now
    ) throws -> ImageDecision {
        let set = PolicySet(
            policies: policies, attestors: material.map(NamedAttestor.init), revision: PolicyFixture.revision)
        let evaluation = Evaluator(policies: set).evaluate(
            try PolicyFixture.image(image ?? pinned), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: .known("shop")), with: evidence, at: now)
        guard case .decided(let decision) = evaluation else { throw MissingEvidence(evaluation: evaluation) }
        return decision
    }

    private func passed(_ signer: String = "a") -> VerificationOutcome { .passed(signers: [.key(signer)]) }

    /// Evidence of an earlier decision at `time`, and a registry that is down since.
    private func down(after decision: ImageDecision, at time: Instant) -> RememberingEvidence {
        var evidence = RememberingEvidence(outcomes: [:], otherwise: .unreachable)
        for result in decision.determined {
            evidence.remembered[result.image] = result.hasPassed ? time : nil
        }
        return evidence
    }

    private func remembered(
        _ policy: ImagePolicy, believing material: [String] = ["r", "t", "c"], at time: Instant = PolicyFixture.now
    ) throws -> RememberingEvidence {
        let evidence = RememberingEvidence(outcomes: [PolicyFixture.release: passed()], otherwise: .missing)
        let decision = try decide(by: [policy], believing: material, with: evidence, at: time)
        #expect(decision.isAllowed && decision.determined.map(\.hasPassed) == [true])
        return down(after: decision, at: time)
    }

    @Test(
        "lastKnownGood lets in, and vouches for, what passed within its time, names since when, and keeps the outcome")
    func lastKnownGoodPasses() throws {
        let policy = try policy(lastKnownGood)
        let evidence = try remembered(policy)
        for hours in [0, 1, 23] {
            let decision = try decide(by: [policy], with: evidence, at: now + .seconds(hours * 3_600))
            #expect(decision.verdict == .allowed)
            let finding = try #require(decision.findings.first)
            #expect(decision.findings.count == 1)
            #expect(finding.outcome.word == "undetermined" && finding.enforcement == .deny)
            #expect(finding.relief == .lastKnownGood(since: now))
            #expect(finding.relief?.age(at: now + .seconds(hours * 3_600)) == .seconds(hours * 3_600))
            #expect(!decision.isClean && decision.refusing.isEmpty && decision.determined.isEmpty)
        }
    }

    @Test("after its time, before its time, and without anything remembered, undetermined refuses")
    func noRelief() throws {
        let policy = try policy(lastKnownGood)
        let evidence = try remembered(policy)
        let nothing = RememberingEvidence(outcomes: [:], otherwise: .unreachable)
        for decision in [
            try decide(by: [policy], with: evidence, at: now + .seconds(86_400)),
            try decide(by: [policy], with: evidence, at: now - .seconds(1)),
            try decide(by: [policy], with: nothing),
        ] {
            #expect(decision.verdict == .refused(.registryUnavailable) && decision.isUndetermined)
            #expect(decision.findings.allSatisfy { $0.relief == nil })
        }
    }

    @Test("`deny`, and nothing at all, remember nothing and relieve nothing", arguments: ["deny", nil] as [String?])
    func deny(word: String?) throws {
        let evidence = try remembered(try policy(lastKnownGood))
        let strict = try policy(word.map { FieldValue(stringLiteral: $0) })
        #expect(try !decide(by: [strict], with: evidence).isAllowed)
        let looked = RememberingEvidence(outcomes: [PolicyFixture.release: passed()], otherwise: .missing)
        #expect(try decide(by: [strict], with: looked).determined.isEmpty)
    }

    @Test("what was looked at and is wrong refuses, whatever is remembered, and is told as ending it")
    func violated() throws {
        let policy = try policy(lastKnownGood)
        var evidence = try remembered(policy)
        evidence.otherwise = .missing
        let decision = try decide(by: [policy], with: evidence)
        #expect(decision.verdict == .refused(.signatureMissing))
        #expect(decision.determined.map(\.hasPassed) == [false])
        #expect(decision.determined.map(\.image) == Array(evidence.remembered.keys))
        #expect(try !decide(by: [policy], with: down(after: decision, at: now)).isAllowed)
    }

    @Test("what is remembered counts for this digest in this repository only, and for no tag")
    func otherImages() throws {
        let policy = try policy(lastKnownGood)
        var evidence = try remembered(policy)
        evidence.resolution = .resolved(digest)
        for image in [
            "registry.example.com/app@\(PolicyFixture.digest("other"))", "registry.example.com/other@\(digest)",
            "elsewhere.example.com/app@\(digest)", "registry.example.com/app:1",
        ] {
            #expect(try !decide(image, by: [policy], with: evidence).isAllowed, "\(image)")
        }
        #expect(try decide("registry.example.com/app:1@\(digest)", by: [policy], with: evidence).isAllowed)
    }

    @Test("a tag that was looked at is remembered for the digest that it stood for")
    func tagIsNoted() throws {
        let policy = try policy(lastKnownGood)
        let looked = RememberingEvidence(
            outcomes: [PolicyFixture.release: passed()], otherwise: .missing, resolution: .resolved(digest))
        let decision = try decide("registry.example.com/app:1", by: [policy], with: looked)
        #expect(try decide(by: [policy], with: down(after: decision, at: now)).isAllowed)
    }

    @Test("another text of the check, or another key under the same name, has no results yet; all else may change")
    func fingerprint() throws {
        let policy = try policy(lastKnownGood)
        let evidence = try remembered(policy)
        let others: [FieldValue] = [
            ["by": "team-key"], ["anyOf": ["release-key"]], ["allOf": ["release-key"]],
            ["anyOf": ["release-key", "team-key"]], ["atLeast": 1, "of": ["release-key"]],
        ]
        for signature in others {
            #expect(try !decide(by: [self.policy(lastKnownGood, signature: signature)], with: evidence).isAllowed)
        }
        #expect(try !decide(by: [policy], believing: ["rotated", "t", "c"], with: evidence).isAllowed)
        #expect(try decide(by: [policy], believing: ["r", "rotated", "c"], with: evidence).isAllowed)
        let renamed = try PolicyFixture.policy(
            "renamed",
            [
                "match": ["images": ["registry.example.com/**"]],
                "checks": [
                    [
                        "name": "other-name", "message": "other words", "signature": ["by": "release-key"],
                        "onUndetermined": ["lastKnownGood": ["for": .duration(.seconds(60))]],
                    ]
                ],
            ])
        #expect(try decide(by: [renamed], with: evidence, at: now + .seconds(59)).isAllowed)
        #expect(try !decide(by: [renamed], with: evidence, at: now + .seconds(60)).isAllowed)
    }

    @Test("a result by an entry that no longer counts does not stand in")
    func until() throws {
        let policy = try policy(
            lastKnownGood,
            signature: ["anyOf": [["by": "release-key", "until": .date(now + .seconds(3_600))], "team-key"]])
        let looked = RememberingEvidence(outcomes: [PolicyFixture.release: passed()], otherwise: .missing)
        let evidence = down(after: try decide(by: [policy], with: looked), at: now)
        #expect(try decide(by: [policy], with: evidence, at: now + .seconds(3_599)).isAllowed)
        let later = try decide(by: [policy], with: evidence, at: now + .seconds(3_600))
        #expect(later.verdict == .refused(.registryUnavailable))
    }

    @Test("a policy on trial is judged alike, and what it remembers vouches for nothing", arguments: ["warn", "audit"])
    func trial(enforcement: String) throws {
        let policy = try policy(lastKnownGood, enforcement: FieldValue(stringLiteral: enforcement))
        let sources = try PolicyFixture.policy(
            "sources", ["checks": [["trustedRegistries": ["registry.example.com/**"]]]])
        let looked = RememberingEvidence(outcomes: [PolicyFixture.release: passed()], otherwise: .missing)
        let first = try decide(by: [sources, policy], with: looked)
        #expect(first.determined.map(\.hasPassed) == [true])
        let decision = try decide(by: [sources, policy], with: down(after: first, at: now))
        #expect(decision.isAllowed && decision.findings.last?.relief == .lastKnownGood(since: now))
        #expect(try decide(by: [policy], with: down(after: first, at: now)).verdict == .refused(.notVouched))
    }

    @Test("another check that refuses goes on refusing, and a registry that is not to be asked is no case for memory")
    func otherChecks() throws {
        let policy = try policy(lastKnownGood)
        let evidence = try remembered(policy)
        let tags = try PolicyFixture.policy("tags", ["checks": [["forbid": ["because": "a recall"]]]])
        #expect(try decide(by: [policy, tags], with: evidence).verdict == .refused(.forbidden))
        let strict = try PolicyFixture.policy(
            "strict", ["checks": [["name": "strict", "signature": ["by": "release-key"]]]])
        #expect(try decide(by: [policy, strict], with: evidence).verdict == .refused(.registryUnavailable))
    }

    @Test("`warn` lets in with a warning what nobody could look at, for a check that does not vouch; wrong is wrong")
    func warn() throws {
        let sources = try PolicyFixture.policy(
            "sources", ["checks": [["trustedRegistries": ["registry.example.com/**"]]]])
        for (onUndetermined, isAllowed) in [(OnUndetermined.deny, false), (.warn, true)] {
            let check = PolicyCheck(check: Weather(), onUndetermined: onUndetermined)
            let policy = ImagePolicy(name: "weather", checks: [check])
            let unknown = RememberingEvidence(outcomes: [:], otherwise: .unreachable)
            let decision = try decide(by: [sources, policy], with: unknown)
            #expect(decision.isAllowed == isAllowed)
            #expect(decision.warning.map(\.check) == (isAllowed ? ["weather"] : []))
            let bad = RememberingEvidence(outcomes: [:], otherwise: .missing)
            #expect(try !decide(by: [sources, policy], with: bad).isAllowed)
            // It vouches for nothing.
            #expect(try !decide(by: [policy], with: unknown).isAllowed)
        }
        let trial = ImagePolicy(
            name: "trial", enforcement: StagedEnforcement(.audit),
            checks: [PolicyCheck(check: Weather(), onUndetermined: .warn)])
        let unknown = RememberingEvidence(outcomes: [:], otherwise: .unreachable)
        #expect(try decide(by: [sources, trial], with: unknown).findings.last?.enforcement == .audit)
    }
}

private struct NamedAttestor: Attestor {
    let fingerprint: Digest

    init(_ material: String) { fingerprint = PolicyFixture.digest(material) }

    var explanation: String { "nothing" }

    func verification(of subject: Subject) -> any Verification { Nothing() }

    private struct Nothing: Verification {
        mutating func next(_ received: [Locator: Fetched]) -> Step { .outcome(.unreachable, basis: []) }
    }
}

private struct RememberingEvidence: Evidence {
    var outcomes: [AttestorReference: VerificationOutcome]
    var otherwise: VerificationOutcome
    var resolution: Resolution?
    var remembered: [CheckedImage: Instant] = [:]

    func resolution(of reference: ImageReference) -> Resolution? { resolution }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        outcomes[attestor] ?? otherwise
    }

    func lastKnownGood(_ image: CheckedImage) -> Instant? { remembered[image] }
}

/// A check that looks at something and does not vouch. Its weather is what the release key's signature comes to.
private struct Weather: Check {
    static let word = "weather"
    static let summary = "the weather is good"
    static let type = FieldType.boolean
    static let needsOnlyReference = false
    static let vouches = false

    init() {}
    init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {}

    var explanation: String { "have good weather" }

    func attestors(at now: Instant) -> [AttestorReference] { [PolicyFixture.release] }

    func judge(_ image: CheckSubject) -> CheckOutcome {
        switch image.verification(by: PolicyFixture.release) {
        case .passed: .passed([])
        case .violated(let refusal): .violated(refusal)
        case .undetermined(let refusal): .undetermined(refusal)
        }
    }
}
