import NIOSSL

/// What makes a certificate too weak to be believed, whoever signed it.
///
/// BoringSSL verifies signatures with SHA-1 and keys of 1024 bits as well as any other. This looks at the server's own
/// certificate; the authorities above it were chosen by the operator or by the system.
enum CertificateWeakness: Error, Hashable {
    case unreadable
    case signatureAlgorithm
    case rsaKey(bits: Int)

    var detail: String {
        switch self {
        case .unreadable: "its certificate cannot be read"
        case .signatureAlgorithm: "its certificate is signed with SHA-1 or another algorithm that is not safe any more"
        case .rsaKey(let bits): "its certificate has an RSA key of \(bits) bits, expected at least 2048"
        }
    }
}

extension NIOSSLCertificate {
    /// Throws what makes it weak.
    func checkStrength() throws(CertificateWeakness) {
        guard let bytes = try? toDERBytes() else { throw .unreadable }
        try CertificateStrength.check(bytes)
    }
}

enum CertificateStrength {
    /// RFC 5280 section 4.1: `Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }`.
    static func check(_ certificate: [UInt8]) throws(CertificateWeakness) {
        var outer = DERReader(certificate[...])
        guard var parts = outer.sequence(), var body = parts.sequence(), var algorithm = parts.sequence(),
            let identifier = algorithm.next(.objectIdentifier), let key = publicKey(&body)
        else { throw .unreadable }
        guard safeSignatures.contains(where: identifier.elementsEqual) else { throw .signatureAlgorithm }
        guard key.algorithm.elementsEqual(rsaEncryption) else { return }
        guard let bits = modulusBits(key.bytes) else { throw .unreadable }
        guard bits >= minimumRSABits else { throw .rsaKey(bits: bits) }
    }

    /// `TBSCertificate ::= SEQUENCE { [0] version, serialNumber, signature, issuer, validity, subject,
    /// subjectPublicKeyInfo, … }`.
    private static func publicKey(_ body: inout DERReader) -> (algorithm: ArraySlice<UInt8>, bytes: ArraySlice<UInt8>)?
    {
        _ = body.next(.version)
        guard body.next(.integer) != nil, body.sequence() != nil, body.sequence() != nil, body.sequence() != nil,
            body.sequence() != nil, var info = body.sequence(), var algorithm = info.sequence(),
            let identifier = algorithm.next(.objectIdentifier), let bits = info.next(.bitString)
        else { return nil }
        return (identifier, bits.dropFirst())
    }

    /// `RSAPublicKey ::= SEQUENCE { modulus, publicExponent }` (RFC 8017, A.1.1).
    private static func modulusBits(_ key: ArraySlice<UInt8>) -> Int? {
        var reader = DERReader(key)
        guard var parts = reader.sequence(), let modulus = parts.next(.integer)?.drop(while: { $0 == 0 }),
            let first = modulus.first
        else { return nil }
        return modulus.count * 8 - first.leadingZeroBitCount
    }

    /// NIST SP 800-131A; what the CA/Browser Forum asks of public certificates.
    private static let minimumRSABits = 2048
    private static let rsaEncryption: [UInt8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    /// RSA with SHA-256, SHA-384 and SHA-512, and as PSS, for which BoringSSL takes these three only; ECDSA with the same;
    /// Ed25519.
    private static let safeSignatures: [[UInt8]] =
        [0x0B, 0x0C, 0x0D, 0x0A].map { rsaEncryption.dropLast() + [$0] }
        + [0x02, 0x03, 0x04].map { [0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, $0] } + [[0x2B, 0x65, 0x70]]
}

/// Reads one element of DER (X.690) after the other.
private struct DERReader {
    enum Tag: UInt8 {
        case integer = 0x02, bitString = 0x03, objectIdentifier = 0x06, sequence = 0x30, version = 0xA0
    }

    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) {
        rest = bytes
    }

    mutating func sequence() -> DERReader? { next(.sequence).map { DERReader($0) } }

    /// The content of the next element, which stays unread if it has another tag.
    mutating func next(_ tag: Tag) -> ArraySlice<UInt8>? {
        guard rest.first == tag.rawValue, let short = rest.dropFirst().first else { return nil }
        var content = rest.dropFirst(2)
        var length = Int(short)
        if short >= 0x80 {
            let count = Int(short & 0x7F)
            guard (1...3).contains(count), content.count >= count else { return nil }
            length = content.prefix(count).reduce(0) { $0 << 8 | Int($1) }
            content = content.dropFirst(count)
        }
        guard length <= content.count else { return nil }
        rest = content.dropFirst(length)
        return content.prefix(length)
    }
}
