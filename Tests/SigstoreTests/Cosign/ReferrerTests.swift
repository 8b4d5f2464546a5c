import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// Signatures that refer to the image: in the registry's list, or in the index under the fallback tag.
@Suite struct ReferrerTests {
    var image: PublishedImage
    let attestor: any Attestor
    let outage = Refusal(.registryUnavailable, found: "no connection", expected: "an answer")

    init() throws {
        image = try PublishedImage()
        attestor = try image.attestor()
    }

    private let signer = Signer.identity(
        issuer: "https://token.actions.githubusercontent.com",
        subject: "https://github.com/acme/app/.github/workflows/release.yaml@refs/heads/main")

    @Test("a bundle that the registry lists passes, and signer, place, time and record are named")
    mutating func listedBundle() throws {
        let bundle = try image.bundle()
        image.listed = [bundle]
        let signature = VerifiedSignature(
            by: signer, source: .referrer(bundle), signedAt: image.sigstore.now + .seconds(2),
            records: [.init(log: "rekor.example", index: 4_163_442)])
        #expect(try image.passes(by: attestor) == [signature])
    }

    @Test("bundles of every age pass, a signature over the manifest too", arguments: [0, 1, 2, 3, 4, 5])
    mutating func ages(number: Int) throws {
        let orders: [SigningOrder] = [
            .bundle(), .bundle(version: .v03WithParameter), .bundleV2(), .bundle().timestamped, .message(),
            .message().logged(as: .hashedRekordV2),
        ]
        image.listed = [try image.bundle(orders[number])]
        #expect(try image.passes(by: attestor).map(\.signer) == [signer])
    }

