/// An authority of a trust root under which a plain leaf needs no search for a path: what OpenSSL has to say of the path was
/// asked once, with a probe, and is the same for every such leaf.
///
/// A plain leaf differs from the probe only in what no authority without constraints on names has a say in: number, times,
/// name, key on a named curve, and extensions that OpenSSL does not know. Its signature is verified for each.
struct PlainAuthority: Sendable {
    /// The authority first, the anchor last.
    private let issuers: [Certificate]
    private let key: PublicKey
    let keyIdentifier: [UInt8]

    /// Those of `certificates` that are one, by their subject.
    ///
    /// None where two have the same subject, or keys of the same identifier, which also tells those apart whose subjects are
    /// only spelled differently: then it depends on more which of them is the issuer.
    ///
    /// - Parameter path: finds the path from a probe to an anchor, and judges all of it but the probe's signature.
    static func all(
        among certificates: [Certificate], path: (Certificate) throws(ChainError) -> [Certificate]
    ) -> [ArraySlice<UInt8>: PlainAuthority] {
        let identifiers = certificates.compactMap(\.layout.subjectKeyIdentifier)
        guard Set(certificates.map(\.layout.subject)).count == certificates.count,
            Set(identifiers).count == identifiers.count
        else { return [:] }
        var authorities: [ArraySlice<UInt8>: PlainAuthority] = [:]
        for certificate in certificates {
            authorities[certificate.layout.subject] = PlainAuthority(certificate, path)
        }
        return authorities
    }

    private init?(_ authority: Certificate, _ path: (Certificate) throws(ChainError) -> [Certificate]) {
        guard let keyIdentifier = authority.layout.subjectKeyIdentifier, case .key(let key) = authority.publicKey,
            let probe = Certificate.probe(under: authority, keyIdentifier), let found = try? path(probe),
            found.count > 1, found[1] == authority, found.dropFirst().allSatisfy(\.hasOnlyPlainExtensions)
        else { return nil }
        for issuer in found.dropFirst() {
            guard case .key = issuer.publicKey else { return nil }
        }
        (issuers, self.key, self.keyIdentifier) = (Array(found.dropFirst()), key, keyIdentifier)
    }

    /// The path of a leaf that names this authority and its key as the issuer's.
    ///
    /// Throws `ChainError` if the key has not signed it.
    func path(from leaf: Certificate, _ plain: PlainLeaf) throws(ChainError) -> VerifiedPath {
        let signed = Array(leaf.layout.signedPart)
        guard key.verify(plain.signature, over: signed, scheme: plain.scheme) != nil,
            let path = VerifiedPath(certificates: [leaf] + issuers, key: plain.key)
        else { throw ChainError(.signature, leaf) }
        return path
    }
}

extension Certificate {
    /// None that says anything about the names, policies or resources of what it issues.
    fileprivate var hasOnlyPlainExtensions: Bool {
        let plain: [OID] = [
            .basicConstraints, .keyUsage, .extendedKeyUsage, .subjectKeyIdentifier, .authorityKeyIdentifier,
        ]
        return layout.extensions.allSatisfy { plain.contains($0.identifier) }
    }

    /// A plain leaf that nobody has signed.
    fileprivate static func probe(under authority: Certificate, _ keyIdentifier: [UInt8]) -> Certificate? {
        guard let key = (try? PrivateKey.generate(.ecdsaP256))?.publicKey.handle.publicKeyDER else { return nil }
        let algorithm = derElement(
            DERTag.sequence, derElement(DERTag.objectIdentifier, OID.ecdsaWithSHA256.bytes))
        let number = derElement(DERTag.integer, [0x01])
        let extensions =
            probeExtension(.keyUsage, isCritical: true, [DERTag.bitString, 0x02, 0x07, 0x80])
            + probeExtension(
                .extendedKeyUsage,
                derElement(DERTag.sequence, derElement(DERTag.objectIdentifier, OID.codeSigning.bytes)))
            + probeExtension(
                .authorityKeyIdentifier, derElement(DERTag.sequence, derElement(DERTag.primitive(0), keyIdentifier)))
            + probeExtension(
                .subjectAlternativeName, isCritical: true,
                derElement(DERTag.sequence, derElement(DERTag.primitive(6), Array("probe:".utf8))))
        let signedPart = derElement(
            DERTag.sequence,
            derElement(DERTag.constructed(0), derElement(DERTag.integer, [0x02])) + number + algorithm
                + authority.layout.subject + authority.layout.validity + derElement(DERTag.sequence, []) + key
                + derElement(DERTag.constructed(3), derElement(DERTag.sequence, extensions)))
        let signature = derElement(DERTag.bitString, [0x00] + derElement(DERTag.sequence, number + number))
        let probe = try? Certificate(der: derElement(DERTag.sequence, signedPart + algorithm + signature))
        return probe?.plainLeaf == nil ? nil : probe
    }

    private static func probeExtension(_ identifier: OID, isCritical: Bool = false, _ value: [UInt8]) -> [UInt8] {
        derElement(
            DERTag.sequence,
            derElement(DERTag.objectIdentifier, identifier.bytes)
                + (isCritical ? derElement(DERTag.boolean, [0xFF]) : []) + derElement(DERTag.octetString, value))
    }
}
