import OCI
@testable import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite("When the world moves on") struct AlreadyAdmittedTests {
    private let digest = PolicyFixture.digest("image")
    private let now = PolicyFixture.now
    /// From when on the moon is on the wane in `until(full)`.
    private let full = PolicyFixture.now + .seconds(86_400)
    private let fortnight = Duration.seconds(14 * 86_400)
    private var pinned: String { "registry.example.com/app@\(digest)" }

    private static let context = CheckContext(
        attestorNames: PolicyFixture.attestorNames,
        checks: BuiltInChecks.all + [MoonCheck.self, VouchingMoonCheck.self])

    private func moon(
        _ alreadyAdmitted: FieldValue? = nil, until: Instant? = nil, _ more: (name: String, value: FieldValue)...
    ) throws -> ImagePolicy {
        var members = [(name: "moon", value: ["waxesUntil": .date(until ?? full)] as FieldValue)] + more
        if let alreadyAdmitted { members.append((name: "alreadyAdmitted", value: alreadyAdmitted)) }
        return try load(["checks": [FieldValue(.object(members), at: PolicyFixture.here)]])
    }

    private func load(_ specification: FieldValue) throws(FieldProblems) -> ImagePolicy {
        try ImagePolicy(name: "moon", specification: specification, in: Self.context)
    }

    private func sources() throws -> ImagePolicy {
        try PolicyFixture.policy("sources", ["checks": [["trustedRegistries": ["registry.example.com/**"]]]])
    }

    private func decide(
        _ image: String? = nil, by policies: [ImagePolicy], believing key: String = "r",
        namespace: Fact<String> = .known("shop"), with evidence: MoonEvidence, at now: Instant
    ) throws -> ImageDecision {
        let set = PolicySet(policies: policies, attestors: [MoonWatcher(key)], revision: PolicyFixture.revision)
        let evaluation = Evaluator(policies: set).evaluate(
            try PolicyFixture.image(image ?? pinned), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: namespace), with: evidence, at: now)
        guard case .decided(let decision) = evaluation else { throw MissingEvidence(evaluation: evaluation) }
        return decision
    }

    /// What is known after the image was admitted under the policy, and if it is given, has failed at a time.
    private func admitted(_ policy: ImagePolicy, failing since: Instant? = nil) throws -> MoonEvidence {
        let decision = try decide(by: [sources(), policy], with: MoonEvidence(), at: now)
        #expect(decision.isAllowed && decision.isClean && decision.moving.map(\.hasPassed) == [true])
        return MoonEvidence(
            admissions: Dictionary(
                uniqueKeysWithValues: decision.moving.map { ($0.image, EarlierAdmission(firstFailure: since)) }))
    }

    @Test("an image that was admitted and fails since the world moved is let in with a warning, and keeps its outcome")
    func relieved() throws {
        let policies = [try sources(), try moon()]
        let evidence = try admitted(policies[1])
        let decision = try decide(by: policies, with: evidence, at: full)
        #expect(decision.verdict == .allowed && !decision.isClean && decision.refusing.isEmpty)
        let finding = try #require(decision.findings.last)
        #expect(finding.outcome.word == "violated" && finding.enforcement == .deny && finding.isRelieved)
        #expect(finding.relief == .alreadyAdmitted(since: full, until: full + fortnight))
        #expect(decision.moving.map(\.hasPassed) == [false])
        #expect(decision.moving.map(\.image) == Array(evidence.admissions.keys))
        // It counts where nothing is remembered, and for what was never admitted.
        #expect(try decide(by: policies, with: MoonEvidence(), at: full).verdict == .refused(.tagDenied))
    }

    @Test("two weeks after its first failure it is refused, or after what the check says")
    func period() throws {
        let said: FieldValue = ["warn": .duration(.seconds(60))]
        let cases: [(FieldValue?, Duration)] = [(nil, fortnight), (said, .seconds(60))]
        for (written, period) in cases {
            let policies = [try sources(), try moon(written)]
            let evidence = try admitted(policies[1], failing: full)
            let late = try decide(by: policies, with: evidence, at: full + period - .seconds(1))
            #expect(late.isAllowed)
            #expect(late.findings.last?.relief?.age(at: full + period) == period)
            let decision = try decide(by: policies, with: evidence, at: full + period)
            #expect(!decision.isAllowed && decision.findings.last?.relief == nil)
        }
    }

    @Test("a clock that was set back makes it no longer")
    func clock() throws {
        let policies = [try sources(), try moon()]
        let evidence = try admitted(policies[1], failing: full + .seconds(3_600))
        let decision = try decide(by: policies, with: evidence, at: full)
        #expect(decision.findings.last?.relief == .alreadyAdmitted(since: full, until: full + fortnight))
    }

    @Test("`deny` refuses at once and has nothing remembered")
    func deny() throws {
        let evidence = try admitted(try moon())
        let policies = [try sources(), try moon("deny")]
        #expect(try !decide(by: policies, with: evidence, at: full).isAllowed)
        #expect(try decide(by: policies, with: evidence, at: now).moving.isEmpty)
    }

    @Test("it was admitted in this namespace, by this digest, under this text and this trust, or it was not")
    func others() throws {
        let policy = try moon()
        let policies = [try sources(), policy]
        let evidence = try admitted(policy)
        func isAllowed(
            _ image: String? = nil, by changed: ImagePolicy? = nil, believing key: String = "r",
            in namespace: Fact<String> = .known("shop")
        ) throws -> Bool {
            try decide(
                image, by: [policies[0], changed ?? policy], believing: key, namespace: namespace, with: evidence,
                at: full + .seconds(7_200)
            ).isAllowed
        }
        #expect(try isAllowed())
        #expect(try isAllowed("registry.example.com/moved@\(digest)"))
        #expect(try isAllowed(by: moon(nil, (name: "name", value: "other"), (name: "message", value: "other"))))
        #expect(try isAllowed(by: moon(["warn": .duration(.seconds(3_600))])))
        #expect(try !isAllowed("registry.example.com/app@\(PolicyFixture.digest("other"))"))
        #expect(try !isAllowed(by: moon(until: full + .seconds(3_600))))
        #expect(try !isAllowed(believing: "rotated"))
        for namespace in [Fact.known("other"), .unknown, .absent] { #expect(try !isAllowed(in: namespace)) }
        let nowhere = try decide(by: policies, namespace: .absent, with: MoonEvidence(), at: now)
        #expect(nowhere.isAllowed && nowhere.moving.isEmpty)
    }

    @Test("it vouches for nothing, and makes up for no other check")
    func nothingElse() throws {
        let policy = try moon()
        let evidence = try admitted(policy)
        #expect(try decide(by: [policy], with: evidence, at: full).verdict == .refused(.notVouched))
        let recalled = try PolicyFixture.policy("recalled", ["checks": [["forbid": ["because": "a recall"]]]])
        #expect(
            try decide(by: [sources(), policy, recalled], with: evidence, at: full).verdict == .refused(.forbidden))
    }

    @Test("what could not be looked at is not what moved")
    func undetermined() throws {
        let policies = [try sources(), try moon()]
        var evidence = try admitted(policies[1])
        evidence.watched = .unreachable
        let decision = try decide(by: policies, with: evidence, at: full)
        #expect(decision.verdict == .refused(.registryUnavailable) && decision.moving.isEmpty)
    }

    @Test("a check on trial is remembered and relieved alike")
    func trial() throws {
        let policy = try moon(nil, (name: "enforcement", value: "warn"))
        let decision = try decide(by: [sources(), policy], with: admitted(policy), at: full)
        #expect(decision.isAllowed && decision.warning.isEmpty && decision.findings.last?.isRelieved == true)
    }

    @Test("only a check that moves with time and does not vouch has it; no time at all is a mistake")
    func mistakes() throws {
        func mistake(_ check: FieldValue) -> String? {
            do {
                _ = try load(["checks": [check]])
                return nil
            } catch { return error.problems.map(\.message).joined(separator: "\n") }
        }
        let date = FieldValue.date(full)
        for value: FieldValue in ["deny", ["warn": .duration(.seconds(60))]] {
            #expect(mistake(["moon": ["waxesUntil": date], "alreadyAdmitted": value]) == nil)
            #expect(
                mistake(["digest": "required", "alreadyAdmitted": value])
                    == "`alreadyAdmitted` has no effect here: `digest` does not move with time, so what it finds of an image stays as it is"
            )
            #expect(
                mistake(["vouchingMoon": ["waxesUntil": date], "alreadyAdmitted": value])
                    == "`alreadyAdmitted` has no effect here: `vouchingMoon` vouches, and what no longer holds vouches for nothing"
            )
        }
        #expect(
            mistake(["moon": ["waxesUntil": date], "alreadyAdmitted": ["warn": .duration(.zero)]])
                == "a duration of zero has no effect, expected a longer one or `deny`")
        let vouching = try load(["checks": [["vouchingMoon": ["waxesUntil": date]]]])
        #expect(vouching.checks.map(\.alreadyAdmitted) == [.deny])
        let decision = try decide(by: [vouching], with: MoonEvidence(), at: now)
        #expect(decision.isAllowed && decision.moving.isEmpty)
    }
}

