@testable import Admission
import Cryptography
import OCI
import Outbound
import PolicyEngine
import TestSupport
import Testing
import Timestamp
import Trust

@Suite struct GateTests {
    private let release: PrivateKey
    private let stranger: PrivateKey

    init() throws {
        release = try PrivateKey.generate(.ecdsaP256)
        stranger = try PrivateKey.generate(.ecdsaP256)
    }

    private func signed(by key: PrivateKey? = nil) throws -> PolicySet {
        var files = PolicyFiles()
        try files.attestor("release-key", key ?? release)
        files.policy("signed", checks: "signature: {by: release-key}")
        return try files.load()
    }

    private func verdict(
        of name: String, _ prepare: (RegistryFixture) throws -> Void
    ) async throws -> (ImageDecision.Verdict, Decision) {
        try await withRegistry { fixture in
            try prepare(fixture)
            let gate = Gate(try signed(), fixture.collector())
            let decision = await gate.decide(.of(fixture.image("team/app", name)), at: fixture.clock.now)
            return (try #require(decision.verdicts.first), decision)
        }
    }

    // MARK: - One image in several places

    @Test("an image gets one decision wherever it stands, unless a policy asks what a container is for")
    func severalPlaces() throws {
        let image = "registry.example.com/app:1.0"
        let request = AdmissionRequest(
            facts: RequestFacts(source: .kubernetes, namespace: .known("shop")),
            images: [
                RequestedImage(text: image, kind: .main, path: "spec.containers[0].image", container: "app"),
                RequestedImage(
                    text: image, kind: .initialization, path: "spec.initContainers[0].image", container: "x"),
            ],
            origin: RequestOrigin(source: "test"), deadline: .now + .seconds(60))
        func decision(_ prepare: (inout PolicyFiles) -> Void) throws -> Decision {
            var files = PolicyFiles()
            files.policy("everybody", checks: #"trustedRegistries: ["registry.example.com/**"]"#)
            prepare(&files)
            let collector = EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start })
            return try #require(Gate(try files.load(), collector).decideWarm(request, at: TestClock.start))
        }
        let alike = try decision { _ in }
        #expect(alike.verdicts == [.allowed, .allowed])
        #expect(alike.images[1].sharesDecision(with: alike.images[0]))
        #expect(alike.images.map(\.requested) == request.images)

        let apart = try decision {
            $0.policy("no-tag-for-init", match: "{containers: [init]}", checks: "tags: {deny: ['1.0']}")
        }
        #expect(apart.verdicts == [.allowed, .refused(.tagDenied)])
        #expect(!apart.images[1].sharesDecision(with: apart.images[0]))

        let excepted = try decision {
            $0.policy(
                "no-tag-but-for-init", match: "{}\n  exclude: [{containers: [init]}]", checks: "tags: {deny: ['1.0']}")
        }
        #expect(excepted.verdicts == [.refused(.tagDenied), .allowed])

        let staged = try decision {
            $0.policy(
                "no-tag-on-trial-for-init", enforcement: "{default: deny, warn: [{containers: [init]}]}",
                checks: "tags: {deny: ['1.0']}")
        }
        #expect(staged.verdicts == [.refused(.tagDenied), .allowed])
    }

    // MARK: - Signatures

