/// Bytes that signatures are held against, hashed once however many signatures and keys there are.
public struct HashedMessage: Sendable {
    public let content: [UInt8]
    private let digests: [HashFunction: [UInt8]]

    /// Hashes `content` with each of `functions`. Any other function is computed whenever it is asked for.
    public init(_ content: [UInt8], with functions: Set<HashFunction> = [.sha256]) {
        self.init(
            content,
            digests: Dictionary(uniqueKeysWithValues: functions.map { ($0, $0.digest(of: content)) }))
    }

    /// `digests` are those of `content`.
    init(_ content: [UInt8], digests: [HashFunction: [UInt8]]) {
        self.content = content
        self.digests = digests
    }

    /// The digest of `content`.
    public func digest(_ function: HashFunction) -> [UInt8] {
        digests[function] ?? function.digest(of: content)
    }
}
