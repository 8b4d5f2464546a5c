import OCI
import Testing
import Timestamp
import Trust

@testable import PolicyEngine

@Suite struct PolicyVariableTests {
    private let image = "registry.example.com/shop/app:1"

    private func policy(_ name: String, match: FieldValue? = nil, exclude: FieldValue? = nil, check: FieldValue) throws
        -> ImagePolicy
    {
        let fields: [(name: String, value: FieldValue?)] = [
            (name: "match", value: match), (name: "exclude", value: exclude), (name: "checks", value: [check]),
        ]
        let given = fields.compactMap { field in field.value.map { (name: field.name, value: $0) } }
        return try PolicyFixture.policy(name, FieldValue(.object(given), at: PolicyFixture.here))
    }

    private func decide(
        _ policies: ImagePolicy..., exemptions: [Exemption] = [], labels: Fact<NamespaceLabels>
    ) throws -> ImageDecision {
        try PolicyFixture.decide(image, by: policies, exemptions: exemptions, labels: labels)
    }

    private static let own: FieldValue = ["registry.example.com/$(namespace.labels.team)/**"]

    @Test(
        "trustedRegistries with a value that could not be had is undetermined, unless another pattern fits for certain")
    func trustedRegistries() throws {
        let own = try policy("own", check: ["trustedRegistries": Self.own])
        #expect(try decide(own, labels: .known(["team": "shop"])).isAllowed)
        #expect(try decide(own, labels: .known(["team": "cart"])).verdict == .refused(.sourceUntrusted))
        #expect(try decide(own, labels: .known([:])).verdict == .refused(.sourceUntrusted))
        let unknown = try decide(own, labels: .unknown)
        #expect(unknown.verdict == .refused(.namespaceUnavailable) && unknown.isUndetermined)
        #expect(
            unknown.refusing.first?.refusal?.found
                == "`registry.example.com/shop/app`, and the labels of the request's namespace could not be had")

