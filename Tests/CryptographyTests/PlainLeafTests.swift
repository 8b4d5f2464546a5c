import TestSupport
import Testing
import Timestamp

@testable import Cryptography

/// What is read and judged without OpenSSL, held against what OpenSSL reads and judges.
@Suite("Plain leaves") struct PlainLeafTests {
    private let time = CertificateFixture.start

    @Test(
        "a leaf as Fulcio writes it is read without OpenSSL, and both readings are the same",
        arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521], [GeneralName.email("a@example.com"), .uri("a:b")])
    func readings(_ algorithm: KeyAlgorithm, _ name: GeneralName) throws {
        let made = try CertificateFixture(
            leafKey: .generate(algorithm), leaf: { $0.set(.subjectAlternativeName([name])) })
        try expectSameReading(made.leaf.der)
    }

    @Test(
        "numbers and times in all their forms are read alike", arguments: [1_900_000_000, 2_524_607_999, 2_524_608_000])
    func numbersAndTimes(_ start: Int64) throws {
        for number in [[0x01], [0x7F], [0x80], [0x00, 0x00, 0xFF, 0x00], [UInt8](repeating: 0x7F, count: 20)] {
            let made = try CertificateFixture(leaf: { leaf in
                leaf.serialNumber = number
                leaf.notBefore = Instant(secondsSince1970: start)
                leaf.notAfter = Instant(secondsSince1970: start + 600)
            })
            try expectSameReading(made.leaf.der)
        }
    }

    private func expectSameReading(_ der: [UInt8]) throws {
        let plain = try Certificate(der: der)
        #expect(plain.plainLeaf != nil)
        guard let other = Certificate(readByOpenSSL: der, plain.layout) else {
            Issue.record("OpenSSL cannot read \(der.hexadecimal)")
            return
        }
        #expect(other.plainLeaf == nil)
        #expect(plain.serialNumber == other.serialNumber)
        #expect(plain.notBefore == other.notBefore && plain.notAfter == other.notAfter)
        #expect(plain.alternativeNames == other.alternativeNames)
        guard case .key(let key) = plain.publicKey, case .key(let otherKey) = other.publicKey else {
            Issue.record("the key is one that is used here")
            return
        }
        #expect(key == otherKey && key.algorithm == otherKey.algorithm)
        #expect(key.subjectPublicKeyInfo == otherKey.subjectPublicKeyInfo)
        #expect(plain.isAuthority == other.isAuthority && plain.pathLength == other.pathLength)
        #expect(plain.keyUsage == other.keyUsage && plain.extendedKeyUsage == other.extendedKeyUsage)
        #expect(plain.signatureAlgorithm == other.signatureAlgorithm && plain.hasEmptySubject == other.hasEmptySubject)
        #expect(plain.subject == other.subject && plain.issuer == other.issuer)
    }

    @Test("a key on a curve is the same however it is read, and a point off the curve is no key")
    func keys() throws {
        for algorithm in [KeyAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521] {
            let der = try PrivateKey.generate(algorithm).subjectPublicKeyInfo
            let key = try #require(PublicKey(ellipticCurveInfo: der[...]))
            #expect(try key == PublicKey(der: der) && key.algorithm == algorithm)
            #expect(PublicKey(ellipticCurveInfo: der.dropLast()) == nil)
            #expect(PublicKey(ellipticCurveInfo: der + [0]) == nil)
            var off = der
            off[off.count - 1] ^= 1
            #expect(PublicKey(ellipticCurveInfo: off[...]) == nil)
        }
        #expect(try PublicKey(ellipticCurveInfo: PrivateKey.generate(.ed25519).subjectPublicKeyInfo[...]) == nil)
        #expect(
            try PublicKey(ellipticCurveInfo: PrivateKey.generate(.rsa(bits: 2048)).subjectPublicKeyInfo[...]) == nil)
    }

    @Test("whatever deviates is left to OpenSSL", arguments: deviations)
    func deviation(_ deviation: CertificateRulesTests.BrokenRule) throws {
        let made = try CertificateFixture(leaf: deviation.leaf)
        #expect(try made.leaf.parsed().plainLeaf == nil)
    }

    private static let deviations: [CertificateRulesTests.BrokenRule] = [
        .ofLeaf("a subject") { $0.subject = DER.name(organization: "Test", commonName: "leaf") },
        .ofLeaf("two names") { $0.set(.subjectAlternativeName([.email("a@example.com"), .email("b@example.com")])) },
        .ofLeaf("the name of a host") { $0.set(.subjectAlternativeName([.dns("example.com")])) },
        .ofLeaf("a name that is not ASCII") { $0.set(.subjectAlternativeName([.email("\u{e9}@example.com")])) },
        .ofLeaf("a name with a NUL") { $0.set(.subjectAlternativeName([.uri("a:b\0")])) },
        .ofLeaf("no name") { $0.removeExtension(KnownOID.subjectAlternativeName) },
        .ofLeaf("more usages of the key") { $0.set(.keyUsage(.digitalSignature, .crlSign)) },
        .ofLeaf("no usage of the key") { $0.removeExtension(KnownOID.keyUsage) },
        .ofLeaf("more purposes") { $0.set(.extendedKeyUsage(KnownOID.codeSigning, KnownOID.timeStamping)) },
        .ofLeaf("no purpose") { $0.removeExtension(KnownOID.extendedKeyUsage) },
        .ofLeaf("no key of the issuer") { $0.removeExtension(KnownOID.authorityKeyIdentifier) },
        .ofLeaf("basic constraints") { $0.set(.basicConstraints(isAuthority: false)) },
        .ofLeaf("an extension of Fulcio twice") { $0.extensions += [.fulcio(1, "a"), .fulcio(1, "a")] },
        .ofLeaf("a critical extension of Fulcio") { leaf in
            var item = TestSupport.CertificateExtension.fulcio(1, "a")
            item.isCritical = true
            leaf.extensions.append(item)
        },
        .ofLeaf("an extension that somebody else defines") {
            $0.extensions.append(TestSupport.CertificateExtension("1.2.3.4", [5, 0]))
        },
    ]

    @Test(
        "unique identifiers, and extensions whose names are no object identifiers, are for OpenSSL to refuse or to read",
        arguments: [[0x81, 0x00], [0x81, 0x02, 0x09, 0x00], [0x82, 0x00], [0x81, 0x02, 0x00, 0x01]] as [[UInt8]])
    func uniqueIdentifiers(_ identifier: [UInt8]) throws {
        let made = try CertificateFixture()
        let issuer = made.intermediate.key
        let signedPart = made.leaf.draft.toBeSigned(with: issuer.algorithm)
        let extensions = DER.explicit(3, DER.sequence(of: made.leaf.draft.extensions.map(\.der)))
        var fields = try DERReader(signedPart, holding: DERTag.sequence)
        let content = try fields.rest().flatMap(\.encoding).dropLast(extensions.count)
        let leaf = try signed(DER.sequence(Array(content), identifier, extensions), by: issuer)
        #expect((try? Certificate(der: leaf))?.plainLeaf == nil)
        try expectSameJudgement(made, leaf: leaf)
    }

    @Test("a name of an extension that is no object identifier is refused", arguments: [[0x80], [0x80, 0x01], [0x81]])
    func extensionNames(_ end: [UInt8]) throws {
        let made = try CertificateFixture()
        var name = DER.oid(KnownOID.fulcio)
        name[1] += UInt8(end.count)
        let item = DER.sequence(name + end, DER.octetString([0x61]))
        let extensions = made.leaf.draft.extensions.map(\.der)
        let signedPart = made.leaf.draft.toBeSigned(with: made.intermediate.key.algorithm)
        var fields = try DERReader(signedPart, holding: DERTag.sequence)
        let content = try fields.rest().dropLast().flatMap(\.encoding)
        let leaf = try signed(
            DER.sequence(Array(content), DER.explicit(3, DER.sequence(of: extensions + [item]))),
            by: made.intermediate.key)
        #expect(throws: CertificateFormatError.self) { try Certificate(der: leaf) }
    }

    private func signed(_ signedPart: [UInt8], by issuer: PrivateKey) throws -> [UInt8] {
        let signature = try issuer.sign(signedPart, scheme: issuer.algorithm.certificateScheme)
        return DER.sequence(signedPart, issuer.algorithm.signatureIdentifier, DER.bitString(signature))
    }

    @Test("two authorities with keys of one identifier are told apart by OpenSSL")
    func sameIdentifier() throws {
        let made = try CertificateFixture()
        var draft = made.intermediate.draft
        draft.subject = DER.name(organization: "Test", commonName: "INTERMEDIATE")
        let twin = try DraftedCertificate(draft, key: .generate(.ecdsaP256), signedBy: made.root.key)
        for intermediates in [[twin, made.intermediate], [made.intermediate, twin]] {
            let anchors = try TrustAnchors(
                anchors: [made.root.parsed()], intermediates: intermediates.map { try $0.parsed() },
                purpose: .codeSigning)
            let leaf = try made.leaf.parsed()
            let found = Result { try anchors.path(from: leaf, at: time).certificates }
            let searched = Result { try anchors.searchedPath(from: leaf, at: time).certificates }
            #expect((try? found.get()) == (try? searched.get()))
        }
    }

    // MARK: - Chains

    @Test(
        "a chain that breaks a rule is refused alike, at the same step",
        arguments: CertificateRulesTests.ofAuthorities + CertificateRulesTests.ofLeaves + deviations)
    func rules(_ rule: CertificateRulesTests.BrokenRule) throws {
        let made = try CertificateFixture(root: rule.root, intermediate: rule.intermediate, leaf: rule.leaf)
        try expectSameJudgement(made, leaf: made.leaf.der)
    }

    @Test("a signature by another key, or over other bytes, is refused alike")
    func signatures() throws {
        let made = try CertificateFixture()
        let other = try DraftedCertificate(made.leaf.draft, key: made.leaf.key, signedBy: .generate(.ecdsaP256))
        try expectSameJudgement(made, leaf: other.der)
        #expect(try judgement(made, leaf: other.der, .path) == .refused(.signature))
        var changed = made.leaf.der
        let place = try #require(changed.firstIndex(of: UInt8(ascii: "@")))
        changed[place - 1] ^= 1
        try expectSameJudgement(made, leaf: changed)
    }

    @Test("an authority that names what it may issue for is asked of OpenSSL")
    func constraints() throws {
        for name in ["signer@example.com", "signer@example.org"] {
            let made = try CertificateFixture(
                intermediate: { $0.extensions.append(.nameConstraints(permitted: [.email("example.com")])) },
                leaf: { $0.set(.subjectAlternativeName([.email(name)])) })
            try expectSameJudgement(made, leaf: made.leaf.der)
            #expect(try (made.refusal() == nil) == (name == "signer@example.com"))
        }
    }

    /// One step of the judgement with and without OpenSSL for whatever bytes the issuer signs.
    @Test(
        "on 500 leaves with bytes changed before they were signed, both come to the same", arguments: [1, 2, 3, 4, 5])
    func mutations(_ seed: UInt64) throws {
        let made = try CertificateFixture {
            $0.extensions += [.fulcio(1, "https://issuer.example"), .fulcio(9, "a:b")]
        }
        let issuer = made.intermediate.key
        let signedPart = made.leaf.draft.toBeSigned(with: issuer.algorithm)
        var generator = SplitMix(seed: seed)
        var plain = 0
        for _ in 0..<100 {
            var bytes = signedPart
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                bytes[Int.random(in: bytes.indices, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            let leaf = try signed(bytes, by: issuer)
            guard let certificate = try? Certificate(der: leaf) else { continue }
            if certificate.plainLeaf != nil {
                plain += 1
                try expectSameReading(leaf)
            }
            try expectSameJudgement(made, leaf: leaf, "seed \(seed)")
        }
        #expect(plain >= 30, "seed \(seed): only \(plain) were plain")
    }

    private enum Judgement: Equatable {
        case verified([Certificate], PublicKey)
        case refused(ChainError.Step)
    }

    private enum Way { case path, searchedPath }

    private func expectSameJudgement(_ made: CertificateFixture, leaf: [UInt8], _ comment: Comment? = nil) throws {
        #expect(
            try judgement(made, leaf: leaf, .path) == judgement(made, leaf: leaf, .searchedPath), comment)
    }

    private func judgement(_ made: CertificateFixture, leaf: [UInt8], _ way: Way) throws -> Judgement {
        let anchors: TrustAnchors
        let certificate: Certificate
        do {
            anchors = try TrustAnchors(
                chain: [made.intermediate.parsed(), made.root.parsed()], purpose: .codeSigning)
            certificate = try Certificate(der: leaf)
        } catch {
            return .refused(.malformedExtension)
        }
        do throws(ChainError) {
            let path =
                switch way {
                case .path: try anchors.path(from: certificate, at: time)
                case .searchedPath: try anchors.searchedPath(from: certificate, at: time)
                }
            return .verified(path.certificates, path.key)
        } catch {
            return .refused(error.step)
        }
    }
}
