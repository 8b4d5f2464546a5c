/// What the signer of a token signed: facts about it, the digest of its content among them (RFC 5652 section 5.3).
struct SignedAttributes: Sendable {
    /// What the signature is over: the attributes as a SET (RFC 5652 section 5.4), though they stand there as `[0]`.
    let signedBytes: [UInt8]
    let contentType: OID
    let messageDigest: [UInt8]
    /// At least one.
    let signingCertificates: [SigningCertificate]

    /// Throws `malformed`, `missingAttribute` or `repeatedAttribute`.
    init(_ element: DERElement) throws(TimestampRefusal) {
        signedBytes = [DERTag.set] + element.encoding.dropFirst()
        guard element.isStrict else { throw .malformed(.attributes) }
        let values = try SignedAttributes.values(in: element)
        guard let contentType = values[.contentType] else { throw .missingAttribute(.contentType) }
        guard let messageDigest = values[.messageDigest] else { throw .missingAttribute(.messageDigest) }
        guard contentType.tag == DERTag.objectIdentifier, messageDigest.tag == DERTag.octetString,
            values[.signingTime].map(SignedAttributes.isTime) ?? true
        else { throw .malformed(.attributes) }
        (self.contentType, self.messageDigest) = (OID(bytes: contentType.content), Array(messageDigest.content))
        var signingCertificates: [SigningCertificate] = []
        for (attribute, version) in [(OID.signingCertificate, 1), (.signingCertificateV2, 2)] {
            guard let value = values[attribute] else { continue }
            do throws(DERError) {
                signingCertificates.append(try SigningCertificate(value, version: version))
            } catch {
                throw .malformed(.attributes)
            }
        }
        guard !signingCertificates.isEmpty else { throw .missingAttribute(.signingCertificate) }
        self.signingCertificates = signingCertificates
    }

    /// Each attribute with its one value. None of those that are used here may have several, nor be there twice
    /// (RFC 5652 section 11, RFC 5035 section 5).
    private static func values(in element: DERElement) throws(TimestampRefusal) -> [OID: DERElement] {
        var values: [OID: DERElement] = [:]
        do throws(DERError) {
            for attribute in try element.rest() {
                guard attribute.tag == DERTag.sequence else { throw DERError() }
                var fields = attribute.reader
                let type = OID(bytes: try fields.element(DERTag.objectIdentifier).content)
                let found = try fields.only(DERTag.set).rest()
                guard values[type] == nil, let value = found.first, found.count == 1 || !used.contains(type) else {
                    throw DERError()
                }
                values[type] = value
            }
        } catch { throw .malformed(.attributes) }
        return values
    }

    private static let used: Set<OID> = [
        .contentType, .messageDigest, .signingTime, .signingCertificate, .signingCertificateV2,
    ]

    /// UTCTime or GeneralizedTime (RFC 5652 section 11.3). What it says is of no interest: the content has the time.
    private static func isTime(_ element: DERElement) -> Bool {
        let digits =
            switch element.tag {
            case DERTag.utcTime: 12
            case DERTag.generalizedTime: 14
            default: -1
            }
        return element.content.count == digits + 1 && element.content.last == UInt8(ascii: "Z")
            && element.content.dropLast().allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension DERElement {
    fileprivate func rest() throws(DERError) -> [DERElement] {
        var reader = reader
        return try reader.rest()
    }
}
