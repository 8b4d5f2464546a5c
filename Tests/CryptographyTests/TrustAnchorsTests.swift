import Cryptography
import TestSupport
import Testing
import Timestamp

@Suite("Chains of certificates") struct TrustAnchorsTests {
    private let start = CertificateFixture.start
    private let end = CertificateFixture.end

    @Test("a leaf under an intermediate and a root is verified, and the chain says who issued it")
    func verified() throws {
        let made = try CertificateFixture()
        let chain = try made.verify()
        #expect(chain.path.map(\.der) == [made.leaf.der, made.intermediate.der, made.root.der])
        #expect(chain.leaf.der == made.leaf.der && chain.issuer.der == made.intermediate.der)
        #expect(chain.key == made.leaf.key.publicKey)
        #expect(chain.time == start)
    }

    @Test("leaves with keys of every kind that is used here are verified")
    func kinds() throws {
        for algorithm: KeyAlgorithm in [.ecdsaP256, .ecdsaP384, .ecdsaP521, .ed25519, .rsa(bits: 2_048)] {
            let key = try TestKeys.one(algorithm)
            #expect(try CertificateFixture(leafKey: key).verify().key == key.publicKey)
        }
    }

    @Test("the key of a certificate is the key that it was made for, whatever bits it ends in")
    func sameKey() throws {
        for algorithm: KeyAlgorithm in [.ecdsaP256, .ecdsaP384, .ecdsaP521] {
            for _ in 0..<16 {
                let key = try PrivateKey.generate(algorithm)
                let draft = try CertificateDraft(
                    subject: DER.emptyName, key: key, issuer: nil, from: start, to: end, extensions: [])
                guard case .key(let found) = try Certificate(der: draft.signed(by: key)).publicKey else {
                    Issue.record("the key was not read")
                    continue
                }
                #expect(found == key.publicKey)
            }
        }
    }

    @Test("an intermediate can be the anchor: nothing is asked of what is above it")
    func partialChain() throws {
        let made = try CertificateFixture()
        let anchors = try TrustAnchors(chain: [made.intermediate.parsed()], purpose: .codeSigning)
        #expect(try anchors.verify(made.leaf.parsed(), at: start).path.count == 2)
    }

