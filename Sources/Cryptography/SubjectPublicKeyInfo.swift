import COpenSSL

/// A parsed `SubjectPublicKeyInfo` (RFC 5280 section 4.1.2.7) whose algorithm can be named before OpenSSL is asked to
/// make a key of it: a key of an unknown kind is refused by its name, not as "malformed".
struct SubjectPublicKeyInfo: ~Copyable {
    private let pointer: OpaquePointer

    /// Throws `malformedKey` unless the bytes are one such structure from the first to the last, and `explicitCurve`.
    init(der: [UInt8]) throws(KeyError) {
        if case .explicitCurve = CostlyKey(in: der[...]) { throw .explicitCurve }
        guard let length = Int(exactly: der.count), !der.isEmpty else { throw .malformedKey }
        let (pointer, consumed) = der.withUnsafeBufferPointer { buffer in
            var cursor = buffer.baseAddress
            let pointer = d2i_X509_PUBKEY(nil, &cursor, length)
            return (pointer, cursor.map { $0 - (buffer.baseAddress ?? $0) } ?? 0)
        }
        guard let pointer else { throw .malformedKey }
        guard consumed == der.count else {
            X509_PUBKEY_free(pointer)
            throw .malformedKey
        }
        self.pointer = pointer
    }

    /// Another reference to what a certificate holds, whose key is parsed already. Nil if there is none.
    init?(copying info: OpaquePointer?) {
        guard let info, let pointer = X509_PUBKEY_dup(info) else { return nil }
        self.pointer = pointer
    }

    deinit { X509_PUBKEY_free(pointer) }

    /// Which kind of key the algorithm identifier promises.
    ///
    /// Throws `unsupportedAlgorithm`, `unsupportedCurve` or `explicitCurve` for those that are not used here.
    borrowing func kind() throws(KeyError) -> Kind {
        var identifier: OpaquePointer?
        var parameters: UnsafeMutablePointer<X509_ALGOR>?
        guard X509_PUBKEY_get0_param(&identifier, nil, nil, &parameters, pointer) == 1 else { throw .malformedKey }
        switch OBJ_obj2nid(identifier) {
        case NID_rsaEncryption: return .rsa
        case NID_ED25519: return .ed25519
        case NID_X9_62_id_ecPublicKey: return try SubjectPublicKeyInfo.curve(in: parameters)
        default: throw .unsupportedAlgorithm(name: objectName(of: identifier))
        }
    }

    /// The key itself.
    borrowing func key() throws(KeyError) -> KeyHandle {
        guard let key = X509_PUBKEY_get(pointer) else { throw .malformedKey }
        let handle = KeyHandle(adopting: key)
        // One spelling of a point, so that one key has one fingerprint; only elliptic curve keys have several. It
        // happens before anyone else can see the key.
        if EVP_PKEY_is_a(key, "EC") == 1 {
            let uncompressed = EVP_PKEY_set_utf8_string_param(
                key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT, OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED)
            guard uncompressed == 1 else { throw .malformedKey }
        }
        return handle
    }

    /// The structure as `KeyHandle.publicKeyDER` writes it, put together from a point that is not compressed; nil for all
    /// other keys. To have OpenSSL encode a key costs as much as verifying a signature.
    borrowing func canonicalDER(of kind: Kind) -> [UInt8]? {
        guard case .ec(let algorithm) = kind, let curve = algorithm.curve else { return nil }
        var start: UnsafePointer<UInt8>?
        var count: Int32 = 0
        guard X509_PUBKEY_get0_param(nil, &start, &count, nil, pointer) == 1, let start, count > 0,
            start.pointee == UInt8(POINT_CONVERSION_UNCOMPRESSED.rawValue)
        else { return nil }
        let point = UnsafeBufferPointer(start: start, count: Int(count))
        let identifiers = [OID.ellipticCurveKey, curve].flatMap { derElement(DERTag.objectIdentifier, $0.bytes) }
        return derElement(
            DERTag.sequence, derElement(DERTag.sequence, identifiers) + derElement(DERTag.bitString, [0] + point))
    }

