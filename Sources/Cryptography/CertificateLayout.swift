/// Where the parts of a certificate stand in its bytes (RFC 5280 section 4.1), for what is signed or compared as bytes.
struct CertificateLayout: Sendable {
    /// The TBSCertificate, with tag and length, as all of these: what the issuer signs.
    let signedPart: ArraySlice<UInt8>
    /// Nil in a certificate of version 1.
    let version: ArraySlice<UInt8>?
    let serialNumber: ArraySlice<UInt8>
    /// As the signed part names it.
    let signatureAlgorithm: ArraySlice<UInt8>
    let issuer: ArraySlice<UInt8>
    let validity: ArraySlice<UInt8>
    let subject: ArraySlice<UInt8>
    let subjectPublicKeyInfo: ArraySlice<UInt8>
    /// Of issuer or subject (RFC 5280 section 4.1.2.8), which nobody has used for decades.
    let hasUniqueIdentifiers: Bool
    let extensions: [CertificateExtension]
    /// What follows the signed part: the algorithm once more, and the signature.
    let signature: ArraySlice<UInt8>
    /// Of the TBSCertificate, all that comes before the extensions.
    private let beforeExtensions: ArraySlice<UInt8>

    init(_ der: [UInt8]) throws(DERError) {
        var outer = DERReader(der[...])
        let certificate = try outer.element(DERTag.sequence)
        try outer.finish()
        guard certificate.isStrict else { throw DERError() }
        var parts = certificate.reader
        let body = try parts.element(DERTag.sequence)
        var fields = body.reader
        signedPart = body.encoding
        signature = certificate.content[body.encoding.endIndex...]
        version = try fields.optional(DERTag.constructed(0))?.encoding
        serialNumber = try fields.element(DERTag.integer).encoding
        signatureAlgorithm = try fields.element(DERTag.sequence).encoding
        issuer = try fields.element(DERTag.sequence).encoding
        validity = try fields.element(DERTag.sequence).encoding
        subject = try fields.element(DERTag.sequence).encoding
        let key = try fields.element(DERTag.sequence)
        subjectPublicKeyInfo = key.encoding
        let uniqueIdentifiers = [
            try fields.optional(DERTag.primitive(1)), try fields.optional(DERTag.primitive(2)),
        ]
        hasUniqueIdentifiers = uniqueIdentifiers.contains { $0 != nil }
        let last = uniqueIdentifiers.compactMap { $0 }.last ?? key
        beforeExtensions = body.content[body.content.startIndex..<last.encoding.endIndex]
        if let wrapper = try fields.optional(DERTag.constructed(3)) {
            extensions = try CertificateExtension.list(of: try wrapper.reader.only(DERTag.sequence))
        } else {
            extensions = []
        }
        try fields.finish()
    }

    /// RFC 5280 section 4.2.1.2; nil without the extension, with several, and where it is none.
    var subjectKeyIdentifier: [UInt8]? {
        let found = extensions.filter { $0.identifier == .subjectKeyIdentifier }
        guard found.count == 1, let value = found.first?.value,
            let identifier = try? DERReader(value).only(DERTag.octetString)
        else { return nil }
        return Array(identifier.content)
    }

    /// How many alternative names it has; nil if they are no list.
    var alternativeNameCount: Int? {
        var count = 0
        for item in extensions where item.identifier == .subjectAlternativeName {
            var outer = DERReader(item.value)
            guard var names = try? outer.element(DERTag.sequence).reader else { return nil }
            while !names.isAtEnd {
                guard (try? names.element()) != nil else { return nil }
                count += 1
            }
        }
        return count
    }

    /// The TBSCertificate as it would be without the extension, every other byte as it is.
    func tbsCertificate(without identifier: OID) -> [UInt8] {
        let remaining = extensions.filter { $0.identifier != identifier }.flatMap(\.encoding)
        let list = derElement(DERTag.constructed(3), derElement(DERTag.sequence, remaining))
        return derElement(DERTag.sequence, beforeExtensions + (remaining.isEmpty ? [] : list))
    }
}

/// One extension (RFC 5280 section 4.1.2.9).
struct CertificateExtension: Sendable {
    let identifier: OID
    let isCritical: Bool
    /// What is in the OCTET STRING.
    let value: ArraySlice<UInt8>
    let encoding: ArraySlice<UInt8>

    /// Extensions one after the other; none if there is nothing that holds them.
    static func list(of element: DERElement?) throws(DERError) -> [CertificateExtension] {
        guard var list = element?.reader else { return [] }
        var extensions: [CertificateExtension] = []
        while !list.isAtEnd { extensions.append(try CertificateExtension(try list.element(DERTag.sequence))) }
        return extensions
    }

    init(_ element: DERElement) throws(DERError) {
        var fields = element.reader
        identifier = OID(bytes: try fields.element(DERTag.objectIdentifier).content)
        if let critical = try fields.optional(DERTag.boolean) {
            guard let critical = critical.boolean else { throw DERError() }
            isCritical = critical
        } else {
            isCritical = false
        }
        value = try fields.element(DERTag.octetString).content
        encoding = element.encoding
        try fields.finish()
    }
}
