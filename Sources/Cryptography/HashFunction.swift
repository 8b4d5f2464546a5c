import COpenSSL

/// The SHA-2 functions that signatures and digests are made with (FIPS 180-4).
public enum HashFunction: Hashable, Sendable, CaseIterable {
    case sha256
    case sha384
    case sha512

    /// In bytes.
    public var digestLength: Int {
        switch self {
        case .sha256: 32
        case .sha384: 48
        case .sha512: 64
        }
    }

    /// The digest of `bytes`.
    public func digest(of bytes: some Collection<UInt8>) -> [UInt8] {
        bytes.withContiguousStorageIfAvailable(digest(ofContiguous:))
            ?? Array(bytes).withUnsafeBufferPointer(digest(ofContiguous:))
    }

    private func digest(ofContiguous bytes: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: digestLength)
        guard EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, implementation.pointer, nil) == 1 else {
            stopWithoutOpenSSL("compute a SHA-2 digest")
        }
        return digest
    }

    /// Fetched once for the process: a fetch by name costs more than hashing a short message.
    var implementation: HashImplementation {
        switch self {
        case .sha256: HashImplementation.sha256
        case .sha384: HashImplementation.sha384
        case .sha512: HashImplementation.sha512
        }
    }
}

/// Owns one fetched `EVP_MD`.
///
/// INVARIANT: an `EVP_MD` is immutable once fetched and its reference count is atomic, so it may be used from any
/// thread; the pointer is set once and freed only when nothing refers to this object any more.
final class HashImplementation: @unchecked Sendable {
    static let sha256 = HashImplementation("SHA256")
    static let sha384 = HashImplementation("SHA384")
    static let sha512 = HashImplementation("SHA512")

    let pointer: OpaquePointer

    private init(_ name: String) {
        guard let pointer = EVP_MD_fetch(nil, name, nil) else { stopWithoutOpenSSL("provide SHA-2") }
        self.pointer = pointer
    }

    deinit { EVP_MD_free(pointer) }
}
