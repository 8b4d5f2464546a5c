public import Cryptography
public import Timestamp

/// A TimeStampResp (RFC 3161 section 2.4.2) with a token in CMS SignedData (RFC 5652 section 5), before it is signed.
public struct TimestampDraft: Sendable {
    /// 0 is `granted`, 2 is `rejection`.
    public var status = 0
    public var imprintAlgorithm = TimestampDraft.sha256
    public var imprint: [UInt8]
    public var time: Instant
    public var accuracyInSeconds: Int?
    public var serialNumber = SecureRandom.bytes(8)
    public var signer: DraftedCertificate
    /// Those that are sent along.
    public var certificates: [[UInt8]]
    /// What the content says it is, and what the signed attribute says it is.
    public var contentType = TimestampDraft.tstInfo
    public var statedContentType = TimestampDraft.tstInfo
    /// The signed digest of the content, if it is not that of the content.
    public var statedDigest: [UInt8]?
    /// The certificate that `signingCertificateV2` names, if it is not the signer's; empty for an attribute that is missing.
    public var statedCertificate: [UInt8]?
    /// One bit of the signature is not what the signer made.
    public var signatureIsChanged = false
    /// How often the signer's statement is repeated; each is signed anew.
    public var signerInfoCount = 1
    /// How the signer hashes and signs.
    public var hashFunction = HashFunction.sha256
    public var scheme: SignatureScheme
    /// The AlgorithmIdentifier that is written for the scheme.
    public var schemeIdentifier: [UInt8]
    /// Change the DER elements of the TSTInfo, of the signed attributes, of the SignerInfo and of the SignedData.
    public var changeInfo: Change = { _ in }
    public var changeAttributes: Change = { _ in }
    public var changeSigner: Change = { _ in }
    public var changeSignedData: Change = { _ in }

    public typealias Change = @Sendable (inout [[UInt8]]) -> Void

    public static let tstInfo = "1.2.840.113549.1.9.16.1.4"
    public static let data = "1.2.840.113549.1.7.1"
    public static let sha1 = "1.3.14.3.2.26"
    public static let sha256 = "2.16.840.1.101.3.4.2.1"

    public init(imprint: [UInt8], time: Instant, signer: DraftedCertificate, certificates: [[UInt8]]) {
        (self.imprint, self.time, self.signer, self.certificates) = (imprint, time, signer, certificates)
        scheme = signer.key.algorithm.certificateScheme
        schemeIdentifier = signer.key.algorithm.signatureIdentifier
    }

    /// The whole response.
    public func signed() throws -> [UInt8] {
        DER.sequence(DER.sequence(DER.integer(status)), try token())
    }

    /// The token alone.
    public func token() throws -> [UInt8] {
        let infos = try (0..<signerInfoCount).map { _ in try signerInfo() }
        var signedData = [
            DER.integer(3), DER.set(hashAlgorithm),
            DER.sequence(DER.oid(contentType), DER.explicit(0, DER.octetString(content))),
            certificates.isEmpty ? [] : DER.retagged(DER.set(of: certificates), as: 0xa0), DER.set(of: infos),
        ]
        changeSignedData(&signedData)
        return DER.sequence(DER.oid("1.2.840.113549.1.7.2"), DER.explicit(0, DER.sequence(of: signedData)))
    }

    /// The TSTInfo.
    private var content: [UInt8] {
        let algorithm = DER.sequence(DER.oid(imprintAlgorithm), DER.null)
        var info = [
            DER.integer(1), DER.oid("1.3.6.1.4.1.57264.2"),
            DER.sequence(algorithm, DER.octetString(imprint)), DER.integer(unsigned: serialNumber),
            DER.generalizedTime(time), accuracyInSeconds.map { DER.sequence(DER.integer($0)) } ?? [],
        ]
        changeInfo(&info)
        return DER.sequence(of: info)
    }

    private func signerInfo() throws -> [UInt8] {
        let attributes = DER.set(of: signedAttributes)
        var signature = try signer.key.sign(attributes, scheme: scheme)
        if signatureIsChanged { signature[signature.count - 1] ^= 1 }
        var info = [
            DER.integer(1),
            DER.sequence(signer.draft.issuer, DER.integer(unsigned: signer.draft.serialNumber)),
            hashAlgorithm, DER.retagged(attributes, as: 0xa0), schemeIdentifier, DER.octetString(signature),
        ]
        changeSigner(&info)
        return DER.sequence(of: info)
    }

    private var signedAttributes: [[UInt8]] {
        func attribute(_ oid: String, _ value: [UInt8]) -> [UInt8] { DER.sequence(DER.oid(oid), DER.set(value)) }
        let named = statedCertificate ?? signer.der
        // ESSCertIDv2 leaves out its hash algorithm if that is SHA-256 (RFC 5035 section 4).
        let certificateID = DER.sequence(DER.octetString(SHA2.sha256(named)))
        var attributes = [
            attribute("1.2.840.113549.1.9.3", DER.oid(statedContentType)),
            attribute("1.2.840.113549.1.9.5", DER.time(time)),
            attribute("1.2.840.113549.1.9.4", DER.octetString(statedDigest ?? hashFunction.digest(of: content))),
        ]
        if !named.isEmpty {
            attributes.append(attribute("1.2.840.113549.1.9.16.2.47", DER.sequence(DER.sequence(certificateID))))
        }
        changeAttributes(&attributes)
        return attributes
    }

    private var hashAlgorithm: [UInt8] { DER.sequence(DER.oid(TimestampDraft.identifier(of: hashFunction))) }

    /// Its object identifier (RFC 5754 section 2).
    public static func identifier(of function: HashFunction) -> String {
        switch function {
        case .sha256: sha256
        case .sha384: "2.16.840.1.101.3.4.2.2"
        case .sha512: "2.16.840.1.101.3.4.2.3"
        }
    }
}
