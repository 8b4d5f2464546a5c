public import Cryptography
import Timestamp

extension SigstoreTrustedRoot {
    /// The way from a certificate to an authority that was believed, at every one of the times.
    ///
    /// - Parameter times: at least one.
    func chain(
        from leaf: Certificate, intermediates: [Certificate], at times: [SigningTime]
    ) throws(SigstoreRefusal) -> VerifiedChain {
        guard let first = times.first else {
            throw SigstoreRefusal(.signingTime, "no proof of when it was signed")
        }
        guard !authorities.isEmpty else { throw SigstoreRefusal(.chain, "a certificate, and no authority is trusted") }
        var nearest: ChainError?
        for authority in authorities where authority.isBelieved(at: first.time) {
            do throws(ChainError) {
                let chain = try authority.anchors.verify(leaf, intermediates: intermediates, at: first.time)
                for time in times.dropFirst() { _ = try chain.holds(at: time.time) }
                guard times.allSatisfy({ authority.isBelieved(at: $0.time) }) else { continue }
                return chain
            } catch {
                // That no way leads to this authority says less than what is wrong on the way to another.
                if nearest == nil || nearest?.step == .noPath { nearest = error }
            }
        }
        let times = times.map(\.time.rfc3339InSeconds).joined(separator: ", ")
        throw SigstoreRefusal(
            .chain, nearest?.description ?? "no authority is trusted for certificates of \(times)")
    }

    /// Throws unless enough certificate transparency logs promised to publish it, each operator counted once.
    func checkPromises(to publish: VerifiedChain, atLeast threshold: Int) throws(SigstoreRefusal) {
        guard threshold > 0 else { return }
        let verdicts: [SCTVerdict]
        do throws(SCTListError) {
            verdicts = try publish.signedCertificateTimestamps(from: certificateLogs.map(\.log))
        } catch {
            throw SigstoreRefusal(.certificateTransparency, error.description)
        }
        var witnesses: Set<[UInt8]> = []
        for case .verified(let id, _) in verdicts {
            let log = certificateLogs.first { $0.id == id }
            witnesses.insert(log.map { Array($0.witness.utf8) } ?? id)
        }
        guard witnesses.count < threshold else { return }
        let others = verdicts.compactMap(\.refusal).map { ", " + $0 }.joined()
        throw SigstoreRefusal(
            .certificateTransparency,
            "promises of \(witnesses.count) certificate transparency logs, expected at least \(threshold)" + others)
    }
}

extension SCTVerdict {
    /// What is wrong with a promise that does not count, for a sentence.
    fileprivate var refusal: String? {
        switch self {
        case .verified: nil
        case .unknownLog(let id): "one is of the log `\(Base64.encode(id))`, which is not trusted"
        case .invalid(_, let refusal): "one does not count: \(refusal)"
        case .unsupportedVersion: "one is of a version that is not known"
        }
    }
}

extension CertificateIdentity {
    /// What the certificate at the end of a chain says about its holder (fulcio, docs/certificate-specification.md): exactly
    /// one name, an issuer, and the other extensions, each of them at most once and readable.
    ///
    /// - Parameter organisation: whether an organisation's own authority issued it. Then nobody but that authority has to
    ///   know the holder, whose name may be a host's; its root stands in for an issuer.
    init(_ chain: VerifiedChain, ofOrganisation organisation: Bool) throws(SigstoreRefusal) {
        let authority = organisation ? chain.path.last?.subject : nil
        try self.init(chain.leaf, knownBy: authority, mayBeHost: organisation)
    }

    /// What a certificate says of its holder, for people to read. Nobody has said so before a chain leads from it to an
    /// authority that is trusted.
    ///
    /// Throws if it does not say so as Fulcio does: one name, an issuer, each extension at most once.
    public static func claimed(by certificate: Certificate) throws(SigstoreRefusal) -> CertificateIdentity {
        try CertificateIdentity(certificate, knownBy: nil, mayBeHost: false)
    }

    /// - Parameter authority: who knows the holder if the certificate does not say.
    private init(
        _ certificate: Certificate, knownBy authority: String?, mayBeHost: Bool
    ) throws(SigstoreRefusal) {
        subject = try CertificateIdentity.subject(of: certificate, mayBeHost: mayBeHost)
        guard let issuer = try CertificateIdentity.issuer(of: certificate) ?? authority else {
            throw SigstoreRefusal(.identity, "a certificate that does not say who issued its identity")
        }
        self.issuer = issuer
        var extensions: [FulcioExtension: String] = [:]
        for name in FulcioExtension.allCases {
            extensions[name] = try CertificateIdentity.text(
                certificate, name.objectIdentifier, name.rawValue, isBare: name.isBareText)
        }
        self.extensions = extensions
    }

    private static func subject(
        of certificate: Certificate, mayBeHost: Bool
    ) throws(SigstoreRefusal) -> String {
        guard certificate.alternativeNames.count == 1, let name = certificate.alternativeNames.first else {
            let count = certificate.alternativeNames.count
            throw SigstoreRefusal(.identity, "a certificate with \(count) names, expected exactly one")
        }
        switch name {
        case .email(let text), .uri(let text), .otherName(type: FulcioExtension.userName, let text): return text
        case .dns(let text) where mayBeHost: return text
        default:
            throw SigstoreRefusal(
                .identity, "a certificate whose name is neither a mail address, a URI nor a user name")
        }
    }

    /// The newer of two extensions says it, the older one must say the same where it is there.
    private static func issuer(of certificate: Certificate) throws(SigstoreRefusal) -> String? {
        let current = try text(certificate, FulcioExtension.issuer, "issuer", isBare: false)
        let deprecated = try text(certificate, FulcioExtension.bareIssuer, "deprecated issuer", isBare: true)
        if let current, let deprecated, !current.isSpelled(deprecated) {
            throw SigstoreRefusal(
                .identity, "a certificate with two issuers, `\(current.quoted)` and `\(deprecated.quoted)`")
        }
        return current ?? deprecated
    }

    private static func text(
        _ certificate: Certificate, _ identifier: OID, _ name: String, isBare: Bool
    ) throws(SigstoreRefusal) -> String? {
        switch certificate.extensionValue(identifier) {
        case .absent: return nil
        case .repeated: throw SigstoreRefusal(.identity, "a certificate with the extension `\(name)` twice")
        case .value(let bytes, _):
            let text = isBare ? String(validating: bytes, as: UTF8.self) : DERText.utf8String(bytes)
            guard let text else {
                throw SigstoreRefusal(.identity, "a certificate whose extension `\(name)` is not text")
            }
            return text
        }
    }
}
