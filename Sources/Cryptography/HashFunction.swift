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
        bytes.withContiguousStorageIfAvailable { digest(of: UnsafeRawBufferPointer($0)) } ?? digest(of: Array(bytes))
    }

    /// The digest of `bytes`, with less ado.
    public func digest(of bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { digest(of: $0) }
    }

    private func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
        digest { EVP_Digest(bytes.baseAddress, bytes.count, $0, nil, implementation.pointer, nil) == 1 }
    }

    /// What OpenSSL writes; it must not fail.
    func digest(writtenBy write: (UnsafeMutablePointer<UInt8>) -> Bool) -> [UInt8] {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: digestLength) { digest in
            guard let start = digest.baseAddress, write(start) else { stopWithoutOpenSSL("compute a SHA-2 digest") }
            return Array(digest)
        }
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
