import Timestamp

/// A certificate for the end of a chain that is written the one way in which Fulcio writes them (fulcio,
/// `docs/certificate-specification.md`), and read without OpenSSL: that takes it 250 µs and more, as long as to verify three
/// signatures on P-256, most of them in search of a decoder for the key.
///
/// Whatever deviates in a single bit that matters is none, and is read and judged by OpenSSL. So nothing is refused here,
/// and what is accepted is so narrow that OpenSSL accepts it too; tests hold the two against each other.
struct PlainLeaf: Sendable {
    /// Without zeros in front.
    let serialNumber: [UInt8]
    let notBefore: Instant
    let notAfter: Instant
    let name: Certificate.AlternativeName
    let key: PublicKey
    /// How the issuer signed it.
    let scheme: SignatureScheme
    let signature: [UInt8]
    /// The name of `scheme` in certificates.
    let signatureAlgorithm: String
    let authorityKeyIdentifier: [UInt8]

    /// Nil unless it is one.
    init?(_ layout: CertificateLayout) {
        guard layout.version?.elementsEqual(PlainLeaf.version3) == true, layout.subject.elementsEqual([0x30, 0x00]),
            !layout.hasUniqueIdentifiers,
            let serialNumber = PlainLeaf.positive(layout.serialNumber), PlainLeaf.isName(layout.issuer),
            let signature = CertificateSignature(layout),
            let (notBefore, notAfter) = PlainLeaf.validity(layout.validity),
            let extensions = PlainExtensions(layout.extensions),
            let key = PublicKey(ellipticCurveInfo: layout.subjectPublicKeyInfo)
        else { return nil }
        (self.serialNumber, self.notBefore, self.notAfter) = (serialNumber, notBefore, notAfter)
        (name, authorityKeyIdentifier) = (extensions.name, extensions.authorityKeyIdentifier)
        (scheme, signatureAlgorithm) = (signature.scheme, signature.algorithm)
        (self.signature, self.key) = (signature.bytes, key)
    }

    private static let version3: [UInt8] = [0xA0, 0x03, 0x02, 0x01, 0x02]

    /// A number of at most 20 bytes (RFC 5280 section 4.1.2.2), without zeros in front.
    private static func positive(_ serialNumber: ArraySlice<UInt8>) -> [UInt8]? {
        var reader = DERReader(serialNumber)
        guard let number = try? reader.element(DERTag.integer).content, let first = number.first, first < 0x80,
            number.count <= 20
        else { return nil }
        let digits = number.drop { $0 == 0 }
        return digits.isEmpty ? nil : Array(digits)
    }

    /// A Name (RFC 5280 section 4.1.2.4) of attributes of X.520 one by one, each a text of printable ASCII.
    private static func isName(_ name: ArraySlice<UInt8>) -> Bool {
        var outer = DERReader(name)
        guard var parts = try? outer.element(DERTag.sequence).reader, !parts.isAtEnd else { return false }
        while !parts.isAtEnd {
            guard let attribute = try? parts.element(DERTag.set).reader.only(DERTag.sequence) else { return false }
            var fields = attribute.reader
            guard let type = try? fields.element(DERTag.objectIdentifier).content, type.count == 3,
                type.starts(with: [0x55, 0x04]), let last = type.last, last < 0x80,
                let text = try? fields.element(), fields.isAtEnd, !text.content.isEmpty,
                text.tag == DERTag.utf8String || text.tag == DERTag.printableString,
                text.content.allSatisfy({ (0x20...0x7E).contains($0) })
            else { return false }
        }
        return true
    }

    private static func validity(_ validity: ArraySlice<UInt8>) -> (Instant, Instant)? {
        var outer = DERReader(validity)
        guard var times = try? outer.element(DERTag.sequence).reader,
            let start = time(try? times.element()), let end = time(try? times.element()), times.isAtEnd
        else { return nil }
        return (start, end)
    }

    /// Whole seconds of UTC.
    private static func time(_ element: DERElement?) -> Instant? {
        guard let element else { return nil }
        switch element.tag {
        case DERTag.utcTime: return Instant(utcTime: element.content)
        case DERTag.generalizedTime where element.content.count == 15: return Instant(generalizedTime: element.content)
        default: return nil
        }
    }
}

/// An ECDSA signature by the issuer.
private struct CertificateSignature {
    let algorithm: String
    let scheme: SignatureScheme
    let bytes: [UInt8]