    @Test("an intermediate may come with the signature, and is believed only on the way to an anchor")
    func fromMaterial() throws {
        let made = try CertificateFixture()
        let anchors = try TrustAnchors(chain: [made.root.parsed()], purpose: .codeSigning)
        let chain = try anchors.verify(made.leaf.parsed(), intermediates: [made.intermediate.parsed()], at: start)
        #expect(chain.path.count == 3)
        #expect(throws: ChainError.self) { try anchors.verify(made.leaf.parsed(), at: start) }
        let stranger = try CertificateFixture()
        let error = #expect(throws: ChainError.self) {
            try anchors.verify(
                stranger.leaf.parsed(),
                intermediates: [stranger.intermediate.parsed(), stranger.root.parsed()], at: start)
        }
        #expect(error?.step == .noPath)
    }

    @Test("an intermediate that only bears the name of a trusted one leads nobody astray")
    func namesake() throws {
        let made = try CertificateFixture()
        let namesake = try CertificateFixture().intermediate
        #expect(try made.verify(intermediates: [namesake]).issuer.der == made.intermediate.der)
    }

    @Test("S11: both ends of the validity are inside, and a second beyond them is not")
    func leafValidity() throws {
        let made = try CertificateFixture()
        #expect(try made.refusal(at: start) == nil)
        #expect(try made.refusal(at: end) == nil)
        let early = try made.refusal(at: start - .seconds(1))
        #expect(early == .notYetValid(at: "2030-03-17T17:46:39Z", from: "2030-03-17T17:46:40Z"))
        #expect(try made.refusal(at: end + .nanoseconds(1)) != nil)
        let late = try made.refusal(at: end + .seconds(1))
        #expect(late == .expired(at: "2030-03-17T17:56:41Z", since: "2030-03-17T17:56:40Z"))
    }

    @Test(
        "S11, attack 9: an intermediate or a root that had expired when it was signed is refused, whatever the leaf says"
    )
    func issuerValidity() throws {
        let expire: CertificateFixture.Change = { $0.notAfter = CertificateFixture.start - .seconds(1) }
        let unborn: CertificateFixture.Change = { $0.notBefore = CertificateFixture.start + .seconds(1) }
        for made in [try CertificateFixture(intermediate: expire), try CertificateFixture(root: expire)] {
            guard case .expired = try made.refusal() else {
                Issue.record("an expired issuer was believed")
                continue
            }
        }
        for made in [try CertificateFixture(intermediate: unborn), try CertificateFixture(root: unborn)] {
            guard case .notYetValid = try made.refusal() else {
                Issue.record("an issuer was believed that was not yet valid")
                continue
            }
        }
    }

    @Test("the error names the certificate that is at fault")
    func named() throws {
        let made = try CertificateFixture(intermediate: { $0.notAfter = CertificateFixture.start - .seconds(1) })
        let error = #expect(throws: ChainError.self) { try made.verify() }
        #expect(
            error?.description
                == "the certificate `CN=intermediate,O=Test` is not valid any more at 2030-03-17T17:46:40Z, only until 2030-03-17T17:46:39Z"
        )
        let leaf = try CertificateFixture(leaf: {
            $0.serialNumber = [0x12, 0x34]
            $0.removeExtension(KnownOID.extendedKeyUsage)
        })
        let silent = #expect(throws: ChainError.self) { try leaf.verify() }
        #expect(
            silent?.description
                == "the certificate `serial 1234` is not for codeSigning: its extended key usage does not name that")
    }

    @Test("a verified chain is held against another time without verifying it again")
    func anotherTime() throws {
        let chain = try CertificateFixture().verify()
        #expect(try chain.holds(at: end).time == end)
        #expect(throws: ChainError.self) { try chain.holds(at: end + .seconds(1)) }
    }

    @Test("S21: a leaf for another purpose is refused, and one that does not say what it is for")
    func extendedKeyUsage() throws {
        let refused = ChainError.Step.extendedKeyUsage(purpose: "codeSigning")
        let client = try CertificateFixture(leaf: { $0.set(.extendedKeyUsage(KnownOID.clientAuth)) })
        #expect(try client.refusal() == refused)
        let none = try CertificateFixture(leaf: { $0.removeExtension(KnownOID.extendedKeyUsage) })
        #expect(try none.refusal() == refused)
        #expect(
            try CertificateFixture(purpose: .timeStamping).refusal(.codeSigning) == refused)
        let both = try CertificateFixture(
            leaf: { $0.set(.extendedKeyUsage(KnownOID.clientAuth, KnownOID.codeSigning)) })
        #expect(try both.refusal() == nil)
    }

    @Test("S49: an authority that names other purposes issues for no other")
    func authorityUsage() throws {
        let client = try CertificateFixture(intermediate: { $0.set(.extendedKeyUsage(KnownOID.clientAuth)) })
        #expect(try client.refusal() == .extendedKeyUsage(purpose: "codeSigning"))
        let root = try CertificateFixture(root: { $0.set(.extendedKeyUsage(KnownOID.timeStamping)) })
        #expect(try root.refusal() == .extendedKeyUsage(purpose: "codeSigning"))
        let any = try CertificateFixture(intermediate: { $0.set(.extendedKeyUsage("2.5.29.37.0")) })
        #expect(try any.refusal() == nil)
        let none = try CertificateFixture(
            intermediate: { $0.removeExtension(KnownOID.extendedKeyUsage) })
        #expect(try none.refusal() == nil)
    }

    @Test("S21: a key that may not make signatures, or not sign certificates, is refused")
    func keyUsage() throws {
        let leaf = try CertificateFixture(leaf: { $0.set(.keyUsage(.keyEncipherment)) })
        #expect(try leaf.refusal() == .keyUsage)
        let intermediate = try CertificateFixture(intermediate: { $0.set(.keyUsage(.digitalSignature)) })
        #expect(try intermediate.refusal() != nil)
        let root = try CertificateFixture(root: { $0.set(.keyUsage(.crlSign)) })
        #expect(try root.refusal() != nil)
    }

    @Test("S21: a leaf that is an authority is refused, and an authority that is none")
    func basicConstraints() throws {
        let authority = try CertificateFixture(
            intermediate: { $0.set(.basicConstraints(isAuthority: true)) },
            leaf: {
                $0.set(.basicConstraints(isAuthority: true))
                $0.subject = DER.name(organization: "Test", commonName: "leaf")
                $0.set(.keyUsage(.digitalSignature, .keyCertSign))
            })
        #expect(try authority.refusal() == .basicConstraints)
        let leaf = try CertificateFixture(
            intermediate: {
                $0.set(.basicConstraints(isAuthority: false))
                $0.set(.keyUsage(.digitalSignature))
            })
        #expect(try leaf.refusal() == .basicConstraints)
        let silent = try CertificateFixture(
            intermediate: { $0.removeExtension(KnownOID.basicConstraints) })
        #expect(try silent.refusal() == .basicConstraints)
    }

    @Test("S49: an authority has no more authorities below it than it may have")
    func pathLength() throws {
        let none = try CertificateFixture(root: { $0.set(.basicConstraints(isAuthority: true, pathLength: 0)) })
        #expect(try none.refusal() == .pathLength)
        let one = try CertificateFixture(root: { $0.set(.basicConstraints(isAuthority: true, pathLength: 1)) })
        #expect(try one.refusal() == nil)
    }

    @Test("S49: a name that an authority may not issue for is refused, of the root as of the intermediate")
    func nameConstraints() throws {
        let allowed = CertificateExtension.nameConstraints(permitted: [.email("example.com")])
        let other = CertificateExtension.nameConstraints(permitted: [.email("example.org")])
        let excluded = CertificateExtension.nameConstraints(excluded: [.email("signer@example.com")])
        #expect(try CertificateFixture(intermediate: { $0.set(allowed) }).refusal() == nil)
        #expect(try CertificateFixture(root: { $0.set(allowed) }).refusal() == nil)
        for constraint in [other, excluded] {
            #expect(try CertificateFixture(intermediate: { $0.set(constraint) }).refusal() == .nameConstraints)
            #expect(try CertificateFixture(root: { $0.set(constraint) }).refusal() == .nameConstraints)
        }
        let subject = CertificateExtension.nameConstraints(permitted: [.uri("example.com")])
        let uri = try CertificateFixture(
            intermediate: { $0.set(subject) },
            leaf: { $0.set(.subjectAlternativeName([.uri("https://evil.example/x")])) })
        #expect(try uri.refusal() == .nameConstraints)
    }

    @Test("S21: a critical extension that is not known here is refused, the poison of a precertificate among them")
    func criticalExtension() throws {
        for identifier in ["1.2.3.4.5", "1.3.6.1.4.1.11129.2.4.3"] {
            let critical = CertificateExtension(identifier, isCritical: true, DER.null)
            let harmless = CertificateExtension(identifier, isCritical: false, DER.null)
            #expect(try CertificateFixture(leaf: { $0.set(critical) }).refusal() == .criticalExtension)
            #expect(try CertificateFixture(intermediate: { $0.set(critical) }).refusal() == .criticalExtension)
            #expect(try CertificateFixture(leaf: { $0.set(harmless) }).refusal() == nil)
        }
    }

    @Test("S49: an extension that is there twice is refused")
    func repeatedExtension() throws {
        let twice = try CertificateFixture(
            leaf: { leaf in
                leaf.extensions += [CertificateExtension("1.2.3.4.5", DER.null), CertificateExtension("1.2.3.4.5", [])]
            })
        #expect(try twice.refusal() == .malformedExtension)
    }

    @Test("S49: a leaf that another key signed is refused, though everything in it names the issuer")
    func signature() throws {
        let made = try CertificateFixture()
        let forged = try DraftedCertificate(
            made.leaf.draft, key: made.leaf.key, signedBy: try PrivateKey.generate(.ecdsaP256))
        let anchors = try TrustAnchors(
            chain: [made.intermediate.parsed(), made.root.parsed()], purpose: .codeSigning)
        let error = #expect(throws: ChainError.self) { try anchors.verify(forged.parsed(), at: start) }
        #expect(error?.step == .signature)
    }

    @Test("an intermediate of the trust root that the anchor did not sign is refused")
    func signatureOfIntermediate() throws {
        let made = try CertificateFixture()
        let forged = try DraftedCertificate(
            made.intermediate.draft, key: made.intermediate.key, signedBy: try PrivateKey.generate(.ecdsaP384))
        let anchors = try TrustAnchors(chain: [forged.parsed(), made.root.parsed()], purpose: .codeSigning)
        let error = #expect(throws: ChainError.self) { try anchors.verify(made.leaf.parsed(), at: start) }
        #expect(error?.step == .signature)
        #expect(error?.certificate == "CN=intermediate,O=Test")
    }

    @Test("attack 12: of a chain that somebody made up nothing is looked at but who signed it")
    func madeUpChain() throws {
        let made = try CertificateFixture()
        let key = try PrivateKey.generate(.ecdsaP256)
        // Names and identifiers are right, and neither of the two is signed by whom it names.
        let intermediate = try DraftedCertificate(
            try CertificateDraft(
                subject: made.intermediate.draft.subject, key: key, issuer: made.root, from: start, to: end,
                extensions: [.keyUsage(.keyCertSign), .basicConstraints(isAuthority: true)]), key: key)
        let leaf = try DraftedCertificate(
            try CertificateDraft(
                subject: DER.emptyName, key: key, issuer: intermediate, from: start, to: end,
                extensions: [
                    .keyUsage(.digitalSignature), .extendedKeyUsage(KnownOID.codeSigning),
                    .subjectAlternativeName([.email("signer@example.com")]),
                ]), key: key, signedBy: try PrivateKey.generate(.ecdsaP256))
        let anchors = try TrustAnchors(chain: [made.root.parsed()], purpose: .codeSigning)
        let error = #expect(throws: ChainError.self) {
            try anchors.verify(leaf.parsed(), intermediates: [intermediate.parsed()], at: start)
        }
        #expect(error?.step == .noPath)
    }

    @Test("several intermediates may come with the signature, in any order and also twice")
    func severalIntermediates() throws {
        let made = try CertificateFixture(intermediate: { $0.set(.basicConstraints(isAuthority: true)) })
        let key = try PrivateKey.generate(.ecdsaP256)
        let lower = try DraftedCertificate(
            try CertificateDraft(
                subject: DER.name(organization: "Test", commonName: "lower"), key: key, issuer: made.intermediate,
                from: start, to: end,
                extensions: [.keyUsage(.keyCertSign), .basicConstraints(isAuthority: true)]),
            key: key, signedBy: made.intermediate.key)
        let leaf = try DraftedCertificate(
            try CertificateDraft(
                subject: DER.emptyName, key: key, issuer: lower, from: start, to: end,
                extensions: [
                    .keyUsage(.digitalSignature), .extendedKeyUsage(KnownOID.codeSigning),
                    .subjectAlternativeName([.email("signer@example.com")]),
                ]), key: key)
        let anchors = try TrustAnchors(chain: [made.root.parsed()], purpose: .codeSigning)
        let stranger = try CertificateFixture()
        for intermediates in [
            [made.intermediate, lower], [lower, made.intermediate], [lower, lower, made.root, made.intermediate],
            [stranger.intermediate, lower, stranger.root, made.intermediate, made.intermediate],
        ] {
            let chain = try anchors.verify(
                leaf.parsed(), intermediates: intermediates.map { try $0.parsed() }, at: start)
            #expect(chain.path.map(\.der) == [leaf.der, lower.der, made.intermediate.der, made.root.der])
        }
        #expect(throws: ChainError.self) {
            try anchors.verify(leaf.parsed(), intermediates: [lower.parsed()], at: start)
        }
    }

    @Test("every bit of a certificate counts")
    func bits() throws {
        let made = try CertificateFixture()
        let anchors = try TrustAnchors(
            chain: [made.intermediate.parsed(), made.root.parsed()], purpose: .codeSigning)
        for position in made.leaf.der.indices {
            var changed = made.leaf.der
            changed[position] ^= 0x01
            guard let leaf = try? Certificate(der: changed) else { continue }
            #expect(throws: ChainError.self, "byte \(position)") { try anchors.verify(leaf, at: start) }
        }
    }

    @Test("a leaf of a stranger is refused, and one that is an anchor itself has nobody to vouch for it")
    func stranger() throws {
        let made = try CertificateFixture()
        #expect(try made.refusal(under: CertificateFixture().root) == .noPath)
        let pinned = try TrustAnchors(anchors: [made.leaf.parsed()], purpose: .codeSigning)
        let error = #expect(throws: ChainError.self) { try pinned.verify(made.leaf.parsed(), at: start) }
        #expect(error != nil)
    }

    @Test("attack 12: no anchor, too many certificates and too long a chain are refused")
    func bounds() throws {
        let none = #expect(throws: ChainError.self) { try TrustAnchors(anchors: [], purpose: .codeSigning) }
        #expect(none?.step == .noAnchors)
        let made = try CertificateFixture()
        let root = try made.root.parsed()
        let many = #expect(throws: ChainError.self) {
            try TrustAnchors(anchors: [Certificate](repeating: root, count: 33), purpose: .codeSigning)
        }
        #expect(many?.step == .tooMany(count: 33))
        let anchors = try TrustAnchors(anchors: [root], purpose: .codeSigning)
        let flood = #expect(throws: ChainError.self) {
            try anchors.verify(
                made.leaf.parsed(), intermediates: [Certificate](repeating: root, count: 33), at: start)
        }
        #expect(flood?.step == .tooMany(count: 33))
    }

    @Test(
        "S10: SHA-1 signatures and RSA keys of 1024 bits are refused", .enabled(if: OpenSSLCommand.isPresent),
        arguments: [
            ("sha1", "rsa:2048", false), ("md5", "rsa:2048", false), ("sha256", "rsa:1024", false),
            ("sha256", "rsa:2048", true),
        ])
    func weak(digest: String, key: String, isAccepted: Bool) throws {
        let script = """
            openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -subj /CN=ca -days 9000 \
                -addext keyUsage=critical,keyCertSign >/dev/null 2>&1
            openssl req -newkey \(key) -nodes -keyout leaf.key -out leaf.csr -subj /CN=leaf >/dev/null 2>&1
            printf 'extendedKeyUsage=codeSigning\\nkeyUsage=critical,digitalSignature\\n' >ext
            printf 'subjectKeyIdentifier=hash\\nauthorityKeyIdentifier=keyid\\n' >>ext
            openssl x509 -req -in leaf.csr -CA ca.pem -CAkey ca.key -CAcreateserial -\(digest) -days 9000 \
                -extfile ext -out leaf.pem >/dev/null 2>&1
            cat leaf.pem ca.pem
            """
        let certificates = try Certificate.all(in: try OpenSSLCommand.run(script))
        try #require(certificates.count == 2)
        let anchors = try TrustAnchors(anchors: [certificates[1]], purpose: .codeSigning)
        let time = certificates[0].notBefore + .seconds(60)
        if isAccepted {
            #expect(try anchors.verify(certificates[0], at: time).path.count == 2)
        } else {
            let error = #expect(throws: ChainError.self) { try anchors.verify(certificates[0], at: time) }
            let isWeak =
                switch error?.step {
                case .algorithm, .keySize: true
                default: false
                }
            #expect(isWeak, "\(String(describing: error))")
        }
    }
}
