@testable import Admission
import ContentTrust
import Cryptography
import OCI
import PolicyEngine
import Registry
import TestSupport
import Testing
import Timestamp
import Trust

/// How long trust data counts, and of what, once it has been asked for.
@Suite struct ContentTrustEvidenceTests {
    /// A registry that is a notary server too, an image whose tag `v1` is signed there, and a gate that demands that.
    private struct World {
        let fixture: RegistryFixture
        let digest: Digest
        var notary: SimulatedNotary
        let policies: PolicySet
        let collector: EvidenceCollector

        init(_ fixture: RegistryFixture) throws {
            self.fixture = fixture
            // Collections live in the year 2030.
            fixture.clock.advance(by: SimulatedNotary.now - fixture.clock.now)
            digest = fixture.registry.pushImage(to: "team/app", tag: "v1")
            notary = try SimulatedNotary(of: fixture.image("team/app", ""))
            notary.tags["v1"] = .init(sha256: digest.bytes)
            notary.timestamp.expires = "2030-03-17T17:48:20Z"
            var files = PolicyFiles()
            try files.contentTrust("trusted", root: notary.root.keys[0].key)
            files.policy("signed", checks: "signature: {by: trusted}")
            let clock = fixture.clock
            policies = try files.load(
                formats: [ContentTrustFormat(memory: ForgetfulMemory(), clock: { clock.now })])
            collector = fixture.collector()
            try publish()
        }

        /// How long the timestamp counts.
        static let lifetime = Duration.seconds(100)

        mutating func publish() throws {
            try notary.publishNext()
            fixture.registry.publish(notary)
        }

        var gate: Gate { Gate(policies, collector) }
        var now: Instant { fixture.clock.now }

        func decide(_ name: String = ":v1") async throws -> Decision {
            await gate.decide(.of(fixture.image("team/app", name)), at: now)
        }

        func decideWarm(_ name: String = ":v1") -> Decision? {
            gate.decideWarm(.of(fixture.image("team/app", name)), at: now)
        }
    }

    @Test("a warm decision asks nobody anything while the trust data counts, and a refreshed tag no notary server")
    func warm() async throws {
        try await withRegistry { fixture in
            let world = try World(fixture)
            #expect(try await world.decide().verdicts == [.allowed])
            #expect(fixture.registry.trustDataAsked.count == 4)
            let asked = fixture.requests.count
            fixture.clock.advance(by: .seconds(9))
            #expect(world.decideWarm()?.verdicts == [.allowed])
            #expect(fixture.requests.count == asked)
            // What the tag stands for is asked anew after ten seconds; what was signed is known.
            fixture.clock.advance(by: .seconds(90))
            #expect(try await world.decide().verdicts == [.allowed])
            #expect(world.decideWarm()?.verdicts == [.allowed])
            #expect(fixture.requests.count == asked + 1)
            #expect(fixture.registry.trustDataAsked.count == 4)
        }
    }

    @Test("S34: at the moment at which the timestamp expires it is asked for again, and refused while it is no newer")
    func expired() async throws {
        try await withRegistry { fixture in
            var world = try World(fixture)
            let pinned = "@\(world.digest)"
            #expect(try await world.decide(pinned).verdicts == [.allowed])
            fixture.clock.advance(by: World.lifetime - .milliseconds(1))
            #expect(world.decideWarm(pinned)?.verdicts == [.allowed])
            let asked = fixture.registry.trustDataAsked.count
            fixture.clock.advance(by: .milliseconds(1))
            #expect(world.decideWarm(pinned) == nil)
            #expect(try await world.decide(pinned).verdicts == [.refused(.trustMetadataExpired)])
            #expect(fixture.registry.trustDataAsked.count > asked)
            #expect(fixture.registry.trustDataAsked[asked] == "timestamp.json")
            world.notary.timestamp.expires = SimulatedNotary.later
            try world.publish()
            fixture.clock.advance(by: .seconds(11))
            #expect(try await world.decide(pinned).verdicts == [.allowed])
        }
    }

