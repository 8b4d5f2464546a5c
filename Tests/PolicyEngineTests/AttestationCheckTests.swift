import OCI
import PolicyEngine
import Testing
import Timestamp
import Trust

@Suite struct AttestationCheckTests {
    private static let v1 = "https://slsa.dev/provenance/v1"
    private static let now = PolicyFixture.now
    private static let release = AttestorReference(index: 0, name: "release-key", claim: .attestation)

    private func decide(
        _ attestation: FieldValue, _ outcome: VerificationOutcome, at now: Instant = PolicyFixture.now
    ) throws -> ImageDecision {
        let policy = try PolicyFixture.policy("attested", ["checks": [["attestation": attestation]]])
        return try PolicyFixture.decide(
            "registry.example.com/app@\(PolicyFixture.digest("image"))", by: [policy],
            with: StatedEvidence(outcomes: [Self.release: outcome]), at: now)
    }

    private func decide(_ attestation: FieldValue, _ made: VerifiedSignature...) throws -> ImageDecision {
        try decide(attestation, .passed(made))
    }

    private static func attested(
        _ type: String = v1, at time: Instant? = now, _ facts: VerifiedStatement.Facts? = nil
    ) -> VerifiedSignature {
        VerifiedSignature(
            by: .key("a"), signedAt: time, statement: VerifiedStatement(predicateType: type, facts: facts))
    }

    /// Provenance of an ordinary build, with one fact changed.
    private static func built(
        by builder: String? = "https://ci.example.com/build@v2",
        as buildType: String? = "https://ci.example.com/make/v1",
        from source: String? = "https://git.example.com/acme/app", _ sourceRef: String? = "refs/heads/main"
    ) -> VerifiedSignature {
        attested(
            v1,
            .provenance(Provenance(builder: builder, buildType: buildType, source: source, sourceRef: sourceRef)))
    }

    private func refusal(_ decision: ImageDecision) -> Refusal? { decision.refusing.first?.refusal }

    // MARK: - Who and what

    @Test("by: the attestor's attestation lets the image in, and its absence does not")
    func by() throws {
        let check: FieldValue = ["predicateType": "https://slsa.dev/provenance/v1", "by": "release-key"]
        let passed = try decide(check, Self.attested())
        #expect(passed.verdict == .allowed)
        #expect(passed.findings.first?.outcome == .passed([Self.attested()]))
        let missing = Refusal(.attestationMissing, found: "no attestation", expected: "one")
        #expect(try decide(check, .violated(missing)).verdict == .refused(.attestationMissing))
        let unreachable = try decide(check, .unreachable)
        #expect(unreachable.verdict == .refused(.registryUnavailable) && unreachable.isUndetermined)
    }

    @Test("by: what another attestor attests, and what this one only signed, counts for nothing")
    func others() throws {
        let policy = try PolicyFixture.policy(
            "attested",
            ["checks": [["attestation": ["predicateType": "https://spdx.dev/Document", "by": "release-key"]]]])
        let team = AttestorReference(index: 1, name: "team-key", claim: .attestation)
        let attested = VerificationOutcome.passed([Self.attested("https://spdx.dev/Document")])
        let evaluation = try PolicyFixture.evaluate(
            "registry.example.com/app@\(PolicyFixture.digest("image"))", by: [policy],
            with: StatedEvidence(outcomes: [
                team: attested, PolicyFixture.release: .passed(signers: [.key("a")]),
            ]))
        guard case .missing(let needs) = evaluation else {
            Issue.record("decided without asking: \(evaluation)")
            return
        }
        #expect(needs == [.verification(Self.release)])
    }

