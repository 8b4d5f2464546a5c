import OCI
@testable import PolicyEngine
import TestSupport
import Testing
import Timestamp
import Trust

@Suite struct PolicyExceptionTests {
    private static let now = PolicyFixture.now
    private static let day = Duration.seconds(86_400)
    private let app = "registry.example.com/pay/app:latest"

    private static func exception(
        _ name: String = "inc", lifting check: String = "tags", of policy: String = "p", only: [String] = [],
        images: [String] = ["registry.example.com/pay/app"], namespaces: [String] = [],
        from: Instant = now - day, expires: Instant = now + day
    ) throws -> PolicyException {
        PolicyException(
            name: name, lifting: check, of: policy, only: only, images: try images.map { try ImagePattern($0) },
            namespaces: try namespaces.map { try NamePattern($0) }, owner: "pay@example.com",
            approvedBy: "security@example.com", reason: "the fix ships on Monday", from: from, expires: expires)
    }

    /// Trusts a registry, and asks for a release tag.
    private static func tagged() throws -> ImagePolicy {
        try PolicyFixture.policy(
            "p", ["checks": [["trustedRegistries": ["registry.example.com/**"]], ["tags": ["deny": ["latest"]]]]])
    }

    private func decide(
        _ exceptions: [PolicyException], for image: String? = nil, by policies: [ImagePolicy]? = nil,
        namespace: Fact<String> = .known("shop"), with evidence: StatedEvidence = StatedEvidence(),
        at now: Instant = Self.now
    ) throws -> ImageDecision {
        try PolicyFixture.decide(
            image ?? app, by: policies ?? [try Self.tagged()], exceptions: exceptions, namespace: namespace,
            with: evidence, at: now)
    }

    // MARK: - What it lifts

    @Test("the check that it names no longer refuses; its finding keeps the outcome and names exception and end")
    func lifts() throws {
        #expect(try decide([]).verdict == .refused(.tagDenied))
        let decision = try decide([try Self.exception()])
        #expect(decision.verdict == .allowed && decision.refusing.isEmpty && !decision.isClean)
        let finding = try #require(decision.findings.first { $0.check == "tags" })
        #expect(finding.refusal?.reason == .tagDenied)
        #expect(finding.relief == .exception(name: "inc", expires: Self.now + Self.day))
        #expect(decision.findings.first { $0.check == "trustedRegistries" }?.relief == nil)
    }

    @Test("attack 20, P14: another check, another policy, another image or another namespace is not lifted")
    func others() throws {
        #expect(try !decide([try Self.exception(lifting: "digest")]).isAllowed)
        #expect(try !decide([try Self.exception(of: "q")]).isAllowed)
        #expect(try !decide([try Self.exception(images: ["registry.example.com/pay/*-app"])]).isAllowed)
        #expect(try decide([try Self.exception(images: ["registry.example.com/pay/**"])]).isAllowed)
        #expect(try !decide([try Self.exception(namespaces: ["prod"])]).isAllowed)
        #expect(try decide([try Self.exception(namespaces: ["prod", "shop"])]).isAllowed)
    }

    @Test("attack 20: it is in force from its first moment until before its last")
    func time() throws {
        let exception = try Self.exception()
        let moments: [(Instant, PolicyException.Phase)] = [
            (exception.from - .nanoseconds(1), .notYet), (exception.from, .active),
            (exception.expires - .nanoseconds(1), .active), (exception.expires, .expired),
        ]
        for (moment, phase) in moments {
            #expect(exception.phase(at: moment) == phase)
            #expect(try decide([exception], at: moment).isAllowed == (phase == .active))
        }
    }

    @Test("one that lifts only some findings does not lift the check")
    func only() throws {
        #expect(try !decide([try Self.exception(only: ["CVE-2026-1234"])]).isAllowed)
    }

    // MARK: - What it is not

