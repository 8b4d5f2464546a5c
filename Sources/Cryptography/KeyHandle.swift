import COpenSSL

/// Owns one `EVP_PKEY`.
///
/// INVARIANT: the key behind `pointer` is complete before this object is made and never changed after; operations on it
/// go through contexts of their own and only read it, which OpenSSL allows from any number of threads at once
/// (openssl-threads(7)). The pointer is freed only when nothing refers to this object any more.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { EVP_PKEY_free(pointer) }

    /// The DER SubjectPublicKeyInfo that OpenSSL writes for this key; nil if it cannot.
    var publicKeyDER: [UInt8]? {
        // OpenSSL allocates: to ask for the length first would mean to encode twice.
        var encoded: UnsafeMutablePointer<UInt8>?
        let length = i2d_PUBKEY(pointer, &encoded)
        guard length > 0, let encoded else { return nil }
        defer { CRYPTO_free(encoded, #fileID, #line) }
        return Array(UnsafeBufferPointer(start: encoded, count: Int(length)))
    }
}
