import COpenSSL

extension PublicKey {
    /// Checks that `signature` was made over exactly `message` by the private half of this key.
    ///
    /// Nil if it was not, if the scheme is not one of this key's, or if the signature is not in its one valid encoding:
    /// bytes after it, BER variants of the DER, or a length other than the modulus has. OpenSSL itself re-encodes an
    /// ECDSA signature and compares (crypto/ec/ecdsa_ossl.c), and so it does with the padding of RSA. Of an ECDSA
    /// signature `(r, s)` and its twin `(r, n - s)` both are valid, as FIPS 186-5 has it: nothing may be told apart by the
    /// bytes of a signature.
    public func verify(
        _ signature: [UInt8], over message: HashedMessage, scheme: SignatureScheme
    ) -> Verified<[UInt8]>? {
        let longest = Int(EVP_PKEY_get_size(handle.pointer))
        guard algorithm.fits(scheme), !signature.isEmpty, signature.count <= longest else { return nil }
        // OpenSSL leaves the reasons for a refusal in a queue of this thread, where a later caller would read them.
        defer { ERR_clear_error() }
        let isValid =
            switch scheme {
            case .ecdsa(let function): verifies(signature, digest: message.digest(function), prepare: { _ in true })
            case .rsaPKCS1(let function):
                verifies(signature, digest: message.digest(function)) { setPKCS1($0, function) }
            case .rsaPSS(let function):
                verifies(signature, digest: message.digest(function)) { setPSS($0, function) }
            case .ed25519: verifiesWhole(signature, message: message.content)
            }
        return isValid ? Verified(content: message.content, key: self) : nil
    }

    /// The same for a message that one signature is held against.
    public func verify(_ signature: [UInt8], over message: [UInt8], scheme: SignatureScheme) -> Verified<[UInt8]>? {
        verify(signature, over: HashedMessage(message, with: []), scheme: scheme)
    }

    func verifies(_ signature: [UInt8], digest: [UInt8], prepare: (OpaquePointer) -> Bool) -> Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, handle.pointer, nil) else { return false }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_verify_init(context) == 1, prepare(context) else { return false }
        // 1 is the only yes: 0 means "no", a negative number "could not even try".
        return EVP_PKEY_verify(context, signature, signature.count, digest, digest.count) == 1
    }

    /// Ed25519 hashes the message twice, so it cannot be given a digest.
    private func verifiesWhole(_ signature: [UInt8], message: [UInt8]) -> Bool {
        guard let context = EVP_MD_CTX_new() else { return false }
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestVerifyInit(context, nil, nil, nil, handle.pointer) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}

/// Padding of RFC 8017 section 8.2 for a digest of `function`.
func setPKCS1(_ context: OpaquePointer, _ function: HashFunction) -> Bool {
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1
        && EVP_PKEY_CTX_set_signature_md(context, function.implementation.pointer) == 1
}

/// Padding of RFC 8017 section 8.1 for a digest of `function`: MGF1 over the same function, salt as long as its digest.
func setPSS(_ context: OpaquePointer, _ function: HashFunction) -> Bool {
    EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1
        && EVP_PKEY_CTX_set_signature_md(context, function.implementation.pointer) == 1
        && EVP_PKEY_CTX_set_rsa_mgf1_md(context, function.implementation.pointer) == 1
        && EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1
}
