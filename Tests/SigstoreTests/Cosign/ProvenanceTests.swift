import Cryptography
import Foundation
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// What SLSA provenance says of a build, read from statements that were verified.
@Suite struct ProvenanceTests {
    private static let v0_2 = "https://slsa.dev/provenance/v0.2"
    private static let v1 = "https://slsa.dev/provenance/v1"

    private func facts(_ predicateType: String, _ predicate: JSONTree) throws -> VerifiedStatement? {
        var image = try PublishedImage()
        image.attestationTag = .tagged([
            try image.layer(.attestationLayer(predicateType: predicateType, predicate: predicate))
        ])
        return try image.passes(by: try image.attestor(), for: .attestation).first?.statement
    }

    private func provenance(_ predicateType: String, _ predicate: JSONTree) throws -> Provenance? {
        guard case .provenance(let provenance)? = try facts(predicateType, predicate)?.facts else { return nil }
        return provenance
    }

    private func v1(_ parameters: JSONTree) throws -> Provenance? {
        try provenance(
            ProvenanceTests.v1,
            [
                "buildDefinition": ["buildType": "https://build.example/type", "externalParameters": parameters],
                "runDetails": ["builder": ["id": "https://build.example/builder"]],
            ])
    }

    private func v0_2(uri: String) throws -> Provenance? {
        try provenance(
            ProvenanceTests.v0_2,
            [
                "builder": ["id": "https://build.example/builder"], "buildType": "https://build.example/type",
                "invocation": ["configSource": ["uri": .string(uri), "entryPoint": "build.yml"]],
            ])
    }

    private func expected(_ source: String?, _ ref: String?) -> Provenance {
        Provenance(
            builder: "https://build.example/builder", buildType: "https://build.example/type", source: source,
            sourceRef: ref)
    }

    @Test("v0.2 says builder and type, and of the configuration's source repository and revision")
    func version0_2() throws {
        #expect(
            try v0_2(uri: "git+https://github.com/acme/app@refs/heads/main")
                == expected("https://github.com/acme/app", "refs/heads/main"))
    }

    @Test("v1 says it by the workflow of GitHub Actions, or by the address of the source")
    func version1() throws {
        let github = expected("https://github.com/acme/app", "refs/tags/v1")
        #expect(
            try v1([
                "workflow": [
                    "repository": "https://github.com/acme/app", "ref": "refs/tags/v1",
                    "path": ".github/workflows/release.yml",
                ]
            ]) == github)
        #expect(try v1(["source": ["uri": "git+https://github.com/acme/app@refs/tags/v1"]]) == github)
        #expect(try v1(["source": "git+https://github.com/acme/app@refs/tags/v1"]) == github)
    }

    @Test("what two places of a statement say is never put together")
    func onePlace() throws {
        #expect(
            try v1([
                "workflow": ["repository": "https://github.com/acme/app"],
                "source": ["uri": "git+https://github.com/evil/app@refs/heads/main"],
            ]) == expected("https://github.com/acme/app", nil))
        #expect(
            try v1([
                "workflow": ["ref": "refs/heads/main"], "source": "git+https://github.com/acme/app@refs/heads/evil",
            ]) == expected(nil, "refs/heads/main"))
    }

    @Test("the name of a branch cannot pass itself off as another ref")
    func branchNames() throws {
        #expect(
            try v0_2(uri: "git+https://github.com/acme/app@refs/heads/x@refs/heads/main")
                == expected("https://github.com/acme/app", "refs/heads/x@refs/heads/main"))
        #expect(
            try v1(["source": "git+https://github.com/acme/app@refs/heads/a@b"])
                == expected("https://github.com/acme/app", "refs/heads/a@b"))
    }

    @Test("an address without revision has none, and what stands before the path is none")
    func addresses() throws {
        for (uri, source, ref) in [
            ("https://github.com/acme/app", "https://github.com/acme/app", nil),
            ("git+https://github.com/acme/app", "https://github.com/acme/app", nil),
            ("git+ssh://git@host.example/acme/app", "ssh://git@host.example/acme/app", nil),
            ("git+ssh://git@host.example/acme/app@v1", "ssh://git@host.example/acme/app", "v1"),
            ("git@host.example:acme/app", "git@host.example:acme/app", nil),
            ("https://user@host.example", "https://user@host.example", nil),
            ("https://github.com/acme/app@", "https://github.com/acme/app", ""), ("a/b/c@d", "a/b/c@d", nil),
        ] as [(String, String, String?)] {
            #expect(try v0_2(uri: uri) == expected(source, ref), "\(uri)")
        }
    }

    @Test("what is missing or of another shape is not said, and traps nothing")
    func shapes() throws {
        let nothing = Provenance()
        let wrong: [JSONTree] = [[:], ["builder": "x", "invocation": []], ["builder": ["id": 1], "buildType": [:]]]
        for predicate in wrong {
            #expect(try provenance(ProvenanceTests.v0_2, predicate) == nothing)
            #expect(try provenance(ProvenanceTests.v1, predicate) == nothing)
        }
        #expect(try v1([]) == expected(nil, nil))
        #expect(try v1(["workflow": "x", "source": "git+https://github.com/acme/app@main"]) == expected(nil, nil))
    }

    @Test("the shape of one version is nothing in the other, and types that are not of a build have no such facts")
    func otherTypes() throws {
        let old: JSONTree = ["builder": ["id": "https://build.example/builder"], "buildType": "x"]
        #expect(try provenance(ProvenanceTests.v1, old) == Provenance())
        for type in [
            "https://slsa.dev/provenance/v0.1", "https://slsa.dev/provenance/v1 ", "https://SLSA.dev/provenance/v1",
            "https://spdx.dev/Document", "https://cyclonedx.org/bom", "https://openvex.dev/ns/v0.2.0",
            "https://cosign.sigstore.dev/attestation/vuln/v1", "https://own.example/a",
        ] {
            #expect(try facts(type, old) == VerifiedStatement(predicateType: type), "\(type)")
        }
    }
}