    @Test("predicateType: an attestation of another type counts for nothing, whatever it says")
    func predicateType() throws {
        let check: FieldValue = ["predicateType": "https://spdx.dev/Document", "by": "release-key"]
        #expect(try decide(check, Self.attested("https://spdx.dev/Document")).isAllowed)
        #expect(try decide(check, Self.built(), Self.attested("https://spdx.dev/Document")).isAllowed)
        for other in [
            "https://spdx.dev/Document/", "https://spdx.dev/document", "https://spdx.dev/Document/v2.3", "",
            "https://spdx.dev/Documen", "http://spdx.dev/Document",
        ] {
            #expect(try decide(check, Self.attested(other)).verdict == .refused(.attestationMissing), "\(other)")
        }
        #expect(try !decide(check, VerifiedSignature(by: .key("a"), signedAt: Self.now)).isAllowed)
        let found = try refusal(decide(check, Self.built(), Self.attested("https://a.example"), Self.built()))
        #expect(
            found
                == Refusal(
                    .attestationMissing,
                    found:
                        "by `release-key` only attestations of `https://slsa.dev/provenance/v1` and `https://a.example`",
                    expected: "an attestation of type `https://spdx.dev/Document` by `release-key`",
                    cure: "attest the image: `cosign attest --type https://spdx.dev/Document`"))
    }

    @Test("a check vouches by an attestation that passes")
    func vouches() throws {
        let policy = try PolicyFixture.policy(
            "attested",
            [
                "checks": [
                    [
                        "attestation": ["predicateType": "https://spdx.dev/Document", "by": "release-key"],
                        "enforcement": "warn",
                    ]
                ]
            ])
        let evidence = StatedEvidence(outcomes: [Self.release: .passed([Self.attested("https://spdx.dev/Document")])])
        let image = "registry.example.com/app@\(PolicyFixture.digest("image"))"
        #expect(try PolicyFixture.decide(image, by: [policy], with: evidence).verdict == .refused(.notVouched))
        let check: FieldValue = ["predicateType": "https://spdx.dev/Document", "by": "release-key"]
        let inForce = try PolicyFixture.policy("attested", ["checks": [["attestation": check]]])
        #expect(try PolicyFixture.decide(image, by: [inForce], with: evidence).verdict == .allowed)
    }

    // MARK: - When

    @Test("maxAge: from that age on it does not pass, nor does it where nothing proves when it was made")
    func maxAge() throws {
        let check: FieldValue = [
            "predicateType": "https://slsa.dev/provenance/v1", "by": "release-key",
            "maxAge": .duration(.seconds(3_600)),
        ]
        func made(_ seconds: Int) -> VerifiedSignature { Self.attested(at: Self.now - .seconds(seconds)) }
        #expect(try decide(check, made(0)).isAllowed)
        #expect(try decide(check, made(3_599)).isAllowed)
        #expect(try decide(check, made(3_600)).verdict == .refused(.attestationUnfit))
        #expect(try decide(check, Self.attested(at: nil)).verdict == .refused(.attestationUnfit))
        #expect(try decide(check, made(7_200), made(60)).isAllowed)
        let forever: FieldValue = ["predicateType": "https://slsa.dev/provenance/v1", "by": "release-key"]
        #expect(try decide(forever, Self.attested(at: nil)).isAllowed)
        #expect(try decide(forever, made(100_000_000)).isAllowed)
        let found = try refusal(decide(check, made(3_600)))
        #expect(found?.found == "an attestation by `release-key`: it was made at 2026-05-28T19:26:40Z")
        #expect(
            found?.expected
                == "an attestation of type `https://slsa.dev/provenance/v1` by `release-key`, at most 1h old")
        #expect(
            try refusal(decide(check, Self.attested(at: nil)))?.found
                == "an attestation by `release-key`: nothing proves when it was made")
    }

    // MARK: - Provenance

    private func provenance(_ conditions: FieldValue) -> FieldValue {
        ["predicateType": "https://slsa.dev/provenance/v1", "by": "release-key", "provenance": conditions]
    }

    /// A condition that an ordinary build fits, and builds of which it does not hold.
    private static let builds: [(FieldValue, VerifiedSignature, VerifiedSignature)] = [
        (["builder": "https://ci.example.com/build@v2"], built(by: "https://ci.example.com/build@v3"), built(by: nil)),
        (["buildType": "https://ci.example.com/make/v1"], built(as: "https://ci.example.com/make/v1/"), built(as: nil)),
        (
            ["source": "https://git.example.com/acme/app"], built(from: "https://git.example.com/acme/app.git"),
            built(from: nil)
        ),
        (["sourceRef": "refs/heads/main"], built("refs/heads/main2"), built(nil)),
    ]

    @Test(
        "provenance: each condition passes for what it names and not for what differs, or is not said",
        arguments: builds)
    func conditions(condition: FieldValue, other: VerifiedSignature, silent: VerifiedSignature) throws {
        #expect(try decide(provenance(condition), Self.built()).isAllowed)
        #expect(try decide(provenance(condition), other).verdict == .refused(.attestationUnfit))
        #expect(try decide(provenance(condition), silent).verdict == .refused(.attestationUnfit))
        #expect(try decide(provenance(condition), Self.attested()).verdict == .refused(.attestationUnfit))
    }

    @Test("provenance: a `*` stays inside of a segment")
    func stars() throws {
        let check = provenance(["source": "https://git.example.com/acme/*"])
        #expect(try decide(check, Self.built(from: "https://git.example.com/acme/x")).isAllowed)
        for other in [
            "https://git.example.com/acme/", "https://git.example.com/acme", "https://git.example.com/acme/x/y",
            "https://git.example.com/evil/x", "https://git.example.com/acme-evil/x",
            "https://evil.example/https://git.example.com/acme/x",
        ] { #expect(try !decide(check, Self.built(from: other)).isAllowed, "\(other)") }
        let part = provenance(["sourceRef": "refs/tags/v*"])
        #expect(try decide(part, Self.built("refs/tags/v1.2")).isAllowed)
        #expect(try !decide(part, Self.built("refs/tags/v1/2")).isAllowed)
        #expect(try !decide(part, Self.built("refs/heads/v1")).isAllowed)
        let host = provenance(["builder": "https://*/build@v2"])
        #expect(try !decide(host, Self.built(by: "https://evil.example/ci.example.com/build@v2")).isAllowed)
    }

    @Test("one and the same attestation has to fit in everything")
    func sameAttestation() throws {
        let check: FieldValue = [
            "predicateType": "https://slsa.dev/provenance/v1", "by": "release-key",
            "maxAge": .duration(.seconds(3_600)),
            "provenance": ["builder": "https://ci.example.com/build@v2", "source": "https://git.example.com/acme/app"],
        ]
        let otherBuilder = Self.built(by: "https://evil.example"),
            otherSource = Self.built(from: "https://evil.example")
        let old = VerifiedSignature(
            by: .key("a"), signedAt: Self.now - .seconds(3_600), statement: Self.built().statement)
        let otherType = Self.attested(
            "https://slsa.dev/provenance/v0.2", Self.built().statement?.facts)
        for several in [[otherBuilder, otherSource], [otherBuilder, old], [old, otherSource, otherType]] {
            #expect(try decide(check, .passed(several)).verdict == .refused(.attestationUnfit))
        }
        let passed = try decide(check, otherBuilder, old, Self.built(), otherSource)
        #expect(passed.isAllowed && passed.findings.first?.outcome == .passed([Self.built()]))
        #expect(
            try refusal(decide(check, otherBuilder, otherSource))?.found
                == "2 attestations by `release-key`, the first: its `builder` is `https://evil.example`, expected "
                + "`https://ci.example.com/build@v2`")
    }

    @Test("what somebody else wrote into a statement reaches no message as it is, nor at length")
    func untrustedText() throws {
        let check = provenance(["source": "https://git.example.com/acme/*"])
        let evil = "\u{1b}[2J`\n\u{202e}" + String(repeating: "x", count: 100_000)
        let unfit = try refusal(decide(check, Self.built(from: evil)))?.found ?? ""
        #expect(unfit.contains("its `source` is `\\u{1b}[2J\\u{60}\\u{a}\\u{202e}xxx"), "\(unfit.prefix(100))")
        let missing = try refusal(decide(check, Self.attested(evil)))?.found ?? ""
        #expect(missing.contains("attestations of `\\u{1b}[2J\\u{60}\\u{a}\\u{202e}xxx"), "\(missing.prefix(100))")
        let many = (0..<1_000).map { Self.attested("https://\($0).example") }
        let listed = try refusal(decide(check, .passed(many)))?.found ?? ""
        #expect(listed.hasSuffix(" and 995 more"), "\(listed.prefix(100))")
        for message in [unfit, missing, listed] { #expect(message.utf8.count < 600) }
    }

    // MARK: - What could not be seen

    @Test("an attestation that nobody could look at leaves it undetermined, unless one fits")
    func unseen() throws {
        let check = provenance(["sourceRef": "refs/heads/main"])
        let unseen = Refusal(.deadlineExceeded, found: "no time", expected: "time")
        func outcome(_ made: VerifiedSignature) throws -> ImageDecision {
            try decide(check, .passed([made], unseen: unseen))
        }
        #expect(try outcome(Self.built()).isAllowed)
        for other in [Self.built("refs/heads/other"), Self.attested("https://spdx.dev/Document")] {
            let decision = try outcome(other)
            #expect(decision.verdict == .refused(.deadlineExceeded) && decision.isUndetermined)
            #expect(try !decide(check, other).isUndetermined)
        }
    }

    @Test("onUndetermined: it may have a last known good result, and may not only warn, since it vouches")
    func onUndetermined() throws {
        func load(_ onUndetermined: FieldValue) throws -> ImagePolicy {
            try PolicyFixture.policy(
                "p", ["checks": [["attestation": spdx(by: "release-key"), "onUndetermined": onUndetermined]]])
        }
        let policy = try load(["lastKnownGood": ["for": .duration(.seconds(60))]])
        guard case .lastKnownGood? = policy.checks.first?.onUndetermined else {
            Issue.record("\(policy.checks)")
            return
        }
        #expect(throws: FieldProblems.self) { try load("warn") }
    }

    private func spdx(by attestor: FieldValue) -> FieldValue {
        ["predicateType": "https://spdx.dev/Document", "by": attestor]
    }

    // MARK: - Words

    @Test("what cannot be meant is refused at load, all of it at once")
    func mistakes() {
        func problems(_ attestation: FieldValue) -> [String] {
            do {
                _ = try PolicyFixture.policy("p", ["checks": [["attestation": attestation]]])
                return []
            } catch {
                return (error as? FieldProblems)?.problems.map(\.message) ?? ["\(error)"]
            }
        }
        #expect(problems(spdx(by: "release-key")) == [])
        #expect(
            problems([
                "predicateType": "slsaprovenance1", "by": "relase-key", "provenance": ["source": "https://a/**"],
            ]) == [
                "`slsaprovenance1` is cosign's word, write the type itself: `https://slsa.dev/provenance/v1`",
                "there is no Attestor named `relase-key`, did you mean `release-key`?",
                "statements of this `predicateType` say nothing of a build, `provenance` goes with "
                    + "`https://slsa.dev/provenance/v0.2` and `https://slsa.dev/provenance/v1`",
                "`source` is invalid: found `**`, expected `*`, which stands for characters of one segment: more than that "
                    + "takes a regular expression",
            ])
        #expect(
            problems([
                "predicateType": "https://spdx.dev/Document", "by": "release-key", "maxAge": .duration(.zero),
            ]) == ["with a duration of zero nothing passes, expected a longer one"])
        for type in ["provenance", "https//slsa.dev", ":x", "https:", "a b:c", "https://slsa.dev/\u{e9}"] {
            #expect(
                problems(["predicateType": FieldValue(stringLiteral: type), "by": "release-key"]).first?.contains(
                    "is no URI, expected one such as `https://slsa.dev/provenance/v1`") == true, "\(type)")
        }
        for type in ["https://example.com/x/v1", "urn:example:x", "tag:example.com,2026:x"] {
            #expect(problems(["predicateType": FieldValue(stringLiteral: type), "by": "release-key"]) == [])
        }
    }

    @Test("it gives a statement with which it passes")
    func example() throws {
        for conditions: FieldValue in [
            ["builder": "https://*/build@v*", "sourceRef": "refs/*/*"], ["buildType": "*", "source": "https://a/b"],
        ] {
            let policy = try PolicyFixture.policy("p", ["checks": [["attestation": provenance(conditions)]]])
            let check = try #require(policy.checks.first?.check as? AttestationCheck)
            #expect(
                try decide(
                    provenance(conditions),
                    VerifiedSignature(by: .key("a"), signedAt: Self.now, statement: check.example(filling: "x"))
                ).isAllowed)
        }
    }
}
