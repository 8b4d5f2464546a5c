import Cryptography
import OCI
import Trust

/// Where cosign keeps the signatures of an image (cosign's SIGNATURE_SPEC): under a tag made from the image's digest lies
/// an image manifest with one layer for each signature. The layer's blob is the signed payload, an annotation holds the
/// signature.
struct CosignSignatureLayout: Sendable {
    /// Whoever may push can add signatures; each costs a fetch and a verification: a hundred, beside one's own. More of
    /// them is a refusal, since to judge only some would let others be hidden behind them.
    static let maximumLayers = 101
    /// A layer has some 500 bytes, with a certificate and its chain some 5 KiB: room for a hundred of them. What passes is
    /// kept as evidence, so whoever may push must not choose how much that is.
    static let maximumManifestBytes = 512 * 1_024
    /// Real payloads have some 300 bytes; `optional` may add to that.
    static let maximumPayloadBytes = 64 * 1_024
    /// Of the payloads of all layers, each counted as often as layers name it: a hundred real ones have some 30 KiB. It
    /// bounds what a verification holds in memory, and what it hashes.
    static let maximumPayloadBytesInAll = 512 * 1_024

    /// In the order of the layers; never empty.
    let signatures: [CosignSignature]

    /// The one place where the signatures of `subject` are.
    static func locator(of subject: Subject, in repository: Repository) throws(CosignFinding) -> Locator {
        // A tag has at most 128 characters, and sha512 alone takes 135.
        guard subject.digest.algorithm == .sha256 else {
            throw CosignFinding(
                .digestUnsupported, "a \(subject.digest.algorithm.rawValue) digest, for which cosign has no place",
                cure: "refer to the image by its sha256 digest")
        }
        return .manifest(
            repository, .tag("\(subject.digest.tagPrefix).sig"), limit: CosignSignatureLayout.maximumManifestBytes)
    }

    init(reading content: Fetched.Content) throws(CosignFinding) {
        let layers = try CosignSignatureLayout.layers(of: content)
        let signatures = layers.filter { $0.mediaType.utf8.elementsEqual(CosignSignature.mediaType.utf8) }
        guard !signatures.isEmpty else {
            let others = layers.count == 1 ? "1 layer of another kind" : "\(layers.count) layers of other kinds"
            throw CosignFinding(.signatureMissing, "no signatures: the manifest beside the image has \(others)")
        }
        self.signatures = signatures.map(CosignSignature.init(reading:))
        let payloadBytes = self.signatures.reduce(0) { $0 + $1.payloadBytes }
        guard payloadBytes <= CosignSignatureLayout.maximumPayloadBytesInAll else {
            throw CosignFinding(
                .limitExceeded,
                """
                signatures whose payloads have \(payloadBytes) bytes, more than \
                \(CosignSignatureLayout.maximumPayloadBytesInAll)
                """, cure: cleanAndSignAgain)
        }
    }

    private static func layers(of content: Fetched.Content) throws(CosignFinding) -> [Descriptor] {
        guard content.bytes.count <= maximumManifestBytes else {
            throw CosignFinding(
                .limitExceeded,
                "a signature manifest of \(content.bytes.count) bytes, more than \(maximumManifestBytes)",
                cure: cleanAndSignAgain)
        }
        let manifest: Manifest
        do throws(ManifestError) {
            let limits = ManifestLimits(maximumLayers: CosignSignatureLayout.maximumLayers)
            manifest = try Manifest(parsing: content.bytes, contentType: content.mediaType, limits: limits)
        } catch {
            guard case .limitExceeded = error else {
                throw CosignFinding(
                    .signatureMalformed, "a signature manifest that is invalid: \(error)", cure: signAgain)
            }
            throw CosignFinding(
                .limitExceeded, "a signature manifest that is too large: \(error)",
                cure: cleanAndSignAgain)
        }
        guard case .image(let image) = manifest else {
            throw CosignFinding(
                .signatureMalformed, "an image index where the signature manifest should be", cure: signAgain)
        }
        return image.layers
    }
}

/// One signature as the manifest presents it; nothing about it is believed yet.
enum CosignSignature: Hashable, Sendable {
    case presented(signature: [UInt8], payload: Digest, payloadBytes: Int)
    case malformed(String)

    static let mediaType = "application/vnd.dev.cosign.simplesigning.v1+json"
    private static let annotation = "dev.cosignproject.cosign/signature"

    init(reading layer: Descriptor) {
        guard let text = layer.annotations[CosignSignature.annotation] else {
            self = .malformed("its layer has no annotation `\(CosignSignature.annotation)`")
            return
        }
        guard let signature = Base64.decode(text.utf8), !signature.isEmpty else {
            self = .malformed("its annotation `\(CosignSignature.annotation)` is not base64")
            return
        }
        guard layer.size <= CosignSignatureLayout.maximumPayloadBytes else {
            self = .malformed(
                "its payload has \(layer.size) bytes, more than \(CosignSignatureLayout.maximumPayloadBytes)")
            return
        }
        self = .presented(signature: signature, payload: layer.digest, payloadBytes: layer.size)
    }

    /// What to fetch before this signature can be judged, and no more of it than the layer says that there is.
    func payloadLocator(in repository: Repository) -> Locator? {
        guard case .presented(_, let payload, let size) = self else { return nil }
        return .blob(repository, payload, limit: size)
    }

    /// At most `CosignSignatureLayout.maximumPayloadBytes`.
    fileprivate var payloadBytes: Int {
        guard case .presented(_, _, let size) = self else { return 0 }
        return size
    }
}

let signAgain = "sign the image again"
private let cleanAndSignAgain = "remove signatures that are no longer needed with `cosign clean`, and sign again"

/// What was found, before it is said what was expected.
struct CosignFinding: Error, Hashable, Sendable {
    let reason: ReasonCode
    let found: String
    let cure: String?

    init(_ reason: ReasonCode, _ found: String, cure: String? = nil) {
        self.reason = reason
        self.found = found
        self.cure = cure
    }
}