    @Test("a signed image is allowed, by tag and by digest, at the digest that was signed")
    func signedImage() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            let gate = Gate(try signed(), fixture.collector())
            for name in [":1.0", "@\(digest)", ":1.0@\(digest)"] {
                let request = AdmissionRequest.of(fixture.image("team/app", name))
                let decision = await gate.decide(request, at: fixture.clock.now)
                #expect(decision.verdicts == [.allowed])
                #expect(decision.digests == [digest])
                #expect(decision.isAllowed)
                #expect(gate.decideWarm(request, at: fixture.clock.now)?.verdicts == [.allowed])
            }
        }
    }

    @Test("S01: an image without a signature is refused")
    func unsigned() async throws {
        let (verdict, decision) = try await verdict(of: ":1.0") { $0.registry.pushImage(to: "team/app", tag: "1.0") }
        #expect(verdict == .refused(.signatureMissing))
        #expect(!decision.isAllowed)
        #expect(!decision.isUndetermined)
    }

    @Test("attack 24: what a tag stands for is refused as what it is, if a runtime could take it for something else")
    func confusingManifest() async throws {
        let config = #""config":{"mediaType":"a/b","digest":"sha256:\#(String(repeating: "0", count: 64))","size":1}"#
        let type = "application/vnd.oci.image.index.v1+json"
        let both = #"{"schemaVersion":2,"mediaType":"\#(type)","manifests":[],\#(config),"layers":[]}"#
        let (confusing, decision) = try await verdict(of: ":1.0") {
            $0.registry.push(manifest: Array(both.utf8), mediaType: type, to: "team/app", tag: "1.0")
        }
        #expect(confusing == .refused(.manifestInvalid))
        #expect(!decision.isUndetermined)
        let schema1 = #"{"schemaVersion":1,"name":"team/app","tag":"1.0","fsLayers":[],"history":[]}"#
        let (old, _) = try await verdict(of: ":1.0") {
            $0.registry.push(
                manifest: Array(schema1.utf8), mediaType: "application/vnd.docker.distribution.manifest.v1+json",
                to: "team/app", tag: "1.0")
        }
        #expect(old == .refused(.manifestUnsupported))
    }

    @Test("S02: a signature that was copied from another digest is rejected")
    func otherDigest() async throws {
        let (verdict, _) = try await verdict(of: ":1.0") { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            let other = fixture.registry.pushImage(to: "team/app", content: "other")
            try fixture.sign(digest, "team/app", with: release, claiming: other)
        }
        #expect(verdict == .refused(.signatureForOtherImage))
    }

    @Test("a signature by another key is rejected")
    func wrongKey() async throws {
        let (verdict, _) = try await verdict(of: ":1.0") { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: stranger)
        }
        #expect(verdict == .refused(.signatureInvalid))
    }

    @Test("S03: a signature for another repository is rejected")
    func otherRepository() async throws {
        let (verdict, _) = try await verdict(of: ":1.0") { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release, as: "team/other")
        }
        #expect(verdict == .refused(.signatureForOtherRepository))
    }

    @Test("a tag that does not exist is a violation; a registry that fails leaves it undetermined")
    func absentAndFailing() async throws {
        let (absent, _) = try await verdict(of: ":1.0") { _ in }
        #expect(absent == .refused(.imageNotFound))
        let (failing, decision) = try await verdict(of: ":1.0") {
            $0.registry.script(ScriptedFault("/v2/", do: .status(500)))
        }
        #expect(failing == .refused(.registryUnavailable))
        #expect(decision.isUndetermined)
    }

    // MARK: - What it costs

    @Test("attack 1: a tag is resolved once for all images of a request that name it, and one digest is judged for all")
    func oneResolution() async throws {
        try await withRegistry { fixture in
            let first = fixture.registry.pushImage(to: "team/app", tag: "1.0", content: "first")
            try fixture.sign(first, "team/app", with: release)
            let gate = Gate(try signed(), fixture.collector())
            let image = fixture.image("team/app", ":1.0")
            let decision = await gate.decide(.of(image, image, image), at: fixture.clock.now)
            #expect(decision.digests == [first, first, first])
            #expect(fixture.requests.count { $0 == "/v2/team/app/manifests/1.0" } == 1)

            // The tag moves. What is known still counts, for all of them alike.
            fixture.registry.pushImage(to: "team/app", tag: "1.0", content: "second")
            let again = try #require(gate.decideWarm(.of(image, image), at: fixture.clock.now))
            #expect(again.digests == [first, first])
            fixture.clock.advance(by: .seconds(11))
            let moved = await gate.decide(.of(image, image), at: fixture.clock.now)
            #expect(moved.verdicts == [.refused(.signatureMissing), .refused(.signatureMissing)])
            #expect(Set(moved.digests).count == 1)
        }
    }

    @Test("a tag costs five requests and a digest four, whatever the number of policies, attestors and keys")
    func coldCost() async throws {
        try await withRegistry(authentication: .bearer()) { fixture in
            var files = PolicyFiles()
            for index in 0..<5 {
                try files.attestor("by-\(index)", release, try PrivateKey.generate(.ecdsaP256))
            }
            for policy in 0..<10 {
                files.policy(
                    "p\(policy)", checks: "signature: {anyOf: [\((0..<5).map { "by-\($0)" }.joined(separator: ", "))]}")
            }
            let policies = try files.load()
            let tagged = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(tagged, "team/app", with: release)
            let pinned = fixture.registry.pushImage(to: "team/pinned")
            try fixture.sign(pinned, "team/pinned", with: release)

            let gate = Gate(policies, fixture.collector())
            let byTag = await gate.decide(.of(fixture.image("team/app", ":1.0")), at: fixture.clock.now)
            #expect(byTag.verdicts == [.allowed])
            // Each repository's first request is answered by 401, and repeated with a token.
            #expect(fixture.answered(of: "team/app") == 5)
            let byDigest = await gate.decide(.of(fixture.image("team/pinned", "@\(pinned)")), at: fixture.clock.now)
            #expect(byDigest.verdicts == [.allowed])
            #expect(fixture.answered(of: "team/pinned") == 4)
        }
    }

    @Test("fifty requests at once cost what one costs")
    func singleFlight() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            let gate = Gate(try signed(), fixture.collector())
            let allowed = await withTaskGroup(of: Bool.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        await gate.decide(.of(fixture.image("team/app", ":1.0")), at: fixture.clock.now).isAllowed
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(allowed == 50)
            #expect(fixture.requests.count == 5)
        }
    }

    @Test("the images of a Pod are looked at side by side: the second is asked for before the first has its answer")
    func sideBySide() async throws {
        try await withRegistry(limits: .patient) { fixture in
            fixture.registry.script(ScriptedFault("/v2/", do: .stall))
            let gate = Gate(try signed(), fixture.collector())
            let request = AdmissionRequest.of(
                fixture.image("team/one", ":1.0"), fixture.image("team/two", ":1.0"), within: .seconds(1))
            async let decision = gate.decide(request, at: fixture.clock.now)
            #expect(await eventually { fixture.requests.count == 2 })
            #expect(await decision.verdicts == [.refused(.deadlineExceeded), .refused(.deadlineExceeded)])
        }
    }

    // MARK: - Who is asked

    @Test(
        "attack 22: a registry that no policy trusts is never asked",
        arguments: [
            (Enforcement.deny, GateMode.enforce), (.warn, .enforce), (.audit, .enforce), (.deny, .observe),
            (.warn, .observe), (.audit, .observe),
        ])
    func untrusted(notVouched: Enforcement, mode: GateMode) async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            var files = PolicyFiles()
            try files.attestor("release-key", release)
            files.policy(
                "elsewhere", match: "{images: [\"registry.example.com/**\"]}", checks: "signature: {by: release-key}")
            files.policy(
                "sources", checks: "trustedRegistries: [\"registry.example.com/**\"]", "signature: {by: release-key}")
            let enforced = Gate(try files.load(), fixture.collector(), notVouched: notVouched, mode: mode)
            let trial = try {
                var files = PolicyFiles()
                files.policy("digests", enforcement: "warn", checks: "digest: required", "tags: {deny: [latest]}")
                files.policy(
                    "pinned", match: "{digests: [\"\(Digest.sha256(of: []))\"]}", enforcement: "audit",
                    checks: "digest: required")
                return Gate(try files.load(), fixture.collector(), notVouched: notVouched, mode: mode)
            }()
            for name in [":1.0", "@\(digest)", ""] {
                for gate in [enforced, trial] {
                    let request = AdmissionRequest.of(fixture.image("team/app", name))
                    _ = await gate.decide(request, at: fixture.clock.now)
                    #expect(gate.decideWarm(request, at: fixture.clock.now) != nil)
                }
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("a trial policy whose own list of sources refuses an image does not have its registry asked")
    func untrustedByTrialPolicy() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            var files = PolicyFiles()
            try files.attestor("release-key", release)
            files.policy(
                "trial", enforcement: "warn", checks: "trustedRegistries: [\"registry.example.com/**\"]",
                "signature: {by: release-key}")
            let gate = Gate(try files.load(), fixture.collector(), notVouched: .warn)
            for name in [":1.0", "@\(digest)"] {
                let decision = await gate.decide(.of(fixture.image("team/app", name)), at: fixture.clock.now)
                #expect(decision.isAllowed)
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    // MARK: - Time

    @Test("a registry that stalls leaves the image undetermined at the deadline", arguments: [-1_000, 0, 200])
    func deadline(milliseconds: Int) async throws {
        try await withRegistry(limits: .patient) { fixture in
            fixture.registry.script(ScriptedFault("/v2/", do: .stall))
            let gate = Gate(try signed(), fixture.collector())
            let start = ContinuousClock.now
            let decision = await gate.decide(
                .of(fixture.image("team/app", ":1.0"), within: .milliseconds(milliseconds)), at: fixture.clock.now)
            // Far less than the registry is given. Tests that run beside this one may hold up its timer.
            #expect(ContinuousClock.now - start < .seconds(100))
            #expect(decision.verdicts == [.refused(.deadlineExceeded)])
            #expect(decision.isUndetermined)
        }
    }

    @Test("what a registry says after the deadline is not lost")
    func late() async throws {
        var limits = OutboundLimits()
        limits.firstByte = .seconds(4)
        try await withRegistry(limits: limits) { fixture in
            let digest = fixture.registry.pushImage(to: "team/app")
            try fixture.sign(digest, "team/app", with: release)
            fixture.registry.script(ScriptedFault("/v2/", only: [1], do: .stall))
            let gate = Gate(try signed(), fixture.collector())
            let image = fixture.image("team/app", "@\(digest)")
            let decision = await gate.decide(.of(image, within: .milliseconds(50)), at: fixture.clock.now)
            #expect(decision.verdicts == [.refused(.deadlineExceeded)])

            let request = AdmissionRequest.of(image)
            #expect(gate.decideWarm(request, at: fixture.clock.now) == nil)
            #expect(await eventually { gate.decideWarm(request, at: fixture.clock.now) != nil })
            #expect(gate.decideWarm(request, at: fixture.clock.now)?.verdicts == [.allowed])
            #expect(fixture.requests.count == 5)
        }
    }

    // MARK: - Other policies, the same evidence

    @Test(
        "attack 25: policies are evaluated afresh whatever is cached, and a removed key passes nothing any more"
    )
    func afresh() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            let collector = fixture.collector()
            let request = AdmissionRequest.of(fixture.image("team/app", ":1.0"))
            let first = await Gate(try signed(), collector).decide(request, at: fixture.clock.now)
            #expect(first.verdicts == [.allowed])
            let asked = fixture.requests.count

            var stricter = PolicyFiles()
            try stricter.attestor("release-key", release)
            stricter.policy("signed", checks: "signature: {by: release-key}", "digest: required")
            #expect(
                Gate(try stricter.load(), collector).decideWarm(request, at: fixture.clock.now)?.verdicts
                    == [.refused(.digestRequired)])

            let rotated = Gate(try signed(by: stranger), collector)
            #expect(rotated.decideWarm(request, at: fixture.clock.now) == nil)
            #expect(await rotated.decide(request, at: fixture.clock.now).verdicts == [.refused(.signatureInvalid)])
            #expect(fixture.requests.count == asked)
        }
    }

    // MARK: - Without evidence

    @Test("a reference that cannot be read is refused, and the other images are judged all the same")
    func unreadable() async throws {
        var files = PolicyFiles()
        files.policy("anything", checks: "insecureAcceptAnything: {because: a test}")
        let gate = Gate(
            try files.load(), EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start }))
        let md5 = "registry.example.com/app@md5:" + String(repeating: "0", count: 32)
        let request = AdmissionRequest.of("Not An Image", "registry.example.com/app", "", md5)
        let decision = await gate.decide(request, at: TestClock.start)
        #expect(
            decision.verdicts == [
                .refused(.referenceInvalid), .allowed, .refused(.referenceInvalid), .refused(.digestUnsupported),
            ])
        #expect(decision.images.map(\.requested.text) == request.images.map(\.text))
        #expect(gate.decideWarm(request, at: TestClock.start)?.verdicts == decision.verdicts)
    }

    @Test("an exempt namespace is not judged, another one is")
    func exemption() async throws {
        try await withRegistry { fixture in
            var files = PolicyFiles()
            files.exemption("system", namespace: "kube-system")
            let gate = Gate(try files.load(), fixture.collector())
            let image = fixture.image("team/app", ":1.0")
            let exempt = await gate.decide(.of(image, namespace: .known("kube-system")), at: fixture.clock.now)
            #expect(exempt.verdicts == [.exempt("system")])
            #expect(exempt.isAllowed)
            for namespace in [Fact.known("kube-system2"), .known("shop"), .unknown, .absent] {
                let decision = await gate.decide(.of(image, namespace: namespace), at: fixture.clock.now)
                #expect(decision.verdicts == [.refused(.notVouched)])
            }
            #expect(fixture.registry.requests.isEmpty)
        }
    }

    @Test("observing refuses nothing, and says what would be refused")
    func observing() async throws {
        var files = PolicyFiles()
        files.policy("pinned", checks: "insecureAcceptAnything: {because: a test}", "digest: required")
        let source = ScriptedSource()
        let gate = Gate(
            try files.load(), EvidenceCollector(source: source, keeper: nil, clock: { TestClock.start }), mode: .observe
        )
        let answer = await gate.answer(.of("registry.example.com/app:1"), at: TestClock.start)
        #expect(answer.isAllowed)
        #expect(answer.message.isEmpty)
        #expect(answer.reason == nil)
        #expect(answer.warnings.count == 1)
        #expect(
            answer.warnings.first?.hasPrefix("would be refused: policy pinned, check digest [digest-required]") == true)
    }

    @Test("a policy that warns lets in and says so")
    func warning() async throws {
        var files = PolicyFiles()
        files.policy("open", checks: "insecureAcceptAnything: {because: a test}")
        files.policy("pinned", enforcement: "warn", checks: "digest: required")
        files.policy("noted", enforcement: "audit", checks: "digest: required")
        let gate = Gate(
            try files.load(), EvidenceCollector(source: ScriptedSource(), keeper: nil, clock: { TestClock.start }))
        let answer = await gate.answer(.of("registry.example.com/app:1"), at: TestClock.start)
        #expect(answer.isAllowed)
        #expect(answer.warnings.count == 1)
        #expect(answer.warnings.first?.hasPrefix("policy pinned, check digest [digest-required]") == true)
    }
}

extension OutboundLimits {
    /// Waits longer than any test.
    static var patient: OutboundLimits {
        var limits = OutboundLimits()
        limits.firstByte = .seconds(120)
        limits.total = .seconds(120)
        return limits
    }
}

extension RegistryFixture {
    /// Requests for a repository that carried a token.
    fileprivate func answered(of path: String) -> Int {
        registry.requests.count { $0.target.hasPrefix("/v2/\(path)/") && $0.header("authorization") != nil }
    }
}
