import OCI
import TestSupport
import Testing
import Timestamp
import Trust

@testable import PolicyEngine

/// Generated policies, images and evidence. A failure names its seed.
@Suite struct EvaluatorPropertyTests {
    private static let seeds = UInt64(1)...1_000

    @Test("the order of policies never changes a verdict", arguments: seeds)
    func order(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let world = try World(&generator)
        let verdict = try world.decide(world.policies)
        #expect(try world.decide(world.policies.shuffled(using: &generator)).isAllowed == verdict.isAllowed)
        #expect(try world.decide(world.policies).findings.count == verdict.findings.count)
    }

    @Test("removing evidence never turns a refusal into an allow", arguments: seeds)
    func lessEvidence(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        var world = try World(&generator)
        let allowedBefore = try world.decide(world.policies).isAllowed
        let attestor = AttestorReference(index: Int.random(in: 0..<3, using: &generator), name: "")
        world.evidence.outcomes[attestor] = Bool.random(using: &generator) ? .missing : .unreachable
        #expect(try allowedBefore || !world.decide(world.policies).isAllowed)
    }

    @Test("adding a policy on trial, or one that does not vouch, never turns a refusal into an allow", arguments: seeds)
    func morePolicies(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let world = try World(&generator)
        let allowedBefore = try world.decide(world.policies).isAllowed
        let trial = try World.policy(
            "trial", enforcement: ["warn", "audit"].randomElement(using: &generator) ?? "warn", &generator)
        let strict = try PolicyFixture.policy(
            "strict", ["checks": [World.constraints.randomElement(using: &generator) ?? []]])
        for added in [trial, strict] {
            #expect(try allowedBefore || !world.decide(world.policies + [added]).isAllowed)
        }
    }

    @Test("the index finds every policy that a look at all of them finds", arguments: seeds)
    func index(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let world = try World(&generator)
        let set = PolicySet(policies: world.policies, revision: PolicyFixture.revision)
        let image = ImageUnderJudgement(
            MatchableReference(try PolicyFixture.image(world.image)), container: .main,
            facts: RequestFacts(source: .kubernetes, namespace: world.namespace, namespaceLabels: world.labels))
        let candidates = Set(set.index.candidates(for: image).map(Int.init))
        for (position, policy) in world.policies.enumerated() where policy.match.match(image) != .no {
            #expect(candidates.contains(position), "\(world.image) \(policy.match)")
        }
    }

    @Test("what is let in while facts could not be had is let in whatever they are", arguments: seeds)
    func lessFacts(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        var world = try World(&generator)
        (world.namespace, world.labels) = (.unknown, .unknown)
        guard try world.decide(world.policies).isAllowed else { return }
        for namespace in World.namespaces {
            for labels in World.labels {
                (world.namespace, world.labels) = (.known(namespace), .known(labels))
                #expect(try world.decide(world.policies).isAllowed, "\(namespace) \(labels)")
            }
        }
    }

    private struct World {
        let policies: [ImagePolicy]
        let image: String
        var namespace: Fact<String>
        var labels: Fact<NamespaceLabels>
        var evidence: StatedEvidence

        static let constraints: [FieldValue] = [
            ["digest": "required"], ["tags": ["deny": ["latest", "1*"]]], ["forbid": ["because": "no"]],
        ]

        static let patterns: [FieldValue] = [
            "registry.example.com/**", "registry.example.com/a/*", "*.example.com/**", "docker.io/library/*",
            "registry.example.com/a/b", "registry.example.com:5000/**", "reg*.example.com/a/**", "evil.com/**",
            "registry.example.com/a/b:1.*", "registry.example.com/$(namespace)/b",
            "docker.io/lib$(namespace.labels.x)/*",
            "registry.example.com/$(namespace.labels.team)/**", "*.example.com/*/$(namespace.labels.x)",
        ]

