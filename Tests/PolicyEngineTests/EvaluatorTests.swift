import OCI
import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite struct EvaluatorTests {
    private let pinned = "registry.example.com/app@\(PolicyFixture.digest("image"))"

    private func trusting(_ pattern: FieldValue, name: String = "sources", enforcement: FieldValue = "deny") throws
        -> ImagePolicy
    {
        try PolicyFixture.policy(name, ["enforcement": enforcement, "checks": [["trustedRegistries": [pattern]]]])
    }

    private func signed(by name: FieldValue = "release-key", match: FieldValue = ["containers": ["main"]]) throws
        -> ImagePolicy
    {
        try PolicyFixture.policy("signed", ["match": match, "checks": [["signature": ["by": name]]]])
    }

    // MARK: - Vouching

    @Test("P07: with nothing configured nothing comes in")
    func nothingConfigured() throws {
        let decision = try PolicyFixture.decide(pinned, by: [])
        #expect(decision.verdict == .refused(.notVouched))
    }

    @Test("an image from a trusted registry comes in, and from any other it does not")
    func trustedRegistry() throws {
        let policies = [try trusting("registry.example.com/**")]
        #expect(try PolicyFixture.decide("registry.example.com/app", by: policies).verdict == .allowed)
        #expect(try PolicyFixture.decide("evil.com/app", by: policies).verdict == .refused(.sourceUntrusted))
    }

    @Test("match vouches for nothing")
    func matchDoesNotVouch() throws {
        let policy = try PolicyFixture.policy(
            "pinned", ["match": ["images": ["registry.example.com/**"]], "checks": [["digest": "required"]]])
        #expect(try PolicyFixture.decide(pinned, by: [policy]).verdict == .refused(.notVouched))
    }

    @Test("a policy on trial vouches for nothing", arguments: ["warn", "audit"])
    func trialDoesNotVouch(enforcement: String) throws {
        let policy = try trusting("registry.example.com/**", enforcement: FieldValue(stringLiteral: enforcement))
        #expect(try PolicyFixture.decide(pinned, by: [policy]).verdict == .refused(.notVouched))
    }

    @Test("a check on trial vouches for nothing", arguments: ["warn", "audit"])
    func checkOnTrialDoesNotVouch(enforcement: String) throws {
        let policy = try PolicyFixture.policy(
            "p",
            [
                "checks": [
                    [
                        "trustedRegistries": ["registry.example.com/**"],
                        "enforcement": FieldValue(stringLiteral: enforcement),
                    ]
                ]
            ])
        #expect(try PolicyFixture.decide(pinned, by: [policy]).verdict == .refused(.notVouched))
    }

    @Test("insecureAcceptAnything vouches for whatever its policy matches, and for nothing else")
    func acceptAnything() throws {
        let policy = try PolicyFixture.policy(
            "open",
            [
                "match": ["images": ["registry.example.com/sandbox/**"]],
                "checks": [["insecureAcceptAnything": ["because": "a sandbox"]]],
            ])
        #expect(try PolicyFixture.decide("registry.example.com/sandbox/x", by: [policy]).verdict == .allowed)
        #expect(try PolicyFixture.decide("registry.example.com/prod/x", by: [policy]).verdict == .refused(.notVouched))
    }

    @Test("what nobody vouches for is only warned of or recorded where the gate says so")
    func notVouchedStances() throws {
        let warned = try PolicyFixture.decide(pinned, by: [], notVouched: .warn)
        #expect(warned.verdict == .allowed)
        #expect(warned.warning.map(\.check) == ["vouching"])
        let audited = try PolicyFixture.decide(pinned, by: [], notVouched: .audit)
        #expect(audited.verdict == .allowed)
        #expect(audited.warning.isEmpty && audited.findings.count == 1)
    }

    // MARK: - All must hold

    @Test("one policy that does not hold refuses, whatever the others say")
    func conjunction() throws {
        let policies = [
            try trusting("registry.example.com/**"),
            try PolicyFixture.policy("tags", ["checks": [["tags": ["deny": ["latest"]]]]]),
        ]
        #expect(try PolicyFixture.decide("registry.example.com/app:1", by: policies).verdict == .allowed)
        #expect(try PolicyFixture.decide("registry.example.com/app", by: policies).verdict == .refused(.tagDenied))
    }

    @Test("a policy on trial refuses nothing, and what it found is kept", arguments: [Enforcement.warn, .audit])
    func trialPolicy(enforcement: Enforcement) throws {
        let policies = [
            try trusting("registry.example.com/**"),
            try PolicyFixture.policy(
                "trial",
                ["enforcement": FieldValue(stringLiteral: enforcement.rawValue), "checks": [["digest": "required"]]]),
        ]
        let decision = try PolicyFixture.decide("registry.example.com/app:1", by: policies)
        #expect(decision.verdict == .allowed)
        #expect(decision.warning.count == (enforcement == .warn ? 1 : 0))
        #expect(decision.findings.contains { $0.policy == "trial" && $0.refusal?.reason == .digestRequired })
    }

    @Test("a check cannot be stricter than its policy, only weaker")
    func checkEnforcement() throws {
        let trusted = try trusting("registry.example.com/**")
        let strictCheck = try PolicyFixture.policy(
            "trial", ["enforcement": "warn", "checks": [["digest": "required", "enforcement": "deny"]]])
        let mildCheck = try PolicyFixture.policy("p", ["checks": [["digest": "required", "enforcement": "warn"]]])
        for policy in [strictCheck, mildCheck] {
            let decision = try PolicyFixture.decide("registry.example.com/app:1", by: [trusted, policy])
            #expect(decision.verdict == .allowed)
            #expect(decision.warning.count == 1)
        }
    }

    @Test("staged enforcement denies where its stage matches and records elsewhere")
    func staged() throws {
        let policies = [
            try trusting("registry.example.com/**"),
            try PolicyFixture.policy(
                "staged",
                [
                    "enforcement": ["default": "audit", "deny": [["namespaces": ["names": ["prod-*"]]]]],
                    "checks": [["digest": "required"]],
                ]),
        ]
        let image = "registry.example.com/app:1"
        #expect(try PolicyFixture.decide(image, by: policies, namespace: .known("test")).verdict == .allowed)
        #expect(
            try PolicyFixture.decide(image, by: policies, namespace: .known("prod-eu")).verdict
                == .refused(.digestRequired))
        #expect(
            try PolicyFixture.decide(image, by: policies, namespace: .unknown).verdict == .refused(.digestRequired))
    }

    @Test(
        "of several stages that match the strictest counts, and a stage may be weaker than the rest",
        arguments: [
            ("shop", Enforcement.deny), ("team-a", .warn), ("sandbox", .audit), ("team-lab", .warn),
            ("team-prod", .deny),
        ])
    func stages(namespace: String, enforcement: Enforcement) throws {
        let policies = [
            try trusting("registry.example.com/**"),
            try PolicyFixture.policy(
                "staged",
                [
                    "enforcement": [
                        "default": "deny",
                        "audit": [["namespaces": ["names": ["sandbox", "team-lab"]]]],
                        "warn": [["namespaces": ["names": ["team-*"]]]],
                        "deny": [["namespaces": ["names": ["team-prod"]]]],
                    ],
                    "checks": [["digest": "required"]],
                ]),
        ]
        let decision = try PolicyFixture.decide(
            "registry.example.com/app:1", by: policies, namespace: .known(namespace))
        #expect(decision.isAllowed == (enforcement != .deny))
        #expect(decision.warning.count == (enforcement == .warn ? 1 : 0))
        let finding = try #require(decision.findings.first { $0.policy == "staged" })
        #expect(finding.enforcement == enforcement && finding.refusal?.reason == .digestRequired)
    }

    // MARK: - Reference first

    @Test("a check of the reference that refuses leaves the others unjudged, and nothing is asked for")
    func referenceFirst() throws {
        let policies = [try trusting("docker.io/library/*"), try signed()]
        let decision = try PolicyFixture.decide("evil.com/app", by: policies)
        #expect(decision.verdict == .refused(.sourceUntrusted))
        #expect(decision.findings.map(\.outcome).last == .notEvaluated)
    }

    @Test("a registry that no policy trusts is not asked, even for its tags")
    func untrustedRegistry() throws {
        let bad = PolicyFixture.digest("bad")
        let forbid = try PolicyFixture.policy(
            "bad-build",
            [
                "match": ["digests": [FieldValue(stringLiteral: bad.description)]],
                "checks": [["forbid": ["because": "broken"]]],
            ])
        for stance in Enforcement.allCases {
            let evaluation = try PolicyFixture.evaluate("evil.com/app:1", by: [forbid], notVouched: stance)
            guard case .decided(let decision) = evaluation else {
                Issue.record("\(stance) asks for evidence")
                continue
            }
            #expect(!decision.isAllowed)
        }
    }

    @Test("a registry that the sources of a policy refuse is not asked either while the policy awaits a digest")
    func untrustedWhileAwaiting() throws {
        let digest = FieldValue(stringLiteral: PolicyFixture.digest("image").description)
        func needs(_ image: String, _ checks: FieldValue, _ notVouched: Enforcement) throws -> [EvidenceNeed] {
            let policy = try PolicyFixture.policy("chosen", ["match": ["digests": [digest]], "checks": checks])
            switch try PolicyFixture.evaluate(image, by: [policy], notVouched: notVouched) {
            case .missing(let needs): return needs
            case .decided(let decision):
                #expect(!decision.isAllowed)
                return []
            }
        }
        let sources: FieldValue = ["trustedRegistries": ["registry.example.com/**"]]
        let signature: FieldValue = ["signature": ["by": "release-key"]]
        for stance in Enforcement.allCases {
            #expect(try needs("attacker.example/x:1", [sources], stance).isEmpty)
            #expect(try needs("attacker.example/x:1", [sources, signature], stance).isEmpty)
            #expect(try needs("registry.example.com/x:1", [sources], stance) == [.resolution])
            #expect(try needs("registry.example.com/x:1", [sources, signature], stance) == [.resolution])
        }
    }

    @Test("a trusted source that names a digest stays open until the tag is resolved")
    func trustedDigestWhileAwaiting() throws {
        let digest = PolicyFixture.digest("image")
        let policy = try PolicyFixture.policy(
            "chosen",
            [
                "match": ["digests": [FieldValue(stringLiteral: digest.description)]],
                "checks": [
                    ["trustedRegistries": [FieldValue(stringLiteral: "registry.example.com/app@\(digest)")]]
                ],
            ])
        guard case .missing([.resolution]) = try PolicyFixture.evaluate("registry.example.com/app:1", by: [policy])
        else {
            Issue.record("the tag is not asked for")
            return
        }
        let tagged = try PolicyFixture.image("registry.example.com/app:1")
        var evidence = StatedEvidence(resolutions: [tagged: .resolved(digest)])
        #expect(try PolicyFixture.decide("registry.example.com/app:1", by: [policy], with: evidence).isAllowed)
        evidence.resolutions[tagged] = .resolved(PolicyFixture.digest("other"))
        #expect(try !PolicyFixture.decide("registry.example.com/app:1", by: [policy], with: evidence).isAllowed)
        guard case .decided = try PolicyFixture.evaluate("registry.example.com/other:1", by: [policy]) else {
            Issue.record("another repository is asked for its tag")
            return
        }
    }

    @Test("a reference that needs no digest is not resolved")
    func noNeedlessResolution() throws {
        let decision = try PolicyFixture.decide(
            "registry.example.com/app:1", by: [try trusting("registry.example.com/**")])
        #expect(decision.digest == nil && decision.isAllowed)
    }

    @Test("evidence is asked for in two rounds: the digest, then all verifications at once")
    func needs() throws {
        let policies = [
            try signed(),
            try PolicyFixture.policy("both", ["checks": [["signature": ["allOf": ["release-key", "team-key"]]]]]),
        ]
        var evidence = StatedEvidence()
        guard
            case .missing(let first) = try PolicyFixture.evaluate(
                "registry.example.com/app:1", by: policies, with: evidence)
        else { throw MissingEvidence(evaluation: .missing([])) }
        #expect(first == [.resolution])
        evidence.resolutions[try PolicyFixture.image("registry.example.com/app:1")] = .resolved(
            PolicyFixture.digest("image"))
        guard
            case .missing(let second) = try PolicyFixture.evaluate(
                "registry.example.com/app:1", by: policies, with: evidence)
        else { throw MissingEvidence(evaluation: .missing([])) }
        #expect(second == [.verification(PolicyFixture.release), .verification(PolicyFixture.team)])
    }

    // MARK: - The digest

    @Test("one bad build is stopped by its digest, also behind a tag")
    func forbiddenDigest() throws {
        let bad = PolicyFixture.digest("bad")
        let policies = [
            try trusting("registry.example.com/**"),
            try PolicyFixture.policy(
                "bad-build",
                [
                    "match": ["digests": [FieldValue(stringLiteral: bad.description)]],
                    "checks": [["forbid": ["because": "it deletes carts"]]],
                ]),
        ]
        #expect(
            try PolicyFixture.decide("registry.example.com/app@\(bad)", by: policies).verdict == .refused(.forbidden))
        #expect(try PolicyFixture.decide(pinned, by: policies).verdict == .allowed)
        let tagged = "registry.example.com/app:1"
        var evidence = StatedEvidence(resolutions: [try PolicyFixture.image(tagged): .resolved(bad)])
        #expect(try PolicyFixture.decide(tagged, by: policies, with: evidence).verdict == .refused(.forbidden))
        evidence.resolutions[try PolicyFixture.image(tagged)] = .resolved(PolicyFixture.digest("good"))
        #expect(try PolicyFixture.decide(tagged, by: policies, with: evidence).verdict == .allowed)
        evidence.resolutions[try PolicyFixture.image(tagged)] = .undetermined(
            Refusal(.registryUnavailable, found: "no answer", expected: "one"))
        let undetermined = try PolicyFixture.decide(tagged, by: policies, with: evidence)
        #expect(undetermined.verdict == .refused(.registryUnavailable))
        #expect(undetermined.isUndetermined)
    }

    @Test(
        "a tag that cannot be resolved refuses a signature check as undetermined, a tag that is not there as violated")
    func unresolved() throws {
        let reference = try PolicyFixture.image("registry.example.com/app:1")
        let policies = [try signed()]
        let down = StatedEvidence(
            resolutions: [reference: .undetermined(Refusal(.registryUnavailable, found: "no answer", expected: "one"))])
        let decision = try PolicyFixture.decide("registry.example.com/app:1", by: policies, with: down)
        #expect(decision.verdict == .refused(.registryUnavailable) && decision.isUndetermined)
        let absent = StatedEvidence(
            resolutions: [reference: .violated(Refusal(.imageNotFound, found: "no tag", expected: "one"))])
        let refused = try PolicyFixture.decide("registry.example.com/app:1", by: policies, with: absent)
        #expect(refused.verdict == .refused(.imageNotFound) && !refused.isUndetermined)
    }

    // MARK: - Selectors

    @Test("each selector decides alone whether a policy applies")
    func selectors() throws {
        let digest = PolicyFixture.digest("image")
        let open: FieldValue = [["insecureAcceptAnything": ["because": "test"]]]
        func allowed(
            _ match: FieldValue, _ container: ContainerKind = .main, _ namespace: String = "shop",
            _ source: RequestSource = .kubernetes
        ) throws -> Bool {
            let policy = try PolicyFixture.policy("p", ["match": match, "checks": open])
            return try PolicyFixture.decide(
                pinned, by: [policy], in: container, namespace: .known(namespace), source: source
            ).isAllowed
        }
        #expect(try allowed(["images": ["registry.example.com/app"]]))
        #expect(try !allowed(["images": ["registry.example.com/other"]]))
        #expect(try allowed(["digests": [FieldValue(stringLiteral: digest.description)]]))
        #expect(try !allowed(["digests": [FieldValue(stringLiteral: PolicyFixture.digest("x").description)]]))
        #expect(try allowed(["namespaces": ["names": ["sh*"]]]))
        #expect(try !allowed(["namespaces": ["names": ["sh*"]]], .main, "prod"))
        #expect(try allowed(["containers": ["init", "volume"]], .volume))
        #expect(try !allowed(["containers": ["init", "volume"]], .ephemeral))
        #expect(try allowed(["sources": ["pipeline"]], .main, "shop", .pipeline))
        #expect(try !allowed(["sources": ["pipeline"]]))
    }

    @Test("an exclude entry that holds as a whole takes the image out of its policy, and out of no other")
    func exclude() throws {
        let policies = [
            try trusting("registry.example.com/**"),
            try PolicyFixture.policy(
                "pinned",
                [
                    "exclude": [["images": ["registry.example.com/sandbox/**"], "namespaces": ["names": ["dev"]]]],
                    "checks": [["digest": "required"]],
                ]),
        ]
        let image = "registry.example.com/sandbox/x:1"
        #expect(try PolicyFixture.decide(image, by: policies, namespace: .known("dev")).isAllowed)
        #expect(try !PolicyFixture.decide(image, by: policies, namespace: .known("prod")).isAllowed)
        #expect(try !PolicyFixture.decide("registry.example.com/x:1", by: policies, namespace: .known("dev")).isAllowed)
        #expect(try !PolicyFixture.decide("evil.com/sandbox/x:1", by: policies, namespace: .known("dev")).isAllowed)
    }

    @Test("an exclude entry may go by digest, by container or by door")
    func excludeByOtherFacts() throws {
        let digest = PolicyFixture.digest("image")
        func allowed(
            _ exclude: FieldValue, _ container: ContainerKind = .main, _ source: RequestSource = .kubernetes,
            image: String? = nil, resolvedTo resolved: Digest? = nil
        ) throws -> Bool {
            let policies = [
                try trusting("registry.example.com/**"),
                try PolicyFixture.policy(
                    "closed", ["exclude": [exclude], "checks": [["forbid": ["because": "a test"]]]]),
            ]
            let image = image ?? pinned
            var evidence = StatedEvidence()
            if let resolved { evidence.resolutions[try PolicyFixture.image(image)] = .resolved(resolved) }
            return try PolicyFixture.decide(image, by: policies, in: container, source: source, with: evidence)
                .isAllowed
        }
        let byDigest: FieldValue = ["digests": [FieldValue(stringLiteral: digest.description)]]
        let other = PolicyFixture.digest("other")
        #expect(try allowed(byDigest))
        #expect(try !allowed(byDigest, image: "registry.example.com/app@\(other)"))
        #expect(try allowed(byDigest, image: "registry.example.com/app:1", resolvedTo: digest))
        #expect(try !allowed(byDigest, image: "registry.example.com/app:1", resolvedTo: other))
        #expect(try allowed(["containers": ["init"]], .initialization))
        #expect(try !allowed(["containers": ["init"]], .main))
        #expect(try allowed(["sources": ["pipeline"]], .main, .pipeline))
        #expect(try !allowed(["sources": ["pipeline"]], .main, .kubernetes))
    }

    @Test(
        "attack 19: a namespace that could not be had constrains and does not vouch; a missing one is passed over"
    )
    func unknownNamespace() throws {
        let vouching = try PolicyFixture.policy(
            "vouching",
            [
                "match": ["namespaces": ["names": ["prod"]]],
                "checks": [["trustedRegistries": ["registry.example.com/**"]]],
            ])
        #expect(try PolicyFixture.decide(pinned, by: [vouching], namespace: .known("prod")).isAllowed)
        #expect(try !PolicyFixture.decide(pinned, by: [vouching], namespace: .unknown).isAllowed)
        let constraining = try PolicyFixture.policy(
            "constraining", ["match": ["namespaces": ["names": ["prod"]]], "checks": [["digest": "required"]]])
        let trusted = try trusting("registry.example.com/**")
        let image = "registry.example.com/app:1"
        #expect(try PolicyFixture.decide(image, by: [trusted, constraining], namespace: .known("dev")).isAllowed)
        #expect(try !PolicyFixture.decide(image, by: [trusted, constraining], namespace: .unknown).isAllowed)
        let absent = try PolicyFixture.decide(image, by: [trusted, constraining], namespace: .absent)
        #expect(absent.isAllowed && absent.passedOver.map(\.policy) == ["constraining"])
    }

    @Test("a tag beside a digest makes a tag pattern constrain, and not vouch")
    func tagBesideDigestInMatch() throws {
        let digest = PolicyFixture.digest("image")
        let vouching = try PolicyFixture.policy(
            "p",
            [
                "match": ["images": ["docker.io/library/alpine:3.*"]],
                "checks": [["insecureAcceptAnything": ["because": "t"]]],
            ])
        #expect(try PolicyFixture.decide("alpine:3.1", by: [vouching]).isAllowed)
        #expect(try !PolicyFixture.decide("alpine:3.1@\(digest)", by: [vouching]).isAllowed)
        let forbidding = try PolicyFixture.policy(
            "p", ["match": ["images": ["docker.io/library/alpine:3.*"]], "checks": [["forbid": ["because": "t"]]]])
        let trusted = try trusting("docker.io/library/*")
        #expect(try !PolicyFixture.decide("alpine:3.1@\(digest)", by: [trusted, forbidding]).isAllowed)
    }

    // MARK: - Exemptions

    @Test("an exemption covers its exact namespaces and images, and only where the namespace is known")
    func exemption() throws {
        let exemption = try Exemption(
            name: "system",
            specification: [
                "namespaces": ["kube-system"], "images": ["registry.k8s.io/**"], "because": "the cluster must start",
                "owner": "platform", "reviewBy": .date(PolicyFixture.now),
            ])
        func verdict(_ image: String, _ namespace: Fact<String>) throws -> ImageDecision.Verdict {
            try PolicyFixture.decide(image, by: [], exemptions: [exemption], namespace: namespace).verdict
        }
        #expect(try verdict("registry.k8s.io/pause:3", .known("kube-system")) == .exempt("system"))
        #expect(try verdict("registry.k8s.io/pause:3", .known("kube-system-2")) == .refused(.notVouched))
        #expect(try verdict("evil.com/pause:3", .known("kube-system")) == .refused(.notVouched))
        #expect(try verdict("registry.k8s.io/pause:3", .unknown) == .refused(.notVouched))
        #expect(try verdict("registry.k8s.io/pause:3", .absent) == .refused(.notVouched))
    }

    @Test("an exemption that names no images covers every image of its namespaces")
    func exemptionWithoutImages() throws {
        let exemption = try Exemption(
            name: "system",
            specification: [
                "namespaces": ["kube-system"], "because": "the cluster must start", "owner": "platform",
                "reviewBy": .date(PolicyFixture.now),
            ])
        for (namespace, verdict) in [
            ("kube-system", ImageDecision.Verdict.exempt("system")), ("shop", .refused(.notVouched)),
        ] {
            for image in ["registry.k8s.io/pause:3", "evil.com/pause:3", pinned] {
                let decision = try PolicyFixture.decide(
                    image, by: [], exemptions: [exemption], namespace: .known(namespace))
                #expect(decision.verdict == verdict)
            }
        }
    }

    @Test("an exemption with a wildcard is refused")
    func exemptionWildcard() {
        #expect(throws: FieldProblems.self) {
            try Exemption(
                name: "x",
                specification: [
                    "namespaces": ["kube-*"], "because": "b", "owner": "o", "reviewBy": .date(PolicyFixture.now),
                ])
        }
    }

    // MARK: - Messages

    @Test("a check's name and message are in its finding")
    func namesAndMessages() throws {
        let policy = try PolicyFixture.policy(
            "p",
            [
                "checks": [
                    [
                        "name": "sources", "message": "ask the platform team",
                        "trustedRegistries": ["registry.example.com/**"],
                    ]
                ]
            ])
        let finding = try #require(try PolicyFixture.decide("evil.com/app", by: [policy]).refusing.first)
        #expect(finding.policy == "p" && finding.check == "sources" && finding.message == "ask the platform team")
    }

    @Test("two checks of the same name are refused, and named ones of the same kind are not")
    func ambiguousNames() throws {
        #expect(throws: FieldProblems.self) {
            try PolicyFixture.policy("p", ["checks": [["digest": "required"], ["digest": "required"]]])
        }
        _ = try PolicyFixture.policy(
            "p", ["checks": [["digest": "required"], ["name": "again", "digest": "required"]]])
    }
}
