import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// Statements about an image, wherever they are kept.
@Suite struct AttestationTests {
    var image: PublishedImage
    let attestor: any Attestor

    init() throws {
        image = try PublishedImage()
        attestor = try image.attestor()
    }

    private let provenance = "https://slsa.dev/provenance/v1"
    private let packages = "https://spdx.dev/Document"

    private func types(_ signatures: [VerifiedSignature]) -> [String] {
        signatures.compactMap(\.statement?.predicateType).sorted()
    }

    @Test("a layer of the attestation tag passes with an entry of every kind, with a timestamp too")
    mutating func layers() throws {
        let orders = [EntryFacts.Kind.dsse, .intotoV1, .intotoV2].map { SigningOrder.attestationLayer(entry: $0) }
        for order in orders + [.attestationLayer().timestamped] {
            image.attestationTag = .tagged([try image.layer(order)])
            let passed = try image.passes(by: attestor, for: .attestation)
            #expect(types(passed) == ["https://slsa.dev/provenance/v0.2"])
            #expect(passed.first?.source == .tag(image.tagName(".att")))
        }
    }

    @Test("attestations of several types in several places are all told, each with its own type")
    mutating func severalTypes() throws {
        let (bundle, layout) = (
            try image.bundle(.bundle(predicateType: provenance), annotated: provenance),
            SignatureArtifact.referring(
                to: image.descriptor, "att",
                [try image.layer(.attestationLayer(predicateType: "https://own.example/a"))])
        )
        image.listed = [bundle, layout]
        image.attestationTag = .tagged([
            try image.layer(.attestationLayer(predicateType: packages)), try image.layer(.attestationLayer()),
        ])
        let passed = try image.passes(by: attestor, for: .attestation)
        #expect(
            types(passed) == ["https://own.example/a", "https://slsa.dev/provenance/v0.2", provenance, packages])
        #expect(Set(passed.map(\.source)).count == 3)
    }

    @Test("attack 4: the type is the statement's own, whatever annotations say")
    mutating func typeOfStatement() throws {
        var layer = try image.layer(.attestationLayer(predicateType: packages))
        layer.annotations["predicateType"] = provenance
        image.attestationTag = .tagged([layer])
        image.listed = [try image.bundle(.bundle(predicateType: "https://own.example/a"), annotated: provenance)]
        #expect(
            types(try image.passes(by: attestor, for: .attestation)) == ["https://own.example/a", packages])
    }

    @Test("S07: an attestation is no signature, and a signature of the image alone no attestation")
    mutating func notEachOther() throws {
        image.listed = [try image.bundle(.bundle(predicateType: provenance))]
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureMissing)
        // Nor if its annotation says that it is one.
        image.listed = [
            try image.bundle(.bundle(predicateType: provenance), annotated: StatementDraft.cosignSign)
        ]
        #expect(try image.outcome(by: attestor).violation?.reason == .signatureMissing)
        image.listed = [try image.bundle(.message())]
        #expect(try image.outcome(by: attestor, for: .attestation).violation?.reason == .attestationMissing)
    }

    @Test("without any the refusal says how to attest")
    func missing() throws {
        let refusal = try image.outcome(by: attestor, for: .attestation).violation
        #expect(refusal?.reason == .attestationMissing)
        #expect(refusal?.found.contains("there is no tag `\(image.tagName(".att"))`") == true)
        #expect(refusal?.cure?.hasPrefix("`cosign attest --type TYPE --predicate FILE registry") == true)
        #expect(refusal?.expected.hasPrefix("an attestation by `https://github.com/acme/app/") == true)
    }

    @Test("a manifest of other layers under the attestation tag has no attestation")
    mutating func otherLayers() throws {
        image.attestationTag = .tagged([try image.layer()])
        let refusal = try image.outcome(by: attestor, for: .attestation).violation
        #expect(refusal?.reason == .attestationMissing)
        #expect(refusal?.found == "no attestations: the manifest beside the image has 1 layer of another kind")
    }

    @Test("an attestation by somebody else, or about another image, is refused")
    mutating func refused() throws {
        image.attestationTag = .tagged([try image.layer(.attestationLayer(by: .keyless(.person())))])
        #expect(try image.outcome(by: attestor, for: .attestation).violation?.reason == .identityUntrusted)
        let material = try image.sigstore.sign(Array("another".utf8), .attestationLayer())
        image.attestationTag = .tagged([try #require(material.layer)])
        #expect(try image.outcome(by: attestor, for: .attestation).violation?.reason == .signatureForOtherImage)
    }

    @Test("no byte of an attestation can be changed", arguments: [0, 1])
    mutating func changed(number: Int) throws {
        let order = [SigningOrder.attestationLayer(), .attestationLayer(entry: .intotoV1)][number]
        let layer = try image.layer(order)
        for index in stride(from: 0, to: layer.blob.count, by: 7) {
            var changed = layer
            changed.blob[index] ^= 0x01
            image.attestationTag = .tagged([changed])
            #expect(try image.outcome(by: attestor, for: .attestation).violation != nil, "byte \(index)")
        }
    }

    @Test("attestations may be larger than signatures, up to 16 MiB in all")
    mutating func limit() throws {
        let filling = SimulatedLayer(
            mediaType: SimulatedLayer.envelope, blob: [UInt8](repeating: 0x78, count: 8 << 20), annotations: [:])
        let genuine = try image.layer(.attestationLayer())
        image.attestationTag = .tagged([genuine, filling])
        #expect(try image.passes(by: attestor, for: .attestation).count == 1)
        image.attestationTag = .tagged([genuine, filling, filling])
        let refusal = try image.outcome(by: attestor, for: .attestation).violation
        #expect(refusal?.reason == .limitExceeded)
        #expect(refusal?.found == "attestations that have more than 16777216 bytes")
    }

    @Test("what could not be read leaves it open, and is told beside what passes")
    mutating func unseen() throws {
        let outage = Refusal(.registryUnavailable, found: "no connection", expected: "an answer")
        image.overrides[image.list] = .undetermined(outage)
        #expect(try image.outcome(by: attestor, for: .attestation) == .undetermined(outage))
        image.attestationTag = .tagged([try image.layer(.attestationLayer())])
        guard case .passed(let attestations, let unseen) = try image.outcome(by: attestor, for: .attestation) else {
            Issue.record("refused")
            return
        }
        #expect(attestations.count == 1 && unseen == outage)
    }
}
