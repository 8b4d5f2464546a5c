/// Who signed a token, and what beside its content (RFC 5652 section 5.3).
struct SignerInfo: Sendable {
    let identifier: Identifier
    let digestAlgorithm: HashFunction
    let attributes: SignedAttributes
    let scheme: SignatureScheme
    let signature: [UInt8]

    enum Identifier: Sendable {
        /// As the certificate writes them.
        case issuerAndSerialNumber(issuer: [UInt8], serialNumber: [UInt8])
        case subjectKeyIdentifier([UInt8])
    }

    init(_ element: DERElement) throws(TimestampRefusal) {
        let fields: Fields
        do throws(DERError) { fields = try Fields(element) } catch { throw .malformed(.signer) }
        guard let digestAlgorithm = fields.digestAlgorithm.hashFunction,
            let scheme = fields.signatureAlgorithm.scheme(beside: digestAlgorithm)
        else { throw .algorithm }
        guard let attributes = fields.attributes else { throw .missingAttribute(.all) }
        (identifier, signature) = (fields.identifier, Array(fields.signature))
        (self.digestAlgorithm, self.scheme) = (digestAlgorithm, scheme)
        self.attributes = try SignedAttributes(attributes)
    }

    /// Whether the certificate is the one that the token names.
    func names(_ certificate: CertificateLayout) -> Bool {
        switch identifier {
        case .issuerAndSerialNumber(let issuer, let serialNumber):
            certificate.issuer.elementsEqual(issuer) && certificate.serialNumber.elementsEqual(serialNumber)
        case .subjectKeyIdentifier(let identifier):
            certificate.subjectKeyIdentifier == identifier
        }
    }

    private struct Fields {
        let identifier: Identifier
        let digestAlgorithm: AlgorithmIdentifier
        let attributes: DERElement?
        let signatureAlgorithm: AlgorithmIdentifier
        let signature: ArraySlice<UInt8>

        init(_ element: DERElement) throws(DERError) {
            var fields = element.reader
            let version = try fields.element(DERTag.integer).integer
            if let key = try fields.optional(DERTag.primitive(0)) {
                guard version == 3 else { throw DERError() }
                identifier = .subjectKeyIdentifier(Array(key.content))
            } else {
                guard version == 1 else { throw DERError() }
                var pair = try fields.element(DERTag.sequence).reader
                let issuer = try pair.element(DERTag.sequence).encoding
                let serialNumber = try pair.only(DERTag.integer).encoding
                identifier = .issuerAndSerialNumber(issuer: Array(issuer), serialNumber: Array(serialNumber))
            }
            digestAlgorithm = try AlgorithmIdentifier(try fields.element(DERTag.sequence))
            attributes = try fields.optional(DERTag.constructed(0))
            signatureAlgorithm = try AlgorithmIdentifier(try fields.element(DERTag.sequence))
            signature = try fields.element(DERTag.octetString).content
            _ = try fields.optional(DERTag.constructed(1))  // unsigned attributes
            try fields.finish()
        }
    }
}
