import OCI
import TestSupport
import Testing
import Timestamp
import Trust

@testable import PolicyEngine

@Suite("What policies say in sentences")
struct ExplanationTests {
    private static let digest = PolicyFixture.digest("image")
    private static let everySelector: FieldValue = [
        "images": ["registry.example.com/**", "docker.io/library/*"],
        "digests": [FieldValue(stringLiteral: digest.description)],
        "namespaces": ["names": ["prod-*", "pay"], "labels": .dictionary(["env": "production", "tier": ""])],
        "containers": ["main", "init"], "sources": ["kubernetes"],
    ]

    private func image(
        _ text: String, _ container: ContainerKind = .main, namespace: Fact<String> = .known("prod-a"),
        labels: Fact<NamespaceLabels>? = nil
    ) throws -> ImageUnderJudgement {
        ImageUnderJudgement(
            MatchableReference(try PolicyFixture.image(text)), container: container,
            facts: RequestFacts(source: .kubernetes, namespace: namespace, namespaceLabels: labels))
    }

    @Test("a selector is a phrase that names every entry")
    func selector() throws {
        #expect(Selector.everything.explanation == "every image")
        #expect(
            try Selector(Self.everySelector).explanation
                == "images that match `registry.example.com/**` or `docker.io/library/*`, with the digest `\(Self.digest)`, "
                + "in a namespace named `prod-*` or `pay`, in a namespace labelled `env=production` and `tier=`, in a container of the kind `main` or `init`, "
                + "in a request from `kubernetes`")
        let many: [ImagePattern] = try (0..<9).map { try ImagePattern("registry.example.com/a\($0)") }
        let phrase = Selector(images: many).explanation
        #expect(many.allSatisfy { phrase.contains("`\($0)`") }, "none is left out: \(phrase)")
    }

    @Test("every selector that the language has is explained")
    func everyField() throws {
        let reasons = try Selector(Self.everySelector).reasons(for: image("nginx"))
        #expect(Set(reasons.map(\.selector)) == Set(Selector.fields.leaves))
    }

    @Test("every check that the language has says what it demands, and of whom")
    func everyCheck() throws {
        let demands: [(value: FieldValue, demand: String)] = [
            (["trustedRegistries": ["registry.example.com/**"]], "come from `registry.example.com/**`"),
            (["digest": "required"], "be named with a digest"),
            (["tags": ["deny": ["latest", "*-dev"]]], "have no tag that matches `latest` or `*-dev`"),
            (["signature": ["by": "team-key"]], "have a signature by `team-key`"),
            (
                ["signature": ["anyOf": ["team-key", ["by": "ci-key", "until": .date(PolicyFixture.now)]]]],
                "have a signature by `team-key` or `ci-key`; `ci-key` counts before 2026-05-28T20:26:40Z only"
            ),
            (["signature": ["allOf": ["team-key", "ci-key"]]], "have signatures by `team-key` and `ci-key`"),
            (
                ["signature": ["atLeast": 2, "of": ["team-key", "ci-key", "release-key"]]],
                "have 2 different signers of `team-key`, `ci-key` and `release-key`"
            ),
            (
                [
                    "signature": [
                        "anyOf": [
                            "release-key", ["allOf": ["team-key", "ci-key"], "until": .date(PolicyFixture.now)],
                        ]
                    ]
                ],
                "have a signature by `release-key` or (`team-key` and `ci-key`); "
                    + "`team-key` counts before 2026-05-28T20:26:40Z only; "
                    + "`ci-key` counts before 2026-05-28T20:26:40Z only"
            ),
            (
                ["attestation": ["predicateType": "https://spdx.dev/Document", "by": "team-key"]],
                "have an attestation of type `https://spdx.dev/Document` by `team-key`"
            ),
            (
                [
                    "attestation": [
                        "predicateType": "https://slsa.dev/provenance/v1", "by": "team-key",
                        "maxAge": .duration(.seconds(86_400)),
                        "provenance": ["source": "https://github.com/acme/*", "sourceRef": "refs/heads/main"],
                    ]
                ],
                "have an attestation of type `https://slsa.dev/provenance/v1` by `team-key`, at most 1d old, "
                    + "whose `source` is `https://github.com/acme/*` and `sourceRef` is `refs/heads/main`"
            ),
            (["forbid": ["because": "it leaks"]], "never run: it leaks"),
            (
                ["insecureAcceptAnything": ["because": "a sandbox"]],
                "meet no condition, it comes in unchecked: a sandbox"
            ),
        ]
        for (value, demand) in demands {
            let policy = try PolicyFixture.policy("p", ["checks": [value]])
            #expect(policy.explanation.checks.map(\.demand) == [demand])
        }
        let explained = try demands.map {
            try PolicyFixture.policy("p", ["checks": [$0.value]]).explanation.checks[0].word
        }
        #expect(Set(explained) == Set(BuiltInChecks.all.map { $0.word }), "each check has a sentence here")
    }

    @Test("a check that vouches does so only where its policy refuses and it is not on trial")
    func vouching() throws {
        func vouching(_ specification: FieldValue) throws -> [String] {
            try PolicyFixture.policy("p", specification).explanation.vouching.map(\.name)
        }
        let source: FieldValue = ["name": "source", "trustedRegistries": ["registry.example.com/**"]]
        let trial: FieldValue = ["name": "source", "trustedRegistries": ["a.example.com/**"], "enforcement": "warn"]
        let digest: FieldValue = ["digest": "required"]
        #expect(try vouching(["checks": [source, digest]]) == ["source"])
        #expect(try vouching(["checks": [digest]]) == [])
        #expect(try vouching(["checks": [trial]]) == [])
        #expect(try vouching(["checks": [source], "enforcement": "warn"]) == [])
        let staged: FieldValue = ["default": "audit", "deny": [["namespaces": ["names": ["prod"]]]]]
        #expect(try vouching(["checks": [source], "enforcement": staged]) == ["source"])
    }

    @Test("a check says what counts when nobody can look, unless that refuses")
    func whenUndetermined() throws {
        let check = try PolicyFixture.policy("p", ["checks": [["digest": "required"]]]).checks[0].check
        func explained(_ duration: Duration) -> String? {
            let text = PolicyFixture.digest("text")
            return PolicyCheck(check: check, onUndetermined: .lastKnownGood(within: duration, text: text))
                .explanation.whenUndetermined
        }
        let phrase = "if nobody can look its latest result for the same digest counts, for "
        for (seconds, written) in [(86_400, "1d"), (90_000, "25h"), (5_400, "90m"), (61, "61s")] {
            #expect(explained(.seconds(seconds)) == phrase + written)
        }
        #expect(PolicyCheck(check: check).explanation.whenUndetermined == nil)
        #expect(
            PolicyCheck(check: check, onUndetermined: .warn).explanation.whenUndetermined
                == "if nobody can look there is only a warning")
    }

    @Test("a check that moves with time says what becomes of images that were admitted, unless that refuses")
    func whenAlreadyAdmitted() throws {
        let check = try PolicyFixture.policy("p", ["checks": [["digest": "required"]]]).checks[0].check
        let warn = AlreadyAdmitted.warn(within: .seconds(14 * 86_400), text: PolicyFixture.digest("text"))
        #expect(
            PolicyCheck(check: check, alreadyAdmitted: warn).explanation.whenAlreadyAdmitted
                == "if an image that was admitted fails there is only a warning, for 14d from its first failure")
        #expect(PolicyCheck(check: check).explanation.whenAlreadyAdmitted == nil)
    }

    @Test("an exemption names its namespaces, and its images if it has some")
    func exemption() throws {
        func exemption(_ images: [ImagePattern]) -> Exemption {
            Exemption(
                name: "e", namespaces: ["kube-system", "gate"], images: images, reason: "", owner: "",
                reviewBy: .latest)
        }
        #expect(exemption([]).explanation == "images in the namespaces `kube-system` and `gate`")
        #expect(
            exemption([try ImagePattern("a.example/**")]).explanation
                == "images that match `a.example/**`, in the namespaces `kube-system` and `gate`")
    }

    @Test("a reason names what was found and the entries that decided")
    func reasons() throws {
        func reason(_ selector: Selector, _ image: ImageUnderJudgement) -> String? {
            selector.reasons(for: image).first?.description
        }
        let names = Selector(namespaces: [try NamePattern("prod-*"), try NamePattern("pay")])
        #expect(reason(names, try image("a.example/b")) == "`prod-a` fits `prod-*`")
        #expect(
            reason(names, try image("a.example/b", namespace: .known("dev"))) == "`dev` fits none of `prod-*` and `pay`"
        )
        #expect(
            reason(names, try image("a.example/b", namespace: .absent))
                == "the request has none, so it cannot fit `prod-*` or `pay`")
        #expect(
            reason(names, try image("a.example/b", namespace: .unknown))
                == "it is not known, so it may fit `prod-*` or `pay`")
        let labels = Selector(namespaceLabels: [
            try NamespaceLabel(key: "env", value: "production"), try NamespaceLabel(key: "tier", value: "a"),
        ])
        let dev = try image("a.example/b", labels: .known(["env": "dev", "tier": "a"]))
        #expect(reason(labels, dev) == "`env=dev`, `tier=a` fits none of `env=production`")
        #expect(
            reason(labels, try image("a.example/b", labels: .known(["env": "production"])))
                == "`env=production`, a namespace without the label `tier` fits none of `tier=a`")
        #expect(
            reason(labels, try image("a.example/b", labels: .absent))
                == "the request has none, so it cannot fit `env=production` or `tier=a`")
        let digests = Selector(digests: [Self.digest])
        #expect(
            reason(digests, try image("a.example/b:1"))
                == "whether it fits `\(Self.digest)` depends on the digest that the tag stands for")
        #expect(reason(digests, try image("a.example/b@\(Self.digest)")) == "`\(Self.digest)` fits `\(Self.digest)`")
        let tagged = Selector(images: [try ImagePattern("a.example/b:1.*")])
        #expect(
            reason(tagged, try image("a.example/b:1.2@\(Self.digest)"))
                == "`a.example/b:1.2@\(Self.digest)` fits `a.example/b:1.*` by a tag alone, which counts for nothing "
                + "beside a digest")
    }

    @Test("a pattern with a variable says what it lacks")
    func variables() throws {
        let selector = Selector(images: [try ImagePattern("registry.example.com/$(namespace)/**")])
        func reason(_ namespace: Fact<String>) throws -> String? {
            selector.reasons(for: try image("registry.example.com/pay/a:1", namespace: namespace)).first?.description
        }
        let words = "`registry.example.com/$(namespace)/**`"
        #expect(try reason(.known("pay")) == "`registry.example.com/pay/a:1` fits \(words)")
        #expect(try reason(.known("shop")) == "`registry.example.com/pay/a:1` fits none of \(words)")
        #expect(try reason(.unknown) == "`registry.example.com/pay/a:1` may fit \(words), which is not known")
        #expect(
            try reason(.absent)
                == "`registry.example.com/pay/a:1` cannot fit \(words), whose variable has no value in this request")
    }

    @Test("the reasons of a selector come to the same as the selector", arguments: UInt64(1)...300)
    func agreement(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let selector = try Selector(Self.selector(&generator))
        let names = ["registry.example.com/a/b", "registry.example.com/c", "nginx"]
        let ends = ["", ":1.0", "@\(Self.digest)", ":1.0@\(Self.digest)", "@\(PolicyFixture.digest("other"))"]
        let image = ImageUnderJudgement(
            MatchableReference(
                try PolicyFixture.image(
                    (names.randomElement(using: &generator) ?? "nginx") + (ends.randomElement(using: &generator) ?? ""))
            ),
            container: ContainerKind.allCases.randomElement(using: &generator) ?? .main,
            facts: RequestFacts(
                source: RequestSource.allCases.randomElement(using: &generator) ?? .kubernetes,
                namespace: [.known("prod"), .known("dev"), .unknown, .absent].randomElement(using: &generator)
                    ?? .absent,
                namespaceLabels: [.known(["env": "a"]), .known(["env": "a", "tier": "b"]), .unknown, .absent]
                    .randomElement(using: &generator)))
        let order: [SelectorReason.Fit] = [.no, .noSuchFact, .whenResolved, .unknown, .yes]
        let weakest = selector.reasons(for: image).compactMap { reason in
            order.firstIndex(of: reason.fit == .onlyByTag ? .unknown : reason.fit)
        }.min()
        #expect(weakest.map { order[$0] } ?? .yes == SelectorReason.Fit(selector.match(image)))
    }

    private static func selector(_ generator: inout SplitMix) -> FieldValue {
        var members: [(name: String, value: FieldValue)] = []
        func add(_ name: String, _ values: [FieldValue], _ generator: inout SplitMix) {
            guard Bool.random(using: &generator), let value = values.randomElement(using: &generator) else { return }
            members.append((name, value))
        }
        add(
            "images",
            [
                ["registry.example.com/**"], ["docker.io/library/*", "registry.example.com/c"],
                ["registry.example.com/a/b:1.*"], [FieldValue(stringLiteral: "registry.example.com/c@\(digest)")],
            ], &generator)
        add("digests", [[FieldValue(stringLiteral: digest.description)]], &generator)
        add(
            "namespaces",
            [
                ["names": ["prod"]], ["names": ["p*", "d*"]], ["labels": .dictionary(["env": "a"])],
                ["names": ["prod"], "labels": .dictionary(["env": "a", "tier": "b"])],
            ], &generator)
        add("containers", [["main"], ["init", "volume"]], &generator)
        add("sources", [["kubernetes"], ["pipeline", "kubernetes"]], &generator)
        return FieldValue(.object(members), at: PolicyFixture.here)
    }
}

extension ObjectType {
    /// The names of all fields that hold no others, each with those above it.
    fileprivate var leaves: [String] {
        fields.flatMap { field in
            guard case .object(let object) = field.type else { return [field.name] }
            return object.leaves.map { "\(field.name).\($0)" }
        }
    }
}
