public import Cryptography
public import OCI

extension Digest {
    /// The SHA-256 digest of `bytes`.
    public static func sha256(of bytes: [UInt8]) -> Digest {
        guard let digest = Digest(algorithm: .sha256, bytes: HashFunction.sha256.digest(of: bytes)) else {
            // INVARIANT: never reached, since no input changes how long a hash is.
            preconditionFailure("a SHA-256 hash is not 32 bytes long")
        }
        return digest
    }

    /// Whether `bytes`, hashed with this digest's own algorithm, give this digest.
    public func matches(_ content: [UInt8]) -> Bool { matches(HashedMessage(content, with: [])) }

    /// The same for content that is hashed already.
    public func matches(_ content: HashedMessage) -> Bool {
        switch algorithm {
        case .sha256: bytes == content.digest(.sha256)
        case .sha512: bytes == content.digest(.sha512)
        }
    }
}

extension Descriptor {
    /// Whether it carries bytes that are not those of its digest: whoever reads them sees something else than whoever
    /// fetches the content.
    public var embedsOtherContent: Bool { data.map { !digest.matches($0) } ?? false }
}
