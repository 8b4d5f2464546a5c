@testable import Admission
import Cryptography
import OCI
import PolicyEngine
import TestSupport
import Testing
import Trust

/// What a registry may put under a tag, over real sockets. Everything here is signed by the key that the policy believes,
/// unless a test says otherwise: what is refused is refused for what the manifest is.
@Suite struct ManifestConfusionTests {
    private let release: PrivateKey
    private let policies: PolicySet

    init() throws {
        release = try PrivateKey.generate(.ecdsaP256)
        var files = PolicyFiles()
        try files.attestor("release-key", release)
        files.policy("signed", checks: "signature: {by: release-key}")
        policies = try files.load()
    }

    private static let index = MediaType.ociIndex
    private static let manifest = MediaType.ociManifest
    private static let config = descriptor(MediaType.ociConfig, of: "{}")
    private static let layer = descriptor("application/vnd.oci.image.layer.v1.tar+gzip", of: "layer")
    private static let image =
        #""schemaVersion":2,"mediaType":"\#(manifest)","config":\#(config),"layers":[\#(layer)]"#
    private static let list =
        #""schemaVersion":2,"mediaType":"\#(index)","manifests":[\#(descriptor(manifest, of: "entry"))]"#

    private static func descriptor(_ mediaType: String, of content: String, _ more: String = "") -> String {
        let digest = Digest.sha256(of: Array(content.utf8))
        return #"{"mediaType":"\#(mediaType)","digest":"\#(digest)","size":\#(content.utf8.count)\#(more)}"#
    }

    /// What becomes of an image whose tag stands for this, once it is signed.
    private func verdict(of document: String, as contentType: String = manifest) async throws -> ImageDecision.Verdict {
        try await verdict(of: Array(document.utf8), as: contentType)
    }