        let either = try policy(
            "either",
            check: [
                "trustedRegistries": [
                    "registry.example.com/$(namespace.labels.team)/**", "registry.example.com/shop/app",
                ]
            ])
        for labels in [Fact<NamespaceLabels>.unknown, .absent, .known(["team": "cart"])] {
            let decision = try decide(either, labels: labels)
            #expect(decision.isAllowed && decision.passedOver.isEmpty)
        }
        // All else speaks against it: there is nothing to find out.
        let elsewhere = try policy(
            "elsewhere", check: ["trustedRegistries": ["registry.example.com/$(namespace.labels.team)/cart"]])
        #expect(try decide(elsewhere, labels: .unknown).verdict == .refused(.sourceUntrusted))
    }

    @Test("a registry whose trust turns on a value that could not be had is not asked")
    func notContacted() throws {
        let signed = try policy("signed", check: ["signature": ["by": "release-key"]])
        let own = try policy("own", check: ["trustedRegistries": Self.own])
        let evaluation = try PolicyFixture.evaluate(image, by: [signed, own], labels: .unknown)
        guard case .decided(let decision) = evaluation else {
            Issue.record("\(evaluation)")
            return
        }
        #expect(decision.verdict == .refused(.namespaceUnavailable))
        guard case .missing = try PolicyFixture.evaluate(image, by: [signed, own], labels: .known(["team": "shop"]))
        else {
            Issue.record("nothing is missing although the source is trusted")
            return
        }
    }

    @Test("trustedRegistries with a value that does not exist names the policy where that decides, and nowhere else")
    func trustedRegistriesWithoutFact() throws {
        let own = try policy("own", check: ["trustedRegistries": Self.own])
        let absent = try decide(own, labels: .absent)
        #expect(absent.verdict == .refused(.sourceUntrusted))
        #expect(absent.passedOver == [PassedOver(policy: "own", fact: .namespaceLabels)])
        let elsewhere = try policy(
            "elsewhere", check: ["trustedRegistries": ["registry.example.com/$(namespace.labels.team)/cart"]])
        #expect(try decide(elsewhere, labels: .absent).passedOver.isEmpty)
        #expect(try decide(own, labels: .known([:])).passedOver.isEmpty)
    }

    @Test("a selector with a variable is about the request's own images; unknown, it constrains and does not vouch")
    func selector() throws {
        let trusted = try policy("trusted", check: ["trustedRegistries": ["registry.example.com/**"]])
        let pinned = try policy("pinned", match: ["images": Self.own], check: ["digest": "required"])
        #expect(try decide(trusted, pinned, labels: .known(["team": "shop"])).verdict == .refused(.digestRequired))
        #expect(try decide(trusted, pinned, labels: .known(["team": "cart"])).isAllowed)
        #expect(try decide(trusted, pinned, labels: .unknown).verdict == .refused(.digestRequired))
        let absent = try decide(trusted, pinned, labels: .absent)
        #expect(absent.isAllowed && absent.passedOver == [PassedOver(policy: "pinned", fact: .namespaceLabels)])

        let anything = try policy(
            "anything", match: ["images": Self.own], check: ["insecureAcceptAnything": ["because": "test"]])
        #expect(try decide(anything, labels: .known(["team": "shop"])).isAllowed)
        for labels in [Fact<NamespaceLabels>.unknown, .absent, .known(["team": "cart"]), .known(["team": "*"])] {
            #expect(try decide(anything, labels: labels).verdict == .refused(.notVouched))
        }
    }

    @Test("an exclude entry, a stage and an Exemption with a variable count only where its value is known")
    func elsewhere() throws {
        let trusted = try policy("trusted", check: ["trustedRegistries": ["registry.example.com/**"]])
        let excluding = try policy("pinned", exclude: [["images": Self.own]], check: ["digest": "required"])
        let staged = try PolicyFixture.policy(
            "pinned",
            [
                "enforcement": ["default": "deny", "audit": [["images": Self.own]]],
                "checks": [["digest": "required"]],
            ])
        for policy in [excluding, staged] {
            #expect(try decide(trusted, policy, labels: .known(["team": "shop"])).isAllowed)
            #expect(try !decide(trusted, policy, labels: .known(["team": "cart"])).isAllowed)
            #expect(try !decide(trusted, policy, labels: .unknown).isAllowed)
            let absent = try decide(trusted, policy, labels: .absent)
            #expect(!absent.isAllowed)
            #expect(absent.passedOver == [PassedOver(policy: "pinned", fact: .namespaceLabels)])
        }
        let exemption = Exemption(
            name: "system", namespaces: ["shop"],
            images: [try ImagePattern("registry.example.com/$(namespace.labels.team)/**")], reason: "r", owner: "o",
            reviewBy: PolicyFixture.now)
        let exempt = try decide(exemptions: [exemption], labels: .known(["team": "shop"]))
        #expect(exempt.verdict == .exempt("system"))
        for labels in [Fact<NamespaceLabels>.unknown, .absent, .known(["team": "cart"]), .known([:])] {
            #expect(try decide(exemptions: [exemption], labels: labels).verdict == .refused(.notVouched))
        }
    }

    private func lifting(_ image: String) throws -> PolicyException {
        PolicyException(
            name: "inc", lifting: "digest", of: "pinned", images: [try ImagePattern(image)], owner: "o",
            approvedBy: "a", reason: "r", from: PolicyFixture.now, expires: PolicyFixture.now + .seconds(60))
    }

    @Test("a PolicyException with a variable lifts nothing unless its value is known, and is this one")
    func exception() throws {
        let policies = [
            try policy("trusted", check: ["trustedRegistries": ["registry.example.com/**"]]),
            try policy("pinned", check: ["digest": "required"]),
        ]
        let exception = try lifting("registry.example.com/$(namespace.labels.team)/app")
        func isAllowed(_ labels: Fact<NamespaceLabels>) throws -> Bool {
            try PolicyFixture.decide(image, by: policies, exceptions: [exception], labels: labels).isAllowed
        }
        #expect(try isAllowed(.known(["team": "shop"])))
        for labels in [
            Fact<NamespaceLabels>.unknown, .absent, .known([:]), .known(["team": "cart"]), .known(["team": "*"]),
        ] {
            #expect(try !isAllowed(labels))
        }
    }

    @Test("a pattern with a variable and a digest waits for the tag's digest only where the value may fit")
    func digest() throws {
        let digest = PolicyFixture.digest("image")
        let pattern = FieldValue(stringLiteral: "registry.example.com/$(namespace.labels.team)/app@\(digest)")
        let trusted = try policy("trusted", check: ["trustedRegistries": ["registry.example.com/**"]])
        let stopped = try policy("stopped", match: ["images": [pattern]], check: ["forbid": ["because": "bad"]])
        let reference = try PolicyFixture.image(image)
        func verdict(_ labels: Fact<NamespaceLabels>, _ resolved: Digest) throws -> ImageDecision.Verdict {
            try PolicyFixture.decide(
                image, by: [trusted, stopped], labels: labels,
                with: StatedEvidence(resolutions: [reference: .resolved(resolved)])
            ).verdict
        }
        #expect(try verdict(.known(["team": "shop"]), digest) == .refused(.forbidden))
        #expect(try verdict(.known(["team": "shop"]), PolicyFixture.digest("other")) == .allowed)
        #expect(try verdict(.unknown, digest) == .refused(.forbidden))
        #expect(try verdict(.unknown, PolicyFixture.digest("other")) == .allowed)
        // Nothing is asked where it cannot be about the image.
        #expect(try decide(trusted, stopped, labels: .known(["team": "cart"])).isAllowed)
        #expect(try decide(trusted, stopped, labels: .absent).isAllowed)
    }

    @Test("a policy set tells the keys of the labels that take part, wherever they stand")
    func keys() throws {
        func pattern(_ key: String) -> FieldValue {
            FieldValue(stringLiteral: "a.example.com/$(namespace.labels.\(key))/**")
        }
        let one = try PolicyFixture.policy(
            "one",
            [
                "match": ["images": [pattern("m")], "namespaces": ["labels": .dictionary(["n": "x", "dup": "y"])]],
                "exclude": [["images": [pattern("e")]]],
                "enforcement": ["default": "audit", "deny": [["namespaces": ["labels": .dictionary(["s": "x"])]]]],
                "checks": [["trustedRegistries": [pattern("t"), "a.example.com/$(namespace)/**"]]],
            ])
        let exemption = Exemption(
            name: "system", namespaces: ["shop"],
            images: [try ImagePattern("a.example.com/$(namespace.labels.x/y)$(namespace.labels.dup)/*")], reason: "r",
            owner: "o", reviewBy: PolicyFixture.now)
        #expect(one.namespaceLabelKeys == ["dup", "e", "m", "n", "s", "t"])
        let set = PolicySet(policies: [one], exemptions: [exemption], revision: PolicyFixture.revision)
        #expect(set.namespaceLabelKeys == ["dup", "e", "m", "n", "s", "t", "x/y"])
        let excepting = PolicySet(
            policies: [], exceptions: [try lifting("a.example.com/$(namespace.labels.x)/*")],
            revision: PolicyFixture.revision)
        #expect(excepting.namespaceLabelKeys == ["x"])
        let none = try policy("none", check: ["trustedRegistries": ["a.example.com/$(namespace)/**"]])
        #expect(PolicySet(policies: [none], revision: PolicyFixture.revision).namespaceLabelKeys.isEmpty)
    }
}
