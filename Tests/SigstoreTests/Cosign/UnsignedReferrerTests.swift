import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// What anybody who may push can make refer to an image.
@Suite struct UnsignedReferrerTests {
    var image: PublishedImage
    let attestor: any Attestor
    private let provenance = "https://slsa.dev/provenance/v1"

    init() throws {
        image = try PublishedImage()
        attestor = try image.attestor()
    }

    /// A statement about the image as it would be in an envelope.
    private func statement() throws -> [UInt8] {
        var signer = image
        let bundle = try #require(try signer.sigstore.sign(image.manifest, .bundle(predicateType: provenance)).bundle)
        guard case .string(let payload) = bundle["dsseEnvelope"]?["payload"] else { return [] }
        return try #require(Base64.decode(payload.utf8))
    }

    private mutating func refusal(_ artifact: SignatureArtifact) throws -> ReasonCode? {
        image.listed = [artifact]
        return try image.outcome(by: attestor, for: .attestation).violation?.reason
    }

    @Test("attack 5: a bare statement is no attestation, whatever type the manifest, the list and its layer claim")
    mutating func bareStatement() throws {
        let content = SimulatedLayer(mediaType: SimulatedLayer.envelope, blob: try statement(), annotations: [:])
        for type in ["application/vnd.in-toto+json", BundleDraft.Version.v03.rawValue] {
            for layerType in ["application/vnd.in-toto+json", BundleDraft.Version.v03.rawValue] {
                var layer = content
                layer.mediaType = layerType
                var artifact = SignatureArtifact.referring(to: image.descriptor, "att", [layer])
                artifact.manifest["artifactType"] = .string(type)
                artifact.manifest["annotations"] = ["dev.sigstore.bundle.predicateType": .string(provenance)]
                let reason = try #require(try refusal(artifact))
                #expect(reason == .attestationMissing || reason == .signatureMalformed, "\(type) \(layerType)")
            }
        }
        #expect(try refusal(.referring(to: image.descriptor, "att", [content])) == .signatureMalformed)
    }

    @Test("attack 5: an envelope without a signature, with none that holds, or by a stranger is no attestation")
    mutating func unsignedEnvelope() throws {
        let genuine = try #require(try image.sigstore.sign(image.manifest, .bundle(predicateType: provenance)).bundle)
        #expect(try refusal(.bundle(genuine, about: image.descriptor)) == nil)
        for (signatures, reason) in [
            (JSONTree.array([]), ReasonCode.signatureMalformed), ([["sig": ""]], .signatureMalformed),
            ([["sig": "MEUCIQ=="]], .logEntryInvalid),
        ] {
            var unsigned = genuine
            unsigned["dsseEnvelope"]?["signatures"] = signatures
            #expect(try refusal(.bundle(unsigned, about: image.descriptor)) == reason)
        }
        let stranger = try image.bundle(.bundle(by: .keyless(.person()), predicateType: provenance))
        #expect(try refusal(stranger) == .identityUntrusted)
    }

    @Test("attack 5: a genuine attestation of another image is none of this one, though its manifest says that it is")
    mutating func otherSubject() throws {
        let other = try image.bundle(.bundle(predicateType: provenance), about: Array("another".utf8))
        #expect(try refusal(other) == .signatureForOtherImage)
    }
}
