@testable import Admission
import Cryptography
import OCI
import Outbound
import PolicyEngine
import TestSupport
import Testing
import Trust

/// What a registry, or whoever may push to it, can put where the signatures of an image are, over real sockets.
@Suite struct SignatureConfusionTests {
    private let release: PrivateKey
    private let stranger: PrivateKey
    private let policies: PolicySet

    init() throws {
        release = try PrivateKey.generate(.ecdsaP256)
        stranger = try PrivateKey.generate(.ecdsaP256)
        var files = PolicyFiles()
        try files.attestor("release-key", release)
        files.policy("signed", checks: "signature: {by: release-key}")
        policies = try files.load()
    }

    private func decide(_ name: String = ":1.0", of fixture: RegistryFixture) async throws -> ImageDecision.Verdict {
        let gate = Gate(policies, fixture.collector())
        let decision = await gate.decide(.of(fixture.image("team/app", name)), at: fixture.clock.now)
        return try #require(decision.verdicts.first)
    }

    private func signature(
        _ fixture: RegistryFixture, _ digest: Digest, by key: PrivateKey, build: Int = 0
    ) throws -> SimulatedSignature {
        let payload = Array(
            """
            {"critical":{"identity":{"docker-reference":"\(fixture.registry.authority)/team/app"},"image":\
            {"docker-manifest-digest":"\(digest)"},"type":"cosign container image signature"},"optional":{"n":"\(build)"}}
            """.utf8)
        return SimulatedSignature(
            payload: payload, signature: Base64.encode(try key.sign(payload, scheme: .ecdsa(.sha256))))
    }

    // MARK: - How many