    @Test("a lifted check does not vouch, although it passed, and the refusal says why")
    func doesNotVouch() throws {
        let policy = try PolicyFixture.policy("p", ["checks": [["trustedRegistries": ["registry.example.com/**"]]]])
        #expect(try decide([], by: [policy]).isAllowed)
        let decision = try decide([try Self.exception(lifting: "trustedRegistries")], by: [policy])
        #expect(decision.verdict == .refused(.notVouched))
        #expect(
            decision.refusing.first?.refusal?.found.hasSuffix(
                "; what an exception lifts does not vouch either: `p/trustedRegistries`") == true)
        guard case .passed? = decision.findings.first?.outcome else {
            Issue.record("the check was not judged")
            return
        }
    }

    @Test("a lifted source keeps nobody from asking the registry, if the policy has signatures to look for")
    func sourceAndSignature() throws {
        let policy = try PolicyFixture.policy(
            "p",
            ["checks": [["trustedRegistries": ["other.example.com/**"]], ["signature": ["by": "release-key"]]]])
        let lifted = try Self.exception(lifting: "trustedRegistries")
        var evidence = StatedEvidence(
            resolutions: [try PolicyFixture.image(app): .resolved(PolicyFixture.digest("image"))],
            outcomes: [PolicyFixture.release: .passed(signers: [.key("a")])])
        #expect(try !decide([], by: [policy], with: evidence).isAllowed)
        #expect(try decide([lifted], by: [policy], with: evidence).isAllowed)
        evidence.outcomes[PolicyFixture.release] = .missing
        #expect(try decide([lifted], by: [policy], with: evidence).verdict == .refused(.signatureMissing))
    }

    @Test("for a lifted signature nobody is asked, and the finding says that it was not looked at")
    func signature() throws {
        let policy = try PolicyFixture.policy(
            "p",
            ["checks": [["trustedRegistries": ["registry.example.com/**"]], ["signature": ["by": "release-key"]]]])
        #expect(throws: MissingEvidence.self) { try decide([], by: [policy]) }
        let decision = try decide([try Self.exception(lifting: "signature")], by: [policy])
        #expect(decision.isAllowed)
        let finding = try #require(decision.findings.first { $0.check == "signature" })
        #expect(finding.outcome == .notEvaluated && finding.isRelieved)
    }

    // MARK: - Nothing on a guess

    @Test("where the namespace is not known or does not exist, one for namespaces does not apply, and one without does")
    func namespaceUnknown() throws {
        for namespace in [Fact<String>.unknown, .absent] {
            #expect(try !decide([try Self.exception(namespaces: ["shop"])], namespace: namespace).isAllowed)
            #expect(try decide([try Self.exception()], namespace: namespace).isAllowed)
        }
    }

    @Test("a variable in its pattern counts where its value is known, and its label takes part in the decision")
    func variables() throws {
        let policy = try Self.tagged()
        let exception = try Self.exception(images: ["registry.example.com/$(namespace.labels.team)/app"])
        func isAllowed(_ labels: Fact<NamespaceLabels>) throws -> Bool {
            try PolicyFixture.decide(app, by: [policy], exceptions: [exception], labels: labels, at: Self.now).isAllowed
        }
        #expect(try isAllowed(.known(NamespaceLabels([(key: "team", value: "pay")]))))
        #expect(try !isAllowed(.known(NamespaceLabels([(key: "team", value: "shop")]))))
        #expect(try !isAllowed(.known(NamespaceLabels([]))))
        #expect(try !isAllowed(.unknown) && !isAllowed(.absent))
        let set = PolicySet(policies: [policy], exceptions: [exception], revision: PolicyFixture.revision)
        #expect(set.namespaceLabelKeys == ["team"])
    }

    @Test("a tag in its pattern does not count beside a digest")
    func tagBesideDigest() throws {
        let exception = try Self.exception(images: ["registry.example.com/pay/app:latest"])
        #expect(try decide([exception]).isAllowed)
        #expect(
            try !decide([exception], for: "registry.example.com/pay/app:latest@\(PolicyFixture.digest("x"))").isAllowed)
    }

    @Test("a digest in its pattern counts for the tag that stands for it, and only when that is known")
    func digest() throws {
        let image = PolicyFixture.digest("image")
        let exception = try Self.exception(images: ["registry.example.com/pay/app@\(image)"])
        func decision(_ resolution: Resolution) throws -> ImageDecision {
            try decide([exception], with: StatedEvidence(resolutions: [try PolicyFixture.image(app): resolution]))
        }
        #expect(throws: MissingEvidence.self) { try decide([exception]) }
        #expect(try decision(.resolved(image)).isAllowed)
        #expect(try decision(.resolved(PolicyFixture.digest("other"))).verdict == .refused(.tagDenied))
        let unreachable = try decision(
            .undetermined(Refusal(.registryUnavailable, found: "no answer", expected: "one")))
        #expect(unreachable.verdict == .refused(.registryUnavailable) && unreachable.isUndetermined)
        // What it does not concern needs no registry.
        #expect(try decide([exception], for: "registry.example.com/other:1").isAllowed)
        #expect(try decide([exception], for: "\(app)@\(image)").isAllowed)
        #expect(try !decide([exception], for: "\(app)@\(PolicyFixture.digest("other"))").isAllowed)
    }

    @Test("a registry that no policy trusts is not asked for the digest that an exception names")
    func digestOfAStranger() throws {
        let exception = try Self.exception(
            lifting: "trustedRegistries", images: ["registry.example.com/pay/app@\(PolicyFixture.digest("image"))"])
        let policy = try PolicyFixture.policy("p", ["checks": [["trustedRegistries": ["other.example.com/**"]]]])
        let decision = try decide([exception], by: [policy])
        #expect(!decision.isAllowed && decision.digest == nil)
    }

    // MARK: - Several

    @Test("attack 20: two never add up to more than each says")
    func two() throws {
        let pair = [
            try Self.exception("a", images: ["registry.example.com/pay/app"], namespaces: ["pay"]),
            try Self.exception("b", images: ["registry.example.com/shop/app"], namespaces: ["shop"]),
        ]
        func isAllowed(_ image: String, _ namespace: String) throws -> Bool {
            try decide(pair, for: "registry.example.com/\(image):latest", namespace: .known(namespace)).isAllowed
        }
        #expect(try isAllowed("pay/app", "pay") && isAllowed("shop/app", "shop"))
        #expect(try !isAllowed("pay/app", "shop") && !isAllowed("shop/app", "pay"))
        let both = [try Self.exception("a"), try Self.exception("b", lifting: "digest", of: "q")]
        let strict = try PolicyFixture.policy(
            "q", ["checks": [["digest": "required"], ["tags": ["deny": ["latest"]]]]])
        let decision = try decide(both, by: [try Self.tagged(), strict])
        #expect(decision.refusing.map { "\($0.policy ?? "")/\($0.check)" } == ["q/tags"])
    }

    @Test("of several that lift a check the one that lasts longest is named, whatever their order")
    func longest() throws {
        let all = [
            try Self.exception("c", expires: Self.now + Self.day), try Self.exception("b", expires: .latest),
            try Self.exception("a", expires: .latest), try Self.exception("z", expires: Self.now),
        ]
        for exceptions in [all, all.reversed()] {
            #expect(
                try decide(exceptions).findings.first { $0.check == "tags" }?.relief
                    == .exception(name: "a", expires: .latest))
        }
    }

    @Test("of several exemptions the same is named, whatever their order")
    func exemptions() throws {
        let exemptions = ["b", "a"].map {
            Exemption(name: $0, namespaces: ["kube-system"], reason: "r", owner: "o", reviewBy: .latest)
        }
        for exemptions in [exemptions, exemptions.reversed()] {
            let decision = try PolicyFixture.decide(
                app, by: [], exemptions: exemptions, namespace: .known("kube-system"))
            #expect(decision.verdict == .exempt("a"))
        }
    }

    // MARK: - What it means

    @Test("a policy with a lifted check decides as the same policy without it", arguments: UInt64(1)...1_000)
    func meaning(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let checks: [FieldValue] = [
            ["trustedRegistries": ["registry.example.com/**"]], ["trustedRegistries": ["other.example.com/**"]],
            ["digest": "required"], ["tags": ["deny": ["latest"]]], ["forbid": ["because": "no"]],
            ["signature": ["by": "release-key"]], ["insecureAcceptAnything": ["because": "test"]],
        ]
        let enforcements = ["deny", "deny", "warn", "audit"]
        func item(_ name: String) -> FieldValue {
            let check = checks.randomElement(using: &generator) ?? checks[0]
            let enforcement = enforcements.randomElement(using: &generator) ?? "deny"
            guard case .object(let members) = check.content else { return check }
            let named: [(name: String, value: FieldValue)] = [
                ("name", FieldValue(stringLiteral: name)), ("enforcement", FieldValue(stringLiteral: enforcement)),
            ]
            return FieldValue(.object(members + named), at: PolicyFixture.here)
        }
        func policy(_ name: String) throws -> ImagePolicy {
            let items = (0..<Int.random(in: 1...3, using: &generator)).map { item("c\($0)") }
            let match: FieldValue =
                Int.random(in: 0..<4, using: &generator) == 0
                ? ["digests": [FieldValue(stringLiteral: PolicyFixture.digest("image").description)]] : [:]
            return try PolicyFixture.policy(
                name, ["match": match, "checks": FieldValue(.list(items), at: PolicyFixture.here)])
        }
        let policies = try ["p", "q", "r"].map { try policy($0) }
        let lifted = policies[0].checks.randomElement(using: &generator)
        let without = ImagePolicy(
            name: "p", enforcement: policies[0].enforcement, match: policies[0].match, exclude: [],
            checks: policies[0].checks.filter { $0 !== lifted })
        let image =
            "registry.example.com/app"
            + (["", ":1", "@\(PolicyFixture.digest("image"))"].randomElement(using: &generator) ?? "")
        let pattern = [
            "registry.example.com/app", "registry.example.com/**",
            "registry.example.com/app@\(PolicyFixture.digest("image"))",
        ].randomElement(using: &generator)
        let exception = try Self.exception(lifting: lifted?.name ?? "", images: [pattern ?? ""])
        let outcomes: [VerificationOutcome] = [.passed(signers: [.key("a")]), .missing, .unreachable]
        let evidence = StatedEvidence(
            resolutions: [try PolicyFixture.image(image): .resolved(PolicyFixture.digest("image"))],
            outcomes: [PolicyFixture.release: outcomes.randomElement(using: &generator) ?? .missing])
        let withException = try decide([exception], for: image, by: policies, with: evidence)
        let withoutCheck = try decide([], for: image, by: [without] + policies.dropFirst(), with: evidence)
        #expect(withException.isAllowed == withoutCheck.isAllowed, "seed \(seed)")
        // To learn whether it applies, the tag is looked up, and more is found out than without it.
        guard exception.images.allSatisfy({ $0.digest == nil }) else { return }
        #expect(withException.refusing.map(\.check) == withoutCheck.refusing.map(\.check), "seed \(seed)")
        #expect(withException.warning.map(\.check) == withoutCheck.warning.map(\.check), "seed \(seed)")
    }
}