    private func verdict(of document: [UInt8], as contentType: String) async throws -> ImageDecision.Verdict {
        try await withRegistry { fixture in
            let digest = fixture.registry.push(
                manifest: document, mediaType: contentType, to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            return try await decide(":1.0", of: fixture)
        }
    }

    private func decide(_ name: String, of fixture: RegistryFixture) async throws -> ImageDecision.Verdict {
        let gate = Gate(policies, fixture.collector())
        let decision = await gate.decide(.of(fixture.image("team/app", name)), at: fixture.clock.now)
        return try #require(decision.verdicts.first)
    }

    @Test("what the other tests change is allowed as it is")
    func unchanged() async throws {
        #expect(try await verdict(of: "{\(Self.image)}") == .allowed)
        #expect(try await verdict(of: "{\(Self.list)}", as: Self.index) == .allowed)
    }

    // MARK: - What kind of document it is

    @Test("M01: a manifest whose type is another than `Content-Type` says is refused")
    func contentType() async throws {
        for type in [Self.index, MediaType.dockerManifest, "application/octet-stream", "text/html"] {
            #expect(try await verdict(of: "{\(Self.image)}", as: type) == .refused(.manifestInvalid), "\(type)")
        }
        #expect(try await verdict(of: "{\(Self.list)}", as: Self.manifest) == .refused(.manifestInvalid))
    }

    @Test("M02, attack 24: a document with both manifests and layers is refused, whichever type it claims")
    func bothAtOnce() async throws {
        let entries = #","manifests":[\#(Self.descriptor(Self.manifest, of: "entry"))]"#
        #expect(try await verdict(of: "{\(Self.image)\(entries)}") == .refused(.manifestInvalid))
        let layers = #","config":\#(Self.config),"layers":[\#(Self.layer)]"#
        #expect(try await verdict(of: "{\(Self.list)\(layers)}", as: Self.index) == .refused(.manifestInvalid))
    }

    @Test("M03: a document without a type, sent as bytes, is refused")
    func noType() async throws {
        let document = "{\(Self.image)}".replacing(#""mediaType":"\#(Self.manifest)","#, with: "", maxReplacements: 1)
        #expect(try await verdict(of: document, as: "application/octet-stream") == .refused(.manifestUnsupported))
        #expect(try await verdict(of: document) == .allowed)
    }

    @Test("M04: Docker's schema 1 is not supported, signed or not")
    func schema1() async throws {
        let document = #"{"schemaVersion":1,"name":"team/app","tag":"1.0","fsLayers":[],"history":[]}"#
        let signed = document.dropLast() + #","signatures":[]}"#
        for (text, type) in [
            (document, MediaType.dockerSchema1), (String(signed), MediaType.dockerSignedSchema1),
            (document, Self.manifest),
        ] {
            #expect(try await verdict(of: text, as: type) == .refused(.manifestUnsupported), "\(type)")
        }
    }

    @Test("M10: a manifest in which a key stands twice is refused")
    func duplicateKey() async throws {
        #expect(
            try await verdict(of: #"{\#(Self.image),"config":\#(Self.config)}"#) == .refused(.manifestInvalid))
    }

    @Test("M11: a manifest with a key that only looks like a known one is refused; unknown keys are ignored")
    func keysInOtherLetters() async throws {
        #expect(try await verdict(of: #"{\#(Self.image),"Config":{}}"#) == .refused(.manifestInvalid))
        #expect(try await verdict(of: #"{\#(Self.image),"configuration":{}}"#) == .allowed)
    }

    @Test("M12: a manifest that is hardly JSON is refused, and the gate answers the next request")
    func hardlyJSON() async throws {
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        for member in [#""x":\#(deep)"#, #""x":1e400"#, #""x":"\ud800""#, #""x":NaN"#, #""x":1//"#] {
            #expect(try await verdict(of: "{\(Self.image),\(member)}") == .refused(.manifestInvalid))
        }
        let document = Array("{\(Self.image)}".utf8)
        let bodies: [[UInt8]] = [[0xEF, 0xBB, 0xBF] + document, document + [0x7D], []]
        for bytes in bodies {
            #expect(try await verdict(of: bytes, as: Self.manifest) == .refused(.manifestInvalid))
        }
    }

    @Test("M13: a manifest with a digest that is none is refused")
    func digests() async throws {
        let digest = Digest.sha256(of: Array("layer".utf8)).description
        for text in [digest.uppercased(), String(digest.dropLast()), "sha256:../../etc", "sha512:", ""] {
            #expect(
                try await verdict(of: "{\(Self.image.replacing(digest, with: text))}") == .refused(.manifestInvalid))
        }
        #expect(
            try await verdict(of: "{\(Self.image.replacing(digest, with: "md5:00"))}") == .refused(.digestUnsupported))
    }

    // MARK: - What it carries and points to

    @Test("M14: what a manifest says to lie elsewhere is not fetched from there")
    func foreignLayers() async throws {
        try await withRegistry { fixture in
            let urls = #","urls":["\#(fixture.registry.origin)/foreign"]"#
            let layer = Self.descriptor("application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", of: "layer", urls)
            let document = "{\(Self.image.replacing(Self.layer, with: layer))}"
            let digest = fixture.registry.push(manifest: Array(document.utf8), to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            #expect(try await decide(":1.0", of: fixture) == .allowed)
            #expect(fixture.requests.count == 5 && !fixture.requests.contains { $0.contains("foreign") })
        }
    }

    @Test("M15: a manifest that embeds other content than its digest names is refused")
    func embeddedData() async throws {
        let genuine = #","data":"\#(Base64.encode(Array("{}".utf8)))""#
        let forged = #","data":"\#(Base64.encode(Array("[]".utf8)))""#
        for (data, expected) in [(genuine, ImageDecision.Verdict.allowed), (forged, .refused(.manifestInvalid))] {
            let config = Self.descriptor(MediaType.ociConfig, of: "{}", data)
            let document = Self.image.replacing(Self.config, with: config)
            #expect(try await verdict(of: "{\(document)}") == expected)
            let subject = #","subject":\#(Self.descriptor(Self.manifest, of: "{}", data))"#
            #expect(try await verdict(of: "{\(Self.image)\(subject)}") == expected)
            let entry = Self.list.replacing(
                Self.descriptor(Self.manifest, of: "entry"), with: Self.descriptor(Self.manifest, of: "{}", data))
            #expect(try await verdict(of: "{\(entry)}", as: Self.index) == expected)
        }
    }

    @Test("M16: the subject of a manifest is not followed, be it the manifest that leads back")
    func subjects() async throws {
        try await withRegistry { fixture in
            let first = fixture.registry.pushImage(to: "team/app", content: "first")
            let subject = #","subject":{"mediaType":"\#(Self.manifest)","digest":"\#(first)","size":7}"#
            let second = fixture.registry.push(manifest: Array("{\(Self.image)\(subject)}".utf8), to: "team/app")
            let third = subject.replacing(first.description, with: second.description)
            let digest = fixture.registry.push(
                manifest: Array("{\(Self.image)\(third)}".utf8), to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            #expect(try await decide(":1.0", of: fixture) == .allowed)
            #expect(fixture.requests.count == 5)
        }
    }

    // MARK: - Indexes

    @Test("M05: an index of indexes is judged as the digest that it is, and nothing below it is asked for")
    func nestedIndexes() async throws {
        try await withRegistry { fixture in
            var digest = fixture.registry.pushImage(to: "team/app")
            var levels = [digest]
            for level in 1...5 {
                let entry = SimulatedIndexEntry(digest).stating(mediaType: level == 1 ? nil : Self.index)
                digest = fixture.registry.pushIndex([entry], to: "team/app", tag: "\(level)")
                levels.append(digest)
            }
            try fixture.sign(digest, "team/app", with: release)
            #expect(try await decide(":5", of: fixture) == .allowed)
            #expect(fixture.requests.count == 5)
            for level in levels.dropLast() {
                #expect(try await decide("@\(level)", of: fixture) == .refused(.signatureMissing))
            }
        }
    }

    @Test("M06: what an index says of its entries is covered by its signature, and not believed for anything else")
    func entrySizes() async throws {
        try await withRegistry { fixture in
            let image = fixture.registry.pushImage(to: "team/app")
            for (tag, size) in [("true", nil), ("small", 0), ("large", Int.max)] {
                let digest = fixture.registry.pushIndex(
                    [SimulatedIndexEntry(image).stating(size: size)], to: "team/app", tag: tag)
                #expect(try await decide(":\(tag)", of: fixture) == .refused(.signatureMissing), "\(tag)")
                try fixture.sign(digest, "team/app", with: release)
                #expect(try await decide(":\(tag)", of: fixture) == .allowed, "\(tag)")
            }
            #expect(!fixture.requests.contains { $0.hasSuffix("/manifests/\(image)") })
        }
        let negative = Self.list.replacing(#""size":5"#, with: #""size":-5"#)
        #expect(try await verdict(of: "{\(negative)}", as: Self.index) == .refused(.manifestInvalid))
    }

    @Test("M06: a payload of another size than the signature manifest says is refused", arguments: [-1, 1])
    func payloadSizes(difference: Int) async throws {
        try await withRegistry { fixture in
            let digest = fixture.registry.pushImage(to: "team/app", tag: "1.0")
            try fixture.sign(digest, "team/app", with: release)
            #expect(try await decide(":1.0", of: fixture) == .allowed)
            try fixture.changeSignatures(of: digest, in: "team/app") { manifest in
                let size = try #require(manifest.firstMatch(of: /"size":(\d\d\d)/)?.output.1)
                let number = try #require(Int(size))
                return manifest.replacing(#""size":\#(size)"#, with: #""size":\#(number + difference)"#)
            }
            let expected: ReasonCode = difference < 0 ? .limitExceeded : .signatureMalformed
            #expect(try await decide(":1.0", of: fixture) == .refused(expected))
        }
    }

    @Test("M07: the signature of an index covers the index; who names one of its platforms needs a signature of that")
    func signedIndex() async throws {
        try await withRegistry { fixture in
            let image = fixture.registry.pushImage(to: "team/app", tag: "1.0-amd64")
            let index = fixture.registry.pushIndex([SimulatedIndexEntry(image)], to: "team/app", tag: "1.0")
            try fixture.sign(index, "team/app", with: release)
            #expect(try await decide(":1.0", of: fixture) == .allowed)
            #expect(try await decide("@\(index)", of: fixture) == .allowed)
            #expect(try await decide(":1.0-amd64", of: fixture) == .refused(.signatureMissing))
            #expect(try await decide("@\(image)", of: fixture) == .refused(.signatureMissing))
        }
    }

    @Test("M08: signatures of all platforms do not cover the index over them")
    func signedPlatforms() async throws {
        try await withRegistry { fixture in
            let images = ["amd64", "arm64"].map { fixture.registry.pushImage(to: "team/app", content: $0) }
            for image in images { try fixture.sign(image, "team/app", with: release) }
            let entries = zip(images, ["amd64", "arm64"]).map { SimulatedIndexEntry($0, $1) }
            let index = fixture.registry.pushIndex(entries, to: "team/app", tag: "1.0")
            #expect(try await decide("@\(images[0])", of: fixture) == .allowed)
            #expect(try await decide(":1.0", of: fixture) == .refused(.signatureMissing))
            #expect(try await decide("@\(index)", of: fixture) == .refused(.signatureMissing))
        }
    }

    @Test("M09: of an index with two entries for one platform a signature of one entry says nothing")
    func twoEntriesOfOnePlatform() async throws {
        try await withRegistry { fixture in
            let signed = fixture.registry.pushImage(to: "team/app", content: "signed")
            let unsigned = fixture.registry.pushImage(to: "team/app", content: "unsigned")
            try fixture.sign(signed, "team/app", with: release)
            let index = fixture.registry.pushIndex(
                [SimulatedIndexEntry(signed), SimulatedIndexEntry(unsigned)], to: "team/app", tag: "1.0")
            #expect(try await decide(":1.0", of: fixture) == .refused(.signatureMissing))
            // Whoever signs the index stands behind whatever a runtime may choose from it.
            try fixture.sign(index, "team/app", with: release)
            #expect(try await decide(":1.0", of: fixture) == .allowed)
            #expect(try await decide("@\(unsigned)", of: fixture) == .refused(.signatureMissing))
        }
    }

    // MARK: - A digest instead of a tag

    @Test("what a digest stands for is its signers' to answer for: the manifest behind it is not read")
    func byDigest() async throws {
        try await withRegistry { fixture in
            let both = Array(#"{\#(Self.image),"manifests":[]}"#.utf8)
            let digest = fixture.registry.push(manifest: both, to: "team/app", tag: "1.0")
            #expect(try await decide("@\(digest)", of: fixture) == .refused(.signatureMissing))
            try fixture.sign(digest, "team/app", with: release)
            #expect(try await decide("@\(digest)", of: fixture) == .allowed)
            #expect(try await decide(":1.0", of: fixture) == .refused(.manifestInvalid))
        }
    }
}
