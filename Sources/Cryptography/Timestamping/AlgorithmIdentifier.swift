/// RFC 5280 section 4.1.1.2.
struct AlgorithmIdentifier {
    let algorithm: OID
    let parameters: DERElement?

    init(_ element: DERElement) throws(DERError) {
        var fields = element.reader
        algorithm = OID(bytes: try fields.element(DERTag.objectIdentifier).content)
        parameters = fields.isAtEnd ? nil : try fields.element()
        try fields.finish()
    }

    /// The hash function that it names; nil for every other, SHA-1 among them.
    var hashFunction: HashFunction? {
        // Absent and NULL mean the same (RFC 5754 section 2).
        guard hasNoParameters else { return nil }
        return switch algorithm {
        case .sha256: .sha256
        case .sha384: .sha384
        case .sha512: .sha512
        default: nil
        }
    }

    /// How a signature of CMS is checked that names this algorithm beside the digest `function` (RFC 5754 section 3,
    /// RFC 4056, RFC 8419); nil for every other.
    func scheme(beside function: HashFunction) -> SignatureScheme? {
        if algorithm == .rsaPSS { return saltedScheme }
        guard hasNoParameters else { return nil }
        return switch algorithm {
        case .rsa: .rsaPKCS1(function)
        case .sha256WithRSA: .rsaPKCS1(.sha256)
        case .sha384WithRSA: .rsaPKCS1(.sha384)
        case .sha512WithRSA: .rsaPKCS1(.sha512)
        case .ecdsaWithSHA256: .ecdsa(.sha256)
        case .ecdsaWithSHA384: .ecdsa(.sha384)
        case .ecdsaWithSHA512: .ecdsa(.sha512)
        case .ed25519: .ed25519
        default: nil
        }
    }

    private var hasNoParameters: Bool {
        guard let parameters else { return true }
        return parameters.tag == DERTag.null && parameters.content.isEmpty
    }

    /// RSASSA-PSS-params (RFC 8017 appendix A.2.3) that say what `SignatureScheme.rsaPSS` means.
    private var saltedScheme: SignatureScheme? {
        guard let parameters, parameters.tag == DERTag.sequence else { return nil }
        var fields = parameters.reader
        guard let hash = try? AlgorithmIdentifier(inside: fields.optional(DERTag.constructed(0))),
            let function = hash.hashFunction,
            let mask = try? AlgorithmIdentifier(inside: fields.optional(DERTag.constructed(1))),
            mask.algorithm == .mgf1, let inner = mask.parameters, inner.tag == DERTag.sequence,
            let maskHash = try? AlgorithmIdentifier(inner), maskHash.hashFunction == function,
            let salt = try? fields.optional(DERTag.constructed(2)), let length = try? salt.reader.only(DERTag.integer),
            length.integer == function.digestLength
        else { return nil }
        // The trailer field has one value, which is its default.
        return fields.isAtEnd ? .rsaPSS(function) : nil
    }

    private init(inside wrapper: DERElement?) throws(DERError) {
        guard let wrapper else { throw DERError() }
        try self.init(try wrapper.reader.only(DERTag.sequence))
    }
}

extension DERReader {
    /// The one element that is left.
    func only(_ tag: UInt8) throws(DERError) -> DERElement {
        var reader = self
        let element = try reader.element(tag)
        try reader.finish()
        return element
    }
}