    /// Nil unless both places name the same algorithm, without parameters.
    init?(_ layout: CertificateLayout) {
        var parts = DERReader(layout.signature)
        guard let algorithm = try? parts.element(DERTag.sequence),
            algorithm.encoding.elementsEqual(layout.signatureAlgorithm),
            let identifier = try? AlgorithmIdentifier(algorithm), identifier.parameters == nil,
            let bits = try? parts.element(DERTag.bitString), parts.isAtEnd, bits.content.first == 0
        else { return nil }
        switch identifier.algorithm {
        case .ecdsaWithSHA256: (scheme, self.algorithm) = (.ecdsa(.sha256), "ecdsa-with-SHA256")
        case .ecdsaWithSHA384: (scheme, self.algorithm) = (.ecdsa(.sha384), "ecdsa-with-SHA384")
        case .ecdsaWithSHA512: (scheme, self.algorithm) = (.ecdsa(.sha512), "ecdsa-with-SHA512")
        default: return nil
        }
        bytes = Array(bits.content.dropFirst())
    }
}

/// The extensions of a plain leaf: all that it needs, each once, and none but those.
private struct PlainExtensions {
    let name: Certificate.AlternativeName
    let authorityKeyIdentifier: [UInt8]

    init?(_ extensions: [CertificateExtension]) {
        var name: Certificate.AlternativeName?
        var authorityKeyIdentifier: [UInt8]?
        var seen: Set<OID> = []
        for item in extensions {
            guard seen.insert(item.identifier).inserted else { return nil }
            switch item.identifier {
            case .keyUsage: guard item.isCritical, item.value.elementsEqual(Self.digitalSignature) else { return nil }
            case .extendedKeyUsage: guard item.value.elementsEqual(Self.codeSigning) else { return nil }
            case .subjectAlternativeName:
                guard item.isCritical, let only = Self.name(item.value) else { return nil }
                name = only
            case .authorityKeyIdentifier:
                guard !item.isCritical, let identifier = Self.keyIdentifier(item.value) else { return nil }
                authorityKeyIdentifier = identifier
            case .subjectKeyIdentifier: guard !item.isCritical, Self.isOctets(item.value) else { return nil }
            case .signedCertificateTimestamps: guard !item.isCritical else { return nil }
            default: guard !item.isCritical, item.identifier.isBelow(.fulcio) else { return nil }
            }
        }
        guard let name, let authorityKeyIdentifier, seen.contains(.keyUsage), seen.contains(.extendedKeyUsage) else {
            return nil
        }
        (self.name, self.authorityKeyIdentifier) = (name, authorityKeyIdentifier)
    }

    private static let digitalSignature: [UInt8] = [DERTag.bitString, 0x02, 0x07, 0x80]
    private static let codeSigning = derElement(
        DERTag.sequence, derElement(DERTag.objectIdentifier, OID.codeSigning.bytes))

    /// The one name, a mail address or a URI.
    private static func name(_ names: ArraySlice<UInt8>) -> Certificate.AlternativeName? {
        var outer = DERReader(names)
        guard let list = try? outer.element(DERTag.sequence), outer.isAtEnd else { return nil }
        var names = list.reader
        guard let name = try? names.element(), names.isAtEnd, !name.content.isEmpty,
            name.content.allSatisfy({ (0x01...0x7F).contains($0) })
        else { return nil }
        let text = String(decoding: name.content, as: UTF8.self)
        switch name.tag {
        case DERTag.primitive(1): return .email(text)
        case DERTag.primitive(6): return .uri(text)
        default: return nil
        }
    }

    /// AuthorityKeyIdentifier with an identifier and nothing else.
    private static func keyIdentifier(_ value: ArraySlice<UInt8>) -> [UInt8]? {
        var outer = DERReader(value)
        guard let fields = try? outer.element(DERTag.sequence), outer.isAtEnd,
            let identifier = try? fields.reader.only(DERTag.primitive(0)), !identifier.content.isEmpty
        else { return nil }
        return Array(identifier.content)
    }

    private static func isOctets(_ value: ArraySlice<UInt8>) -> Bool {
        var outer = DERReader(value)
        return (try? outer.element(DERTag.octetString)).map { !$0.content.isEmpty && outer.isAtEnd } ?? false
    }
}
