import COpenSSL

/// Owns one `X509`.
///
/// INVARIANT: only `CertificateTemplate.signed` and `CertificateReader` write to it (the latter the form in which its key
/// prints its point), before anyone else can see it; after that it is only read, as issuer, in chains, for printing and
/// for its parts, and what OpenSSL caches on first use is guarded by the object's own lock. It is freed only when nothing
/// refers to this object any more.
final class CertificateHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over the caller's reference.
    init(adopting pointer: OpaquePointer) {
        self.pointer = pointer
    }

    deinit { X509_free(pointer) }

    var pem: [UInt8] {
        get throws(CertificateError) {
            guard let pem = MemoryOutput()?.collect({ PEM_write_bio_X509($0, pointer) == 1 }) else {
                throw .library(OpenSSLError(cannot: "write a certificate"))
            }
            return pem
        }
    }
}
