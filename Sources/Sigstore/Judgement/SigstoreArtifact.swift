import Cryptography
public import OCI
import Trust

/// What a signature has to be about: an artifact, or its digest where nobody has the bytes.
public struct SigstoreArtifact: Sendable {
    let message: SignedMessage

    /// Of which only the digest is known. Whatever is not signed over a digest of this kind cannot be verified with it.
    public init(digest: Digest) { message = .digest(digest) }

    public init(content: [UInt8]) { message = .content(HashedMessage(content, with: [.sha256])) }

    /// Nil if it cannot be known.
    func digest(_ algorithm: DigestAlgorithm) -> Digest? {
        switch message {
        case .digest(let digest): digest.algorithm == algorithm ? digest : nil
        case .content(let content):
            switch algorithm {
            case .sha256: Digest(algorithm: .sha256, bytes: content.digest(.sha256))
            case .sha512: Digest(algorithm: .sha512, bytes: content.digest(.sha512))
            }
        }
    }

    /// For messages.
    var description: String {
        switch message {
        case .digest(let digest): digest.description
        case .content: digest(.sha256)?.description ?? ""
        }
    }

    /// Whether a statement is about it: one of its digests stands there.
    func isNamed(by subject: InTotoStatement.Subject) -> Bool {
        DigestAlgorithm.allCases.contains { algorithm in digest(algorithm).map(subject.has) ?? false }
    }
}

/// Bytes that a signature is over, or the digest that stands for them.
enum SignedMessage: Sendable {
    case content(HashedMessage)
    case digest(Digest)

    /// Nil if only another digest is known.
    func digest(_ function: HashFunction) -> [UInt8]? {
        switch self {
        case .content(let message): message.digest(function)
        case .digest(let digest): digest.algorithm.hashFunction == function ? digest.bytes : nil
        }
    }

    /// What the key vouched for, if it made `signature` over this in one of the ways. Nil if it did not.
    func verify(_ signature: [UInt8], by key: PublicKey, schemes: [SignatureScheme]) -> Verified<[UInt8]>? {
        for scheme in schemes {
            let verified =
                switch self {
                case .content(let message): key.verify(signature, over: message, scheme: scheme)
                case .digest:
                    scheme.hashFunction.flatMap(digest)
                        .flatMap { key.verify(signature, digest: $0, scheme: scheme) }
                }
            if let verified { return verified }
        }
        return nil
    }
}

extension DigestAlgorithm {
    var hashFunction: HashFunction {
        switch self {
        case .sha256: .sha256
        case .sha512: .sha512
        }
    }
}