    @Test("S36: what is remembered of a server that is down is looked for again every second, and ends with its expiry")
    func unheard() async throws {
        try await withRegistry { fixture in
            let world = try World(fixture)
            let pinned = "@\(world.digest)"
            #expect(try await world.decide(pinned).verdicts == [.allowed])
            fixture.registry.script(ScriptedFault("/v2/\(world.notary.name)/_trust", do: .status(503)))
            // Nothing is cached by this one; what was verified is remembered.
            let collector = fixture.collector()
            let gate = Gate(world.policies, collector)
            let request = AdmissionRequest.of(fixture.image("team/app", pinned))
            fixture.clock.advance(by: World.lifetime - .milliseconds(500))
            #expect(await gate.decide(request, at: world.now).verdicts == [.allowed])
            #expect(gate.decideWarm(request, at: world.now + .milliseconds(499))?.verdicts == [.allowed])
            #expect(gate.decideWarm(request, at: world.now + .milliseconds(500)) == nil)
            fixture.clock.advance(by: .milliseconds(500))
            #expect(await gate.decide(request, at: world.now).verdicts == [.refused(.trustServerUnavailable)])
        }
    }

    @Test("a tag and the digest that it stands for are judged apart, and so are two tags")
    func apart() async throws {
        try await withRegistry { fixture in
            let world = try World(fixture)
            fixture.registry.pushImage(to: "team/app", tag: "v2")
            // The same image; nobody has signed that tag.
            #expect(try await world.decide(":v2").digests == [world.digest])
            #expect(try await world.decide(":v2").verdicts == [.refused(.tagNotSigned)])
            #expect(try await world.decide(":v1").verdicts == [.allowed])
            #expect(try await world.decide("@\(world.digest)").verdicts == [.allowed])
            #expect(try await world.decide(":v2@\(world.digest)").verdicts == [.allowed])
            for (name, verdict) in [
                (":v2", ImageDecision.Verdict.refused(.tagNotSigned)), (":v1", .allowed),
                ("@\(world.digest)", .allowed),
            ] { #expect(world.decideWarm(name)?.verdicts == [verdict]) }
            #expect(fixture.registry.trustDataAsked.count <= 5)
        }
    }

    @Test("an attestor that does not judge tags is asked once for all tags of a digest")
    func sharedByTags() async throws {
        try await withRegistry { fixture in
            let key = try PrivateKey.generate(.ecdsaP256)
            var files = PolicyFiles()
            try files.attestor("release-key", key)
            files.policy("signed", checks: "signature: {by: release-key}")
            let gate = Gate(try files.load(), fixture.collector())
            let digest = fixture.registry.pushImage(to: "team/app", tag: "v1")
            #expect(fixture.registry.pushImage(to: "team/app", tag: "v2") == digest)
            try fixture.sign(digest, "team/app", with: key)
            for name in [":v1", ":v2", "@\(digest)"] {
                let decision = await gate.decide(.of(fixture.image("team/app", name)), at: fixture.clock.now)
                #expect(decision.verdicts == [.allowed], "\(name)")
                // Longer than what was fetched is kept.
                fixture.clock.advance(by: .seconds(60))
            }
            #expect(fixture.requests.filter { $0.hasSuffix(".sig") }.count == 1)
        }
    }

    @Test("an outcome is kept no longer than it counts")
    func lifetimes() {
        let lifetimes = EvidenceLifetimes()
        let now = SimulatedNotary.now
        let passed = VerificationOutcome.passed(signers: [.key(fingerprint: [1])])
        func lifetime(_ outcome: VerificationOutcome, _ end: Duration?) -> Duration {
            lifetimes.lifetime(of: outcome, for: .signature, until: end.map { now + $0 }, from: now)
        }
        #expect(lifetime(passed, nil) == lifetimes.passed)
        #expect(lifetime(passed, .seconds(5)) == .seconds(5))
        #expect(lifetime(passed, .seconds(86_400)) == lifetimes.passed)
        #expect(lifetime(passed, .zero) == .zero)
        #expect(lifetime(passed, .seconds(-5)) == .zero)
        let refusal = Refusal(.trustServerUnavailable, found: "nothing", expected: "something")
        let unheard = VerificationOutcome.passed([VerifiedSignature(by: .key(fingerprint: [1]))], unseen: refusal)
        #expect(lifetime(unheard, .seconds(5)) == lifetimes.undetermined)
        #expect(lifetime(unheard, .milliseconds(5)) == .milliseconds(5))
        #expect(lifetime(.violated(refusal), .seconds(5)) == .seconds(5))
    }
}
