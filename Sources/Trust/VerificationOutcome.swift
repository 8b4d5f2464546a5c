import Cryptography

/// What came of asking whether an image has what a check demands. Outcomes are values: none is thrown, so none gets
/// lost in a `catch`.
public enum VerificationOutcome: Hashable, Sendable {
    /// The evidence was judged and holds by these signatures, or attestations. Never empty. There may be more of them where
    /// `unseen` says why something could not be looked at.
    case passed([VerifiedSignature], unseen: Refusal? = nil)
    /// We looked and it is wrong. Everything that whoever pushed the image can provoke belongs here.
    case violated(Refusal)
    /// We could not look. It refuses too, under its own reason.
    case undetermined(Refusal)

    /// Signatures of which nothing is known but who made them.
    public static func passed(signers: [Signer]) -> VerificationOutcome {
        .passed(signers.map { VerifiedSignature(by: $0) })
    }
}

extension [VerifiedSignature] {
    /// Those who signed, each once, in order.
    public var signers: [Signer] {
        var seen: Set<Signer> = []
        return map(\.signer).filter { seen.insert($0).inserted }
    }
}

/// Why something was refused, in words for the person who has to mend it.
public struct Refusal: Hashable, Sendable, Error {
    public let reason: ReasonCode
    /// What was found, as a clause without full stop: `2 signatures, none by this key`.
    public let found: String
    /// What would have passed: "a signature by `release-key`".
    public let expected: String
    /// What the reader can do about it, if there is one thing to do.
    public let cure: String?

    public init(_ reason: ReasonCode, found: String, expected: String, cure: String? = nil) {
        self.reason = reason
        self.found = found
        self.expected = expected
        self.cure = cure
    }
}

/// Who signed. Two signers are the same if and only if these values are equal, which is how thresholds count.
public enum Signer: Hashable, Sendable, CustomStringConvertible {
    /// A public key, by the SHA-256 of its DER SubjectPublicKeyInfo.
    case key(fingerprint: [UInt8])
    /// A certificate identity, as its issuer vouches for it.
    case identity(issuer: String, subject: String)

    public var description: String {
        switch self {
        case .key(let fingerprint): "SHA256:" + fingerprint.hexadecimal
        case .identity(let issuer, let subject): "\(subject) (\(issuer))"
        }
    }

    // `String ==` is canonical equivalence; identities are compared as bytes.
    public static func == (left: Signer, right: Signer) -> Bool {
        switch (left, right) {
        case (.key(let left), .key(let right)): left == right
        case (.identity(let leftIssuer, let leftSubject), .identity(let rightIssuer, let rightSubject)):
            leftIssuer.utf8.elementsEqual(rightIssuer.utf8) && leftSubject.utf8.elementsEqual(rightSubject.utf8)
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .key(let fingerprint):
            hasher.combine(fingerprint)
        case .identity(let issuer, let subject):
            for byte in issuer.utf8 { hasher.combine(byte) }
            hasher.combine(UInt8(0))
            for byte in subject.utf8 { hasher.combine(byte) }
        }
    }
}
