import Cryptography
import StrictJSON

/// What an entry of Rekor says was signed, and by whom: the canonical JSON that is a leaf of the log (rekor, pkg/types;
/// rekor-tiles, pkg/types/hashedrekord). Other kinds of entry exist, and none of them is about an image.
enum RekorEntryBody: Hashable, Sendable {
    /// `hashedrekord` 0.0.1: a hash, a signature over what has it, and who made that.
    case hashedRekord(HashedRekord)
    /// `dsse` 0.0.1.
    case dsse(DSSERecord)
    /// `intoto` 0.0.2.
    case intoto(InTotoRecord)
    /// `intoto` 0.0.1, which does not say what the signature is.
    case unsignedInToto(UnsignedInTotoRecord)
    /// `hashedrekord` 0.0.2, of Rekor v2.
    case hashedRekordV2(HashedRekordV2)

    /// Throws for what is no such body, and for a kind that the entry's own `kindVersion` contradicts.
    init(_ entry: LogEntry) throws(FormatError) {
        let limits = JSONLimits(
            maximumBytes: LogEntry.maximumBodyBytes, maximumDepth: 16, maximumValues: 1 << 12,
            maximumStringBytes: LogEntry.maximumBodyBytes)
        let root = try WireObject(
            document: "log entry", parsing: entry.body, limits: limits, keys: ["apiVersion", "kind", "spec"])
        let kind = LogEntry.Kind(name: try root.requiredText("kind"), version: try root.requiredText("apiVersion"))
        if let stated = entry.kind, stated != kind {
            throw .malformed(field: "kind", found: "`\(kind)`", expected: "`\(stated)`, as `kindVersion` says")
        }
        try self.init(kind, root, body: entry.body)
    }

    private init(_ kind: LogEntry.Kind, _ root: WireObject, body: [UInt8]) throws(FormatError) {
        switch "\(kind.name.quoted) \(kind.version.quoted)" {
        case "hashedrekord 0.0.1": self = .hashedRekord(try HashedRekord(root))
        case "hashedrekord 0.0.2": self = .hashedRekordV2(try HashedRekordV2(root, body: body))
        case "dsse 0.0.1": self = .dsse(try DSSERecord(root))
        case "intoto 0.0.2": self = .intoto(try InTotoRecord(root))
        case "intoto 0.0.1": self = .unsignedInToto(try UnsignedInTotoRecord(root))
        default:
            throw .unsupported(
                field: "kind", found: "`\(kind)`",
                expected: "hashedrekord 0.0.1 or 0.0.2, dsse 0.0.1, intoto 0.0.1 or 0.0.2")
        }
    }
}

extension LogEntry.Kind: CustomStringConvertible {
    public var description: String { "\(name.quoted) \(version.quoted)" }
}

struct HashedRekord: Hashable, Sendable {
    let hash: RekorHash
    let signature: [UInt8]
    let verifier: RekorVerifier

    fileprivate init(_ root: WireObject) throws(FormatError) {
        let spec = try root.requiredObject("spec", keys: ["data", "signature"])
        hash = try RekorHash(spec.requiredObject("data", keys: ["hash"]), "hash")
        let signature = try spec.requiredObject("signature", keys: ["content", "publicKey"])
        self.signature = try signature.requiredBytes("content")
        verifier = try RekorVerifier(signature.requiredObject("publicKey", keys: ["content"]), "content")
    }
}

struct DSSERecord: Hashable, Sendable {
    /// Of the envelope as it was submitted; whoever serialises it again may come to another.
    let envelopeHash: RekorHash
    let payloadHash: RekorHash
    let signature: [UInt8]
    let verifier: RekorVerifier

    fileprivate init(_ root: WireObject) throws(FormatError) {
        let spec = try root.requiredObject("spec", keys: ["envelopeHash", "payloadHash", "signatures"])
        envelopeHash = try RekorHash(spec, "envelopeHash")
        payloadHash = try RekorHash(spec, "payloadHash")
        let signature = try spec.only("signatures", keys: ["signature", "verifier"])
        self.signature = try signature.requiredBytes("signature")
        verifier = try RekorVerifier(signature, "verifier")
    }
}

