import Timestamp

@testable import Cryptography

/// A certificate is the bytes that it was read from, and without an extension that it does not have it is still the same;
/// one that nobody here issued is never verified.
enum CertificateTarget {
    static func run(_ input: [UInt8]) {
        let certificate: Certificate
        do throws(CertificateFormatError) {
            certificate = try Certificate(der: input)
        } catch {
            hold(error.description.utf8.count < 1_024, "an error is short")
            return
        }
        hold(certificate.der == input, "a certificate is its bytes")
        if case .key(let key) = certificate.publicKey, let der = key.handle.publicKeyDER {
            hold(key.fingerprint == SHA2.sha256(der), "a key has one fingerprint")
        }
        checkExtensions(certificate)
        if certificate.plainLeaf != nil { checkReading(certificate) }
        guard let anchors else { return hold(false, "anchors can be made") }
        let verified = try? anchors.verify(certificate, intermediates: [certificate], at: certificate.notBefore)
        hold(verified == nil, "a stranger is not verified")
    }

    /// What is read without OpenSSL is what it reads.
    private static func checkReading(_ certificate: Certificate) {
        guard let other = Certificate(readByOpenSSL: certificate.der, certificate.layout) else {
            return hold(false, "OpenSSL reads a plain leaf")
        }
        hold(certificate.says(what: other), "both readings are the same")
    }

    private static func checkExtensions(_ certificate: Certificate) {
        let layout = certificate.layout
        for item in layout.extensions {
            let same = layout.extensions.filter { $0.identifier == item.identifier }
            let value = certificate.extensionValue(item.identifier)
            hold((value == .repeated) == (same.count > 1) && value != .absent, "an extension is found")
        }
        guard !layout.extensions.isEmpty, var outer = try? DERReader(certificate.der, holding: DERTag.sequence),
            let body = try? outer.element(DERTag.sequence),
            !layout.extensions.contains(where: { $0.identifier == absent })
        else { return }
        hold(layout.tbsCertificate(without: absent) == Array(body.encoding), "what is signed is rebuilt")
    }

    private static let absent = OID(bytes: [0x2A, 0x7F, 0x7F, 0x7F])

    private static let anchors: TrustAnchors? = {
        let start = Instant(secondsSince1970: 0)
        guard
            let issuer = try? CertificateIssuer.create(
                name: "authority", from: start, for: .seconds(4_000_000_000)),
            let certificates = try? Certificate.all(in: issuer.certificatePEM)
        else { return nil }
        return try? TrustAnchors(anchors: certificates, purpose: .codeSigning)
    }()
}

extension Certificate {
    /// Whether all that can be read of both is the same.
    fileprivate func says(what other: Certificate) -> Bool {
        guard case .key(let key) = publicKey, case .key(let otherKey) = other.publicKey else { return false }
        return key == otherKey && serialNumber == other.serialNumber && notBefore == other.notBefore
            && notAfter == other.notAfter && alternativeNames == other.alternativeNames
            && isAuthority == other.isAuthority && pathLength == other.pathLength && keyUsage == other.keyUsage
            && extendedKeyUsage == other.extendedKeyUsage && signatureAlgorithm == other.signatureAlgorithm
            && hasEmptySubject == other.hasEmptySubject && subject == other.subject && issuer == other.issuer
    }
}
