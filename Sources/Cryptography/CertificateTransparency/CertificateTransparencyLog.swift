public import Timestamp

/// A certificate transparency log (RFC 6962) whose promises are believed.
public struct CertificateTransparencyLog: Sendable {
    /// SHA-256 of the key's SubjectPublicKeyInfo (RFC 6962 section 3.2).
    public var id: [UInt8] { key.fingerprint }
    public let key: PublicKey
    /// Promises made at other times do not count.
    public let validFor: ValidityWindow

    public init(key: PublicKey, validFor: ValidityWindow) {
        (self.key, self.validFor) = (key, validFor)
    }

    /// Nil if the promise is the log's own, for the certificate of `signedBytes`, made while it was believed.
    fileprivate func refusal(of timestamp: SignedCertificateTimestamp, for signedBytes: [UInt8]) -> SCTRefusal? {
        guard let time = timestamp.time else { return .time }
        guard validFor.contains(time) else { return .outsideValidity(time) }
        guard let scheme = timestamp.scheme, key.algorithm.fits(scheme) else { return .algorithm }
        return key.verify(timestamp.signature, over: signedBytes, scheme: scheme) == nil ? .signature : nil
    }
}

/// What became of one promise in a certificate.
public enum SCTVerdict: Hashable, Sendable {
    /// By its id.
    case verified(log: [UInt8], time: Instant)
    /// No log of that id is believed.
    case unknownLog([UInt8])
    case invalid(log: [UInt8], SCTRefusal)
    /// A version of the structure that is not known here, in which nothing can be read.
    case unsupportedVersion
}

/// Why a promise of a log that is believed does not count.
public enum SCTRefusal: Hashable, Sendable, CustomStringConvertible {
    /// After the year 9999.
    case time
    case outsideValidity(Instant)
    /// Another than SHA-256 with what the log's key makes: ECDSA, or RSA with PKCS#1 v1.5.
    case algorithm
    /// The log did not sign it for this certificate and this issuer.
    case signature

    public var description: String {
        switch self {
        case .time: "it is after the year 9999"
        case .outsideValidity(let time): "it was made at \(time.rfc3339InSeconds), when the log's key was not believed"
        case .algorithm: "its algorithm is not one that the log's key makes"
        case .signature: "the log did not sign it for this certificate"
        }
    }
}

/// Why a certificate has no promises that could be looked at.
public enum SCTListError: Error, Hashable, Sendable, CustomStringConvertible {
    case absent
    /// The extension is there more than once.
    case repeated
    /// The bytes are not a list of RFC 6962 section 3.3 from the first to the last, or an empty one.
    case malformed
    case tooMany

    public var description: String {
        switch self {
        case .absent: "the certificate has no signed certificate timestamp: no log promised to publish it"
        case .repeated: "the certificate has its list of signed certificate timestamps twice"
        case .malformed: "the certificate's list of signed certificate timestamps is malformed"
        case .tooMany:
            "found more than \(SignedCertificateTimestamp.maximumCount) signed certificate timestamps in one certificate"
        }
    }
}

extension VerifiedChain {
    /// Holds each promise in the leaf against the log that it names, in the order of the certificate.
    ///
    /// Throws `SCTListError` if there is no list, or none that can be read.
    public func signedCertificateTimestamps(
        from logs: [CertificateTransparencyLog]
    ) throws(SCTListError) -> [SCTVerdict] {
        try leaf.signedCertificateTimestamps(issuedBy: issuer, from: logs)
    }
}

extension Certificate {
    /// The same for a certificate that `issuer` is known to have signed.
    func signedCertificateTimestamps(
        issuedBy issuer: Certificate, from logs: [CertificateTransparencyLog]
    ) throws(SCTListError) -> [SCTVerdict] {
        let value: [UInt8]
        switch extensionValue(.signedCertificateTimestamps) {
        case .absent: throw .absent
        case .repeated: throw .repeated
        case .value(let bytes, _): value = bytes
        }
        let timestamps = try SignedCertificateTimestamp.list(in: value)
        let tbsCertificate = layout.tbsCertificate(without: .signedCertificateTimestamps)
        let issuerKeyHash = SHA2.sha256(issuer.layout.subjectPublicKeyInfo)
        return timestamps.map { timestamp in
            guard let timestamp else { return .unsupportedVersion }
            guard let log = logs.first(where: { $0.id == timestamp.logID }) else { return .unknownLog(timestamp.logID) }
            let signed = timestamp.signedBytes(issuerKeyHash: issuerKeyHash, tbsCertificate: tbsCertificate)
            if let refusal = log.refusal(of: timestamp, for: signed) { return .invalid(log: log.id, refusal) }
            return timestamp.time.map { .verified(log: log.id, time: $0) } ?? .invalid(log: log.id, .time)
        }
    }
}

extension Sequence<SCTVerdict> {
    /// How many logs promised: one that did twice counts once.
    public var distinctLogs: Int {
        var logs: Set<[UInt8]> = []
        for case .verified(let log, _) in self { logs.insert(log) }
        return logs.count
    }
}
