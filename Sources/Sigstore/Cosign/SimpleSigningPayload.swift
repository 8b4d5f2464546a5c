import Cryptography
import StrictJSON

/// The claims of a simple signing payload (containers-signature(5)), as cosign and skopeo write them:
///
///     {"critical": {"identity": {"docker-reference": "registry.example.com/team/app"},
///                   "image": {"docker-manifest-digest": "sha256:…"},
///                   "type": "cosign container image signature"},
///      "optional": {"…": "…"}}
///
/// It is decoded only from bytes that a key vouched for, so no unsigned claim can ever be looked at.
struct SimpleSigningPayload: Sendable {
    /// As written; what it has to be is the subject's digest, byte for byte.
    let manifestDigest: String
    /// As written: a repository, from skopeo with a tag.
    let dockerReference: String

    /// The words for "this is a signature of an image" that cosign and containers/image write.
    private static let types: [StaticString] = ["cosign container image signature", "atomic container signature"]

    /// Refuses keys that are missing, unknown or spelled with other letters. Inside of `critical` that is the format's own
    /// rule: whoever does not understand all of it must not accept the signature. `optional` may hold anything.
    init(_ verified: Verified<[UInt8]>) throws(SimpleSigningError) {
        let document: JSONDocument
        do {
            document = try JSONDocument(
                parsing: verified.content, limits: JSONLimits(maximumBytes: CosignLayout.maximumPayloadBytes))
        } catch { throw .notJSON(error.description) }
        let root = document.root
        try SimpleSigningPayload.check(root, "payload", has: ["critical"], mayHave: ["optional"])
        let critical = root["critical"]
        try SimpleSigningPayload.check(critical, "critical", has: ["identity", "image", "type"])
        guard let type = critical?["type"], SimpleSigningPayload.types.contains(where: { type.isString($0) }) else {
            throw .otherType
        }
        let identity = critical?["identity"]
        try SimpleSigningPayload.check(identity, "critical.identity", has: ["docker-reference"])
        let image = critical?["image"]
        try SimpleSigningPayload.check(image, "critical.image", has: ["docker-manifest-digest"])
        dockerReference = try SimpleSigningPayload.text(identity?["docker-reference"], "docker-reference")
        manifestDigest = try SimpleSigningPayload.text(image?["docker-manifest-digest"], "docker-manifest-digest")
        // Go writes an absent map as null.
        if let optional = root["optional"], optional.kind != .object, !optional.isNull {
            throw .unexpectedShape("optional")
        }
    }

    private static func check(
        _ value: JSONValue?, _ name: String, has required: [String], mayHave others: [String] = []
    ) throws(SimpleSigningError) {
        guard let value, value.kind == .object else { throw .unexpectedShape(name) }
        for key in required where value[key: key] == nil { throw .missing(key) }
        for (key, _) in value.members {
            let isKnown = (required + others).contains { $0.utf8.elementsEqual(key.utf8) }
            guard isKnown else { throw .unknown(key, in: name) }
        }
    }

    private static func text(_ value: JSONValue?, _ name: String) throws(SimpleSigningError) -> String {
        guard let text = value?.string else { throw .unexpectedShape(name) }
        return text
    }
}

/// Why signed bytes are not the claims of an image signature.
enum SimpleSigningError: Error, Hashable, Sendable, CustomStringConvertible {
    case notJSON(String)
    case otherType
    case missing(String)
    case unknown(String, in: String)
    case unexpectedShape(String)

    var description: String {
        switch self {
        case .notJSON(let reason): "its payload is not strict JSON: \(reason)"
        case .otherType: "its payload is not of the type `cosign container image signature`"
        case .missing(let key): "its payload has no `\(key)`"
        case .unknown(let key, let place): "its payload has the unknown key `\(key.quoted)` in `\(place)`"
        case .unexpectedShape(let name): "`\(name)` of its payload has the wrong type"
        }
    }
}
