public import Timestamp

/// A time-stamp token (RFC 3161): a signed statement that a digest existed at a time. It is taken apart here, and nothing of
/// it is believed before `TimestampAuthority.verify`.
public struct TimestampToken: Sendable {
    /// Tokens with all certificates of their chain are some 7 KiB.
    public static let maximumBytes = 64 << 10
    /// Certificates in one token.
    static let maximumCertificates = 10

    let info: TimestampInfo
    /// What is signed: the bytes that `info` was read from.
    let content: [UInt8]
    let signer: SignerInfo
    /// In DER, as they came: they may be anything, and help to find the way from the signer to an authority.
    let certificates: [ArraySlice<UInt8>]

    /// The time that it states, for people to read. Nobody has said so before `TimestampAuthority.verify`.
    public var claimedTime: Instant { info.time }

    /// Reads a TimeStampResp, the whole answer of an authority, as bundles hold it.
    ///
    /// Throws `TimestampRefusal` if it was not granted, holds no token, or is not DER from the first byte to the last.
    public init(response: [UInt8]) throws(TimestampRefusal) {
        guard response.count <= TimestampToken.maximumBytes else { throw .tooLarge }
        let status: Int?
        let token: DERElement?
        do throws(DERError) {
            var fields = try DERReader(response, holding: DERTag.sequence)
            var information = try fields.element(DERTag.sequence).reader
            status = try information.element(DERTag.integer).integer
            token = try fields.optional(DERTag.sequence)
            try fields.finish()
        } catch { throw .malformed(.response) }
        // Granted, or granted with changes.
        guard status == 0 || status == 1 else { throw .notGranted }
        guard let token else { throw .malformed(.response) }
        try self.init(token: Array(token.encoding))
    }

    /// Reads a TimeStampToken alone, the ContentInfo of CMS.
    ///
    /// Throws `TimestampRefusal` as above, and if it has not exactly one signer or lacks an attribute that binds it.
    public init(token: [UInt8]) throws(TimestampRefusal) {
        guard token.count <= TimestampToken.maximumBytes else { throw .tooLarge }
        let fields: Fields
        do throws(DERError) { fields = try Fields(token) } catch { throw .malformed(.token) }
        guard fields.contentType == .timestampInfo else { throw .contentType }
        guard fields.version == 3 else { throw .version }
        guard let signer = fields.signers.first, fields.signers.count == 1 else {
            throw .signerCount(fields.signers.count)
        }
        guard fields.certificates.count <= TimestampToken.maximumCertificates else { throw .tooLarge }
        (content, certificates) = (Array(fields.content), fields.certificates)
        info = try TimestampInfo(content)
        self.signer = try SignerInfo(signer)
        guard self.signer.attributes.contentType == .timestampInfo else { throw .contentType }
        guard self.signer.attributes.messageDigest == self.signer.digestAlgorithm.digest(of: content) else {
            throw .contentDigest
        }
    }

    /// SignedData (RFC 5652 section 5.1).
    private struct Fields {
        let version: Int?
        let contentType: OID
        let content: ArraySlice<UInt8>
        let certificates: [ArraySlice<UInt8>]
        let signers: [DERElement]

        init(_ token: [UInt8]) throws(DERError) {
            var outer = try DERReader(token, holding: DERTag.sequence)
            guard OID(bytes: try outer.element(DERTag.objectIdentifier).content) == .signedData else {
                throw DERError()
            }
            var fields = try outer.only(DERTag.constructed(0)).reader.only(DERTag.sequence).reader
            version = try fields.element(DERTag.integer).integer
            _ = try fields.element(DERTag.set)  // digest algorithms, which the signer names again
            var encapsulated = try fields.element(DERTag.sequence).reader
            contentType = OID(bytes: try encapsulated.element(DERTag.objectIdentifier).content)
            content = try encapsulated.only(DERTag.constructed(0)).reader.only(DERTag.octetString).content
            let choices = try fields.optional(DERTag.constructed(0))
            _ = try fields.optional(DERTag.constructed(1))  // revocation lists
            signers = try Fields.all(in: try fields.element(DERTag.set))
            try fields.finish()
            // The other choices are kinds of certificate that no authority uses.
            certificates = try choices.map(Fields.all)?.filter { $0.tag == DERTag.sequence }.map(\.encoding) ?? []
        }

        private static func all(in element: DERElement) throws(DERError) -> [DERElement] {
            var reader = element.reader
            return try reader.rest()
        }
    }
}
