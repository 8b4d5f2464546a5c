@testable import Admission
import Cryptography
import NIOPosix
import OCI
import Outbound
import PolicyEngine
import Registry
import TestSupport
import Testing
import Timestamp
import Trust

/// What becomes of a decision when a registry misbehaves.
@Suite struct RegistryUnderFireTests {
    private let release: PrivateKey

    init() throws {
        release = try PrivateKey.generate(.ecdsaP256)
    }

    private func signed() throws -> PolicySet {
        var files = PolicyFiles()
        try files.attestor("release-key", release)
        files.policy("signed", checks: "signature: {by: release-key}")
        return try files.load()
    }

    /// The verdict on `:1.0`, which is there and signed, when the registry does that with everything.
    private func verdict(under fault: ScriptedFault.Action) async throws -> (ImageDecision.Verdict?, RegistryFixture) {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            fixture.registry.script(ScriptedFault("/v2/", do: fault))
            let gate = Gate(try signed(), fixture.collector())
            let decision = await gate.decide(.of(fixture.image("team/app", ":1.0")), at: fixture.clock.now)
            #expect(!decision.isAllowed)
            return (decision.verdicts.first, fixture)
        }
    }

    @Test("R01: an image is let in although its registry asked for a second of patience")
    func patience() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            fixture.registry.script(
                ScriptedFault("/v2/", only: [1], do: .status(429, headers: [("Retry-After", "1")])))
            let gate = Gate(try signed(), fixture.collector())
            let decision = await gate.decide(.of(fixture.image("team/app", ":1.0")), at: fixture.clock.now)
            #expect(decision.verdicts == [.allowed])
            #expect(fixture.requests.count == 6)
        }
    }

    @Test(
        "R02, R03, R07, R08, R10, R13, R17, R24: each fault of a registry refuses for its own reason",
        arguments: [
            (ScriptedFault.Action.status(429, headers: [("Retry-After", "3600")]), ReasonCode.registryRateLimited),
            (.status(500), .registryUnavailable), (.status(502), .registryUnavailable),
            (.status(503), .registryUnavailable), (.status(504), .registryUnavailable),
            (.close, .registryUnavailable), (.endless, .limitExceeded),
            (.raw("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), .registryUnavailable),
            (.wrongBytes, .digestMismatch),
            (.redirect(to: "http://169.254.169.254/latest/meta-data"), .redirectForbidden),
            (.redirect(to: "/v2/team/app/manifests/1.0"), .redirectForbidden),
            (.header(name: "Content-Encoding", value: "gzip"), .registryUnavailable),
            (.status(403), .registryDenied),
        ])
    func reasons(fault: ScriptedFault.Action, reason: ReasonCode) async throws {
        let (verdict, fixture) = try await verdict(under: fault)
        #expect(verdict == .refused(reason))
        #expect(fixture.requests.count <= 4)
    }

    @Test("R28: an error object that comes with status 200 is no manifest")
    func errorObject() async throws {
        let body = #"{"errors":[{"code":"MANIFEST_UNKNOWN","message":"canary","detail":{}}]}"#
        for type in ["application/json", "application/vnd.oci.image.manifest.v1+json"] {
            let (verdict, _) = try await verdict(under: .status(200, headers: [("Content-Type", type)], body: body))
            #expect(verdict == .refused(.manifestInvalid))
        }
    }

    @Test("R09: other bytes than the digest asked for are refused, and are gone when the registry is honest again")
    func otherBytes() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            fixture.registry.script(ScriptedFault("/v2/team/app/blobs/", do: .wrongBytes))
            let gate = Gate(try signed(), fixture.collector())
            let request = AdmissionRequest.of(fixture.image("team/app", "@\(digest)"))
            #expect(await gate.decide(request, at: fixture.clock.now).verdicts == [.refused(.digestMismatch)])
            fixture.registry.clearFaults()
            fixture.clock.advance(by: .seconds(11))
            #expect(await gate.decide(request, at: fixture.clock.now).verdicts == [.allowed])
        }
    }

    @Test("R12: a tag that moves while it is judged changes nothing: what was resolved is what was verified and named")
    func movingTag() async throws {
        try await withRegistry { fixture in
            let first = fixture.registry.pushImage(to: "team/app", tag: "1.0", content: "first")
            try fixture.sign(first, "team/app", with: release)
            fixture.registry.script(
                ScriptedFault("/v2/team/app/manifests/sha256-", only: [1], do: .delay(milliseconds: 200)))
            let gate = Gate(try signed(), fixture.collector())
            let request = AdmissionRequest.of(fixture.image("team/app", ":1.0"))
            async let decided = gate.decide(request, at: fixture.clock.now)
            #expect(await eventually { fixture.requests.count >= 2 })
            let second = fixture.registry.pushImage(to: "team/app", tag: "1.0", content: "second")
            let decision = await decided
            #expect(decision.verdicts == [.allowed])
            #expect(decision.digests == [first])

            // Soon after, the tag means what it means then.
            fixture.clock.advance(by: .seconds(11))
            let later = await gate.decide(request, at: fixture.clock.now)
            #expect(later.verdicts == [.refused(.signatureMissing)])
            #expect(later.digests == [second])
        }
    }

    @Test("R29: two registries that are slow at the same time are asked at the same time")
    func twoSlowRegistries() async throws {
        try await withRegistrySimulator { first in
            try await withRegistrySimulator { second in
                let configuration = RegistryConfiguration(
                    hosts: [first, second].map {
                        RegistryHost(host: $0.authority, privateAddressAllowed: true, insecureHTTP: true)
                    })
                let outbound = OutboundClient(
                    rules: try configuration.outboundRules(), limits: .patient,
                    eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
                let source = RegistrySource(client: RegistryClient(configuration: configuration, outbound: outbound))
                let collector = EvidenceCollector(source: source, keeper: nil, clock: { TestClock.start })
                for registry in [first, second] { registry.script(ScriptedFault("/v2/", do: .stall)) }
                let gate = Gate(try signed(), collector)
                let images = [first, second].map { "\($0.authority)/team/app:1.0" }
                async let decided = gate.decide(.of(images, within: .seconds(2)), at: TestClock.start)
                // Each is asked before the other has answered, which neither does.
                #expect(await eventually { first.requests.count == 1 && second.requests.count == 1 })
                #expect(await decided.verdicts == [.refused(.deadlineExceeded), .refused(.deadlineExceeded)])
                await outbound.shutdown()
            }
        }
    }

    @Test("R32: an image that is refused a thousand times a second costs its registry one request in ten seconds")
    func negativeCache() async throws {
        try await withRegistry { fixture in
            let gate = Gate(try signed(), fixture.collector())
            let request = AdmissionRequest.of(fixture.image("team/app", ":absent"))
            for period in 1...3 {
                for _ in 0..<1000 {
                    let decision = await gate.decide(request, at: fixture.clock.now)
                    #expect(decision.verdicts == [.refused(.imageNotFound)])
                }
                #expect(fixture.requests.count == period)
                fixture.clock.advance(by: .seconds(10))
            }
        }
    }
}
