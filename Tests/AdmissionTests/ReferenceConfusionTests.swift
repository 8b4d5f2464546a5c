@testable import Admission
import Audit
import Cryptography
import OCI
import PolicyEngine
import StrictJSON
import TestSupport
import Testing
import Trust

/// The same image under many names, and other images under the same one.
@Suite struct ReferenceConfusionTests {
    private func gate(_ policies: PolicyFiles, _ source: ScriptedSource = ScriptedSource()) throws -> Gate {
        Gate(
            try policies.load(), EvidenceCollector(source: source, keeper: nil, clock: { TestClock.start }))
    }

    private func verdicts(of images: [String], by gate: Gate) async -> [ImageDecision.Verdict] {
        await gate.decide(.of(images), at: TestClock.start).verdicts
    }

    private static let spellings = [
        "nginx", "docker.io/nginx", "index.docker.io/library/nginx", "docker.io/library/nginx:latest", "nginx:latest",
        "library/nginx", "DOCKER.io/nginx",
    ]

    @Test("M17: every spelling of an image is matched by the same policy, looked up once and recorded under one name")
    func oneName() async throws {
        let scratch = try Scratch()
        let source = ScriptedSource()
        let digest = source.tag("latest", of: try Repository(parsing: "nginx"), as: "nginx")
        source.tag("latest", of: try Repository(parsing: "docker.io/team/nginx"), as: "other")
        var files = PolicyFiles()
        files.policy(
            "nginx", match: "{images: [docker.io/library/nginx], digests: [\"\(digest)\"]}",
            checks: "insecureAcceptAnything: {because: a test}")
        let log = try AuditLog.open(directory: scratch.path + "/log")
        let gate = Gate(
            try files.load(), EvidenceCollector(source: source, keeper: nil, clock: { TestClock.start }), log: log)
        for text in Self.spellings + ["team/nginx"] {
            let answer = await gate.answer(.of(text), at: TestClock.start)
            #expect(answer.isAllowed == (text != "team/nginx"), "\(text)")
            let record = try #require(try AuditReader(directory: scratch.path + "/log").record(id: answer.recordID))
                .json
            let image = try #require(record["images"].map { Array($0.elements) }?.first)
            #expect(image["requested"]?.string == text)
            guard answer.isAllowed else { continue }
            #expect(image["canonical"]?.string == "docker.io/library/nginx")
            #expect(image["tag"]?.string == "latest")
            #expect(image["digest"]?.string == digest.description)
        }
        log.close()
        #expect(source.asked.count == 1)
    }

    @Test("M18: a host counts in lower case and without its default port; another port is another registry")
    func hosts() async throws {
        var files = PolicyFiles()
        files.policy("sources", checks: "trustedRegistries: [\"registry.io/**\"]")
        let gate = try gate(files)
        let trusted = ["registry.io/x", "registry.io:443/x", "REGISTRY.IO/x", "Registry.io:0443/x:1.0"]
        #expect(await verdicts(of: trusted, by: gate) == trusted.map { _ in ImageDecision.Verdict.allowed })
        let others = [
            "registry.io:80/x", "registry.io:8443/x", "registry.io.evil.com/x", "registry.iо/x", "registry.io/X",
        ]
        let refused: [ReasonCode] = [
            .sourceUntrusted, .sourceUntrusted, .sourceUntrusted, .referenceInvalid, .referenceInvalid,
        ]
        #expect(await verdicts(of: others, by: gate) == refused.map { ImageDecision.Verdict.refused($0) })
    }

    @Test("M19: what stands before the first slash is a host by its form alone")
    func domains() async throws {
        var files = PolicyFiles()
        files.policy("sources", checks: "trustedRegistries: [\"docker.io/**\"]")
        let gate = try gate(files)
        let found = await verdicts(
            of: ["foo/x", "foo.bar/x", "localhost/x", "localhost:5000/x", "foo:80/x"], by: gate)
        #expect(found == [.allowed] + (0..<4).map { _ in .refused(.sourceUntrusted) })
    }

    @Test("M20: of a tag beside a digest the digest is judged, and the registry is not asked for the tag")
    func tagBesideDigest() async throws {
        try await withRegistry { fixture in
            let release = try PrivateKey.generate(.ecdsaP256)
            var files = PolicyFiles()
            try files.attestor("release-key", release)
            files.policy("signed", checks: "signature: {by: release-key}")
            let signed = fixture.registry.pushImage(to: "team/app", content: "signed")
            try fixture.sign(signed, "team/app", with: release)
            // The tag has moved on since.
            let moved = fixture.registry.pushImage(to: "team/app", tag: "1.0", content: "moved")
            let gate = Gate(try files.load(), fixture.collector())
            for (digest, expected) in [(signed, ImageDecision.Verdict.allowed), (moved, .refused(.signatureMissing))] {
                let decision = await gate.decide(
                    .of(fixture.image("team/app", ":1.0@\(digest)")), at: fixture.clock.now)
                #expect(decision.verdicts == [expected])
                #expect(decision.digests == [digest])
            }
            #expect(!fixture.requests.contains { $0.hasSuffix("/manifests/1.0") })
        }
    }

    @Test("M28: the identifier of an image that a node has is refused, where any image of Docker Hub is let in")
    func localIdentifiers() async throws {
        var files = PolicyFiles()
        files.policy("hub", checks: "trustedRegistries: [\"docker.io/**\"]")
        let gate = try gate(files)
        let hash = Digest.sha256(of: []).hexadecimal
        let identifiers = ["sha256:\(hash)", hash, "sha256:\(hash.prefix(12))", "sha512:\(hash)\(hash)"]
        #expect(
            await verdicts(of: identifiers, by: gate)
                == identifiers.map { _ in ImageDecision.Verdict.refused(.referenceInvalid) })
        #expect(await verdicts(of: ["nginx", "docker.io/library/sha256:1.0"], by: gate) == [.allowed, .allowed])
    }

    @Test(
        "attack 17: a reference that is none is refused, whatever is trusted",
        arguments: [
            "", " ", "nginx ", "ngіnx", "nginx\u{0}", "https://registry.io/x", "registry.io./x", "registry.io/a%2fb",
            "registry.io/../x", "registry.io//x", "registry.io/x:", "registry.io/x@", "registry.io/x@@sha256:00",
            "registry.io/x?y", "user@registry.io/x", "registry.io:http/x",
            "registry.io/\(String(repeating: "a", count: 300))",
        ])
    func noReference(text: String) async throws {
        var files = PolicyFiles()
        files.policy("anything", checks: "insecureAcceptAnything: {because: a test}")
        let source = ScriptedSource()
        #expect(await verdicts(of: [text], by: try gate(files, source)) == [.refused(.referenceInvalid)])
        #expect(source.asked.isEmpty)
    }
}
