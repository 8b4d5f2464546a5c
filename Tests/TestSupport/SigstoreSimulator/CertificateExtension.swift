import Cryptography

/// One extension of a certificate (RFC 5280 section 4.2).
public struct CertificateExtension: Sendable {
    public var oid: String
    public var isCritical: Bool
    /// What stands inside of `extnValue`.
    public var value: [UInt8]

    public init(_ oid: String, isCritical: Bool = false, _ value: [UInt8]) {
        (self.oid, self.isCritical, self.value) = (oid, isCritical, value)
    }

    public var der: [UInt8] {
        DER.sequence(DER.oid(oid), isCritical ? DER.boolean(true) : [], DER.octetString(value))
    }
}

/// A name that a certificate is for (RFC 5280 section 4.2.1.6).
public enum GeneralName: Hashable, Sendable {
    case email(String)
    case dns(String)
    case uri(String)
    /// Of any type; `value` is one DER element.
    case other(type: String, value: [UInt8])

    /// What Fulcio writes for a user name that is no address.
    public static func username(_ text: String) -> GeneralName {
        .other(type: "1.3.6.1.4.1.57264.1.7", value: DER.utf8String(text))
    }

    public var der: [UInt8] {
        switch self {
        case .email(let text): DER.implicit(1, Array(text.utf8))
        case .dns(let text): DER.implicit(2, Array(text.utf8))
        case .uri(let text): DER.implicit(6, Array(text.utf8))
        case .other(let type, let value): DER.explicit(0, DER.oid(type) + DER.explicit(0, value))
        }
    }
}

/// Object identifiers that the simulator writes.
public enum KnownOID {
    public static let subjectKeyIdentifier = "2.5.29.14"
    public static let keyUsage = "2.5.29.15"
    public static let subjectAlternativeName = "2.5.29.17"
    public static let basicConstraints = "2.5.29.19"
    public static let nameConstraints = "2.5.29.30"
    public static let authorityKeyIdentifier = "2.5.29.35"
    public static let extendedKeyUsage = "2.5.29.37"
    public static let sctList = "1.3.6.1.4.1.11129.2.4.2"
    public static let fulcio = "1.3.6.1.4.1.57264.1"
    public static let clientAuth = "1.3.6.1.5.5.7.3.2"
    public static let codeSigning = "1.3.6.1.5.5.7.3.3"
    public static let timeStamping = "1.3.6.1.5.5.7.3.8"
}

extension CertificateExtension {
    public static func basicConstraints(isAuthority: Bool, pathLength: Int? = nil) -> CertificateExtension {
        let content = (isAuthority ? DER.boolean(true) : []) + (pathLength.map(DER.integer) ?? [])
        return CertificateExtension(KnownOID.basicConstraints, isCritical: true, DER.sequence(content))
    }

    /// The bits of RFC 5280 section 4.2.1.3.
    public enum KeyUsageBit: Int, Sendable {
        case digitalSignature = 0
        case keyEncipherment = 2
        case keyCertSign = 5
        case crlSign = 6
    }

    public static func keyUsage(_ bits: KeyUsageBit...) -> CertificateExtension {
        CertificateExtension(
            KnownOID.keyUsage, isCritical: true, DER.bitString(named: Set(bits.map(\.rawValue))))
    }

    public static func extendedKeyUsage(_ purposes: String..., isCritical: Bool = false) -> CertificateExtension {
        CertificateExtension(
            KnownOID.extendedKeyUsage, isCritical: isCritical, DER.sequence(of: purposes.map(DER.oid)))
    }

    public static func subjectAlternativeName(_ names: [GeneralName], isCritical: Bool = true) -> CertificateExtension {
        CertificateExtension(
            KnownOID.subjectAlternativeName, isCritical: isCritical, DER.sequence(of: names.map(\.der)))
    }

    public static func nameConstraints(
        permitted: [GeneralName] = [], excluded: [GeneralName] = []
    ) -> CertificateExtension {
        func subtrees(_ number: UInt8, _ names: [GeneralName]) -> [UInt8] {
            names.isEmpty ? [] : DER.explicit(number, names.flatMap { DER.sequence($0.der) })
        }
        return CertificateExtension(
            KnownOID.nameConstraints, isCritical: true,
            DER.sequence(subtrees(0, permitted), subtrees(1, excluded)))
    }

    public static func subjectKeyIdentifier(of key: [UInt8]) -> CertificateExtension {
        CertificateExtension(KnownOID.subjectKeyIdentifier, DER.octetString(identifier(of: key)))
    }

    public static func authorityKeyIdentifier(of key: [UInt8]) -> CertificateExtension {
        CertificateExtension(
            KnownOID.authorityKeyIdentifier, DER.sequence(DER.implicit(0, identifier(of: key))))
    }

    /// An extension of Fulcio's own arc. The first six hold bare text, the later ones a UTF8String.
    public static func fulcio(_ number: Int, _ text: String) -> CertificateExtension {
        CertificateExtension(
            "\(KnownOID.fulcio).\(number)", number < 7 ? Array(text.utf8) : DER.utf8String(text))
    }

    /// Of TLS-encoded timestamps (RFC 6962 section 3.3).
    public static func sctList(_ timestamps: [[UInt8]]) -> CertificateExtension {
        let list = timestamps.flatMap { bigEndian($0.count, bytes: 2) + $0 }
        return CertificateExtension(
            KnownOID.sctList, DER.octetString(bigEndian(list.count, bytes: 2) + list))
    }

    /// 160 bits of a SHA-256 over the key; RFC 7093 section 2 leaves the exact way to the issuer.
    private static func identifier(of key: [UInt8]) -> [UInt8] { Array(SHA2.sha256(key).prefix(20)) }
}

/// The last bytes of a number, the most significant first.
func bigEndian(_ number: Int, bytes: Int) -> [UInt8] {
    Array(withUnsafeBytes(of: Int64(number).bigEndian, Array.init).suffix(bytes))
}
