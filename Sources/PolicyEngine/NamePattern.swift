/// A namespace name in which `*` stands for any run of characters.
public struct NamePattern: Hashable, Sendable {
    private let glob: Glob
    /// The name itself when it holds no wildcard.
    let literal: [UInt8]?

    /// Refuses what can never be a Kubernetes namespace name (RFC 1123 label) with wildcards in it.
    public init(_ text: String) throws(PatternError) {
        let isName =
            !text.isEmpty && text.utf8.count <= 63
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "*")
            }
        guard isName else {
            throw PatternError(
                description: "`\(text)` cannot be a namespace; names are lower-case letters, digits and `-`, at most 63"
            )
        }
        glob = Glob(text.utf8)
        literal = glob.literal
    }

    func matches(_ name: String) -> Bool { glob.matches(Array(name.utf8)) }
}