/// Provenance that slsa-github-generator attached to images.
@Suite(.disabled(if: OutsideData.suites == nil, "the public suites are not there: set DOCKGATE_CONFORMANCE"))
struct RecordedProvenanceTests {
    private let folder: URL

    init() throws {
        folder = try #require(OutsideData.suites).appendingPathComponent("slsa-container-attestations")
    }

    private func read(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(name)))
    }

    @Test(
        "builder, type, source and ref of real statements are read",
        arguments: [
            ("v1.4.0", "refs/heads/main"), ("v1.9.0", "refs/tags/v13.0.30"), ("v2.0.0", "refs/tags/v13.0.30"),
        ])
    func real(version: String, ref: String) throws {
        let index = try JSONSerialization.jsonObject(with: Data(try read("index.json"))) as? [String: Any]
        let cases = index?["cases"] as? [[String: Any]] ?? []
        let test = try #require(cases.first { ($0["name"] as? String) == "\(version)-valid" })
        let inputs = try #require(test["inputs"] as? [String: Any])
        let parameters = try #require(test["params"] as? [String: Any])
        func text(_ object: [String: Any], _ name: String) throws -> String { try #require(object[name] as? String) }

        let manifest = try read(try text(inputs, "att_manifest"))
        let subject = Subject(
            repository: try Repository(parsing: "ghcr.io/slsa-framework/example-package"),
            digest: try Digest(parsing: try text(parameters, "image_digest")))
        var answers: [Locator: Fetched] = [
            .manifest(subject.repository, .tag("\(subject.digest.tagPrefix).att"), limit: 512 * 1_024): .found(
                .init(bytes: manifest, digest: .sha256(of: manifest), mediaType: nil))
        ]
        for path in try #require(inputs["dsse"] as? [String]) {
            let bytes = try read(path)
            answers[.blob(subject.repository, .sha256(of: bytes), limit: bytes.count)] = .found(
                .init(bytes: bytes, digest: .sha256(of: bytes), mediaType: nil))
        }
        let attestor = try attestor(
            root: try read(try text(inputs, "trusted_root")), try text(parameters, "certificate_oidc_issuer"),
            try text(parameters, "certificate_identity"))
        let verification = try #require(attestor.verification(of: subject, for: .attestation))
        guard case .passed(let attestations, _) = Conversation(verification, answers: answers).outcome else {
            Issue.record("\(Conversation(verification, answers: answers).outcome)")
            return
        }
        let builder = try text(parameters, "certificate_identity")
        #expect(
            attestations.first?.statement?.facts
                == .provenance(
                    Provenance(
                        builder: builder,
                        buildType: "https://github.com/slsa-framework/slsa-github-generator/container@v1",
                        source: "https://github.com/slsa-framework/example-package", sourceRef: ref)))
    }

    private func attestor(root: [UInt8], _ issuer: String, _ subject: String) throws -> any Attestor {
        var line = 0
        let identity = WrittenValue.object([("issuer", .text(issuer)), ("subject", .text(subject))])
        let keyless = WrittenValue.object([
            ("trustedRoot", .object([("file", .file("trusted_root.json", root))])), ("identities", .list([identity])),
        ])
        return try CosignFormat().load(WrittenValue.object([("keyless", keyless)]).placed(&line))
    }
}
