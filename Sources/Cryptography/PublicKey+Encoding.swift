extension PublicKey {
    /// The DER SubjectPublicKeyInfo (RFC 5280 section 4.1.2.7) of which `fingerprint` is the SHA-256, with an elliptic curve
    /// point in uncompressed form.
    public var subjectPublicKeyInfo: [UInt8] {
        // It was written once before, when the key was loaded.
        guard let der = handle.publicKeyDER else { stopWithoutOpenSSL("write a public key") }
        return der
    }
}
