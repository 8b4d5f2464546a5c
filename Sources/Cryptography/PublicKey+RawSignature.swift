extension PublicKey {
    /// The DER of an ECDSA signature (RFC 3279 section 2.2.3) that is written as its two numbers one after the other, each as
    /// long as those of the curve, big-endian: so JOSE and Notary v1 have them.
    ///
    /// Nil for signatures of another length, and for keys of another kind.
    public func derSignature(ofRaw signature: [UInt8]) -> [UInt8]? {
        let length: Int
        switch algorithm {
        case .ecdsaP256: length = 32
        case .ecdsaP384: length = 48
        case .ecdsaP521: length = 66
        case .rsa, .ed25519: return nil
        }
        guard signature.count == 2 * length else { return nil }
        let numbers = PublicKey.integer(signature[..<length]) + PublicKey.integer(signature[length...])
        return derElement(DERTag.sequence, numbers)
    }

    /// An INTEGER that is not negative, in its fewest bytes.
    private static func integer(_ digits: ArraySlice<UInt8>) -> [UInt8] {
        let significant = Array(digits.drop { $0 == 0 })
        let needsZero = significant.first.map { $0 >= 0x80 } ?? true
        return derElement(DERTag.integer, needsZero ? [0] + significant : significant)
    }
}
