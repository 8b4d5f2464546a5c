import Cryptography
import OCI
import Sigstore
import Testing
import Trust

@Suite struct CosignVerificationTests {
    let key: PrivateKey
    let other: PrivateKey
    var image: SignedImage

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256)
        other = try PrivateKey.generate(.ecdsaP256)
        image = try SignedImage()
        try image.sign(with: key)
    }

    @Test("a signature by the key over this image passes and names the key")
    func passes() throws {
        let signer = Signer.key(fingerprint: key.publicKey.fingerprint)
        let signature = VerifiedSignature(
            by: signer, source: .tag("sha256-\(image.subject.digest.hexadecimal).sig"))
        #expect(image.outcome(by: try attestor(believing: key)) == .passed([signature]))
    }

    @Test("it asks for list and tag, then for the fallback tag and the payload, and for nothing else")
    func asks() throws {
        let conversation = Conversation(
            try attestor(believing: key).verification(of: image.subject), answers: image.answers)
        #expect(conversation.asked == [[image.list, image.tag], [image.fallback, image.payloadLocator(0)]])
    }

    @Test(
        "signatures of every kind of key pass",
        arguments: [
            (KeyAlgorithm.ecdsaP256, SignatureScheme.ecdsa(.sha256)), (.ecdsaP384, .ecdsa(.sha384)),
            (.ecdsaP384, .ecdsa(.sha256)), (.ecdsaP521, .ecdsa(.sha512)), (.ecdsaP521, .ecdsa(.sha256)),
            (.rsa(bits: 2_048), .rsaPKCS1(.sha256)), (.ed25519, .ed25519),
        ])
    mutating func schemes(algorithm: KeyAlgorithm, scheme: SignatureScheme) throws {
        let key = try PrivateKey.generate(algorithm)
        var image = try SignedImage()
        try image.sign(with: key, scheme: scheme)
        #expect(image.outcome(by: try attestor(believing: key)).signers?.count == 1)
    }

    @Test(
        "a hash or padding that cosign does not use with the key is refused",
        arguments: [
            (KeyAlgorithm.ecdsaP256, SignatureScheme.ecdsa(.sha384)), (.ecdsaP384, .ecdsa(.sha512)),
            (.rsa(bits: 2_048), .rsaPKCS1(.sha512)), (.rsa(bits: 2_048), .rsaPSS(.sha256)),
        ])
    mutating func otherSchemes(algorithm: KeyAlgorithm, scheme: SignatureScheme) throws {
        let key = try PrivateKey.generate(algorithm)
        var image = try SignedImage()
        try image.sign(with: key, scheme: scheme)
        #expect(image.outcome(by: try attestor(believing: key)).violation?.reason == .signatureInvalid)
    }

    @Test("a signature by another key is refused")
    func wrongKey() throws {
        let refusal = image.outcome(by: try attestor(believing: other)).violation
        #expect(refusal?.reason == .signatureInvalid)
        #expect(refusal?.found == "1 signature, not by this key")
        #expect(refusal?.expected == "a cosign signature by key SHA256:\(other.publicKey.fingerprint.hexadecimal)")
        #expect(refusal?.cure != nil)
    }

    @Test("S02: a signature for another digest is rejected, though it lies beside this image")
    func otherImage() throws {
        var stranger = try SignedImage(content: "another image manifest")
        try stranger.sign(with: key)
        stranger.subject = image.subject
        let refusal = stranger.outcome(by: try attestor(believing: key)).violation
        #expect(refusal?.reason == .signatureForOtherImage)
        #expect(refusal?.found.hasPrefix("1 signature, refused at `artifact`: a signature of `sha256:") == true)
        #expect(refusal?.found.hasSuffix(" and not of \(image.subject.digest)") == true)
    }

    @Test("a signature by another key for another digest does not pass for one by this key")
    mutating func otherImageByOtherKey() throws {
        image.layers = []
        try image.sign(with: other, payload: image.payload(digest: "sha256:00"))
        #expect(image.outcome(by: try attestor(believing: key)).violation?.reason == .signatureInvalid)
    }

    @Test("no byte of the signature can be changed")
    mutating func flippedSignature() throws {
        let attestor = try attestor(believing: key)
        let text = try #require(image.layers[0].annotation)
        let signature = try #require(Base64.decode(text.utf8))
        for index in signature.indices {
            var changed = signature
            changed[index] ^= 0x01
            image.layers[0].annotation = Base64.encode(changed)
            #expect(image.outcome(by: attestor).violation?.reason == .signatureInvalid, "byte \(index)")
        }
    }

    @Test("a payload that is cut off is refused, whether or not the manifest says so")
    mutating func truncatedPayload() throws {
        let attestor = try attestor(believing: key)
        let whole = image.layers[0].payload
        image.layers[0].payload = whole.dropLast()
        #expect(image.outcome(by: attestor).violation?.reason == .signatureInvalid)
        image.layers[0].statedDigest = .sha256(of: whole)
        #expect(image.outcome(by: attestor).violation?.reason == .signatureMalformed)
    }

    @Test("a payload of another size than the manifest states is refused")
    mutating func wrongSize() throws {
        image.layers[0].statedSize = image.layers[0].payload.count + 1
        #expect(image.outcome(by: try attestor(believing: key)).violation?.reason == .signatureMalformed)
    }

    @Test("a payload whose fetcher vouches for the wrong bytes is refused all the same")
    func otherBytes() throws {
        var swapped = image
        try swapped.sign(with: key, payload: image.payload(optional: #","optional":{}"#))
        swapped.layers[1].statedDigest = .sha256(of: image.layers[0].payload)
        swapped.layers.removeFirst()
        #expect(swapped.outcome(by: try attestor(believing: key)).violation?.reason == .signatureMalformed)
    }

    @Test(
        "S42: a layer without signature, or with one that is not the one base64 of some bytes, is malformed",
        arguments: [
            nil, "", "!", "MEUC", "TUVVQw==\n", "TUVVQw", "TUVVQx==", " TUVVQw==", "TUVVQw==TUVVQw==", "====",
            "MEUC_-==",
        ] as [String?])
    mutating func annotation(text: String?) throws {
        image.layers[0].annotation = text?.replacing("\n", with: "\\n")
        let outcome = image.outcome(by: try attestor(believing: key))
        let isBase64 = text == "MEUC"
        #expect(outcome.violation?.reason == (isBase64 ? .signatureInvalid : .signatureMalformed))
    }
}

/// Several signatures on one image.
@Suite struct CosignSeveralSignaturesTests {
    let key: PrivateKey
    let other: PrivateKey
    var image: SignedImage

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256)
        other = try PrivateKey.generate(.ed25519)
        image = try SignedImage()
        try image.sign(with: key)
    }

    @Test("two keys that both signed are two signers, whatever the order of layers and of keys")
    mutating func twoSigners() throws {
        try image.sign(with: other)
        let expected: Set = [
            Signer.key(fingerprint: key.publicKey.fingerprint), .key(fingerprint: other.publicKey.fingerprint),
        ]
        for attestor in [try attestor(believing: key, other), try attestor(believing: other, key)] {
            #expect(image.outcome(by: attestor).signers.map(Set.init) == expected)
        }
    }

    @Test("one of two keys is enough, and only that one is named")
    func oneOfTwo() throws {
        let signer = Signer.key(fingerprint: key.publicKey.fingerprint)
        #expect(image.outcome(by: try attestor(believing: other, key)).signers == [signer])
    }

    @Test("the same signature twice, or two by one key, are one signer")
    mutating func twice() throws {
        image.layers.append(image.layers[0])
        try image.sign(with: key)
        try image.sign(with: key, payload: image.payload(optional: #","optional":{"build":"7"}"#))
        #expect(image.outcome(by: try attestor(believing: key)).signers?.count == 1)
    }

    @Test("a payload that several layers share is fetched once")
    mutating func sharedPayload() throws {
        try image.sign(with: other)
        let conversation = Conversation(
            try attestor(believing: key).verification(of: image.subject), answers: image.answers)
        #expect(conversation.asked == [[image.list, image.tag], [image.fallback, image.payloadLocator(0)]])
    }

    @Test("a genuine signature passes among malformed, foreign and stale ones")
    func amongOthers() throws {
        var crowd = try SignedImage()
        try crowd.sign(with: other)
        try crowd.sign(with: key, payload: crowd.payload(digest: "sha256:00"))
        crowd.layers.append(.init(payload: [], annotation: nil))
        crowd.layers += image.layers
        #expect(crowd.outcome(by: try attestor(believing: key)).signers?.count == 1)
        crowd.layers.removeLast()
        let refusal = crowd.outcome(by: try attestor(believing: key)).violation
        #expect(refusal?.reason == .signatureForOtherImage)
        #expect(
            refusal?.found
                == "3 signatures, the nearest refused at `artifact`: a signature of `sha256:00` and not of \(crowd.subject.digest)"
        )
    }

    @Test("what a trusted key signed explains more than a foreign signature, and that more than a malformed one")
    mutating func precedence() throws {
        let attestor = try attestor(believing: key)
        image.layers = [.init(payload: [], annotation: nil)]
        #expect(image.outcome(by: attestor).violation?.reason == .signatureMalformed)
        try image.sign(with: other)
        #expect(image.outcome(by: attestor).violation?.reason == .signatureInvalid)
        #expect(image.outcome(by: attestor).violation?.found == "2 signatures, none by this key, 1 malformed")
        try image.sign(with: key, payload: Array("{}".utf8))
        #expect(image.outcome(by: attestor).violation?.reason == .signatureMalformed)
        #expect(
            image.outcome(by: attestor).violation?.found
                == "3 signatures, the nearest refused at `statement`: its payload has no `critical`")
        try image.sign(with: key, payload: image.payload(digest: "sha256:00"))
        #expect(image.outcome(by: attestor).violation?.reason == .signatureForOtherImage)
        try image.sign(with: key, payload: image.payload(reference: "registry.example.com/staging/app"))
        #expect(image.outcome(by: attestor).violation?.reason == .signatureForOtherRepository)
    }

    @Test(
        "S04, attack 11: a genuine signature counts beside a hundred others and not beside one more, wherever it stands",
        arguments: [0, 50, 100])
    mutating func limit(position: Int) throws {
        let attestor = try attestor(believing: key)
        let genuine = image.layers.removeFirst()
        image.layers = Array(repeating: .init(payload: Array("x".utf8), annotation: "MEUC"), count: 100)
        image.layers.insert(genuine, at: position)
        #expect(image.outcome(by: attestor).signers?.count == 1)
        image.layers.insert(.init(payload: Array("x".utf8), annotation: "MEUC"), at: 100 - position)
        let refusal = image.outcome(by: attestor).violation
        #expect(refusal?.reason == .limitExceeded)
        #expect(
            refusal?.found == "a signature manifest that is too large: found 102 at `$.layers`, at most 101 are allowed"
        )
    }

    @Test("a signature manifest of 512 KiB is judged, and one byte more is refused whatever is in it")
    mutating func manifestLimit() throws {
        let attestor = try attestor(believing: key)
        for (bytes, reason) in [(524_288, nil), (524_289, ReasonCode.limitExceeded)] {
            let manifest = image.manifest + [UInt8](repeating: 0x20, count: bytes - image.manifest.count)
            image.overrides[image.tag] = .found(
                .init(
                    bytes: manifest, digest: .sha256(of: manifest),
                    mediaType: "application/vnd.oci.image.manifest.v1+json"))
            #expect(image.outcome(by: attestor).violation?.reason == reason)
        }
    }

    @Test("payloads of 1 MiB in all are judged, and one byte more is refused, also if layers share one")
    mutating func payloadsLimit() throws {
        let attestor = try attestor(believing: key)
        let filling = [UInt8](repeating: 0x78, count: 64 * 1_024)
        image.layers += Array(repeating: .init(payload: filling, annotation: "MEUC"), count: 15)
        let rest = 64 * 1_024 - image.layers[0].payload.count
        image.layers.append(.init(payload: [UInt8](repeating: 0x79, count: rest), annotation: "MEUC"))
        #expect(image.outcome(by: attestor).signers?.count == 1)
        image.layers.append(.init(payload: [0x7A], annotation: "MEUC"))
        let conversation = Conversation(attestor.verification(of: image.subject), answers: image.answers)
        #expect(conversation.asked == [[image.list, image.tag], [image.fallback]])
        #expect(conversation.outcome.violation?.reason == .limitExceeded)
    }

    @Test("what a signature passes by is its manifest and its payload, and is enough to pass by again")
    mutating func basis() throws {
        let attestor = try attestor(believing: key)
        try image.sign(with: other, payload: image.payload(optional: #","optional":{"by":"another"}"#))
        try image.sign(with: key, payload: image.payload(digest: "sha256:00"))
        try image.sign(with: key, payload: image.payload(optional: #","optional":{"build":"7"}"#))
        let passed = Conversation(attestor.verification(of: image.subject), answers: image.answers)
        #expect(passed.basis == [image.tag, image.payloadLocator(0), image.payloadLocator(3)])
        let again = Conversation(
            attestor.verification(of: image.subject), answers: image.answers.filter { passed.basis.contains($0.key) })
        #expect(again.outcome == passed.outcome && again.basis == passed.basis)
    }

    @Test("a refusal rests on all that was asked for, and comes about again by that")
    mutating func basisOfRefusal() throws {
        let attestor = try attestor(believing: try PrivateKey.generate(.ecdsaP256))
        try image.sign(with: other, payload: image.payload(optional: ""))
        let refused = Conversation(attestor.verification(of: image.subject), answers: image.answers)
        #expect(
            refused.basis == [
                image.list, image.tag, image.fallback, image.payloadLocator(0), image.payloadLocator(1),
            ])
        let again = Conversation(
            attestor.verification(of: image.subject), answers: image.answers.filter { refused.basis.contains($0.key) })
        #expect(again.outcome == refused.outcome && refused.outcome.violation?.reason == .signatureInvalid)
    }

    @Test("a payload of more than 64 KiB is not asked for")
    mutating func oversized() throws {
        image.layers[0].statedSize = 64 * 1_024 + 1
        let conversation = Conversation(
            try attestor(believing: key).verification(of: image.subject), answers: image.answers)
        #expect(conversation.asked == [[image.list, image.tag], [image.fallback]])
        #expect(conversation.outcome.violation?.reason == .signatureMalformed)
    }
}

/// What the registry has, has not or does not tell.
@Suite struct CosignRegistryAnswersTests {
    let key: PrivateKey
    let attestor: any Attestor
    var image: SignedImage
    let outage = Refusal(.registryUnavailable, found: "no connection", expected: "an answer")

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256)
        attestor = try SigstoreTests.attestor(believing: key)
        image = try SignedImage()
        try image.sign(with: key)
    }

    @Test("S01: no signature tag means unsigned, and the refusal says how to sign")
    mutating func unsigned() throws {
        image.layers = []
        let refusal = image.outcome(by: attestor).violation
        #expect(refusal?.reason == .signatureMissing)
        #expect(refusal?.cure?.contains("cosign sign --key KEY registry.example.com/team/app@sha256:") == true)
    }

    @Test("S07: an attestation where a signature should be means unsigned")
    mutating func otherLayers() throws {
        for mediaType in [
            "application/vnd.dsse.envelope.v1+json", "application/vnd.in-toto+json",
            "application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.cosign.simplesigning.v2+json",
            "application/vnd.dev.cosign.simplesigning.v1+json; charset=utf-8",
        ] {
            image.layers[0].mediaType = mediaType
            let outcome = image.outcome(by: attestor)
            let isMediaType = !mediaType.contains(";")
            #expect(
                outcome.violation?.reason == (isMediaType ? .signatureMissing : .signatureMalformed), "\(mediaType)")
        }
    }

    @Test("S46: annotations beside the signature say nothing, whatever they claim")
    mutating func annotations() throws {
        let claims = [
            "dev.cosignproject.cosign/signatureDigest": "sha256:00", "dev.sigstore.cosign/certificate": "none",
            "dev.sigstore.cosign/bundle": "{}", "dev.sigstore.cosign/rfc3161timestamp": "{}", "predicateType": "x",
            "org.opencontainers.image.ref.name": "registry.example.com/other/app", "critical": "{}",
            "verified": "false",
        ]
        for (name, value) in claims {
            image.layers[0].annotations = [name: value.replacing("\"", with: "\\\"")]
            #expect(image.outcome(by: attestor).signers?.count == 1, "\(name)")
        }
        // What is wrong does not become right by them.
        try image.sign(with: try PrivateKey.generate(.ecdsaP256))
        image.layers.removeFirst()
        image.layers[0].annotations = claims.merging(["verified": "true"]) { $1 }.mapValues { _ in "true" }
        #expect(image.outcome(by: attestor).violation?.reason == .signatureInvalid)
    }

    @Test("S46: the signature of another layer does not count for this one")
    mutating func swappedAnnotations() throws {
        try image.sign(with: key, payload: image.payload(optional: #","optional":{"build":"7"}"#))
        (image.layers[0].annotation, image.layers[1].annotation) = (
            image.layers[1].annotation, image.layers[0].annotation
        )
        #expect(image.outcome(by: attestor).violation?.reason == .signatureInvalid)
    }

    @Test("M14, M15: the payload comes from the registry and is hashed, whatever the layer carries or points to")
    mutating func embeddedPayload() throws {
        let payload = image.layers[0].payload
        let forged = try PrivateKey.generate(.ecdsaP256)
        let urls = #","urls":["https://evil.example/payload"]"#
        image.layers[0].members = #","data":"\#(Base64.encode(payload))""# + urls
        let genuine = Conversation(attestor.verification(of: image.subject), answers: image.answers)
        #expect(genuine.outcome.signers?.count == 1)
        #expect(genuine.asked == [[image.list, image.tag], [image.fallback, image.payloadLocator(0)]])
        // Embedded and named elsewhere, but not in the registry.
        image.overrides[image.payloadLocator(0)] = .absent
        #expect(image.outcome(by: attestor).violation?.reason == .signatureMalformed)
        // The registry's bytes are another's; what is embedded is ours.
        image.overrides = [:]
        try image.sign(with: forged, payload: image.payload(optional: #","optional":{"a":1}"#))
        image.layers.removeFirst()
        image.layers[0].members = #","data":"\#(Base64.encode(padded(payload, to: image.layers[0].payload.count)))""#
        #expect(image.outcome(by: attestor).violation?.reason == .signatureInvalid)
    }

    private func padded(_ bytes: [UInt8], to count: Int) -> [UInt8] {
        bytes + [UInt8](repeating: 0x20, count: max(0, count - bytes.count))
    }

    @Test("layers of other kinds beside the signature make no difference and are not fetched")
    mutating func mixedLayers() throws {
        image.layers.append(.init(payload: Array("sbom".utf8), annotation: nil, mediaType: "text/spdx"))
        let conversation = Conversation(attestor.verification(of: image.subject), answers: image.answers)
        #expect(conversation.outcome.signers?.count == 1)
        #expect(conversation.asked.last == [image.fallback, image.payloadLocator(0)])
    }

    @Test("an unreachable registry leaves it open, at either step")
    mutating func unreachable() throws {
        image.overrides[image.tag] = .undetermined(outage)
        #expect(image.outcome(by: attestor) == .undetermined(outage))
        image.overrides = [image.payloadLocator(0): .undetermined(outage)]
        #expect(image.outcome(by: attestor) == .undetermined(outage))
    }

    @Test("one unreachable payload leaves it open, unless another signature passes")
    mutating func partlyUnreachable() throws {
        try image.sign(with: try PrivateKey.generate(.ecdsaP256), payload: image.payload(optional: ""))
        image.overrides[image.payloadLocator(1)] = .undetermined(outage)
        #expect(image.outcome(by: attestor).signers?.count == 1)
        image.overrides = [image.payloadLocator(0): .undetermined(outage)]
        #expect(image.outcome(by: attestor) == .undetermined(outage))
    }

    @Test("what the registry cannot truthfully have answered is a violation, at either step")
    mutating func violated() throws {
        let refusal = Refusal(
            .digestMismatch, found: "other bytes", expected: "these bytes", cure: "look at the registry")
        image.overrides[image.tag] = .violated(refusal)
        #expect(image.outcome(by: attestor) == .violated(refusal))
        image.overrides = [image.payloadLocator(0): .violated(refusal)]
        let ofPayload = image.outcome(by: attestor).violation
        #expect(ofPayload?.reason == .digestMismatch && ofPayload?.found == "1 signature, other bytes")
        #expect(ofPayload?.expected == refusal.expected && ofPayload?.cure == refusal.cure)
    }

    @Test("a payload that does not exist is malformed, not missing")
    mutating func payloadAbsent() throws {
        image.overrides[image.payloadLocator(0)] = .absent
        #expect(image.outcome(by: attestor).violation?.reason == .signatureMalformed)
    }

    @Test(
        "something else than an image manifest under the tag is malformed",
        arguments: [
            "", "{}", "not JSON",
            #"{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}"#,
        ])
    mutating func notAManifest(body: String) throws {
        let bytes = Array(body.utf8)
        image.overrides[image.tag] = .found(
            .init(
                bytes: bytes, digest: .sha256(of: bytes),
                mediaType: body.contains("index") ? "application/vnd.oci.image.index.v1+json" : nil))
        #expect(image.outcome(by: attestor).violation?.reason == .signatureMalformed)
    }

    @Test("of a digest that is not SHA-256 only what refers to it can be a signature")
    func sha512() throws {
        let digest = try #require(Digest(algorithm: .sha512, bytes: SHA2.sha512(Array("image".utf8))))
        let subject = Subject(repository: image.subject.repository, digest: digest)
        let conversation = Conversation(attestor.verification(of: subject), answers: image.answers)
        let fallback = Locator.manifest(subject.repository, .tag("sha512-\(digest.hexadecimal.prefix(64))"))
        #expect(conversation.asked == [[.referrers(subject.repository, digest)], [fallback]])
        #expect(conversation.outcome.violation?.reason == .signatureMissing)
        #expect(
            conversation.outcome.violation?.found
                == "no signatures: none refers to the image in `registry.example.com/team/app`")
    }

    @Test("a verification that got no answer to what it asked for leaves it open, and stays with its outcome")
    func unanswered() throws {
        var verification = attestor.verification(of: image.subject)
        _ = verification.next([:])
        guard case .outcome(let first, _) = verification.next([:]),
            case .outcome(let second, _) = verification.next(image.answers)
        else {
            Issue.record("asked again")
            return
        }
        #expect(first.undetermined?.reason == .internalError)
        #expect(first == second)
    }
}
