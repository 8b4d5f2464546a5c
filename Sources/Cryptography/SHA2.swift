import COpenSSL

/// SHA-2 of bytes that are in memory.
public enum SHA2 {
    /// SHA-256 (FIPS 180-4), 32 bytes.
    public static func sha256(_ bytes: some Collection<UInt8>) -> [UInt8] {
        HashFunction.sha256.digest(of: bytes)
    }

    /// SHA-384 (FIPS 180-4), 48 bytes.
    public static func sha384(_ bytes: some Collection<UInt8>) -> [UInt8] {
        HashFunction.sha384.digest(of: bytes)
    }

    /// SHA-512 (FIPS 180-4), 64 bytes.
    public static func sha512(_ bytes: some Collection<UInt8>) -> [UInt8] {
        HashFunction.sha512.digest(of: bytes)
    }
}

/// SHA-256 of bytes that arrive in pieces. It belongs to one reader at a time.
public struct SHA256Digester: ~Copyable {
    private let context: OpaquePointer

    public init() {
        guard let context = EVP_MD_CTX_new() else { stopWithoutOpenSSL("allocate a SHA-256 context") }
        guard EVP_DigestInit_ex(context, HashFunction.sha256.implementation.pointer, nil) == 1 else {
            stopWithoutOpenSSL("start SHA-256")
        }
        self.context = context
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes in the next piece.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else {
            stopWithoutOpenSSL("continue SHA-256")
        }
    }

    /// Takes in the next piece.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Takes in one more byte.
    public mutating func update(_ byte: UInt8) {
        withUnsafeBytes(of: byte) { update($0) }
    }

    /// The digest of everything taken in, 32 bytes.
    public consuming func finish() -> [UInt8] {
        HashFunction.sha256.digest { EVP_DigestFinal_ex(context, $0, nil) == 1 }
    }
}