        static let namespaces = ["prod", "dev", "a"]
        static let labels: [NamespaceLabels] = [
            [:], ["env": "production"], ["env": "test", "team": "a"], ["team": "a", "x": "rary"],
            ["team": "*", "x": "b"],
        ]

        init(_ generator: inout SplitMix) throws {
            policies = try (0..<Int.random(in: 0...6, using: &generator)).map { position in
                try World.policy(
                    "p\(position)",
                    enforcement: ["deny", "deny", "warn", "audit"].randomElement(using: &generator) ?? "deny",
                    &generator)
            }
            let names = ["registry.example.com/a/b", "registry.example.com:5000/a", "nginx", "evil.com/a/b"]
            let digest = PolicyFixture.digest("image")
            image =
                (names.randomElement(using: &generator) ?? "nginx")
                + (["", ":1.0", "@\(digest)", ":1.0@\(digest)"].randomElement(using: &generator) ?? "")
            namespace =
                (World.namespaces.map(Fact.known) + [.unknown, .absent]).randomElement(using: &generator) ?? .absent
            labels = (World.labels.map(Fact.known) + [.unknown, .absent]).randomElement(using: &generator) ?? .absent
            evidence = StatedEvidence(resolutions: [try PolicyFixture.image(image): .resolved(digest)])
            for index in 0..<3 {
                let outcomes: [VerificationOutcome] = [
                    .passed(signers: [.key("\(index)")]), .passed(signers: [.key("shared")]), .missing, .unreachable,
                ]
                evidence.outcomes[AttestorReference(index: index, name: "")] = outcomes.randomElement(using: &generator)
            }
        }

        static let selectors: [FieldValue] = [
            ["names": ["prod"]], ["names": ["pr*"]], ["labels": .dictionary(["env": "production"])],
            ["labels": .dictionary(["team": "a"])], ["labels": .dictionary(["env": "test", "team": "a"])],
            ["names": ["prod"], "labels": .dictionary(["env": "production"])],
            ["names": ["*d*"], "labels": .dictionary(["team": "a"])],
        ]

        static func policy(_ name: String, enforcement: String, _ generator: inout SplitMix) throws -> ImagePolicy {
            var match: [(name: String, value: FieldValue)] = []
            if Bool.random(using: &generator) {
                match.append(
                    (
                        "images",
                        FieldValue(.list(patterns.shuffled(using: &generator).suffix(2)), at: PolicyFixture.here)
                    ))
            }
            if Int.random(in: 0..<3, using: &generator) == 0, let chosen = selectors.randomElement(using: &generator) {
                match.append(("namespaces", chosen))
            }
            if Int.random(in: 0..<6, using: &generator) == 0 {
                match.append(("digests", [FieldValue(stringLiteral: PolicyFixture.digest("image").description)]))
            }
            let vouching: [FieldValue] = [
                ["signature": ["by": "release-key"]], ["signature": ["anyOf": ["team-key", "ci-key"]]],
                ["signature": ["allOf": ["release-key", "ci-key"]]], ["trustedRegistries": ["registry.example.com/**"]],
                ["trustedRegistries": ["registry.example.com/$(namespace.labels.team)/**"]],
                ["trustedRegistries": ["registry.example.com/$(namespace)/*", "docker.io/lib$(namespace.labels.x)/*"]],
                ["insecureAcceptAnything": ["because": "test"]],
            ]
            let check = (vouching + constraints.prefix(2)).randomElement(using: &generator) ?? vouching[0]
            return try PolicyFixture.policy(
                name,
                [
                    "enforcement": FieldValue(stringLiteral: enforcement),
                    "match": FieldValue(.object(match), at: PolicyFixture.here), "checks": [check],
                ])
        }

        func decide(_ policies: [ImagePolicy]) throws -> ImageDecision {
            try PolicyFixture.decide(image, by: policies, namespace: namespace, labels: labels, with: evidence)
        }
    }
}
