import COpenSSL

/// Which certificate the signer says is its own (RFC 5035): without that, a certificate of another authority for the same
/// key could be put in its place.
struct SigningCertificate: Sendable {
    private let digest: [UInt8]
    /// Nil means SHA-1, which version 1 has; it only tells certificates apart here, under a signature that is verified.
    private let function: HashFunction?
    private let issuer: [UInt8]?
    private let serialNumber: [UInt8]?

    /// The first of the certificates that the attribute lists is the signer's; the others are those above it.
    init(_ element: DERElement, version: Int) throws(DERError) {
        guard element.tag == DERTag.sequence else { throw DERError() }
        var fields = element.reader
        var list = try fields.element(DERTag.sequence).reader
        _ = try fields.optional(DERTag.sequence)  // policies
        try fields.finish()
        var certificate = try list.element(DERTag.sequence).reader
        if version == 1 {
            function = nil
        } else if let algorithm = try certificate.optional(DERTag.sequence) {
            guard let named = try AlgorithmIdentifier(algorithm).hashFunction else { throw DERError() }
            function = named
        } else {
            function = .sha256
        }
        digest = Array(try certificate.element(DERTag.octetString).content)
        if var pair = try certificate.optional(DERTag.sequence)?.reader {
            // GeneralNames with one directoryName.
            let name = try pair.element(DERTag.sequence).reader.only(DERTag.constructed(4))
            issuer = Array(try name.reader.only(DERTag.sequence).encoding)
            serialNumber = Array(try pair.only(DERTag.integer).encoding)
        } else {
            (issuer, serialNumber) = (nil, nil)
        }
        try certificate.finish()
    }

    func names(_ certificate: Certificate) -> Bool {
        let found = function?.digest(of: certificate.der) ?? SigningCertificate.sha1(certificate.der)
        return found == digest
            && issuer.map { certificate.layout.issuer.elementsEqual($0) } ?? true
            && serialNumber.map { certificate.layout.serialNumber.elementsEqual($0) } ?? true
    }

    /// Nil where OpenSSL has no SHA-1.
    private static func sha1(_ bytes: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: 20)
        defer { ERR_clear_error() }
        return EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha1(), nil) == 1 ? digest : nil
    }
}
