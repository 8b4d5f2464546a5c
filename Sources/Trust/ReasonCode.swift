/// The closed list of reasons for which an image or a request is refused.
///
/// The raw value is what answers, records and reports carry. A code is never given another meaning.
public enum ReasonCode: String, CaseIterable, Hashable, Sendable {
    // The reference
    case referenceInvalid = "reference-invalid"
    case digestUnsupported = "digest-unsupported"
    case sourceUntrusted = "source-untrusted"
    case digestRequired = "digest-required"
    case tagDenied = "tag-denied"
    case forbidden = "forbidden"
    case notVouched = "not-vouched"

    // What the registry gave us
    case imageNotFound = "image-not-found"
    case manifestInvalid = "manifest-invalid"
    case manifestUnsupported = "manifest-unsupported"
    case digestMismatch = "digest-mismatch"
    case limitExceeded = "limit-exceeded"

    // Signatures
    case signatureMissing = "signature-missing"
    case signatureMalformed = "signature-malformed"
    case signatureInvalid = "signature-invalid"
    case signatureForOtherImage = "signature-for-other-image"
    case signatureForOtherRepository = "signature-for-other-repository"
    case tooFewSigners = "too-few-signers"
    case certificateInvalid = "certificate-invalid"
    case identityUntrusted = "identity-untrusted"
    case logEntryInvalid = "log-entry-invalid"
    case timestampInvalid = "timestamp-invalid"
    case attestationMissing = "attestation-missing"
    case attestationUnfit = "attestation-unfit"
    case tagNotSigned = "tag-not-signed"
    case trustMetadataInvalid = "trust-metadata-invalid"
    case trustMetadataExpired = "trust-metadata-expired"
    case trustMetadataRolledBack = "trust-metadata-rolled-back"

    // We could not look
    case registryUnavailable = "registry-unavailable"
    case registryRateLimited = "registry-rate-limited"
    case registryDenied = "registry-denied"
    case registryTLS = "registry-tls"
    case redirectForbidden = "redirect-forbidden"
    case addressForbidden = "address-forbidden"
    case deadlineExceeded = "deadline-exceeded"
    case overloaded = "overloaded"
    case namespaceUnavailable = "namespace-unavailable"
    case trustRootUnavailable = "trust-root-unavailable"
    case trustRootExpired = "trust-root-expired"
    case trustServerUnavailable = "trust-server-unavailable"

    // The gate itself
    case requestInvalid = "request-invalid"
    case auditUnavailable = "audit-unavailable"
    /// Only those who ask a gate give it, never the gate.
    case gateUnavailable = "gate-unavailable"
    case internalError = "internal-error"
}
