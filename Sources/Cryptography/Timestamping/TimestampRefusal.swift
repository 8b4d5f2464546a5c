public import Timestamp

/// Why a time-stamp token says nothing: the rule of RFC 3161 or of trust that it breaks.
public enum TimestampRefusal: Error, Hashable, Sendable, CustomStringConvertible {
    /// More than `TimestampToken.maximumBytes`, or more certificates than any chain has.
    case tooLarge
    /// Not the DER that is expected there, or with bytes after it.
    case malformed(Part)
    /// The authority refused to make a token.
    case notGranted
    /// The content, or what the signer says of it, is something else than a time stamp.
    case contentType
    /// A version of the structure that is not known here.
    case version
    /// Another number of signers than one.
    case signerCount(Int)
    case missingAttribute(Attribute)
    /// The signer signed the digest of another content.
    case contentDigest
    /// An algorithm that is not used here, SHA-1 among them.
    case algorithm
    /// The time stamp is over a digest of another kind than SHA-2.
    case imprintAlgorithm
    /// The time stamp is over other bytes.
    case imprint
    /// A critical extension is not known here.
    case criticalExtension
    case time
    /// Negative, or above `VerifiedTimestamp.maximumAccuracy`.
    case accuracy
    /// The certificate that the token names is neither in it nor known here.
    case signerNotFound
    /// The token is signed by somebody else than this authority.
    case otherSigner
    /// The signer's own statement names another certificate.
    case signingCertificate
    /// The signer's certificate is not for time stamps alone, or does not say so critically (RFC 3161 section 2.3).
    case extendedKeyUsage
    case chain(ChainError)
    case signature
    /// The authority was not believed at that time.
    case outsideValidity(Instant)

    public enum Part: String, Hashable, Sendable {
        case response
        case token
        case info = "time-stamp info"
        case signer
        case attributes = "signed attribute"
    }

    public enum Attribute: String, Hashable, Sendable {
        case all = "any signed attribute"
        case contentType = "the attribute content-type"
        case messageDigest = "the attribute message-digest"
        case signingCertificate = "an attribute that names the signer's certificate"
    }

    public var description: String {
        switch self {
        case .tooLarge: "the time-stamp token is too large"
        case .malformed(.response): "found bytes that are no response of a time-stamp authority, expected one in DER"
        case .malformed(.token): "found bytes that are no time-stamp token, expected one in DER"
        case .malformed(let part): "found a malformed \(part.rawValue) in the time-stamp token"
        case .notGranted: "the authority did not grant a time stamp"
        case .contentType: "the token is signed for something else than a time stamp"
        case .version: "the time-stamp token is of a version that is not known here"
        case .signerCount(let count): "the time-stamp token has \(count) signers, expected one"
        case .missingAttribute(let attribute): "the time-stamp token lacks \(attribute.rawValue)"
        case .contentDigest: "the signer of the time-stamp token signed another content"
        case .algorithm: "the time-stamp token is signed with an algorithm that is not used here"
        case .imprintAlgorithm: "the time stamp is over a digest that is not SHA-256, SHA-384 or SHA-512"
        case .imprint: "the time stamp is over other bytes than this signature"
        case .criticalExtension: "the time stamp has a critical extension that is not known here"
        case .time: "the time stamp's time is not a time of RFC 3161"
        case .accuracy: "the time stamp's accuracy is negative or too wide to say anything"
        case .signerNotFound: "the certificate that the time-stamp token names is not there"
        case .otherSigner: "the time-stamp token is not signed by this authority"
        case .signingCertificate: "the signer of the time-stamp token names another certificate as its own"
        case .extendedKeyUsage: "the authority's certificate is not critically for time stamps alone"
        case .chain(let error): "the authority's certificates do not hold: \(error)"
        case .signature: "the signature of the time-stamp token is wrong"
        case .outsideValidity(let time): "the authority was not believed at \(time.rfc3339InSeconds)"
        }
    }
}
