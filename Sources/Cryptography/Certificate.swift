import COpenSSL
public import Timestamp

/// What an X.509 certificate says (RFC 5280). Nothing of it is verified: neither who signed it, nor that it may be used for
/// anything; `TrustAnchors.verify` does that. It is parsed once and shared freely between threads.
public struct Certificate: Sendable {
    /// One certificate that came with a signature: those of Fulcio are below 2 KiB, those with post-quantum keys below 16.
    public static let maximumDERBytes = 32 << 10
    /// Alternative names of one: servers of many hosts have some hundreds.
    public static let maximumNames = 1_024
    /// The whole file: a bundle of all public authorities is some 220 KiB.
    public static let maximumBytes = 1 << 20
    /// Certificates in one file.
    public static let maximumCount = 512

    /// In lower-case hexadecimal.
    public let serialNumber: String
    public let notBefore: Instant
    public let notAfter: Instant
    /// In the order of the certificate.
    public let alternativeNames: [AlternativeName]
    public let publicKey: CertifiedKey
    /// Whether it says that it is a certificate authority.
    public let isAuthority: Bool
    /// How many authorities may come between it and a certificate for an end (RFC 5280 section 4.2.1.9); nil if any number.
    public let pathLength: Int?
    /// RFC 5280 section 4.2.1.3; nil if it does not say.
    public let keyUsage: KeyUsage?
    /// What it may be used for, by OpenSSL's short names: `serverAuth`, `codeSigning`; empty if it does not say.
    public let extendedKeyUsage: [String]
    /// Such as `ecdsa-with-SHA256`.
    public let signatureAlgorithm: String
    public let hasEmptySubject: Bool
    public let der: [UInt8]
    /// SHA-256 over its DER.
    public let fingerprint: [UInt8]
    let layout: CertificateLayout
    /// What it is beyond the above if it is one; then OpenSSL has not read it yet.
    let plainLeaf: PlainLeaf?
    private let deferred: DeferredCertificate

    /// One of the names of RFC 5280 section 4.2.1.6, as text; addresses in their usual notation.
    public enum AlternativeName: Hashable, Sendable {
        case dns(String)
        case email(String)
        case uri(String)
        case ip(String)
        case directory(String)
        /// A name of a kind that is told by an object identifier, where it is a UTF8String.
        case otherName(type: String, text: String)
        /// A kind that no one looks for here, or a name with bytes that no such name has.
        case other
    }

    /// The key that it is about.
    public enum CertifiedKey: Sendable {
        case key(PublicKey)
        /// A key that signatures are not checked with here, and why.
        case unusable(KeyError)
    }

    /// Reads all certificates of a PEM text, or the one that the bytes are in DER. Text between the blocks of a PEM file is
    /// passed over.
    ///
    /// Throws a `CertificateFormatError` for everything else; a file that holds a private key is refused.
    public static func all(in bytes: [UInt8]) throws(CertificateFormatError) -> [Certificate] {
        guard bytes.count <= maximumBytes else { throw .tooLarge }
        let armour = PEMArmour(reading: bytes)
        guard !armour.blocks.isEmpty || armour.isMalformed else { return [try Certificate(der: bytes, number: nil)] }
        for block in armour.blocks where block.label.hasSuffix("PRIVATE KEY") { throw .privateKey }
        for block in armour.blocks where block.label != "CERTIFICATE" { throw .otherBlock(label: block.label) }
        guard !armour.isMalformed else { throw .malformedBlock }
        guard armour.blocks.count <= maximumCount else { throw .tooMany(count: armour.blocks.count) }
        var certificates: [Certificate] = []
        for (index, block) in armour.blocks.enumerated() {
            guard let der = Base64.decode(block.body) else { throw .malformedBlock }
            certificates.append(try Certificate(der: der, number: armour.blocks.count == 1 ? nil : index + 1))
        }
        return certificates
    }

    /// Reads exactly one DER Certificate, of at most `maximumDERBytes`.
    ///
    /// Throws a `CertificateFormatError` for everything else, bytes after it and lengths that are not in DER's one form
    /// included.
    public init(der: [UInt8]) throws(CertificateFormatError) {
        guard der.count <= Certificate.maximumDERBytes else { throw .tooLargeForOne }
        try self.init(der: der, number: nil)
    }

    /// - Parameter number: which of several it is, for the error.
    private init(der: [UInt8], number: Int?) throws(CertificateFormatError) {
        guard let layout = try? CertificateLayout(der) else { throw .malformed(number: number) }
        switch CostlyKey(in: layout.subjectPublicKeyInfo) {
        case .explicitCurve: throw .explicitCurve
        case .compressedPoint: throw .compressedPoint
        case nil: break
        }
        guard let names = layout.alternativeNameCount, names <= Certificate.maximumNames else {
            throw .tooManyNames
        }
        if let leaf = PlainLeaf(layout) {
            self.init(leaf, der: der, layout)
        } else if let certificate = Certificate(readByOpenSSL: der, layout) {
            self = certificate
        } else {
            throw .malformed(number: number)
        }
    }

