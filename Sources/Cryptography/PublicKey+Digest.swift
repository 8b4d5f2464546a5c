import COpenSSL

extension PublicKey {
    /// Checks a signature over a message of which only the digest is known, as an image's is that nobody has fetched.
    ///
    /// What comes back is the digest: that is what the key vouched for. Nil if the signature was not made so, if `digest` is
    /// not as long as the scheme's digests are, or if the scheme needs the message itself, as Ed25519 does.
    public func verify(_ signature: [UInt8], digest: [UInt8], scheme: SignatureScheme) -> Verified<[UInt8]>? {
        let longest = Int(EVP_PKEY_get_size(handle.pointer))
        guard algorithm.fits(scheme), !signature.isEmpty, signature.count <= longest,
            scheme.hashFunction?.digestLength == digest.count
        else { return nil }
        defer { ERR_clear_error() }
        let isValid =
            switch scheme {
            case .ecdsa: verifies(signature, digest: digest, prepare: { _ in true })
            case .rsaPKCS1(let function): verifies(signature, digest: digest) { setPKCS1($0, function) }
            case .rsaPSS(let function): verifies(signature, digest: digest) { setPSS($0, function) }
            case .ed25519: false
            }
        return isValid ? Verified(content: digest, key: self) : nil
    }
}