    @Test("it asks for list and tag, then for the manifest, then for the bundle: four requests, in three rounds")
    mutating func asks() throws {
        let bundle = try image.bundle()
        image.listed = [bundle]
        let conversation = try image.conversation(with: attestor)
        #expect(
            conversation.asked == [
                [image.list, image.tag(".sig")], [image.locator(of: bundle)], [image.locator(of: bundle.blobs[1])],
            ])
        #expect(
            conversation.basis == [image.list, image.locator(of: bundle), image.locator(of: bundle.blobs[1])])
    }

    /// A bundle with as many timestamps as one may have, each by another second of an authority that nobody trusts.
    private func crowdedBundle(_ strange: SigstoreSimulator, _ number: Int) throws -> SignatureArtifact {
        var other = image.sigstore
        other.timestampAuthority = strange.timestampAuthority
        var bundles: [JSONTree] = []
        for second in 0..<32 {
            other.now = image.sigstore.now + .seconds(number * 32 + second)
            bundles.append(try #require(try other.sign(image.manifest, .bundle().timestamped).bundle))
        }
        let stamps = bundles.compactMap {
            $0["verificationMaterial"]?["timestampVerificationData"]?["rfc3161Timestamps"]?[0]
        }
        bundles[0]["verificationMaterial"]?["timestampVerificationData"]?["rfc3161Timestamps"] = .array(stamps)
        return SignatureArtifact.bundle(bundles[0], about: image.descriptor)
    }

    @Test("attack 11: of all timestamps together 256 are looked at, and a signature behind them is not")
    mutating func timestamps() throws {
        let good = try image.bundle(.bundle().timestamped)
        let strange = try SigstoreSimulator(at: image.sigstore.now)
        let padding = try (0..<8).map { try crowdedBundle(strange, $0) }
        image.listed = padding + [good]
        let refusal = try image.outcome(by: attestor).violation
        #expect(
            refusal?.reason == .limitExceeded && refusal?.found.contains("256 timestamps") == true, "\(refusal as Any)")
        image.listed = [good] + padding
        #expect(try image.passes(by: attestor).map(\.signer) == [signer])
        image.listed = padding.dropLast() + [good]
        #expect(try image.passes(by: attestor).map(\.signer) == [signer])
    }

    @Test("R25: where the registry has no lists, what the fallback tag lists passes")
    mutating func fallback() throws {
        let bundle = try image.bundle()
        image.fallback = [bundle]
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(bundle)])
    }

    @Test("R25: where the registry's list is empty or has nothing of use, the fallback tag is followed")
    mutating func emptyList() throws {
        let bundle = try image.bundle()
        image.fallback = [bundle]
        image.listed = []
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(bundle)])
        var report = try image.bundle(about: Array("another".utf8))
        report.manifest["artifactType"] = "application/spdx+json"
        image.listed = [report]
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(bundle)])
        let statement = "https://slsa.dev/provenance/v1"
        image.listed = [try image.bundle(.bundle(predicateType: statement), annotated: statement)]
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(bundle)])
    }

    @Test("R25: where the registry's list has signatures, the fallback tag is stale and not asked for")
    mutating func staleFallback() throws {
        let (listed, stale) = (try image.bundle(), try image.bundle())
        (image.listed, image.fallback) = ([listed], [stale])
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(listed)])
        #expect(try !image.conversation(with: attestor).asked.joined().contains(image.fallbackTag))
    }

    @Test("what is no index under the fallback tag lists nothing")
    mutating func fallbackIsNoIndex() throws {
        image.overrides[image.fallbackTag] = image.found(try image.bundle().manifest, MediaType.ociManifest)
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureMissing)
    }

    @Test(
        "the layout of cosign 2's experiment passes by its own type or that of its configuration, and for signatures alone"
    )
    mutating func layout() throws {
        var layout = SignatureArtifact.referring(to: image.descriptor, "sig", [try image.layer()])
        image.listed = [layout]
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(layout)])
        layout.manifest["artifactType"] = nil
        image.listed = [layout]
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(layout)])
        layout = .referring(to: image.descriptor, "att", [try image.layer()])
        image.listed = [layout]
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureMissing)
    }

    @Test("R27: a manifest that is about another image is ignored and counted, however genuine what it holds")
    mutating func otherSubject() throws {
        var strays: [SignatureArtifact] = []
        for _ in 0..<2 {
            var stray = try image.bundle()
            stray.manifest["subject"] = ImageDescriptor(bytes: Array("another".utf8)).json
            strays.append(stray)
        }
        image.listed = [strays[0]]
        let one = try image.outcome(by: attestor).violation
        #expect(one?.reason == .signatureMissing)
        #expect(one?.found.hasSuffix("; 1 manifest that is listed for it is about another image") == true)
        var orphan = try image.bundle()
        orphan.manifest["subject"] = nil
        image.listed = strays + [orphan]
        let three = try image.outcome(by: attestor).violation
        #expect(three?.found.hasSuffix("; 3 manifests that are listed for it are about other images") == true)
        let genuine = try image.bundle()
        image.listed = strays + [genuine]
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(genuine)])
    }

    @Test("a genuine bundle about another image does not pass, though its manifest says that it is about this one")
    mutating func otherArtifact() throws {
        image.listed = [try image.bundle(about: Array("another".utf8))]
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureForOtherImage)
        image.listed = [try image.bundle(.message(), about: Array("another".utf8))]
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureForOtherImage)
    }

    @Test("a manifest is what it says itself, whatever the list says of it")
    mutating func otherType() throws {
        let genuine = try image.bundle()
        for (name, value) in [("artifactType", "application/spdx+json"), ("artifactType", "application/vnd.dev")] {
            var changed = genuine
            changed.manifest[name] = .string(value)
            var list = SignatureArtifact.index(of: [changed])
            list["manifests"]?[0]?["artifactType"] = genuine.manifest["artifactType"]
            image.listed = [changed]
            image.overrides[image.list] = image.found(list, MediaType.ociIndex)
            #expect(try image.outcome(by: attestor).violation?.reason == .signatureMalformed)
        }
    }

    @Test("a manifest has exactly one bundle in it")
    mutating func bundlesInOne() throws {
        let genuine = try image.bundle()
        let layer = try #require(genuine.manifest["layers"]?[0])
        for layers in [[], [layer, layer]] {
            var changed = genuine
            changed.manifest["layers"] = .array(layers)
            image.listed = [changed]
            let refusal = try image.outcome(by: attestor).violation
            #expect(refusal?.found == "a manifest of a Sigstore bundle without exactly one bundle in it")
        }
        var changed = genuine
        changed.manifest["layers"]?[0]?["mediaType"] = "application/octet-stream"
        image.listed = [changed]
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureMalformed)
    }

    @Test("attack 6: a bundle that is none is malformed, and one beside it still passes")
    mutating func noBundle() throws {
        let genuine = try image.bundle()
        let broken = SignatureArtifact.bundle(["mediaType": "none"], about: image.descriptor)
        image.listed = [broken]
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureMalformed)
        image.listed = [broken, genuine]
        #expect(try image.passes(by: attestor).map(\.source) == [.referrer(genuine)])
    }

    @Test("what is listed and does not exist, or is something else, is no signature")
    mutating func notThere() throws {
        let bundle = try image.bundle()
        image.listed = [bundle]
        for locator in [image.locator(of: bundle), image.locator(of: bundle.blobs[1])] {
            image.overrides = [locator: .absent]
            #expect(try image.outcome(by: attestor).violation?.reason == .signatureMalformed)
            image.overrides = [locator: .violated(Refusal(.digestMismatch, found: "other", expected: "these"))]
            #expect(try image.outcome(by: attestor).violation?.reason == .digestMismatch)
        }
    }

    @Test("what could not be read leaves it open, at each step, unless another signature passes")
    mutating func unseen() throws {
        let bundle = try image.bundle()
        image.listed = [bundle]
        for locator in [image.list, image.locator(of: bundle), image.locator(of: bundle.blobs[1])] {
            image.overrides = [locator: .undetermined(outage)]
            image.signatureTag = nil
            #expect(try image.outcome(by: attestor) == .undetermined(outage))
            image.signatureTag = .tagged([try image.layer()])
            guard case .passed(let signatures, let unseen) = try image.outcome(by: attestor) else {
                Issue.record("refused")
                return
            }
            #expect(signatures.map(\.source) == [.tag(image.tagName(".sig"))] && unseen == outage)
        }
    }

    @Test("a fallback tag that could not be read leaves it open")
    mutating func unseenFallback() throws {
        image.overrides = [image.fallbackTag: .undetermined(outage)]
        #expect(try image.outcome(by: attestor) == .undetermined(outage))
    }

    @Test("R26: a hundred that refer to the image are judged, and one more is refused, wherever the genuine one stands")
    mutating func listLimit() throws {
        let genuine = try image.bundle()
        var crowd = (0..<99).map { number in
            SignatureArtifact.bundle(["mediaType": "\(number)"], about: image.descriptor)
        }
        crowd.insert(genuine, at: 50)
        image.listed = crowd
        #expect(try image.passes(by: attestor).count == 1)
        image.listed = crowd + [.bundle([:], about: image.descriptor)]
        let refusal = try image.outcome(by: attestor).violation
        #expect(refusal?.reason == .limitExceeded)
        #expect(refusal?.found == "101 signatures that refer to the image, more than 100")
        // What is under the tag is not hidden by it.
        image.signatureTag = .tagged([try image.layer()])
        #expect(try image.passes(by: attestor).map(\.source) == [.tag(image.tagName(".sig"))])
    }

    @Test("a list may have many things of other kinds, and too many are told as such")
    mutating func otherKinds() throws {
        let genuine = try image.bundle()
        func list(_ count: Int) -> JSONTree {
            let report: JSONTree = [
                "mediaType": .string(MediaType.ociManifest), "size": 1, "artifactType": "application/spdx+json",
                "digest": .string(Digest.sha256(of: []).description),
            ]
            var list = SignatureArtifact.index(of: [])
            list["manifests"] = .array(Array(repeating: report, count: count) + [genuine.descriptor])
            return list
        }
        image.listed = [genuine]
        image.overrides[image.list] = image.found(list(1_000), MediaType.ociIndex)
        #expect(try image.passes(by: attestor).count == 1)
        image.overrides[image.list] = image.found(list(4_096), MediaType.ociIndex)
        #expect(try image.outcome(by: attestor).violation?.reason == .limitExceeded)
    }

    @Test("manifests of more than 1 MiB in all are not fetched")
    mutating func manifestBytes() throws {
        var large = SignatureArtifact.bundle(["mediaType": "none"], about: image.descriptor)
        large.manifest["annotations"]?["filling"] = .string(String(repeating: "x", count: 400 * 1_024))
        // One that is listed again counts again.
        let crowd = [large, large, large]
        let genuine = try image.bundle()
        func listing(_ artifacts: [SignatureArtifact]) -> Fetched {
            var list = SignatureArtifact.index(of: artifacts)
            for index in artifacts.indices { list["manifests"]?[index]?["annotations"] = nil }
            return image.found(list, MediaType.ociIndex)
        }
        image.listed = [genuine] + crowd.prefix(2)
        image.overrides[image.list] = listing([genuine] + crowd.prefix(2))
        #expect(try image.passes(by: attestor).count == 1)
        image.listed = [genuine] + crowd
        image.overrides[image.list] = listing([genuine] + crowd)
        let conversation = try image.conversation(with: attestor)
        #expect(conversation.outcome.violation?.reason == .limitExceeded)
        #expect(conversation.asked == [[image.list, image.tag(".sig")]])
    }

    @Test("signatures of more than 1 MiB in all are not fetched, wherever they are")
    mutating func signatureBytes() throws {
        let filling = [UInt8](repeating: 0x78, count: 64 * 1_024)
        let layer = SimulatedLayer(
            mediaType: SimulatedLayer.simpleSigning, blob: filling, annotations: [SimulatedLayer.signatureKey: "MEUC"])
        image.signatureTag = .tagged(Array(repeating: layer, count: 15))
        let bundle = try image.bundle()
        image.listed = [bundle]
        #expect(try image.passes(by: attestor).count == 1)
        image.signatureTag = .tagged(Array(repeating: layer, count: 16))
        #expect(try image.outcome(by: attestor).violation?.reason == .limitExceeded)
    }

    @Test("layers count together wherever they are: a full list and a full tag, and not one more")
    mutating func layersInAll() throws {
        let empty = SimulatedLayer(
            mediaType: SimulatedLayer.simpleSigning, blob: [], annotations: [SimulatedLayer.signatureKey: "MEUC"])
        func layout(_ count: Int) -> SignatureArtifact {
            .referring(to: image.descriptor, "sig", Array(repeating: empty, count: count))
        }
        image.signatureTag = .tagged(Array(repeating: empty, count: 101))
        image.listed = [layout(100)]
        #expect(try image.outcome(by: attestor).violation?.reason != .limitExceeded)
        image.listed = [layout(60), layout(41)]
        let refusal = try image.outcome(by: attestor).violation
        #expect(refusal?.reason == .limitExceeded && refusal?.found == "more than 201 signatures")
    }

    @Test("a list that is none is malformed")
    mutating func notAList() throws {
        image.overrides[image.list] = .found(
            .init(bytes: Array("{}".utf8), digest: .sha256(of: Array("{}".utf8)), mediaType: MediaType.ociIndex))
        let refusal = try image.outcome(by: attestor).violation
        #expect(refusal?.reason == .signatureMalformed)
        #expect(refusal?.found.hasPrefix("a list of what refers to the image that is invalid: ") == true)
    }
}
