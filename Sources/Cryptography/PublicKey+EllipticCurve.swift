import COpenSSL

extension PublicKey {
    /// A SubjectPublicKeyInfo of a named curve with a point that is not compressed, in strict DER; nil for every other key.
    ///
    /// The key is the same as `init(der:)` makes, in a fifth of the time: OpenSSL 3.0 sets up all its decoders anew for each
    /// key that it is to find the kind of.
    init?(ellipticCurveInfo info: ArraySlice<UInt8>) {
        var outer = DERReader(info)
        guard let structure = try? outer.element(DERTag.sequence), outer.isAtEnd else { return nil }
        var fields = structure.reader
        guard let algorithm = try? fields.element(DERTag.sequence),
            let identifier = try? AlgorithmIdentifier(algorithm),
            identifier.algorithm == .ellipticCurveKey, let curve = identifier.parameters,
            curve.tag == DERTag.objectIdentifier,
            let named = NamedCurve(OID(bytes: curve.content)),
            let bits = try? fields.only(DERTag.bitString).content, bits.first == 0
        else { return nil }
        let point = Array(bits.dropFirst())
        guard point.count == named.pointLength, point.first == UInt8(POINT_CONVERSION_UNCOMPRESSED.rawValue) else {
            return nil
        }
        defer { ERR_clear_error() }
        guard let handle = KeyHandle(point: point, on: named), handle.passesPublicKeyCheck else { return nil }
        self.init(handle: handle, algorithm: named.algorithm, fingerprint: SHA2.sha256(info))
    }
}

/// A curve by the names that it has.
private struct NamedCurve {
    let algorithm: KeyAlgorithm
    /// As OpenSSL calls the group.
    let group: StaticString
    /// The byte for the form, and both coordinates.
    let pointLength: Int

    init?(_ identifier: OID) {
        switch identifier {
        case .p256: (algorithm, group, pointLength) = (.ecdsaP256, "prime256v1", 65)
        case .p384: (algorithm, group, pointLength) = (.ecdsaP384, "secp384r1", 97)
        case .p521: (algorithm, group, pointLength) = (.ecdsaP521, "secp521r1", 133)
        default: return nil
        }
    }
}

extension KeyHandle {
    /// Nil unless the point is on the curve.
    fileprivate convenience init?(point: [UInt8], on curve: NamedCurve) {
        guard let context = EVP_PKEY_CTX_new_from_name(nil, "EC", nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        guard EVP_PKEY_fromdata_init(context) == 1 else { return nil }
        var key: OpaquePointer?
        // Parameters are read only; that they are passed as mutable is how C has it.
        var group = curve.group.withUTF8Buffer { $0.map { CChar(bitPattern: $0) } } + [0]
        var point = point
        let isMade = group.withUnsafeMutableBufferPointer { group in
            point.withUnsafeMutableBufferPointer { point in
                var parameters = [
                    OSSL_PARAM_construct_utf8_string(KeyHandle.groupName, group.baseAddress, group.count - 1),
                    OSSL_PARAM_construct_octet_string(KeyHandle.publicPoint, point.baseAddress, point.count),
                    OSSL_PARAM_construct_end(),
                ]
                return EVP_PKEY_fromdata(context, &key, KeyHandle.publicKeySelection, &parameters) == 1
            }
        }
        guard isMade, let key else { return nil }
        self.init(adopting: key)
    }

    /// `EVP_PKEY_PUBLIC_KEY`, a macro that does not reach Swift.
    private static let publicKeySelection =
        OSSL_KEYMGMT_SELECT_PUBLIC_KEY | OSSL_KEYMGMT_SELECT_DOMAIN_PARAMETERS | OSSL_KEYMGMT_SELECT_OTHER_PARAMETERS

    // `OSSL_PKEY_PARAM_GROUP_NAME` and `OSSL_PKEY_PARAM_PUB_KEY`, at addresses that outlive the parameters that hold them.
    private static var groupName: UnsafePointer<CChar> { address(of: "group") }
    private static var publicPoint: UnsafePointer<CChar> { address(of: "pub") }

    private static func address(of text: StaticString) -> UnsafePointer<CChar> {
        UnsafeRawPointer(text.utf8Start).assumingMemoryBound(to: CChar.self)
    }
}
