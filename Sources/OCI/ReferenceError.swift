/// Why a text is not the reference of an image. Each case is one way to be wrong; texts are escaped for display.
public enum ReferenceError: Error, Hashable, Sendable, CustomStringConvertible {
    case empty
    /// Also what a look-alike letter, a combining or a direction mark gives: references are ASCII.
    case notASCII(String)
    /// A space, a line break or another control character.
    case whitespace(String)
    /// Begins like a URL.
    case scheme(String)
    /// In the place of a repository the identifier of an image that a node has: 64 hexadecimal digits, or `sha256:` and as
    /// many of them as somebody wrote.
    case imageIdentifier(String)
    /// What stands before the first `/` can only be a host, and is not one.
    case invalidDomain(String)
    /// Nothing before the tag or the digest.
    case missingName(String)
    /// A host without a repository after it.
    case missingPath(domain: String)
    case upperCasePath(String, lowerCase: String)
    /// A part of the path between slashes that the grammar does not allow; `component` may be empty.
    case invalidPathComponent(String, in: String)
    /// The path alone is longer than 255 bytes, Docker Hub's `library/` counted.
    case pathTooLong(length: Int)
    case invalidTag(String)
    case invalidDigest(String)
    /// Well-formed, of an algorithm that is not supported; the algorithm's name.
    case unsupportedDigestAlgorithm(String)
    /// A tag or a digest where only the name of a repository belongs.
    case notARepository(String)

    public var description: String {
        switch self {
        case .empty:
            "the image reference is empty, expected one such as `registry.example.com/team/app:1.0`"
        case .notASCII(let text):
            "`\(text)` is not an image reference: it has characters outside ASCII, shown as `\\u{...}`"
        case .whitespace(let text):
            "`\(text)` is not an image reference: it has a space or a control character"
        case .scheme(let text):
            "`\(text)` is not an image reference: write it without the scheme, such as"
                + " `registry.example.com/team/app:1.0`"
        case .imageIdentifier(let text):
            "`\(text)` is the identifier of a local image, expected a repository such as"
                + " `registry.example.com/team/app`"
        case .invalidDomain(let text):
            "`\(text)` is not a registry host, expected a host name, an IPv4 address or an IPv6 address in brackets"
                + " without zone, and an optional port in digits, such as `registry.example.com:5000` or"
                + " `[2001:db8::1]:5000`"
        case .missingName(let text):
            "`\(text)` names no repository, expected one such as `registry.example.com/team/app`"
        case .missingPath(let domain):
            "`\(domain)` names a registry without a repository, expected one such as `\(domain)/team/app`"
        case .upperCasePath(let path, let lowerCase):
            "the repository `\(path)` has upper-case letters, write it as `\(lowerCase)`"
        case .invalidPathComponent(let component, let path):
            component.isEmpty
                ? "the repository `\(path)` has an empty part, expected names separated by single slashes"
                : "`\(component)` in the repository `\(path)` is not allowed, expected lower-case letters and digits,"
                    + " separated by `.`, `_`, `__` or hyphens"
        case .pathTooLong(let length):
            "the repository's path is \(length) bytes long, at most \(ReferenceGrammar.longestPath) are allowed"
        case .invalidTag(let tag):
            tag.isEmpty
                ? "the tag is empty, expected one after `:` such as `:1.0`"
                : "`\(tag)` is not a tag, expected at most \(ReferenceGrammar.longestTag) letters, digits, `.`, `_` and"
                    + " `-`, not beginning with `.` or `-`"
        case .invalidDigest(let text):
            DigestError.malformed(text).description
        case .unsupportedDigestAlgorithm(let name):
            DigestError.unsupportedAlgorithm(name).description
        case .notARepository(let text):
            "`\(text)` has a tag or a digest, expected the name of a repository alone"
        }
    }

    init(_ error: DigestError) {
        switch error {
        case .malformed(let text): self = .invalidDigest(text)
        case .unsupportedAlgorithm(let name): self = .unsupportedDigestAlgorithm(name)
        }
    }
}
