public import Cryptography
import StrictJSON

/// A DSSE envelope (secure-systems-lab/dsse, envelope.md and protocol.md): a payload, its type, and signatures over both.
public struct DSSEEnvelope: Hashable, Sendable {
    /// As many as other readers take; a bundle has one.
    static let maximumSignatures = 64

    public let payload: [UInt8]
    public let payloadType: String
    public let signatures: [EnvelopeSignature]

    static let keys: [StaticString] = ["payload", "payloadType", "signatures"]

    /// Reads an envelope that stands for itself, as the layer of an attestation does. Base64 may be standard or URL-safe;
    /// fields that the format does not have are passed over, as it demands.
    ///
    /// Throws what is missing or malformed, and an envelope without a signature or a payload.
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        let limits = JSONLimits(
            maximumBytes: SigstoreBundle.maximumBytes, maximumDepth: 16, maximumValues: 1 << 12,
            maximumStringBytes: SigstoreBundle.maximumBytes)
        try self.init(WireObject(document: "envelope", parsing: bytes, limits: limits, keys: nil), keys: nil)
    }

    /// Of a bundle, which has exactly one signature.
    init(ofBundle object: WireObject) throws(FormatError) {
        try self.init(object, keys: ["sig", "keyid"])
        guard signatures.count == 1 else {
            throw .malformed(
                field: object.path(of: "signatures"), found: "\(signatures.count) signatures", expected: "exactly one")
        }
    }

    private init(_ object: WireObject, keys: [StaticString]?) throws(FormatError) {
        payload = try object.anyBase64("payload")
        payloadType = try object.requiredText("payloadType")
        guard !payloadType.isEmpty else { throw .missing(field: object.path(of: "payloadType")) }
        var signatures: [EnvelopeSignature] = []
        for signature in try object.objects("signatures", limit: DSSEEnvelope.maximumSignatures, keys: keys) {
            signatures.append(
                EnvelopeSignature(
                    bytes: try signature.anyBase64("sig"), keyID: try signature.text("keyid") ?? ""))
        }
        guard !signatures.isEmpty else { throw .missing(field: object.path(of: "signatures")) }
        self.signatures = signatures
    }

    /// What is signed (protocol.md, PAE): the lengths in decimal keep type and payload apart, whatever they contain.
    public var preAuthenticationEncoding: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + payloadType.utf8.count + 48)
        bytes += Array("DSSEv1 \(payloadType.utf8.count) ".utf8)
        bytes += Array(payloadType.utf8)
        bytes += Array(" \(payload.count) ".utf8)
        bytes += payload
        return bytes
    }
}

/// One signature of an envelope.
public struct EnvelopeSignature: Hashable, Sendable {
    public let bytes: [UInt8]
    /// Says which key to try first, and nothing about who signed; it is not looked at.
    public let keyID: String
}

extension DSSEEnvelope {
    /// The distinct keys among `keys` that have signed this envelope: one that signed twice, or that is listed twice, is one.
    ///
    /// Whether they are enough is for whoever asks to say.
    public func signers(among keys: [PublicKey]) -> Set<PublicKey> {
        let message = HashedMessage(preAuthenticationEncoding)
        return Set(
            keys.filter { key in
                signatures.contains { signature in
                    key.algorithm.envelopeSchemes.contains {
                        key.verify(signature.bytes, over: message, scheme: $0) != nil
                    }
                }
            })
    }
}

extension KeyAlgorithm {
    /// How envelopes are signed: as cosign signs, and, in-toto's way, with RSA-PSS.
    var envelopeSchemes: [SignatureScheme] {
        guard case .rsa = self else { return cosignSchemes }
        return cosignSchemes + [.rsaPSS(.sha256)]
    }
}

extension WireObject {
    /// Base64 with padding, in the standard or in the URL-safe alphabet (RFC 4648 sections 4 and 5), not empty.
    fileprivate func anyBase64(_ key: StaticString) throws(FormatError) -> [UInt8] {
        let member = try required(key)
        let text = member.stringUTF8 ?? []
        let standard = text.contains(where: DSSEBase64.isURLSafeOnly) ? DSSEBase64.standard(text) : text
        guard let standard, let bytes = Base64.decode(standard), !bytes.isEmpty else {
            throw .malformed(field: path(of: key), found: member.described, expected: "base64 of at least one byte")
        }
        return bytes
    }
}

private enum DSSEBase64 {
    static func isURLSafeOnly(_ character: UInt8) -> Bool {
        character == UInt8(ascii: "-") || character == UInt8(ascii: "_")
    }

    /// Nil for a text of both alphabets.
    static func standard(_ text: [UInt8]) -> [UInt8]? {
        guard !text.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else { return nil }
        return text.map { character in
            switch character {
            case UInt8(ascii: "-"): UInt8(ascii: "+")
            case UInt8(ascii: "_"): UInt8(ascii: "/")
            default: character
            }
        }
    }
}
