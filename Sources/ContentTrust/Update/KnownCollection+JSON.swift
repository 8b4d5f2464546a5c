import Cryptography
import OCI
import StrictJSON
import Timestamp

/// Why bytes are not what was remembered of a collection.
public struct KnownCollectionError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String
}

extension KnownCollection {
    /// The most bytes that are written, or read.
    public static let maximumBytes = ContentTrustLimits.knownBytes

    private static let format = 1

    /// Reads what `bytes` gave. Throws for anything else, and for more than `maximumBytes`.
    public init(parsing bytes: [UInt8]) throws(KnownCollectionError) {
        do throws(MetadataFault) { try self.init(reading: bytes) } catch {
            throw KnownCollectionError(description: error.found)
        }
    }

    private init(reading bytes: [UInt8]) throws(MetadataFault) {
        let limits = JSONLimits(
            maximumBytes: KnownCollection.maximumBytes, maximumDepth: 8,
            maximumStringBytes: KnownCollection.maximumBytes)
        let value: JSONValue
        do { value = try JSONDocument(parsing: bytes, limits: limits).root } catch {
            throw .malformed("not strict JSON: \(error)")
        }
        let field = MetadataField(value: value, path: "$")
        guard try field["format"].number(from: 0) == KnownCollection.format else {
            throw field["format"].mistake("`\(KnownCollection.format)`")
        }
        if field["root"].isPresent { root = try field["root"].base64() }
        rootVersion = root == nil ? 0 : try field["rootVersion"].number(from: 1)
        for (role, known) in try field["roles"].members(limit: ContentTrustLimits.delegations + 3) {
            roles[role] = try KnownRole(known)
        }
        for entry in try field["named"].elements(limit: ContentTrustLimits.remembered) {
            named.append(try NamedDigest(entry))
        }
    }

    /// All of it in one text, which `init(parsing:)` reads.
    public var bytes: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("format", KnownCollection.format)
        if let root {
            writer.member("root", Base64.encode(root))
            writer.member("rootVersion", rootVersion)
        }
        writer.key("roles")
        writer.beginObject()
        for (role, known) in roles.sorted(by: { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }) {
            writer.key(text: role)
            known.write(to: &writer)
        }
        writer.endObject()
        writer.key("named")
        writer.beginArray()
        for entry in named { entry.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        return writer.bytes
    }
}

extension KnownRole {
    fileprivate init(_ field: MetadataField) throws(MetadataFault) {
        self.init(
            version: try field["version"].number(from: 1), keys: try field["keys"].base64(),
            signers: try KnownRole.signers(in: field["signers"]), paths: try KnownRole.paths(in: field["paths"]),
            seenAt: try field["seenAt"].time(),
            document: field["document"].isPresent ? try field["document"].base64() : nil)
    }

    private static func paths(in field: MetadataField) throws(MetadataFault) -> [String] {
        var paths: [String] = []
        for path in try field.elements(limit: ContentTrustLimits.paths) { paths.append(try path.text()) }
        return paths
    }

    fileprivate static func signers(in field: MetadataField) throws(MetadataFault) -> [[UInt8]] {
        var signers: [[UInt8]] = []
        for signer in try field.elements(limit: ContentTrustLimits.keys) { signers.append(try signer.base64()) }
        return signers
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("version", version)
        writer.member("keys", Base64.encode(keys))
        writer.signers(signers)
        writer.key("paths")
        writer.beginArray()
        for path in paths { writer.string(path) }
        writer.endArray()
        writer.member("seenAt", seenAt.rfc3339)
        if let document { writer.member("document", Base64.encode(document)) }
        writer.endObject()
    }
}

extension NamedDigest {
    fileprivate init(_ field: MetadataField) throws(MetadataFault) {
        guard let digest = try? Digest(parsing: try field["digest"].text()) else {
            throw field["digest"].mistake("a digest")
        }
        self.init(
            digest: digest, role: try field["role"].text(), signers: try KnownRole.signers(in: field["signers"]),
            seenAt: try field["seenAt"].time())
    }

    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("digest", digest)
        writer.member("role", role)
        writer.signers(signers)
        writer.member("seenAt", seenAt.rfc3339)
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func signers(_ signers: [[UInt8]]) {
        key("signers")
        beginArray()
        for signer in signers { string(Base64.encode(signer)) }
        endArray()
    }
}
