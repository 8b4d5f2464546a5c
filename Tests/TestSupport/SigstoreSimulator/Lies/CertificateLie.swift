import Timestamp

/// What is wrong with the certificate, or with those above it.
public enum CertificateLie: Sendable, Hashable, CaseIterable {
    /// Issued by an authority of the same names that nobody trusts (RFC 5280 section 6.1).
    case strangeAuthority
    /// The intermediate ended before the signature was made; the leaf did not (RFC 5280 section 6.1.3 (a) (2), at the
    /// proven time; CVE-2026-24122).
    case intermediateExpired
    /// The root ended before the signature was made (the same for the anchor: Sigstore's client specification, "hybrid
    /// model").
    case rootExpired
    /// The intermediate may not issue for code signing (Fulcio's certificate specification: its usage is
    /// `codeSigning`).
    case intermediateForOtherUse
    /// The intermediate is no authority (RFC 5280 section 6.1.4 (k)).
    case intermediateNoAuthority
    /// The intermediate may not sign certificates (RFC 5280 section 6.1.4 (n)).
    case intermediateCannotSign
    /// The root allows no intermediate under it (RFC 5280 section 6.1.4 (m)).
    case pathTooLong
    /// The intermediate excludes the host of the leaf's name (RFC 5280 section 4.2.1.10).
    case nameExcluded

    /// Ended before the signature was logged (Sigstore's client specification: valid at the proven time).
    case expired
    /// Began after the signature was logged.
    case notYetValid
    /// For client authentication alone (RFC 5280 section 4.2.1.12).
    case otherUse
    /// Says nothing of its use, which Fulcio's certificate specification demands.
    case noUse
    /// May not make digital signatures (RFC 5280 section 4.2.1.3).
    case noDigitalSignature
    /// Says that it is an authority, with all that authorities have (Fulcio's certificate specification: leaves are
    /// none).
    case isAuthority
    /// Two names: which one a policy means would be open (Fulcio's certificate specification: exactly one).
    case twoNames
    /// No alternative name; in its subject anything could stand (Fulcio's certificate specification: exactly one).
    case noName
    /// Has a critical extension that nobody knows (RFC 5280 section 4.2).
    case unknownCriticalExtension
    /// The old and the new extension of the issuer differ (Fulcio, `docs/oid-info.md`: .8 replaces .1).
    case issuersDisagree
    /// The signature of the authority is of other bytes (RFC 5280 section 6.1.3 (a) (1)).
    case wrongSignature

    /// Of another workflow than the policy names: subjects are compared as a whole.
    case otherName
    /// Of another issuer than the policy names, who vouches for the same name.
    case otherIssuer

    var orders: [SigningOrder] {
        [.message(), .bundle(version: .v02), .signatureLayer()]
    }
}

extension CertificateLie {
    func bend(_ fulcio: inout SimulatedFulcio, from start: Instant, at time: Instant) throws {
        switch self {
        case .strangeAuthority: fulcio = try SimulatedFulcio(from: start)
        case .intermediateExpired: try fulcio.reissueIntermediate { $0.notAfter = time - .seconds(3_600) }
        case .rootExpired: try fulcio.reissueRoot { $0.notAfter = time - .seconds(3_600) }
        case .intermediateForOtherUse:
            try fulcio.reissueIntermediate { $0.set(.extendedKeyUsage(KnownOID.clientAuth)) }
        case .intermediateNoAuthority:
            try fulcio.reissueIntermediate { $0.set(.basicConstraints(isAuthority: false)) }
        case .intermediateCannotSign: try fulcio.reissueIntermediate { $0.set(.keyUsage(.digitalSignature)) }
        case .pathTooLong: try fulcio.reissueRoot { $0.set(.basicConstraints(isAuthority: true, pathLength: 0)) }
        case .nameExcluded:
            try fulcio.reissueIntermediate { $0.set(.nameConstraints(excluded: [.uri("github.com")])) }
        case .expired, .notYetValid, .otherUse, .noUse, .noDigitalSignature, .isAuthority, .twoNames, .noName,
            .unknownCriticalExtension, .issuersDisagree, .wrongSignature, .otherName, .otherIssuer:
            break
        }
    }

    func bend(_ identity: inout SimulatedIdentity) {
        switch self {
        case .otherName: identity.name = .uri(identity.subject + "-fork")
        case .otherIssuer: identity.issuer = "https://issuer.attacker.example"
        default: break
        }
    }

    func bend(_ leaf: inout CertificateDraft) {
        switch self {
        case .expired:
            leaf.notAfter = leaf.notBefore - .seconds(60)
            leaf.notBefore = leaf.notAfter - .seconds(600)
        case .notYetValid:
            leaf.notBefore = leaf.notBefore + .seconds(60)
            leaf.notAfter = leaf.notAfter + .seconds(60)
        case .otherUse: leaf.set(.extendedKeyUsage(KnownOID.clientAuth))
        case .noUse: leaf.removeExtension(KnownOID.extendedKeyUsage)
        case .noDigitalSignature: leaf.set(.keyUsage(.keyEncipherment))
        case .isAuthority: leaf.becomeAuthority()
        case .twoNames:
            leaf.addName(.uri("https://github.com/attacker/app/.github/workflows/release.yaml@refs/heads/main"))
        case .noName:
            leaf.subject = DER.name(organization: "attacker.example", commonName: "somebody")
            leaf.removeExtension(KnownOID.subjectAlternativeName)
        case .unknownCriticalExtension:
            leaf.set(CertificateExtension("1.3.6.1.4.1.57264.9.9", isCritical: true, DER.null))
        case .issuersDisagree: leaf.set(.fulcio(1, "https://issuer.attacker.example"))
        case .strangeAuthority, .intermediateExpired, .rootExpired, .intermediateForOtherUse, .intermediateNoAuthority,
            .intermediateCannotSign, .pathTooLong, .nameExcluded, .wrongSignature, .otherName, .otherIssuer:
            break
        }
    }

    func bend(_ certificate: inout [UInt8]) {
        // The last byte is of the signature, whose DER stays whole.
        if self == .wrongSignature { certificate[certificate.count - 1] ^= 1 }
    }
}

extension CertificateDraft {
    /// All that authorities have: a subject, and that they may sign certificates.
    fileprivate mutating func becomeAuthority() {
        subject = DER.name(organization: "attacker.example", commonName: "authority")
        set(.basicConstraints(isAuthority: true))
        set(.keyUsage(.digitalSignature, .keyCertSign))
    }

    /// One more name, behind those that it has.
    fileprivate mutating func addName(_ name: GeneralName) {
        guard let index = extensions.firstIndex(where: { $0.oid == KnownOID.subjectAlternativeName }) else {
            return
        }
        // The names of a Fulcio leaf are longer than 127 bytes together, so the sequence is written anew around them.
        let names = DER.content(of: extensions[index].value)
        extensions[index].value = DER.sequence(names, name.der)
    }
}

extension DER {
    /// What is inside of one element.
    static func content(of element: [UInt8]) -> [UInt8] {
        guard element.count > 1 else { return [] }
        let lengthBytes = element[1] < 0x80 ? 0 : Int(element[1] & 0x7f)
        return Array(element.dropFirst(2 + lengthBytes))
    }
}
