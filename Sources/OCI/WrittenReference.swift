/// A reference by the grammar alone, in the letters in which it was written: what distribution/reference's `Parse`
/// gives, before Docker Hub's defaults and before hosts are compared.
///
/// `ImageReference` is built on it and is what everything else uses.
public struct WrittenReference: Hashable, Sendable {
    /// Domain and path together.
    public let name: String
    /// What the grammar takes for the host, or nil. Before `normalized()` that is `library` in `library/nginx`.
    public let domain: String?
    public let path: String
    public let tag: String?
    public let digest: Digest?

    /// `Parse` of distribution/reference: neither a domain nor a tag is added. Digests of other than the given
    /// algorithms are refused with `.unsupportedDigestAlgorithm`.
    public init(
        parsing text: String, accepting algorithms: [DigestAlgorithm] = DigestAlgorithm.allCases
    ) throws(ReferenceError) {
        let bytes = Array(text.utf8)
        try WrittenReference.refuseForeignBytes(bytes)
        let (name, tag, digest) = try WrittenReference.split(bytes, accepting: algorithms)
        guard !name.isEmpty else { throw .missingName(String(quoting: bytes)) }
        let (domain, path) = try WrittenReference.splitName(name)
        try WrittenReference.check(path: path, of: name)
        self.init(domain: domain, path: path, tag: tag.map(String.init(ascii:)), digest: digest)
    }

    /// `ParseNormalizedNamed` of distribution/reference: the domain is `docker.io` unless what stands before the first
    /// slash looks like a host, `index.docker.io` is `docker.io`, and there a path of one part is below `library/`.
    /// Refuses the identifier of an image with `.imageIdentifier`.
    public func normalized() throws(ReferenceError) -> WrittenReference {
        let bytes = Array(name.utf8)
        guard tag != nil || digest != nil || !WrittenReference.isIdentifier(bytes) else {
            throw .imageIdentifier(name)
        }
        var domain = WrittenReference.hub[...]
        var path = bytes[...]
        if let slash = bytes.firstIndex(of: UInt8(ascii: "/")), WrittenReference.isMeantAsDomain(bytes[..<slash]) {
            domain = bytes[..<slash]
            path = bytes[(slash + 1)...]
        }
        guard ReferenceGrammar.isDomain(domain) else { throw .invalidDomain(String(quoting: domain)) }
        if domain.elementsEqual("index.docker.io".utf8) { domain = WrittenReference.hub[...] }
        if domain.elementsEqual(WrittenReference.hub), !path.contains(UInt8(ascii: "/")) {
            path = (Array("library/".utf8) + path)[...]
        }
        try WrittenReference.check(path: path, of: path)
        return WrittenReference(domain: domain, path: path, tag: tag, digest: digest)
    }

    /// `sha256:0a1b…`, which a container runtime looks up among the identifiers of its own images, cut short or not.
    var isLocalIdentifier: Bool {
        domain == nil && tag != nil && DigestAlgorithm.allCases.contains { $0.rawValue.utf8.elementsEqual(path.utf8) }
    }

    private static let hub = Array("docker.io".utf8)

    private init(domain: ArraySlice<UInt8>?, path: ArraySlice<UInt8>, tag: String?, digest: Digest?) {
        self.domain = domain.map(String.init(ascii:))
        self.path = String(ascii: path)
        self.tag = tag
        self.digest = digest
        name = self.domain.map { [path = self.path] in "\($0)/\(path)" } ?? self.path
    }
}

extension WrittenReference {
    /// Whether the part before the first slash is a host rather than a namespace of Docker Hub: it has a dot or a
    /// colon, is `localhost`, or has upper-case letters, which no namespace has.
    static func isMeantAsDomain(_ text: some Collection<UInt8>) -> Bool {
        text.elementsEqual("localhost".utf8)
            || text.contains { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: ":") || $0.isASCIIUpperCase }
    }

    private static func refuseForeignBytes(_ bytes: [UInt8]) throws(ReferenceError) {
        guard !bytes.isEmpty else { throw .empty }
        if bytes.contains(where: { $0 >= 0x80 }) { throw .notASCII(String(quoting: bytes)) }
        if bytes.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { throw .whitespace(String(quoting: bytes)) }
        if let colon = bytes.firstIndex(of: UInt8(ascii: ":")), bytes[colon...].starts(with: "://".utf8) {
            throw .scheme(String(quoting: bytes))
        }
    }

    private static func split(
        _ bytes: [UInt8], accepting algorithms: [DigestAlgorithm]
    ) throws(ReferenceError) -> (name: ArraySlice<UInt8>, tag: ArraySlice<UInt8>?, digest: Digest?) {
        var name = bytes[...]
        var digest: Digest?
        if let at = name.firstIndex(of: UInt8(ascii: "@")) {
            do throws(DigestError) {
                digest = try Digest(parsing: name[(at + 1)...], accepting: algorithms)
            } catch {
                throw ReferenceError(error)
            }
            name = name[..<at]
        }
        var tag: ArraySlice<UInt8>?
        let lastPart = (name.lastIndex(of: UInt8(ascii: "/")) ?? -1) + 1
        // The colons of `[2001:db8::1]` are none of a tag.
        if let colon = name[lastPart...].firstIndex(of: UInt8(ascii: ":")), name[lastPart] != UInt8(ascii: "[") {
            let text = name[(colon + 1)...]
            guard ReferenceGrammar.isTag(text) else { throw .invalidTag(String(quoting: text)) }
            tag = text
            name = name[..<colon]
        }
        return (name, tag, digest)
    }

    private static func splitName(
        _ name: ArraySlice<UInt8>
    ) throws(ReferenceError) -> (domain: ArraySlice<UInt8>?, path: ArraySlice<UInt8>) {
        guard let slash = name.firstIndex(of: UInt8(ascii: "/")) else {
            guard name.first != UInt8(ascii: "[") else { throw .missingPath(domain: String(quoting: name)) }
            return (nil, name)
        }
        let first = name[..<slash]
        if ReferenceGrammar.isDomain(first) { return (first, name[(slash + 1)...]) }
        // A part of a path has no brackets, colons or upper-case letters: what has them was meant as a host.
        let isMeantAsDomain = isMeantAsDomain(first) || first.contains(UInt8(ascii: "["))
        guard !isMeantAsDomain || ReferenceGrammar.isPathComponent(first) else {
            throw .invalidDomain(String(quoting: first))
        }
        return (nil, name)
    }

    private static func check(path: ArraySlice<UInt8>, of name: ArraySlice<UInt8>) throws(ReferenceError) {
        guard path.count <= ReferenceGrammar.longestPath else { throw .pathTooLong(length: path.count) }
        if path.contains(where: \.isASCIIUpperCase) {
            throw .upperCasePath(String(quoting: path), lowerCase: String(quoting: path.lowerCasedASCII))
        }
        for component in path.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false) {
            guard ReferenceGrammar.isPathComponent(component) else {
                throw .invalidPathComponent(String(quoting: component), in: String(quoting: name))
            }
        }
    }

    private static func isIdentifier(_ bytes: [UInt8]) -> Bool {
        bytes.count == 64
            && bytes.allSatisfy { $0.isASCIIDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }
    }
}
