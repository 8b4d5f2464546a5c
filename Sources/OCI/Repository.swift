/// A repository under the one name by which it is compared, matched, cached and recorded.
///
/// On top of what distribution/reference normalises (`docker.io` for a missing domain and for `index.docker.io`,
/// `library/` there) one registry has one spelling here:
/// - the host is in lower case, and the port without leading zeros;
/// - the default port is folded: `registry.example.com:443` is `registry.example.com`. It stays where the name would be
///   read as something else without it: at `docker.io` and `index.docker.io`, which are Docker Hub's names only without
///   a port, and at a host of a single label, `builder:443/app`, since `builder/app` is a repository of Docker Hub;
/// - a host of a single label that only its upper-case letters show to be one, as in `Builder/app`, is written with
///   that port: `builder:443/app`.
///
/// So `description` reads back as the same repository. All of it is ASCII, so `==` compares bytes.
public struct Repository: Hashable, Sendable, CustomStringConvertible {
    /// `host` or `host:port`.
    public let domain: String
    /// Without a slash at either end: `library/nginx`.
    public let path: String

    /// Reads the name of a repository. Refuses what `ImageReference` refuses, and a tag or a digest with
    /// `.notARepository`.
    public init(parsing text: String) throws(ReferenceError) {
        let written = try WrittenReference(parsing: text)
        guard written.tag == nil, written.digest == nil else { throw .notARepository(text) }
        try self.init(written)
    }

    /// The host name or address, an IPv6 address in its brackets.
    public var host: String {
        String(ascii: ReferenceGrammar.splitPort(Array(domain.utf8)[...]).host)
    }

    /// Nil if and only if no port is part of the name, which means 443. A number that is too large to be a port is
    /// given as it is, clamped to `Int.max`: whoever connects must refuse it.
    public var port: Int? {
        ReferenceGrammar.splitPort(Array(domain.utf8)[...]).port.map { Int(String(ascii: $0)) ?? Int.max }
    }

    /// `docker.io/library/nginx`
    public var description: String { "\(domain)/\(path)" }

    init(_ written: WrittenReference) throws(ReferenceError) {
        let normalized = try written.normalized()
        let domain = Repository.canonicalDomain(Array((normalized.domain ?? "").utf8))
        guard domain.elementsEqual((normalized.domain ?? "").utf8) else {
            // The lower-case host may be one of Docker Hub's, which has rules for the path.
            let again = try WrittenReference(parsing: "\(String(ascii: domain))/\(normalized.path)").normalized()
            (self.domain, path) = (again.domain ?? "", again.path)
            return
        }
        (self.domain, path) = (normalized.domain ?? "", normalized.path)
    }

    private static func canonicalDomain(_ written: [UInt8]) -> [UInt8] {
        let (host, port) = ReferenceGrammar.splitPort(written.lowerCasedASCII[...])
        let defaultPort = Array("443".utf8)
        var digits = port.map { Array($0.drop { $0 == UInt8(ascii: "0") }) }
        if let written = digits, written.isEmpty { digits = [UInt8(ascii: "0")] }
        let isHub = host.elementsEqual("docker.io".utf8) || host.elementsEqual("index.docker.io".utf8)
        let needsPort = !WrittenReference.isMeantAsDomain(host)
        if needsPort, digits == nil { digits = defaultPort }
        if digits == defaultPort, !needsPort, !isHub { digits = nil }
        guard let digits else { return Array(host) }
        return Array(host) + [UInt8(ascii: ":")] + digits
    }
}
