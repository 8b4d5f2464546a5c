import Cryptography
import OCI
import Trust

/// Cosign's own layout (cosign's SIGNATURE_SPEC): an image manifest with one layer for each signature or attestation. The
/// layer's blob is what was signed, its annotations hold the signature and what log and authorities answered.
struct CosignLayout: Sendable {
    /// Whoever may push can add layers; each costs a fetch and a verification: a hundred, beside one's own. More of
    /// them is a refusal, since to judge only some would let others be hidden behind them.
    static let maximumLayers = 101
    /// A layer has some 500 bytes, with a certificate and its chain some 5 KiB: room for a hundred of them. What passes is
    /// kept as evidence, so whoever may push must not choose how much that is.
    static let maximumManifestBytes = 512 * 1_024
    /// Real payloads have some 300 bytes; `optional` may add to that.
    static let maximumPayloadBytes = 64 * 1_024

    /// In the order of the manifest; never empty.
    let layers: [Result<CosignLayer, MalformedLayer>]

    /// The one tag under which they are; nil if there cannot be one: a tag has at most 128 characters, and sha512 alone
    /// takes 135.
    static func tag(of digest: Digest, for claim: Claim) -> String? {
        guard digest.algorithm == .sha256 else { return nil }
        switch claim {
        case .signature: return "\(digest.tagPrefix).sig"
        case .attestation: return "\(digest.tagPrefix).att"
        }
    }

    init(of manifest: ImageManifest, for claim: Claim) throws(CosignFinding) {
        let all = manifest.layers
        let useful = all.filter { $0.mediaType.isSpelled(CosignLayout.mediaType(for: claim)) }
        guard !useful.isEmpty else {
            let others = all.count == 1 ? "1 layer of another kind" : "\(all.count) layers of other kinds"
            throw CosignFinding(claim.missing, "no \(claim.plural): the manifest beside the image has \(others)")
        }
        layers = useful.map { layer in
            Result { () throws(MalformedLayer) in try CosignLayer(layer, for: claim) }
        }
    }

    private static func mediaType(for claim: Claim) -> String {
        switch claim {
        case .signature: "application/vnd.dev.cosign.simplesigning.v1+json"
        case .attestation: "application/vnd.dsse.envelope.v1+json"
        }
    }
}

/// One signature or attestation as the manifest presents it; nothing about it is believed yet.
struct CosignLayer: Sendable {
    /// Empty for attestations: their envelope has its own.
    let signature: [UInt8]
    /// Of the payload or envelope.
    let digest: Digest
    let size: Int
    let annotations: Annotations

    private static let signature = "dev.cosignproject.cosign/signature"

    init(_ layer: Descriptor, for claim: Claim) throws(MalformedLayer) {
        annotations = layer.annotations
        (digest, size) = (layer.digest, layer.size)
        guard claim == .signature else {
            signature = []
            return
        }
        guard let text = layer.annotations[CosignLayer.signature] else {
            throw MalformedLayer("its layer has no annotation `\(CosignLayer.signature)`")
        }
        guard let signature = Base64.decode(text.utf8), !signature.isEmpty else {
            throw MalformedLayer("its annotation `\(CosignLayer.signature)` is not base64")
        }
        guard size <= CosignLayout.maximumPayloadBytes else {
            throw MalformedLayer("its payload has \(size) bytes, more than \(CosignLayout.maximumPayloadBytes)")
        }
        self.signature = signature
    }
}

/// Why a layer cannot be a signature.
struct MalformedLayer: Error, Hashable, Sendable {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}