    @Test(
        "S04, attack 11: a good signature counts beside a hundred bad ones, first or last, and not beside one more",
        arguments: [true, false])
    func manySignatures(isFirst: Bool) async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            let good = try signature(fixture, digest, by: release)
            let bad = try (1...101).map { try signature(fixture, digest, by: stranger, build: $0 % 3) }
            for (count, expected) in [(100, ImageDecision.Verdict.allowed), (101, .refused(.limitExceeded))] {
                let others = Array(bad.prefix(count))
                fixture.registry.pushSignatures(
                    isFirst ? [good] + others : others + [good], of: digest, to: "team/app")
                #expect(try await decide(of: fixture) == expected)
            }
            fixture.registry.pushSignatures(Array(bad.prefix(100)), of: digest, to: "team/app")
            #expect(try await decide(of: fixture) == .refused(.signatureInvalid))
        }
    }

    // MARK: - Something else than a signature

    @Test("S07: an attestation is no signature: not under its own tag, not in a signature's place")
    func attestations() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            let statement = Array(
                """
                {"_type":"https://in-toto.io/Statement/v1","subject":[{"name":"team/app","digest":{"sha256":\
                "\(digest.hexadecimal)"}}],"predicateType":"https://spdx.dev/Document","predicate":{}}
                """.utf8)
            let signature = Base64.encode(try release.sign(statement, scheme: .ecdsa(.sha256)))
            let attestation = SimulatedSignature(payload: statement, signature: signature)
            let manifest = fixture.registry.pushSignatures([attestation], of: digest, to: "team/app")
            let bytes = try #require(fixture.registry.manifest(manifest.description, of: "team/app"))
            #expect(try await decide(of: fixture) == .refused(.signatureMalformed))

            // As what it is, in the same place.
            try fixture.changeSignatures(of: digest, in: "team/app") {
                $0.replacing(
                    "application/vnd.dev.cosign.simplesigning.v1+json", with: "application/vnd.dsse.envelope.v1+json")
            }
            #expect(try await decide(of: fixture) == .refused(.signatureMissing))

            // Under the tag of attestations, of another image's signatures and under no tag.
            let other = fixture.registry.pushImage(to: "team/app", tag: "2.0", content: "other")
            fixture.registry.push(manifest: bytes, to: "team/app", tag: other.tagPrefix + ".att")
            #expect(try await decide(":2.0", of: fixture) == .refused(.signatureMissing))

            try fixture.sign(digest, "team/app", with: release)
            #expect(try await decide(of: fixture) == .allowed)
        }
    }

    @Test("S08: a statement about two thousand images is no signature of the last one")
    func manySubjects() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            let others = (0..<1_999).map { Digest.sha256(of: Array("\($0)".utf8)) }
            for subjects in [others + [digest], [digest]] {
                let entries = subjects.map { #"{"digest":{"sha256":"\#($0.hexadecimal)"}}"# }
                let statement = Array(
                    #"{"_type":"https://in-toto.io/Statement/v1","subject":[\#(entries.joined(separator: ","))]}"#.utf8)
                let signature = Base64.encode(try release.sign(statement, scheme: .ecdsa(.sha256)))
                fixture.registry.pushSignatures(
                    [SimulatedSignature(payload: statement, signature: signature)], of: digest, to: "team/app")
                #expect(try await decide(of: fixture) == .refused(.signatureMalformed))
            }
        }
    }

    @Test("S46: annotations beside a signature say nothing, and a signature moved to another payload does not count")
    func annotations() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            let genuine = try signature(fixture, digest, by: release)
            let foreign = try signature(fixture, digest, by: stranger, build: 1)
            let claims = [
                (name: "dev.sigstore.cosign/bundle", value: "{}"), ("dev.sigstore.cosign/certificate", "x"),
                ("docker-manifest-digest", "sha256:00"), ("verified", "true"),
            ]
            for (payload, signature, expected) in [
                (genuine.payload, genuine.signature, ImageDecision.Verdict.allowed),
                (foreign.payload, foreign.signature, .refused(.signatureInvalid)),
                (foreign.payload, genuine.signature, .refused(.signatureInvalid)),
                (genuine.payload, foreign.signature, .refused(.signatureInvalid)),
            ] {
                fixture.registry.pushSignatures(
                    [SimulatedSignature(payload: payload, signature: signature, annotations: claims)], of: digest,
                    to: "team/app")
                #expect(try await decide(of: fixture) == expected)
            }
        }
    }

    // MARK: - A registry that lies

    @Test("attack 2: other bytes than a digest names are refused, wherever the registry gives them")
    func otherBytes() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            let lie = ScriptedFault.Action.header(
                name: "Docker-Content-Digest", value: Digest.sha256(of: []).description)
            for (prefix, fault) in [
                ("/v2/team/app/blobs/", ScriptedFault.Action.wrongBytes), ("/v2/team/app/manifests/1.0", .wrongBytes),
                ("/v2/team/app/manifests/\(digest.tagPrefix).sig", .wrongBytes), ("/v2/team/app/manifests/1.0", lie),
                ("/v2/team/app/manifests/\(digest.tagPrefix).sig", lie), ("/v2/team/app/blobs/", lie),
            ] {
                fixture.registry.script(ScriptedFault(prefix, do: fault))
                #expect(try await decide(of: fixture) == .refused(.digestMismatch), "\(prefix)")
                fixture.registry.clearFaults()
            }
            #expect(try await decide(of: fixture) == .allowed)
        }
    }

    @Test("attack 2: what was refused as other bytes is not what the next look finds")
    func nothingWrongIsKept() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            let gate = Gate(policies, fixture.collector())
            let request = AdmissionRequest.of(fixture.image("team/app", ":1.0"))
            fixture.registry.script(ScriptedFault("/v2/team/app/blobs/", only: [1], do: .wrongBytes))
            #expect(await gate.decide(request, at: fixture.clock.now).verdicts == [.refused(.digestMismatch)])
            fixture.clock.advance(by: .seconds(11))
            #expect(await gate.decide(request, at: fixture.clock.now).verdicts == [.allowed])
        }
    }

    @Test("attack 12: what has no end is refused at its bound, and the connection closed, wherever it comes")
    func endless() async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            for prefix in ["manifests/1.0", "manifests/\(digest.tagPrefix).sig", "blobs/"] {
                fixture.registry.script(ScriptedFault("/v2/team/app/\(prefix)", do: .endless))
                #expect(try await decide(of: fixture) == .refused(.limitExceeded), "\(prefix)")
                fixture.registry.clearFaults()
            }
            #expect(try await decide(of: fixture) == .allowed)
            #expect(await eventually { fixture.registry.openConnections <= 1 })
        }
    }

    @Test(
        "attack 12: what says that it is larger than its bound is not asked for", arguments: ["65537", "10000000000"])
    func declaredSizes(size: String) async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            try fixture.changeSignatures(of: digest, in: "team/app") {
                $0.replacing(/"size":\d\d\d/, with: #""size":\#(size)"#)
            }
            #expect(try await decide(of: fixture) == .refused(.signatureMalformed))
            #expect(!fixture.requests.contains { $0.contains("/blobs/") })
        }
    }
}
