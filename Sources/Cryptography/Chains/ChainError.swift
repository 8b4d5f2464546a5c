/// Why a certificate is not believed: the step of path validation (RFC 5280 section 6) that failed, and the certificate
/// that it failed for.
public struct ChainError: Error, Hashable, Sendable, CustomStringConvertible {
    public let step: Step
    /// Its subject, or its serial number where the subject is empty. Whoever made the certificate chose the text.
    public let certificate: String

    public enum Step: Hashable, Sendable {
        /// There is nothing to believe.
        case noAnchors
        /// More certificates than are looked at.
        case tooMany(count: Int)
        /// No chain of issuers leads to an anchor.
        case noPath
        case notYetValid(at: String, from: String)
        case expired(at: String, since: String)
        /// Its issuer did not sign it.
        case signature
        /// It is signed with an algorithm that is not safe any more, such as SHA-1.
        case algorithm(name: String)
        case keySize
        case key(KeyError)
        /// It may not be used for signatures, or as the issuer of a certificate.
        case keyUsage
        /// It may not be used for this purpose, or an authority above it may not issue for it.
        case extendedKeyUsage(purpose: String)
        /// It is an authority where a certificate for an end is expected, or the other way round.
        case basicConstraints
        /// An authority has more authorities below it than it may have.
        case pathLength
        /// An authority above it may not issue for that name.
        case nameConstraints
        /// A critical extension is not known here.
        case criticalExtension
        /// An extension is there twice, or cannot be read.
        case malformedExtension
        /// Another rule of RFC 5280, in OpenSSL's words.
        case profile(String)
    }

    init(_ step: Step, _ certificate: Certificate? = nil) {
        self.step = step
        self.certificate = certificate?.label ?? ""
    }

    public var description: String {
        let name = certificate.isEmpty ? "the certificate" : "the certificate `\(certificate)`"
        return switch step {
        case .noAnchors: "there is no authority to believe"
        case .tooMany(let count): "found \(count) certificates, expected at most \(TrustAnchors.maximumCertificates)"
        case .noPath: "\(name) is not issued under an authority that is trusted here"
        case .notYetValid(let time, let start): "\(name) is not yet valid at \(time), only from \(start)"
        case .expired(let time, let end): "\(name) is not valid any more at \(time), only until \(end)"
        case .signature: "\(name) is not signed by its issuer's key"
        case .algorithm(let name):
            "\(self.certificate.isEmpty ? "a certificate" : "`\(certificate)`") is signed with `\(name)`, which is not safe"
        case .keySize: "\(name) has a key that is too short"
        case .key(let error): "\(name) has a key that is not used here: \(error)"
        case .keyUsage: "\(name) has a key usage that does not allow it"
        case .extendedKeyUsage(let purpose): "\(name) is not for \(purpose): its extended key usage does not name that"
        case .basicConstraints: "\(name) is an authority where none is expected, or none where one is"
        case .pathLength: "\(name) has more authorities below it than its path length allows"
        case .nameConstraints: "\(name) has a name that an authority above it may not issue for"
        case .criticalExtension: "\(name) has a critical extension that is not known here"
        case .malformedExtension: "\(name) has an extension twice, or one that cannot be read"
        case .profile(let words): "\(name) breaks RFC 5280: \(words)"
        }
    }
}