struct InTotoRecord: Hashable, Sendable {
    /// Of the envelope as it was submitted.
    let envelopeHash: RekorHash?
    let payloadHash: RekorHash
    let payloadType: String
    let signature: [UInt8]
    let verifier: RekorVerifier

    fileprivate init(_ root: WireObject) throws(FormatError) {
        let content = try root.requiredObject("spec", keys: ["content"])
            .requiredObject("content", keys: ["envelope", "hash", "payloadHash"])
        envelopeHash = content.member("hash") == nil ? nil : try RekorHash(content, "hash")
        payloadHash = try RekorHash(content, "payloadHash")
        // The payload is there or not, as whoever submitted it wanted; its hash is what counts.
        let envelope = try content.requiredObject("envelope", keys: ["payload", "payloadType", "signatures"])
        payloadType = try envelope.requiredText("payloadType")
        let signature = try envelope.only("signatures", keys: ["publicKey", "sig", "keyid"])
        // Base64 of the base64 that the envelope has.
        let text = try signature.requiredBytes("sig")
        guard let bytes = Base64.decode(text), !bytes.isEmpty else {
            throw .malformed(
                field: signature.path(of: "sig"), found: "base64 of something else", expected: "base64 of base64")
        }
        self.signature = bytes
        verifier = try RekorVerifier(signature, "publicKey")
    }
}

struct UnsignedInTotoRecord: Hashable, Sendable {
    /// Of the envelope's bytes, which are the layer of an attestation.
    let envelopeHash: RekorHash
    let payloadHash: RekorHash?
    let verifier: RekorVerifier

    fileprivate init(_ root: WireObject) throws(FormatError) {
        let spec = try root.requiredObject("spec", keys: ["content", "publicKey"])
        let content = try spec.requiredObject("content", keys: ["hash", "payloadHash"])
        envelopeHash = try RekorHash(content, "hash")
        payloadHash = content.member("payloadHash") == nil ? nil : try RekorHash(content, "payloadHash")
        verifier = try RekorVerifier(spec, "publicKey")
    }
}

/// A hash of a body: an algorithm and lower-case hexadecimal.
struct RekorHash: Hashable, Sendable {
    let function: HashFunction
    let bytes: [UInt8]

    init(_ object: WireObject, _ key: StaticString) throws(FormatError) {
        let hash = try object.requiredObject(key, keys: ["algorithm", "value"])
        let name = try hash.requiredText("algorithm")
        guard let function = HashFunction.allCases.first(where: { $0.lowerCaseName.isSpelled(name) }) else {
            throw .unsupported(
                field: hash.path(of: "algorithm"), found: "`\(name.quoted)`", expected: "sha256, sha384 or sha512")
        }
        self.function = function
        bytes = try hash.hash("value", length: function.digestLength, hexadecimal: true)
    }
}

/// Who signed, by a body: base64 of the PEM text of a certificate or a public key.
struct RekorVerifier: Hashable, Sendable {
    let block: PEMBlock

    init(_ object: WireObject, _ key: StaticString) throws(FormatError) {
        let text = try object.requiredBytes(key)
        guard let block = PEMBlock(parsing: text), ["CERTIFICATE", "PUBLIC KEY"].contains(where: block.label.isSpelled)
        else {
            throw .malformed(
                field: object.path(of: key), found: "base64 of something else",
                expected: "base64 of the PEM text of one certificate or public key")
        }
        self.block = block
    }

    var isCertificate: Bool { block.label.isSpelled("CERTIFICATE") }
}

extension WireObject {
    /// The one element of a list.
    fileprivate func only(_ key: StaticString, keys: [StaticString]) throws(FormatError) -> WireObject {
        let elements = try objects(key, limit: DSSEEnvelope.maximumSignatures, keys: keys)
        guard elements.count == 1, let element = elements.first else {
            throw .malformed(field: path(of: key), found: "\(elements.count) signatures", expected: "exactly one")
        }
        return element
    }
}
