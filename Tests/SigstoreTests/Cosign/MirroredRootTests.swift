import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// `trustedRoot: {tuf: …}`: what a mirror has counts as a file does, and what it has not leaves everything open.
@Suite struct MirroredRootTests {
    private let repository: SimulatedTUFRepository
    private var image: PublishedImage
    private var fields: KeylessFields

    init() throws {
        repository = try SimulatedTUFRepository()
        image = try PublishedImage()
        image.listed = [try image.bundle()]
        fields = try image.keyless()
        fields.source = .mirror(root: repository.pinnedRoot)
    }

    private var trusted: MirroredMaterial { .trusted(fields.trustedRoot.bytes) }

    private func attestor(_ material: MirroredMaterial) throws -> any Attestor {
        try CosignFormat().load(fields.value, from: OneMaterial(material: material))
    }

    private func refusal(_ material: MirroredMaterial, _ claim: Claim = .signature) throws -> Refusal {
        let conversation = try image.conversation(with: attestor(material), for: claim)
        #expect(conversation.basis.isEmpty, "nothing is fetched in vain")
        guard case .undetermined(let refusal) = conversation.outcome else { throw NotOpen() }
        return refusal
    }

    private struct NotOpen: Error {}

    @Test("a root that a mirror has counts as the same root in a file: it passes, and judges everything alike")
    func counts() throws {
        let mirrored = try attestor(trusted)
        #expect(try image.passes(by: mirrored).count == 1)
        var file = fields
        file.source = .file
        #expect(try file.load().fingerprint == mirrored.fingerprint)
        #expect(
            mirrored.explanation.hasSuffix(
                "as the trusted root knows them, `trusted_root.json` of `https://tuf.example.com`"))
    }

    @Test("a root that cannot be had, one that has expired and one that is none leave it open, each by its own reason")
    func missing() throws {
        for claim in [Claim.signature, .attestation] {
            let unavailable = try refusal(.unavailable("nobody answers"), claim)
            #expect(unavailable.reason == .trustRootUnavailable)
            #expect(
                unavailable.found
                    == "no trusted root, `trusted_root.json` of `https://tuf.example.com` cannot be had: nobody answers"
            )
            #expect(unavailable.cure?.contains("`https://tuf.example.com`") == true)
            let expired = try refusal(.expired("`timestamp.json` expired"), claim)
            #expect(expired.reason == .trustRootExpired && expired.found.hasSuffix("`timestamp.json` expired"))
            let none = try refusal(.trusted(Array("{}".utf8)), claim)
            #expect(none.reason == .trustRootUnavailable && none.found.contains("it is no trusted root: "))
        }
    }

    @Test("a mirror's root by which nothing could pass leaves it open, where a file's would be a mistake")
    mutating func insufficient() throws {
        fields.trustedRoot["tlogs"] = []
        let found = try refusal(trusted).found
        #expect(found.hasSuffix("`transparencyLogs` asks for 1, and the trusted root has 0 of different operators"))
        fields.trustedRoot["certificateAuthorities"] = []
        #expect(try refusal(trusted).found.hasSuffix("the trusted root has no certificate authority"))
    }

    @Test("attestors whose root is missing judge alike only if mirror, pinned root, target and reason are the same")
    mutating func fingerprints() throws {
        let missing = MirroredMaterial.unavailable("nobody answers")
        var seen = [try attestor(missing).fingerprint]
        #expect(try attestor(missing).fingerprint == seen[0])
        seen.append(try attestor(.expired("nobody answers")).fingerprint)
        seen.append(try attestor(.unavailable("a lie")).fingerprint)
        seen.append(try attestor(trusted).fingerprint)
        fields.source = .mirror("https://other.example.com", root: repository.pinnedRoot)
        seen.append(try attestor(missing).fingerprint)
        fields.source = .mirror(root: try SimulatedTUFRepository().pinnedRoot)
        seen.append(try attestor(missing).fingerprint)
        fields.source = .mirror(root: repository.pinnedRoot, target: "other.json")
        seen.append(try attestor(missing).fingerprint)
        #expect(Set(seen).count == seen.count)
    }

    @Test("keys with a log take a mirror's root too, and one without a log needs none")
    func keys() throws {
        let logged = try loadKeys(log: fields.trustedRootValue)
        let subject = image.subject
        var verification = logged.verification(of: subject)
        guard case .outcome(.undetermined(let refusal), _) = verification.next([:]) else { throw NotOpen() }
        #expect(refusal.reason == .trustRootUnavailable)
        #expect(logged.signers.count == 1, "who is believed is known all the same")
    }

    private func loadKeys(log: WrittenValue) throws -> any Attestor {
        var line = 0
        let key = try PrivateKey.generate(.ecdsaP256).publicKeyPEM
        return try CosignFormat().load(
            WrittenValue.object([
                ("keys", .list([.object([("file", .file("release.pub", key))])])),
                ("transparencyLog", .object([("trustedRoot", log)])),
            ]).placed(&line))
    }

    @Test("the address is kept in one spelling, so that two attestors of one mirror ask once")
    mutating func spelling() throws {
        let asked = try ["https://tuf.example.com", "https://TUF.example.com/", "HTTPS://tuf.example.com"].map {
            fields.source = .mirror($0, root: repository.pinnedRoot)
            return try attestor(.unavailable("")).explanation
        }
        #expect(Set(asked).count == 1)
    }

    @Test(
        "an address that nobody could ask, or that reads in two ways, is a mistake where it stands",
        arguments: [
            "tuf.example.com", "ftp://tuf.example.com", "https://", "https:///path", "https://u@tuf.example.com",
            "https://tuf.example.com/?q", "https://tuf.example.com/#f", "https://tuf.example.com/a/../b",
            "https://tuf.example.com/a//b", "https://tuf.example.com/%2e", "https://tüf.example.com",
            "https:tuf.example.com", "https://tuf.example.com/a b", "",
        ])
    mutating func address(_ mirror: String) throws {
        fields.source = .mirror(mirror, root: repository.pinnedRoot)
        let problem = try #require(fields.problems().first)
        #expect(problem.message.contains("is no address of a mirror, expected one such as"))
        #expect(problem.position == fields.tuf?["mirror"]?.position)
    }

    @Test("a pinned root that is none, or is not signed as it says itself, is a mistake where it stands")
    mutating func pinnedRoot() throws {
        var unsigned = repository
        unsigned.root.signers = try SimulatedTUFRepository.keys(2)
        try unsigned.publishRoot()
        let cases = [
            (Array("{}".utf8), "`$.signed`"), (unsigned.pinnedRoot, "found valid signatures by 0"),
            (repository.files["timestamp.json"] ?? [], "found metadata of type `timestamp`, expected `root`"),
        ]
        for (root, reason) in cases {
            fields.source = .mirror(root: root)
            let problem = try #require(fields.problems().first)
            #expect(problem.message.hasPrefix("`root.json` is no root metadata that can be believed: "))
            #expect(problem.message.contains(reason), "\(problem.message)")
            #expect(problem.position == fields.tuf?["root"]?.position)
        }
    }

    @Test("a path that no target can have is a mistake where it stands", arguments: ["../a", "/a", "a//b", "ä.json"])
    mutating func target(_ path: String) throws {
        fields.source = .mirror(root: repository.pinnedRoot, target: path)
        let problem = try #require(fields.problems().first)
        #expect(problem.message.contains("no target has the path"))
        #expect(problem.position == fields.tuf?["target"]?.position)
    }
}

/// One material, whatever is asked for.
private struct OneMaterial: MaterialSource {
    let material: MirroredMaterial

    func material(of target: MirroredTarget) -> MirroredMaterial { material }
}
