import Cryptography
import OCI
import Sigstore
import Testing
import Trust

/// What a trusted key may have signed and still does not count. Every payload here is genuinely signed.
@Suite struct SimpleSigningPayloadTests {
    let key: PrivateKey
    let image: SignedImage

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256)
        image = try SignedImage()
    }

    private func outcome(_ payload: [UInt8], of image: SignedImage? = nil) throws -> VerificationOutcome {
        var image = image ?? self.image
        try image.sign(with: key, payload: payload)
        return image.outcome(by: try attestor(believing: key))
    }

    private func outcome(_ payload: String) throws -> VerificationOutcome { try outcome(Array(payload.utf8)) }

    @Test("both words for an image signature are accepted, and any content of `optional`")
    func accepted() throws {
        #expect(try outcome(image.payload()).signers?.count == 1)
        #expect(try outcome(image.payload(type: "atomic container signature")).signers?.count == 1)
        #expect(try outcome(image.payload(optional: "")).signers?.count == 1)
        #expect(try outcome(image.payload(optional: #","optional":{"a":{"b":[1]}}"#)).signers?.count == 1)
    }

    @Test(
        "a payload of another type is refused",
        arguments: [
            "", "cosign container image signature ", "Cosign container image signature", "cosign blob signature",
        ])
    func otherType(type: String) throws {
        #expect(try outcome(image.payload(type: type)).violation?.reason == .signatureMalformed)
    }

    @Test("an unknown member is refused, in `critical` and beside it")
    func unknownMember() throws {
        #expect(
            try outcome(image.payload(inCritical: #","expires":"2020-01-01""#)).violation?.reason == .signatureMalformed
        )
        #expect(try outcome(image.payload(optional: #","other":{}"#)).violation?.reason == .signatureMalformed)
        #expect(try outcome(image.payload(optional: #","optional":"text""#)).violation?.reason == .signatureMalformed)
    }

    @Test("S07: an attestation that a trusted key signed is no signature of the image, whatever it says about it")
    func attestations() throws {
        let subject = #"{"name":"app","digest":{"sha256":"\#(image.subject.digest.hexadecimal)"}}"#
        let statement =
            #"{"_type":"https://in-toto.io/Statement/v1","subject":[\#(subject)],"predicateType":"https://sigstore.dev/cosign/sign/v1","predicate":{}}"#
        let envelope =
            #"{"payloadType":"application/vnd.in-toto+json","payload":"\#(Base64.encode(Array(statement.utf8)))","signatures":[]}"#
        let encoding = "DSSEv1 28 application/vnd.in-toto+json \(statement.utf8.count) \(statement)"
        for payload in [statement, envelope, encoding] {
            #expect(try outcome(payload).violation?.reason == .signatureMalformed)
        }
        // Both at once are neither.
        let both = String(decoding: image.payload(), as: UTF8.self).dropLast() + ",\(statement.dropFirst())"
        #expect(try outcome(String(both)).violation?.reason == .signatureMalformed)
    }

    @Test("S08: a statement about many images is no signature of one of them", arguments: [1, 500, 2_000])
    func manySubjects(count: Int) throws {
        let others = (1..<count).map {
            #"{"digest":{"sha256":"\#(Digest.sha256(of: [UInt8($0 % 256)]).hexadecimal)"}}"#
        }
        let subjects = others + [#"{"digest":{"sha256":"\#(image.subject.digest.hexadecimal)"}}"#]
        let statement = #"{"_type":"https://in-toto.io/Statement/v1","subject":[\#(subjects.joined(separator: ","))]}"#
        let refusal = try outcome(statement).violation
        #expect(refusal?.reason == .signatureMalformed)
        let tooLong = statement.utf8.count > 64 * 1_024
        #expect(refusal?.found.contains(tooLong ? "more than 65536" : "`statement`: its payload has no") == true)
    }

    @Test("a duplicate key is refused, whichever of the two would be right")
    func duplicateKey() throws {
        let image = #"{"docker-manifest-digest":"\#(self.image.subject.digest)"}"#
        for member in [#","type":"x""#, #","type":"cosign container image signature""#, #","image":\#(image)"#] {
            #expect(try outcome(self.image.payload(inCritical: member)).violation?.reason == .signatureMalformed)
        }
    }

    @Test("keys count only as they are spelled")
    func spelling() throws {
        let payload = String(decoding: image.payload(), as: UTF8.self)
        for key in ["docker-manifest-digest", "docker-reference", "critical", "identity", "image\"", "type\""] {
            let capital = key.prefix(1).uppercased() + key.dropFirst()
            #expect(
                try outcome(payload.replacing(key, with: capital)).violation?.reason == .signatureMalformed, "\(key)")
        }
        // An escape spells the same key.
        #expect(try outcome(payload.replacing("\"critical\"", with: "\"c\\u0072itical\"")).signers?.count == 1)
    }

    @Test(
        "what is no object of the right shape is refused",
        arguments: [
            "", "null", "[]", "{}", "\"text\"", #"{"critical":null}"#, #"{"critical":{}}"#,
            #"{"critical":{"type":"cosign container image signature","identity":{},"image":{}}}"#,
            #"{"critical":{"type":"cosign container image signature","identity":{"docker-reference":1},"image":{"docker-manifest-digest":2}}}"#,
            #"{"critical":{"type":["cosign container image signature"],"identity":{"docker-reference":""},"image":{"docker-manifest-digest":""}}}"#,
        ])
    func shapes(payload: String) throws {
        #expect(try outcome(payload).violation?.reason == .signatureMalformed)
    }

    @Test("bytes before or after the JSON are refused")
    func surroundings() throws {
        #expect(try outcome(image.payload() + Array("x".utf8)).violation?.reason == .signatureMalformed)
        #expect(try outcome(image.payload() + [0]).violation?.reason == .signatureMalformed)
        #expect(try outcome([0xef, 0xbb, 0xbf] + image.payload()).violation?.reason == .signatureMalformed)
    }

    @Test("S02: only the very digest of the image will do")
    func digest() throws {
        let digest = image.subject.digest
        for text in [
            "", digest.hexadecimal, "sha256:\(digest.hexadecimal.uppercased())", "SHA256:\(digest.hexadecimal)",
            " \(digest)", "\(digest) ", "\(digest)\\n", "sha512:\(digest.hexadecimal)",
        ] {
            #expect(try outcome(image.payload(digest: text)).violation?.reason == .signatureForOtherImage, "\(text)")
        }
    }

    @Test(
        "the image's repository may be written as cosign does, as skopeo does and with a digest",
        arguments: [
            "registry.example.com/team/app", "registry.example.com/team/app:1.2",
            "registry.example.com/team/app:latest",
            "registry.example.com/team/app@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ])
    func sameRepository(reference: String) throws {
        #expect(try outcome(image.payload(reference: reference)).signers?.count == 1)
    }

    @Test(
        "a repository of Docker Hub may be written short",
        arguments: ["nginx", "library/nginx:1.27", "docker.io/nginx"])
    func dockerHub(reference: String) throws {
        let nginx = try SignedImage(repository: "docker.io/library/nginx")
        #expect(try outcome(nginx.payload(reference: reference), of: nginx).signers?.count == 1)
    }

    @Test(
        "S03: a signature made for another repository is refused, and what is no repository too",
        arguments: [
            "registry.example.com/staging/app", "registry.example.com/team/app2", "registry.example.com/team",
            "registry.example.com:5000/team/app", "team/app", "app", "", "registry.example.com/Team/app", "*",
            "registry.example.com/team/app/",
        ])
    func otherRepository(reference: String) throws {
        let refusal = try outcome(image.payload(reference: reference)).violation
        #expect(refusal?.reason == .signatureForOtherRepository)
        #expect(refusal?.cure?.contains("identity: ignore") == true)
    }

    @Test("what a payload says reaches no message unescaped or at length")
    func quoting() throws {
        let text = "\u{202e}\\u0007`" + String(repeating: "x", count: 500)
        let found = try outcome(image.payload(digest: text)).violation?.found ?? ""
        #expect(found.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f })
        #expect(!found.contains("\u{202e}") && found.utf8.count < 320)
    }
}
