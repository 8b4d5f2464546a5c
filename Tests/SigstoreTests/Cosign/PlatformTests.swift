import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// `subject` of an attestor: whether the index has to be signed, or what it lists for each platform.
@Suite struct PlatformTests {
    let (key, other): (PrivateKey, PrivateKey)
    var index: PlatformIndex

    init() throws {
        (key, other) = (try .generate(.ecdsaP256), try .generate(.ecdsaP256))
        index = try PlatformIndex(platforms: ["linux/amd64", "linux/arm64"])
    }

    private func outcome(_ subject: String?) throws -> VerificationOutcome {
        index.outcome(by: try PlatformIndex.attestor([key, other], subject: subject))
    }

    private var signer: Signer { get throws { .key(fingerprint: try PublicKey(pem: key.publicKeyPEM).fingerprint) } }

    @Test("a signed index passes as `index` and `either`, not as `platform`")
    mutating func signedIndex() throws {
        try index.sign(key, [])
        for subject in [nil, "index", "either"] { #expect(try outcome(subject).signers == [signer]) }
        let refusal = try #require(try outcome("platform").violation)
        #expect(refusal.reason == .signatureMissing)
        #expect(refusal.found.hasPrefix("for `linux/amd64` (sha256:"))
    }

    @Test("platforms that are all signed pass as `platform` and `either`, not as `index`")
    mutating func signedPlatforms() throws {
        try index.sign(key, [0], [1])
        for subject in ["platform", "either"] { #expect(try outcome(subject).signers == [signer]) }
        for subject in [nil, "index"] { #expect(try outcome(subject).violation?.reason == .signatureMissing) }
    }

    @Test("one platform that is not signed refuses all of them, and says which")
    mutating func oneUnsigned() throws {
        try index.sign(key, [1])
        for subject in ["platform", "either"] {
            let refusal = try #require(try outcome(subject).violation)
            #expect(refusal.reason == .signatureMissing && refusal.found.contains("`linux/amd64` (sha256:"))
        }
    }

    @Test("platforms signed by different people were signed by nobody as a whole")
    mutating func differentSigners() throws {
        try index.sign(key, [0])
        try index.sign(other, [1])
        #expect(try outcome("platform").violation?.reason == .tooFewSigners)
        try index.sign(key, [1])
        #expect(try outcome("platform").signers == [signer])
    }

    @Test("whoever signed the index and whoever signed all platforms count apart as `either`")
    mutating func both() throws {
        try index.sign(key, [])
        try index.sign(other, [0], [1])
        #expect(try outcome("either").signers?.count == 2)
        #expect(try outcome("index").signers == [signer])
    }

    @Test("M09: a second entry for a platform that is signed already has to be signed too")
    mutating func samePlatformTwice() throws {
        index = try PlatformIndex(platforms: ["linux/amd64", "linux/amd64"])
        try index.sign(key, [0])
        #expect(try outcome("platform").violation?.reason == .signatureMissing)
        try index.sign(key, [1])
        #expect(try outcome("platform").signers == [signer])
    }

    @Test("what builders attach for no platform is passed over, and an entry that names no platform is not")
    mutating func unknownPlatform() throws {
        index = try PlatformIndex(platforms: ["linux/amd64", "unknown/unknown"])
        try index.sign(key, [0])
        #expect(try outcome("platform").signers == [signer])
        index = try PlatformIndex(platforms: ["linux/amd64", nil])
        try index.sign(key, [0])
        let refusal = try #require(try outcome("platform").violation)
        #expect(refusal.found.hasPrefix("for `no platform` (sha256:"))
    }

    @Test("an image that is no index stands for itself", arguments: ["platform", "either"])
    mutating func image(subject: String) throws {
        index.manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"\(MediaType.ociManifest)","config":{"mediaType":"\(MediaType.ociConfig)",\
            "size":2,"digest":"\(Digest.sha256(of: Array("{}".utf8)))"},"layers":[]}
            """.utf8)
        index.mediaType = MediaType.ociManifest
        #expect(try outcome(subject).violation?.reason == .signatureMissing)
        try index.sign(key, [])
        #expect(try outcome(subject).signers == [signer])
    }

    @Test("an index that lists no platform, too many, or another index is refused")
    mutating func unusual() throws {
        let cases: [(PlatformIndex, ReasonCode)] = [
            (try PlatformIndex(platforms: ["unknown/unknown"]), .manifestInvalid),
            (try PlatformIndex(platforms: (0...32).map { "linux/a\($0)" }), .limitExceeded),
            (try PlatformIndex(platforms: ["linux/amd64"], of: MediaType.ociIndex), .manifestUnsupported),
        ]
        for (index, reason) in cases {
            let attestor = try PlatformIndex.attestor([key], subject: "platform")
            #expect(index.outcome(by: attestor).violation?.reason == reason)
        }
    }

    @Test("attack 11: signatures of all platforms are counted together, and the index alone may still pass")
    mutating func manySignatures() throws {
        index = try PlatformIndex(platforms: (0..<16).map { "linux/a\($0)" })
        func layers(_ count: Int, of place: Int) -> [SimulatedLayer] {
            (0..<count).map { number in
                SimulatedLayer(
                    mediaType: SimulatedLayer.simpleSigning, blob: Array("\(place) \(number)".utf8),
                    annotations: [SimulatedLayer.signatureKey: "MEUC"])
            }
        }
        for (count, reason) in [(61, ReasonCode.signatureInvalid), (62, .limitExceeded)] {
            for place in 0..<16 {
                try index.attach(.tagged(layers(count, of: place)), suffix: ".sig", to: index.contents[place])
            }
            let attestor = try PlatformIndex.attestor([key], subject: "platform")
            let conversation = index.conversation(with: attestor)
            #expect(conversation.outcome.violation?.reason == reason)
            // It comes about again by what it rests on.
            let kept = index.answers.filter { conversation.basis.contains($0.key) }
            let again = Conversation(attestor.verification(of: index.subject), answers: kept)
            #expect(again.outcome == conversation.outcome)
        }
        try index.sign(key, [])
        #expect(try outcome("either").signers == [signer])
        #expect(try outcome("platform").violation?.reason == .limitExceeded)
    }

    @Test("attack 12: attestations of all platforms that have more than 64 MiB together are not asked for")
    mutating func largeAttestations() throws {
        index = try PlatformIndex(platforms: (0..<16).map { "linux/a\($0)" })
        let attestor = try KeylessFields(trustedRoot: try SigstoreSimulator().trustedRoot.json)
            .with("subject", "platform").load()
        let filling = [UInt8](repeating: 0x78, count: 5 << 20)
        // One that all of them have is asked for once.
        for (isShared, reason) in [(true, ReasonCode.signatureMalformed), (false, .limitExceeded)] {
            for (place, content) in index.contents.enumerated() {
                let layer = SimulatedLayer(
                    mediaType: SimulatedLayer.envelope, blob: [isShared ? 0 : UInt8(place)] + filling, annotations: [:])
                try index.attach(.tagged([layer]), suffix: ".att", to: content)
            }
            let start = try #require(attestor.attestationVerification(of: index.subject))
            let conversation = Conversation(start, answers: index.answers)
            #expect(conversation.outcome.violation?.reason == reason)
            let blobs = conversation.asked.joined().count { if case .blob = $0 { true } else { false } }
            #expect(blobs == (isShared ? 1 : 0))
        }
    }

    @Test("a manifest that cannot be fetched leaves it open, and the index alone may still pass")
    mutating func unreachable() throws {
        let outage = Refusal(.registryUnavailable, found: "no connection", expected: "an answer")
        index.overrides[index.locator] = .undetermined(outage)
        #expect(try outcome("platform").undetermined?.reason == .registryUnavailable)
        #expect(try outcome("either").undetermined?.reason == .registryUnavailable)
        try index.sign(key, [])
        #expect(try outcome("either") == .passed([.init(by: signer, source: .tag(index.tag))], unseen: outage))
        index.overrides[index.locator] = .absent
        #expect(try outcome("platform").violation?.reason == .imageNotFound)
    }

    @Test("what passes rests on a basis that is enough to pass by again", arguments: ["platform", "either"])
    mutating func basis(subject: String) throws {
        try index.sign(key, [0], [1])
        let attestor = try PlatformIndex.attestor([key], subject: subject)
        let first = index.conversation(with: attestor)
        let kept = index.answers.filter { first.basis.contains($0.key) }
        let again = Conversation(attestor.verification(of: index.subject), answers: kept)
        #expect(again.outcome == first.outcome && first.outcome.signers != nil)
        #expect(first.basis.count == Set(first.basis).count && first.basis.contains(index.locator))
    }

    @Test("attestations count if every platform has one of the type, and the oldest dates them")
    func attestations() throws {
        var sigstore = try SigstoreSimulator()
        let type = "https://spdx.dev/Document"
        let attestor = try KeylessFields(trustedRoot: try sigstore.trustedRoot.json).with("subject", "platform").load()
        var index = index
        func attest(_ place: Int, _ type: String) throws {
            let layer = try sigstore.sign(index.contents[place], .attestationLayer(predicateType: type)).layer
            try index.attach(.tagged([try #require(layer)]), suffix: ".att", to: index.contents[place])
        }
        func outcome() throws -> VerificationOutcome {
            let start = try #require(attestor.attestationVerification(of: index.subject))
            return Conversation(start, answers: index.answers).outcome
        }
        let first = sigstore.now
        try attest(0, type)
        sigstore.now = first + .seconds(3_600)
        #expect(try outcome().violation?.reason == .attestationMissing)
        try attest(1, "https://cyclonedx.org/bom")
        #expect(try outcome().violation?.reason == .tooFewSigners)
        try attest(1, type)
        guard case .passed(let attestations, unseen: nil) = try outcome() else {
            Issue.record("not passed")
            return
        }
        #expect(attestations.map(\.statement?.predicateType) == [type])
        #expect(attestations.first?.signedAt == first + .seconds(2))
    }
}

/// An index with manifests for platforms and the signatures of each, as a registry holds them.
struct PlatformIndex {
    let repository: Repository
    var manifest: [UInt8]
    var mediaType = MediaType.ociIndex
    /// Of the manifests that it lists.
    let contents: [[UInt8]]
    private var images: [Digest: SignedImage] = [:]
    private var attached: [Locator: Fetched] = [:]
    var overrides: [Locator: Fetched] = [:]

    /// - Parameter platforms: of each entry; nil for one that names none.
    init(platforms: [String?], of entryType: String = MediaType.ociManifest) throws {
        repository = try Repository(parsing: "registry.example.com/team/app")
        contents = platforms.indices.map { Array("manifest \($0)".utf8) }
        let entries = zip(platforms, contents).map { platform, content in
            var entry = ImageDescriptor(mediaType: entryType, bytes: content).json
            if let parts = platform?.split(separator: "/"), parts.count == 2 {
                entry["platform"] = ["os": .string(String(parts[0])), "architecture": .string(String(parts[1]))]
            }
            return entry
        }
        let index: JSONTree = [
            "schemaVersion": 2, "mediaType": .string(MediaType.ociIndex), "manifests": .array(entries),
        ]
        manifest = index.bytes
    }

    var subject: Subject { Subject(repository: repository, digest: .sha256(of: manifest)) }
    var locator: Locator { .manifest(repository, .digest(subject.digest)) }
    var tag: String { "sha256-\(subject.digest.hexadecimal).sig" }

    /// Signs the index for `[]`, and for `[n]` what it lists as the nth.
    mutating func sign(_ key: PrivateKey, _ places: [Int]...) throws {
        for place in places {
            let content = place.first.map { contents[$0] } ?? manifest
            let digest = Digest.sha256(of: content)
            var image = try images[digest] ?? SignedImage()
            image.subject = Subject(repository: repository, digest: digest)
            try image.sign(with: key)
            images[digest] = image
        }
    }

    mutating func attach(_ artifact: SignatureArtifact, suffix: String, to content: [UInt8]) throws {
        let tag = "sha256-\(Digest.sha256(of: content).hexadecimal)\(suffix)"
        let locator = Locator.manifest(repository, .tag(tag), limit: 512 * 1_024)
        attached[locator] = .found(
            .init(bytes: artifact.bytes, digest: artifact.digest, mediaType: MediaType.ociManifest))
        for blob in artifact.blobs {
            attached[.blob(repository, .sha256(of: blob), limit: blob.count)] = .found(
                .init(bytes: blob, digest: .sha256(of: blob), mediaType: nil))
        }
    }

    var answers: [Locator: Fetched] {
        let digest = subject.digest
        var answers = attached
        answers[locator] = .found(.init(bytes: manifest, digest: digest, mediaType: mediaType))
        for image in images.values { answers.merge(image.answers) { first, _ in first } }
        return answers.merging(overrides) { _, override in override }
    }

    func conversation(with attestor: any Attestor) -> Conversation {
        Conversation(attestor.verification(of: subject), answers: answers)
    }

    func outcome(by attestor: any Attestor) -> VerificationOutcome { conversation(with: attestor).outcome }

    static func attestor(_ keys: [PrivateKey], subject: String?) throws -> any Attestor {
        var fields = try PolicyFields(keys)
        if let subject { fields.others.append(("subject", .text(subject))) }
        return try fields.load()
    }
}

extension KeylessFields {
    func with(_ name: String, _ text: String) -> KeylessFields {
        var fields = self
        fields.others.append((name, .text(text)))
        return fields
    }
}
