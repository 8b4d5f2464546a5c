import COpenSSL

/// A private key that was made here: for development certificates, and for tests, which keep no key in the repository.
/// Printed, it shows which key it is and nothing of its private half.
public struct PrivateKey: Sendable {
    public let publicKey: PublicKey
    let handle: KeyHandle

    public var algorithm: KeyAlgorithm { publicKey.algorithm }

    /// Makes a new key. Throws if the algorithm is RSA of a size that would be refused when loaded.
    public static func generate(_ algorithm: KeyAlgorithm) throws(OpenSSLError) -> PrivateKey {
        if case .rsa(let bits) = algorithm, !KeyAlgorithm.rsaBits.contains(bits) {
            throw OpenSSLError(
                cannot: "generate an \(algorithm) key", reason: "\(KeyError.unsupportedRSASize(bits: bits))")
        }
        guard let pointer = generateKey(algorithm) else { throw OpenSSLError(cannot: "generate an \(algorithm) key") }
        let handle = KeyHandle(adopting: pointer)
        guard let publicKey = PublicKey(handle: handle, algorithm: algorithm) else {
            throw OpenSSLError(cannot: "write the public half of an \(algorithm) key")
        }
        return PrivateKey(publicKey: publicKey, handle: handle)
    }

    /// A signature over `message` that `PublicKey.verify` accepts. Throws if the scheme is not one of this key's.
    public func sign(_ message: [UInt8], scheme: SignatureScheme) throws(OpenSSLError) -> [UInt8] {
        guard algorithm.fits(scheme) else {
            throw OpenSSLError(cannot: "sign", reason: "an \(algorithm) key makes no signature of scheme \(scheme)")
        }
        guard let signature = signature(over: message, scheme: scheme) else { throw OpenSSLError(cannot: "sign") }
        return signature
    }

    /// PKCS#8, not encrypted. Whoever writes it to a file sees to its permissions.
    public var privateKeyPEM: [UInt8] {
        get throws(OpenSSLError) {
            let pem = MemoryOutput()?.collect { output in
                PEM_write_bio_PKCS8PrivateKey(output, handle.pointer, nil, nil, 0, nil, nil) == 1
            }
            guard let pem else { throw OpenSSLError(cannot: "write a private key") }
            return pem
        }
    }

    /// One `PUBLIC KEY` block.
    public var publicKeyPEM: [UInt8] {
        get throws(OpenSSLError) {
            let pem = MemoryOutput()?.collect { PEM_write_bio_PUBKEY($0, handle.pointer) == 1 }
            guard let pem else { throw OpenSSLError(cannot: "write a public key") }
            return pem
        }
    }

    private func signature(over message: [UInt8], scheme: SignatureScheme) -> [UInt8]? {
        guard let context = EVP_MD_CTX_new() else { return nil }
        defer { EVP_MD_CTX_free(context) }
        var keyContext: OpaquePointer?
        let function = scheme.hashFunction?.implementation.pointer
        guard EVP_DigestSignInit(context, &keyContext, function, nil, handle.pointer) == 1, let keyContext else {
            return nil
        }
        if case .rsaPSS(let function) = scheme, !setPSS(keyContext, function) { return nil }
        var signature = [UInt8](repeating: 0, count: Int(EVP_PKEY_get_size(handle.pointer)))
        var length = signature.count
        guard EVP_DigestSign(context, &signature, &length, message, message.count) == 1 else { return nil }
        return Array(signature.prefix(length))
    }
}

extension PrivateKey: CustomStringConvertible, CustomReflectable {
    public var description: String { "private half of SHA256:\(publicKey.fingerprint.hexadecimal)" }
    public var customMirror: Mirror { Mirror(self, children: ["publicKey": publicKey.fingerprint.hexadecimal]) }
}

private func generateKey(_ algorithm: KeyAlgorithm) -> OpaquePointer? {
    let name =
        switch algorithm {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: "EC"
        case .rsa: "RSA"
        case .ed25519: "ED25519"
        }
    guard let context = EVP_PKEY_CTX_new_from_name(nil, name, nil) else { return nil }
    defer { EVP_PKEY_CTX_free(context) }
    guard EVP_PKEY_keygen_init(context) == 1 else { return nil }
    let isConfigured =
        switch algorithm {
        case .ecdsaP256: EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_X9_62_prime256v1) == 1
        case .ecdsaP384: EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_secp384r1) == 1
        case .ecdsaP521: EVP_PKEY_CTX_set_ec_paramgen_curve_nid(context, NID_secp521r1) == 1
        case .rsa(let bits): EVP_PKEY_CTX_set_rsa_keygen_bits(context, Int32(clamping: bits)) == 1
        case .ed25519: true
        }
    var key: OpaquePointer?
    guard isConfigured, EVP_PKEY_generate(context, &key) == 1 else { return nil }
    return key
}
