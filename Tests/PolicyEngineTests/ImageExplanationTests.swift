import OCI
import Testing
import Timestamp
import Trust

@testable import PolicyEngine

@Suite("Why an image is decided as it is")
struct ImageExplanationTests {
    private static let digest = PolicyFixture.digest("image")

    private func explain(
        _ image: String, by policies: [ImagePolicy], exemptions: [Exemption] = [],
        namespace: Fact<String> = .known("shop"), at now: Instant = PolicyFixture.now
    ) throws -> ImageExplanation {
        let set = PolicySet(
            policies: policies, exemptions: exemptions,
            attestors: PolicyFixture.attestorNames.map { TagAttestor(name: $0) }, revision: PolicyFixture.revision)
        return Evaluator(policies: set).explain(
            MatchableReference(try PolicyFixture.image(image)), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: namespace), at: now)
    }

    private func policy(_ name: String, _ match: FieldValue, _ check: FieldValue, exclude: FieldValue? = nil) throws
        -> ImagePolicy
    {
        var members: [(name: String, value: FieldValue)] = [("match", match), ("checks", [check])]
        if let exclude { members.append(("exclude", [exclude])) }
        return try PolicyFixture.policy(name, FieldValue(.object(members), at: PolicyFixture.here))
    }

    private static let source: FieldValue = ["trustedRegistries": ["registry.example.com/**"]]
    private static let signed: FieldValue = ["signature": ["allOf": ["release-key", "team-key"]]]
    private static let shop: FieldValue = ["namespaces": ["names": ["shop"]]]
    private static let oneDigest: FieldValue = ["digests": [FieldValue(stringLiteral: digest.description)]]

    @Test("each policy says whether it applies")
    func applications() throws {
        let policies = [
            try policy("everywhere", ["containers": ["main"]], Self.source),
            try policy("shop", Self.shop, Self.source),
            try policy("elsewhere", ["namespaces": ["names": ["dev"]]], Self.source),
            try policy("one-digest", Self.oneDigest, Self.source),
            try policy("excluding", ["containers": ["main"]], Self.source, exclude: Self.shop),
        ]
        func applications(_ image: String, _ namespace: Fact<String>) throws -> [PolicyReason.Application] {
            try explain(image, by: policies, namespace: namespace).policies.map(\.application)
        }
        #expect(
            try applications("registry.example.com/a:1", .known("shop")) == [
                .applies, .applies, .doesNotApply, .whenResolved, .excluded,
            ])
        #expect(
            try applications("registry.example.com/a@\(Self.digest)", .known("shop")) == [
                .applies, .applies, .doesNotApply, .applies, .excluded,
            ])
        #expect(
            try applications("registry.example.com/a:1", .absent) == [
                .applies, .noSuchFact, .noSuchFact, .whenResolved, .applies,
            ])
        #expect(
            try applications("registry.example.com/a:1", .unknown) == [
                .applies, .mayApply, .mayApply, .whenResolved, .mayApply,
            ])
    }

    @Test("what the name decides is decided, with the finding of each check, and asks nobody")
    func decided() throws {
        let policies = [try policy("source", ["containers": ["main"]], Self.source)]
        let allowed = try explain("registry.example.com/a:1", by: policies)
        #expect(allowed.decision?.isAllowed == true && !allowed.asksForDigest)
        #expect(allowed.policies.flatMap(\.checks).map(\.outcome) == [.passed(signers: [])])
        let refused = try explain("evil.example.com/a:1", by: policies + [try policy("all", Self.shop, Self.signed)])
        #expect(refused.decision?.isAllowed == false)
        #expect(refused.policies.flatMap(\.checks).map { $0.outcome?.word } == ["violated", "notEvaluated"])
        #expect(refused.policies.flatMap(\.checks).flatMap(\.searches).isEmpty, "an untrusted registry is not asked")
    }

    @Test("what has to be asked is named: the tag's digest, and where each attestor looks")
    func asked() throws {
        let policies = [
            try policy("source", ["containers": ["main"]], Self.source), try policy("signed", Self.shop, Self.signed),
        ]
        let tagged = try explain("registry.example.com/a:1", by: policies)
        #expect(tagged.decision == nil && tagged.asksForDigest)
        #expect(tagged.policies.flatMap(\.checks).map { $0.outcome?.word } == ["passed", nil])
        #expect(
            tagged.policies.flatMap(\.checks).flatMap(\.searches) == [
                SignatureSearch(attestor: "release-key", claim: .signature, places: ["registry.example.com/a"]),
                SignatureSearch(attestor: "team-key", claim: .signature, places: ["registry.example.com/a"]),
            ])
        let pinned = try explain("registry.example.com/a@\(Self.digest)", by: policies)
        #expect(pinned.decision == nil && !pinned.asksForDigest)
        #expect(
            pinned.policies.flatMap(\.checks).flatMap(\.searches).first
                == SignatureSearch(
                    attestor: "release-key", claim: .signature,
                    places: ["registry.example.com/a:\(Self.digest.tagPrefix).release-key"]))
    }

    @Test("an attestor is asked for attestations where a check wants some")
    func attestations() throws {
        let check: FieldValue = ["attestation": ["predicateType": "https://spdx.dev/Document", "by": "team-key"]]
        let policies = [try policy("listed", Self.shop, check)]
        #expect(
            try explain("registry.example.com/a@\(Self.digest)", by: policies).policies.flatMap(\.checks)
                .flatMap(\.searches) == [
                    SignatureSearch(
                        attestor: "team-key", claim: .attestation,
                        places: ["registry.example.com/a:\(Self.digest.tagPrefix).team-key-attestations"])
                ])
    }

    @Test("an attestor that no longer counts at that time is not asked")
    func time() throws {
        let until: FieldValue = ["by": "team-key", "until": .date(PolicyFixture.now)]
        let check: FieldValue = ["signature": ["anyOf": ["release-key", until]]]
        let policies = [try policy("signed", ["images": ["registry.example.com/**"]], check)]
        func attestors(_ now: Instant) throws -> [String] {
            try explain("registry.example.com/a@\(Self.digest)", by: policies, at: now).policies.flatMap(\.checks)
                .flatMap(\.searches).map(\.attestor)
        }
        #expect(try attestors(PolicyFixture.now) == ["release-key"])
        #expect(try attestors(PolicyFixture.now - .seconds(1)) == ["release-key", "team-key"])
    }

    @Test("a policy that depends on the digest leaves its checks open")
    func whenResolved() throws {
        let forbidden = try policy("recalled", Self.oneDigest, ["forbid": ["because": "it leaks"]])
        let source = try policy("source", ["containers": ["main"]], Self.source)
        let tagged = try explain("registry.example.com/a:1", by: [source, forbidden])
        #expect(tagged.decision == nil && tagged.asksForDigest)
        #expect(tagged.policies.last?.checks.map { $0.outcome?.word } == [nil])
        let pinned = try explain("registry.example.com/a@\(Self.digest)", by: [source, forbidden])
        #expect(pinned.decision?.isAllowed == false)
        #expect(pinned.policies.last?.checks.map { $0.outcome?.word } == ["violated"])
    }

    @Test("a check that an exception lifts is told so, and nothing is asked for it")
    func exception() throws {
        let exception = PolicyException(
            name: "inc-1", lifting: "signature", of: "signed", images: [try ImagePattern("registry.example.com/**")],
            owner: "", approvedBy: "", reason: "", from: PolicyFixture.now, expires: PolicyFixture.now + .seconds(60))
        let policies = [
            try policy("source", ["containers": ["main"]], Self.source), try policy("signed", Self.shop, Self.signed),
        ]
        func explain(at now: Instant) throws -> ImageExplanation {
            let set = PolicySet(policies: policies, exceptions: [exception], revision: PolicyFixture.revision)
            return Evaluator(policies: set).explain(
                MatchableReference(try PolicyFixture.image("registry.example.com/a:1")), in: .main,
                of: RequestFacts(source: .kubernetes, namespace: .known("shop")), at: now)
        }
        let lifted = try explain(at: PolicyFixture.now)
        #expect(lifted.decision?.isAllowed == true && !lifted.asksForDigest)
        let check = try #require(lifted.policies.last?.checks.first)
        #expect(check.relief == .exception(name: "inc-1", expires: PolicyFixture.now + .seconds(60)))
        #expect(check.searches.isEmpty)
        let before = try explain(at: PolicyFixture.now - .seconds(1))
        #expect(before.decision == nil && before.policies.last?.checks.first?.relief == nil)
    }

    @Test("an exempted image has its exemption, and no policy is looked at")
    func exempt() throws {
        let exemption = Exemption(
            name: "system", namespaces: ["kube-system"], reason: "", owner: "", reviewBy: .latest)
        let policies = [try policy("source", ["containers": ["main"]], Self.source)]
        let exempt = try explain("nginx", by: policies, exemptions: [exemption], namespace: .known("kube-system"))
        #expect(exempt.exemption == "system" && exempt.policies.isEmpty && exempt.decision?.isAllowed == true)
        let other = try explain("nginx", by: policies, exemptions: [exemption])
        #expect(other.exemption == nil && other.decision?.isAllowed == false)
    }

    @Test("what the enforcement comes to is said with the stages that it comes from")
    func stages() throws {
        let staged = try PolicyFixture.policy(
            "p",
            [
                "enforcement": ["default": "audit", "warn": [["containers": ["main"]]], "deny": [Self.shop]],
                "checks": [["digest": "required"]],
            ])
        let here = try #require(try explain("nginx", by: [staged]).policies.first)
        #expect(here.enforcement == .deny)
        #expect(zip(here.policy.stages, here.stages).map { "\($0.enforcement) \($1.map(\.fit))" }.count == 2)
        #expect(here.stages.map { $0.map(\.fit) } == [[.yes], [.yes]])
        let there = try #require(try explain("nginx", by: [staged], namespace: .known("dev")).policies.first)
        #expect(there.enforcement == .warn)
        #expect(there.checks.map(\.enforcement) == [.warn])
    }
}

/// Asks for one manifest, whose tag names it.
private struct TagAttestor: Attestor {
    let name: String
    let explanation = "evidence"
    var fingerprint: Digest { PolicyFixture.digest(name) }

    func verification(of subject: Subject) -> any Verification { Machine(subject: subject, name: name) }

    func attestationVerification(of subject: Subject) -> (any Verification)? {
        Machine(subject: subject, name: "\(name)-attestations")
    }

    private struct Machine: Verification {
        let subject: Subject
        let name: String

        mutating func next(_ received: [Locator: Fetched]) -> Step {
            .fetch([.manifest(subject.repository, .tag("\(subject.digest.tagPrefix).\(name)"))])
        }
    }
}