/// Passes while the moon waxes, as far as somebody watched it.
private struct MoonCheck: Check {
    static let word = "moon"
    static let summary = "the moon waxes"
    static let type = FieldType.object(ObjectType([Field("waxesUntil", .date, required: true, "full moon")]))
    static let needsOnlyReference = false
    static let vouches = false
    static let movesWithTime = true

    private let full: Instant

    init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        full = value["waxesUntil"]?.date ?? .earliest
    }

    var explanation: String { "be seen by a waxing moon" }

    func attestors(at now: Instant) -> [AttestorReference] { [PolicyFixture.release] }

    func judge(_ image: CheckSubject) -> CheckOutcome {
        if case .undetermined(let refusal) = image.verification(by: PolicyFixture.release) {
            return .undetermined(refusal)
        }
        guard image.now < full else {
            return .violated(Refusal(.tagDenied, found: "a waning moon", expected: "a waxing one"))
        }
        return .passed
    }
}

private struct VouchingMoonCheck: Check {
    static let word = "vouchingMoon"
    static let summary = MoonCheck.summary
    static let type = MoonCheck.type
    static let needsOnlyReference = false
    static let vouches = true
    static let movesWithTime = true

    private let moon: MoonCheck

    init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        moon = try MoonCheck(value, in: context)
    }

    var explanation: String { moon.explanation }

    func attestors(at now: Instant) -> [AttestorReference] { moon.attestors(at: now) }
    func judge(_ image: CheckSubject) -> CheckOutcome { moon.judge(image) }
}

private struct MoonEvidence: Evidence {
    var watched = VerificationOutcome.passed(signers: [.key("watcher")])
    var admissions: [AdmittedImage: EarlierAdmission] = [:]

    func resolution(of reference: ImageReference) -> Resolution? { nil }
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? { watched }
    func earlierAdmission(of image: AdmittedImage) -> EarlierAdmission? { admissions[image] }
}

private struct MoonWatcher: Attestor {
    let fingerprint: Digest

    init(_ material: String) { fingerprint = PolicyFixture.digest(material) }

    var explanation: String { "the moon" }

    func verification(of subject: Subject) -> any Verification { Nothing() }

    private struct Nothing: Verification {
        mutating func next(_ received: [Locator: Fetched]) -> Step { .outcome(.unreachable, basis: []) }
    }
}