    private init(_ leaf: PlainLeaf, der: [UInt8], _ layout: CertificateLayout) {
        (plainLeaf, deferred) = (leaf, DeferredCertificate(der: der))
        serialNumber = leaf.serialNumber.hexadecimal
        (notBefore, notAfter) = (leaf.notBefore, leaf.notAfter)
        (alternativeNames, publicKey) = ([leaf.name], .key(leaf.key))
        (isAuthority, pathLength) = (false, nil)
        (keyUsage, extendedKeyUsage) = (.digitalSignature, ["codeSigning"])
        (signatureAlgorithm, hasEmptySubject) = (leaf.signatureAlgorithm, true)
        (self.der, self.layout) = (der, layout)
        fingerprint = SHA2.sha256(der)
    }

    /// Nil if it holds what OpenSSL cannot read.
    init?(readByOpenSSL der: [UInt8], _ layout: CertificateLayout) {
        defer { ERR_clear_error() }
        guard
            let reader = CertificateReader(der: der), reader.subject != nil, reader.issuer != nil,
            let notBefore = reader.notBefore, let notAfter = reader.notAfter, let publicKey = reader.publicKey,
            let alternativeNames = reader.alternativeNames, let extendedKeyUsage = reader.extendedKeyUsage
        else { return nil }
        (plainLeaf, deferred) = (nil, DeferredCertificate(reader.handle))
        serialNumber = reader.serialNumber
        (self.notBefore, self.notAfter) = (notBefore, notAfter)
        (self.alternativeNames, self.publicKey) = (alternativeNames, publicKey)
        (isAuthority, pathLength) = (reader.isAuthority, reader.pathLength)
        (keyUsage, self.extendedKeyUsage) = (reader.keyUsage, extendedKeyUsage)
        (signatureAlgorithm, hasEmptySubject) = (reader.signatureAlgorithm, reader.hasEmptySubject)
        (self.der, self.layout) = (der, layout)
        fingerprint = SHA2.sha256(der)
    }
}

extension Certificate {
    /// RFC 2253, the last part first: `CN=gate.example.com,O=Example`. Whoever made the certificate chose the text.
    public var subject: String { hasEmptySubject ? "" : reader?.subject ?? "" }
    /// Likewise.
    public var issuer: String { reader?.issuer ?? "" }

    /// Nil only where OpenSSL cannot read it.
    var handle: CertificateHandle? { deferred.handle }
    var reader: CertificateReader? { handle.map { CertificateReader($0) } }
}

extension Certificate: Hashable {
    public static func == (left: Certificate, right: Certificate) -> Bool { left.fingerprint == right.fingerprint }

    public func hash(into hasher: inout Hasher) { hasher.combine(fingerprint) }
}

/// Why bytes are not certificates. It prints as what was found and what was expected.
public enum CertificateFormatError: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than `Certificate.maximumBytes`.
    case tooLarge
    /// One certificate of more than `Certificate.maximumDERBytes`.
    case tooLargeForOne
    case privateKey
    /// A PEM block of another label, such as `CERTIFICATE REQUEST`.
    case otherBlock(label: String)
    /// The armour does not close, or its content is not base64.
    case malformedBlock
    case tooMany(count: Int)
    /// Its key describes a curve instead of naming it.
    case explicitCurve
    /// Its key is on a curve that is not used here, and leaves out half of its point.
    case compressedPoint
    /// More alternative names than `Certificate.maximumNames`, or what is no list of them.
    case tooManyNames
    /// Not one DER Certificate; of several, which one, from 1.
    case malformed(number: Int?)

    public var description: String {
        switch self {
        case .tooLarge: "found more than \(Certificate.maximumBytes) bytes, expected certificates"
        case .tooLargeForOne: "found more than \(Certificate.maximumDERBytes) bytes, expected one certificate"
        case .privateKey:
            "found a private key, expected certificates alone: keep the key in a file of its own that few can read"
        case .otherBlock(let label): "found a `\(label)` block, expected `CERTIFICATE` blocks"
        case .malformedBlock: "found a PEM block that is cut off or not base64, expected whole `CERTIFICATE` blocks"
        case .explicitCurve:
            "found a certificate whose key describes its own curve, expected a curve by its name, such as P-256"
        case .compressedPoint:
            "found a certificate whose key is a compressed point on a curve that is not used here, expected P-256, P-384 or P-521"
        case .tooManyNames:
            "found a certificate whose names are no list of at most \(Certificate.maximumNames)"
        case .tooMany(let count): "found \(count) certificates, expected at most \(Certificate.maximumCount)"
        case .malformed(let number):
            "found bytes that are no X.509 certificate" + (number.map { " in block \($0)" } ?? "")
                + ", expected one in PEM or DER"
        }
    }
}