    private static func curve(in parameters: UnsafeMutablePointer<X509_ALGOR>?) throws(KeyError) -> Kind {
        var type: Int32 = 0
        var value: UnsafeRawPointer?
        X509_ALGOR_get0(nil, &type, &value, parameters)
        // RFC 5480 section 2.1.1: a curve is named by an object identifier.
        guard type == V_ASN1_OBJECT, let value else { throw type == V_ASN1_SEQUENCE ? .explicitCurve : .malformedKey }
        let identifier = OpaquePointer(value)
        switch OBJ_obj2nid(identifier) {
        case NID_X9_62_prime256v1: return .ec(.ecdsaP256)
        case NID_secp384r1: return .ec(.ecdsaP384)
        case NID_secp521r1: return .ec(.ecdsaP521)
        default: throw .unsupportedCurve(name: objectName(of: identifier))
        }
    }

    enum Kind {
        case ec(KeyAlgorithm)
        case rsa
        case ed25519

        func algorithm(of key: KeyHandle) throws(KeyError) -> KeyAlgorithm {
            switch self {
            case .ec(let algorithm): return algorithm
            case .ed25519: return .ed25519
            case .rsa:
                let bits = Int(EVP_PKEY_get_bits(key.pointer))
                guard KeyAlgorithm.rsaBits.contains(bits) else { throw .unsupportedRSASize(bits: bits) }
                return .rsa(bits: bits)
            }
        }
    }
}

extension KeyHandle {
    /// The point is on its curve and of its order; the modulus is odd and composite, the exponent odd and above 1.
    var passesPublicKeyCheck: Bool {
        guard let context = EVP_PKEY_CTX_new_from_pkey(nil, pointer, nil) else { return false }
        defer { EVP_PKEY_CTX_free(context) }
        // The curves that are used here have a cofactor of 1: every point on them but infinity is of their order. The
        // full check multiplies by the order to find out, which costs as much as verifying a signature.
        if EVP_PKEY_is_a(pointer, "EC") == 1 { return EVP_PKEY_public_check_quick(context) == 1 }
        return EVP_PKEY_public_check(context) == 1
    }

    /// The same without the search for a prime modulus: modulus and exponent are odd, the exponent above 1.
    var passesCertifiedKeyCheck: Bool {
        guard EVP_PKEY_is_a(pointer, "RSA") == 1 else { return passesPublicKeyCheck }
        return hasOddNumber(OSSL_PKEY_PARAM_RSA_N) && hasOddNumber(OSSL_PKEY_PARAM_RSA_E)
    }

    /// Above 1.
    private func hasOddNumber(_ name: String) -> Bool {
        var number: OpaquePointer?
        guard EVP_PKEY_get_bn_param(pointer, name, &number) == 1, let number else { return false }
        defer { BN_free(number) }
        return BN_is_odd(number) == 1 && BN_is_one(number) == 0
    }
}

/// The short name by which OpenSSL knows an object identifier, else its dotted digits.
func objectName(of identifier: OpaquePointer?) -> String {
    let nid = OBJ_obj2nid(identifier)
    if nid != NID_undef, let name = OBJ_nid2sn(nid) { return String(cString: name) }
    return dottedDigits(of: identifier)
}

/// `1.3.6.1.4.1.57264.1.7`
func dottedDigits(of identifier: OpaquePointer?) -> String {
    var digits = [CChar](repeating: 0, count: 128)
    guard OBJ_obj2txt(&digits, Int32(digits.count), identifier, 1) > 0 else { return "unknown" }
    return String(decoding: digits.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

extension KeyAlgorithm {
    /// How its curve is named (RFC 5480 section 2.1.1.1); nil for keys without one.
    fileprivate var curve: OID? {
        switch self {
        case .ecdsaP256: .p256
        case .ecdsaP384: .p384
        case .ecdsaP521: .p521
        case .rsa, .ed25519: nil
        }
    }
}
