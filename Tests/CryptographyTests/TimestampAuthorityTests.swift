import Cryptography
import TestSupport
import Testing
import Timestamp

@Suite("Time stamps of authorities") struct TimestampAuthorityTests {
    private static let start = CertificateFixture.start
    private static let message = Array("a signature".utf8)

    private let made: CertificateFixture
    private var start: Instant { Self.start }

    init() throws {
        made = try CertificateFixture(purpose: .timeStamping)
    }

    /// An authority whose signer is known.
    private func authority(
        _ made: CertificateFixture? = nil, from start: Instant = start, to end: Instant? = nil
    ) throws -> TimestampAuthority {
        let made = made ?? self.made
        return try TimestampAuthority(
            name: "tsa", chain: [made.leaf, made.intermediate, made.root].map { try $0.parsed() },
            validFor: try #require(ValidityWindow(start: start, end: end)))
    }

    /// An authority that believes every signer that it issued for.
    private func issuing(_ made: CertificateFixture? = nil) throws -> TimestampAuthority {
        let made = made ?? self.made
        return try TimestampAuthority(
            name: "tsa", chain: [made.intermediate, made.root].map { try $0.parsed() },
            validFor: try #require(ValidityWindow(start: start, end: nil)))
    }

    private func draft(_ made: CertificateFixture? = nil, at time: Instant = start) -> TimestampDraft {
        let signer = (made ?? self.made).leaf
        return TimestampDraft(
            imprint: SHA2.sha256(Self.message), time: time, signer: signer, certificates: [signer.der])
    }

    /// Why the token is refused; nil if it is not.
    private func refusal(
        _ draft: TimestampDraft, by authority: TimestampAuthority? = nil, over message: [UInt8] = message
    ) throws -> TimestampRefusal? {
        let response = try draft.signed()
        let authority = try authority ?? self.authority()
        do throws(TimestampRefusal) {
            _ = try authority.verify(try TimestampToken(response: response), over: HashedMessage(message))
            return nil
        } catch {
            return error
        }
    }

    private func refusal(_ change: (inout TimestampDraft) -> Void) throws -> TimestampRefusal? {
        var draft = draft()
        change(&draft)
        return try refusal(draft)
    }

    // MARK: - What is accepted

    @Test("a token of the signer in the trust root says when, how exactly, and by whom")
    func verified() throws {
        var draft = draft(at: start + .seconds(5))
        draft.accuracyInSeconds = 1
        let authority = try authority()
        let token = try TimestampToken(response: try draft.signed())
        let timestamp = try authority.verify(token, over: HashedMessage(Self.message))
        #expect(timestamp.time == start + .seconds(5) && timestamp.accuracy == .seconds(1))
        #expect(timestamp.accuracy == .seconds(1))
        #expect(timestamp.authorityName == "tsa")
        #expect(timestamp.authority == SHA2.sha256(made.leaf.der) && timestamp.authority == authority.id)
        let alone = try TimestampToken(token: try draft.token())
        #expect(try authority.verify(alone, over: HashedMessage(Self.message)) == timestamp)
    }

    @Test("the certificate need not come with the token if the trust root has it, and must if it does not")
    func withoutCertificates() throws {
        var draft = draft()
        draft.certificates = []
        #expect(try refusal(draft) == nil)
        #expect(try refusal(draft, by: issuing()) == .signerNotFound)
        draft.certificates = [DER.sequence(DER.null)]
        #expect(try refusal(draft, by: issuing()) == .signerNotFound)
        #expect(try refusal(self.draft(), by: issuing()) == nil)
    }

    @Test("certificates that come with the token beside the signer's make no difference")
    func injected() throws {
        var draft = draft()
        let stranger = try CertificateFixture(purpose: .timeStamping)
        draft.certificates += [stranger.leaf.der, stranger.root.der, made.intermediate.der, DER.sequence(DER.null)]
        #expect(try refusal(draft) == nil)
        #expect(try refusal(draft, by: issuing()) == nil)
    }

    @Test("signers with keys and hashes of every kind that is used here are verified")
    func kinds() throws {
        for algorithm: KeyAlgorithm in [.ecdsaP256, .ecdsaP384, .ecdsaP521, .ed25519, .rsa(bits: 2_048)] {
            let made = try CertificateFixture(purpose: .timeStamping, leafKey: try TestKeys.one(algorithm))
            var draft = draft(made)
            if let function = draft.scheme.hashFunction { draft.hashFunction = function }
            #expect(try refusal(draft, by: authority(made)) == nil, "\(algorithm)")
        }
        var draft = draft()
        (draft.imprintAlgorithm, draft.imprint) = (
            TimestampDraft.identifier(of: .sha512), SHA2.sha512(Self.message)
        )
        #expect(try refusal(draft) == nil)
    }

    @Test("RSASSA-PSS is verified with the parameters that it is used with, and with no other")
    func salted() throws {
        let made = try CertificateFixture(purpose: .timeStamping, leafKey: try TestKeys.one(.rsa(bits: 2_048)))
        func identifier(salt: Int) -> [UInt8] {
            let hash = DER.sequence(DER.oid(TimestampDraft.sha256), DER.null)
            let mask = DER.sequence(DER.oid("1.2.840.113549.1.1.8"), hash)
            return DER.sequence(
                DER.oid("1.2.840.113549.1.1.10"),
                DER.sequence(DER.explicit(0, hash), DER.explicit(1, mask), DER.explicit(2, DER.integer(salt))))
        }
        var draft = draft(made)
        (draft.scheme, draft.schemeIdentifier) = (.rsaPSS(.sha256), identifier(salt: 32))
        #expect(try refusal(draft, by: authority(made)) == nil)
        draft.schemeIdentifier = identifier(salt: 20)
        #expect(try refusal(draft, by: authority(made)) == .algorithm)
        draft.schemeIdentifier = DER.sequence(DER.oid("1.2.840.113549.1.1.10"))
        #expect(try refusal(draft, by: authority(made)) == .algorithm)
    }

    @Test("a signer may be named by its key identifier, and a wrong one is nobody")
    func keyIdentifier() throws {
        let identifier = Array(SHA2.sha256(made.leaf.draft.subjectPublicKeyInfo).prefix(20))
        func named(_ identifier: [UInt8]) throws -> TimestampRefusal? {
            try refusal { draft in
                draft.changeSigner = { $0.replaceSubrange(0...1, with: [DER.integer(3), DER.implicit(0, identifier)]) }
            }
        }
        #expect(try named(identifier) == nil)
        #expect(try named(Array(identifier.reversed())) == .otherSigner)
    }

    @Test("the older attribute that names the signer's certificate by SHA-1 is understood")
    func olderAttribute() throws {
        let digest = bytes(
            String(
                decoding: try OpenSSLCommand.run("openssl dgst -sha1 -r <c | cut -c1-40", files: ["c": made.leaf.der]),
                as: UTF8.self))
        func attribute(_ digest: [UInt8]) -> [UInt8] {
            DER.sequence(
                DER.oid("1.2.840.113549.1.9.16.2.12"),
                DER.set(DER.sequence(DER.sequence(DER.sequence(DER.octetString(digest))))))
        }
        func refused(_ digest: [UInt8], keepingNewer: Bool) throws -> TimestampRefusal? {
            let older = attribute(digest)
            return try refusal { draft in
                if !keepingNewer { draft.statedCertificate = [] }
                draft.changeAttributes = { $0.append(older) }
            }
        }
        #expect(try refused(digest, keepingNewer: false) == nil)
        #expect(try refused(digest, keepingNewer: true) == nil)
        #expect(try refused(digest.reversed(), keepingNewer: false) == .signingCertificate)
        #expect(try refused(digest.reversed(), keepingNewer: true) == .signingCertificate)
    }

    // MARK: - What is refused, one fact changed

    @Test("S13: a time stamp over other bytes is refused")
    func imprint() throws {
        #expect(try refusal(draft(), over: Array("another signature".utf8)) == .imprint)
        #expect(try refusal { $0.imprint = SHA2.sha256([]) } == .imprint)
    }

    @Test("a digest of another kind than SHA-2, or of another length than its kind, is refused")
    func imprintAlgorithm() throws {
        #expect(try refusal { $0.imprintAlgorithm = TimestampDraft.sha1 } == .imprintAlgorithm)
        #expect(try refusal { $0.imprint.append(0) } == .malformed(.info))
    }

    @Test("a response that was not granted is refused")
    func status() throws {
        for status in [2, 3, 4, 5, -1, 256] { #expect(try refusal { $0.status = status } == .notGranted) }
        #expect(try refusal { $0.status = 1 } == nil)
        let empty = DER.sequence(DER.sequence(DER.integer(0)))
        #expect(throws: TimestampRefusal.malformed(.response)) { try TimestampToken(response: empty) }
    }

    @Test("a token about something else than a time is refused")
    func contentType() throws {
        #expect(try refusal { $0.contentType = TimestampDraft.data } == .contentType)
        #expect(try refusal { $0.statedContentType = TimestampDraft.data } == .contentType)
    }

    @Test("no signer and two signers are refused, also if both are right")
    func signerCount() throws {
        #expect(try refusal { $0.signerInfoCount = 0 } == .signerCount(0))
        #expect(try refusal { $0.signerInfoCount = 2 } == .signerCount(2))
    }

    @Test("a content that the signer did not sign is refused")
    func contentDigest() throws {
        #expect(try refusal { $0.statedDigest = SHA2.sha256([]) } == .contentDigest)
        #expect(try refusal { $0.signatureIsChanged = true } == .signature)
        let other = try PrivateKey.generate(.ecdsaP256)
        var draft = draft()
        draft.signer = try DraftedCertificate(made.leaf.draft, key: other, signedBy: made.intermediate.key)
        draft.statedCertificate = made.leaf.der
        #expect(try refusal(draft) == .signature)
    }

    @Test("each attribute that binds the token has to be there, once and with one value")
    func attributes() throws {
        let names: [TimestampRefusal.Attribute] = [.contentType, .messageDigest]
        for (index, name) in zip([0, 2], names) {
            #expect(try refusal { $0.changeAttributes = { $0.remove(at: index) } } == .missingAttribute(name))
        }
        #expect(try refusal { $0.statedCertificate = [] } == .missingAttribute(.signingCertificate))
        for index in 0..<4 {
            #expect(
                try refusal { $0.changeAttributes = { $0.append($0[index]) } } == .malformed(.attributes),
                "attribute \(index)")
        }
        let twoValues = DER.sequence(
            DER.oid("1.2.840.113549.1.9.4"),
            DER.set(DER.octetString(SHA2.sha256([])), DER.octetString(SHA2.sha256([1]))))
        #expect(try refusal { $0.changeAttributes = { $0[2] = twoValues } } == .malformed(.attributes))
        #expect(try refusal { $0.changeSigner = { $0.remove(at: 3) } } == .missingAttribute(.all))
    }

    @Test("an attribute that names another certificate than the signer's is refused")
    func signingCertificate() throws {
        #expect(try refusal { $0.statedCertificate = made.intermediate.der } == .signingCertificate)
        let other = try CertificateFixture(purpose: .timeStamping).leaf
        let id = DER.sequence(
            DER.octetString(SHA2.sha256(made.leaf.der)),
            DER.sequence(
                DER.sequence(DER.explicit(4, made.leaf.draft.issuer)),
                DER.integer(unsigned: other.draft.serialNumber)))
        let attribute = DER.sequence(
            DER.oid("1.2.840.113549.1.9.16.2.47"), DER.set(DER.sequence(DER.sequence(id))))
        #expect(try refusal { $0.changeAttributes = { $0[3] = attribute } } == .signingCertificate)
    }

    @Test("a hash or a signature that is not used here is refused")
    func algorithm() throws {
        let sha1 = DER.sequence(DER.oid(TimestampDraft.sha1), DER.null)
        #expect(try refusal { $0.changeSigner = { $0[2] = sha1 } } == .algorithm)
        let ecdsaWithSHA1 = DER.sequence(DER.oid("1.2.840.10045.4.1"))
        #expect(try refusal { $0.schemeIdentifier = ecdsaWithSHA1 } == .algorithm)
        // Another scheme of the list, that is not this key's.
        let rsa = DER.sequence(DER.oid("1.2.840.113549.1.1.11"), DER.null)
        #expect(try refusal { $0.schemeIdentifier = rsa } == .signature)
    }

    @Test("another version of the token, of its content or of its signer is refused")
    func versions() throws {
        #expect(try refusal { $0.changeSignedData = { $0[0] = DER.integer(1) } } == .version)
        #expect(try refusal { $0.changeInfo = { $0[0] = DER.integer(2) } } == .version)
        #expect(try refusal { $0.changeSigner = { $0[0] = DER.integer(3) } } == .malformed(.signer))
    }

    @Test("a critical extension that is not known here is refused, one that is not critical is not")
    func criticalExtension() throws {
        func added(isCritical: Bool) throws -> TimestampRefusal? {
            let item = CertificateExtension("1.2.3.4", isCritical: isCritical, DER.null).der
            return try refusal { $0.changeInfo = { $0.append(DER.explicit(1, item)) } }
        }
        #expect(try added(isCritical: true) == .criticalExtension)
        #expect(try added(isCritical: false) == nil)
    }

    @Test(
        "a time is UTC with seconds, and a fraction without zeros at its end",
        arguments: [
            ("20300317174640Z", true), ("20300317174640.5Z", true), ("20300317174640.123456789Z", true),
            ("20300317174640.50Z", false), ("20300317174640.Z", false), ("203003171746Z", false),
            ("20300317174640", false), ("20300317174640+0000", false), ("20300317174660Z", false),
            ("20301317174640Z", false), ("20300230174640Z", false), ("", false), ("20300317174640,5Z", false),
            ("-0300317174640Z", false), ("2030031717464\u{e9}Z", false),
        ])
    func time(text: String, isAccepted: Bool) throws {
        let element = DER.element(tag: 0x18, Array(text.utf8))
        #expect(try refusal { $0.changeInfo = { $0[4] = element } } == (isAccepted ? nil : .time))
    }

    @Test("S13: an accuracy that is negative, too wide, or not in its range is refused")
    func accuracy() throws {
        func accuracy(_ parts: [UInt8]...) throws -> TimestampRefusal? {
            try refusal { draft in draft.changeInfo = { $0[5] = DER.sequence(of: parts) } }
        }
        #expect(try accuracy() == nil)
        #expect(try accuracy(DER.integer(600), DER.implicit(0, [0x03, 0xE7]), DER.implicit(1, [1])) == nil)
        #expect(try accuracy(DER.integer(-1)) == .accuracy)
        #expect(try accuracy(DER.integer(601)) == .accuracy)
        #expect(try accuracy(DER.integer(.max)) == .accuracy)
        #expect(try accuracy(DER.integer(unsigned: [UInt8](repeating: 0xFF, count: 9))) == .accuracy)
        #expect(try accuracy(DER.implicit(0, [0x03, 0xE8])) == .accuracy)
        #expect(try accuracy(DER.implicit(1, [0xFF])) == .accuracy)
        #expect(try accuracy(DER.implicit(1, [1]), DER.implicit(0, [1])) == .accuracy)
    }

    @Test("a token by somebody else than the signer in the trust root is refused, whoever issued for it")
    func otherSigner() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        var other = made.leaf.draft
        other.serialNumber = [1]
        other.subjectPublicKeyInfo = try key.subjectPublicKeyInfo
        let second = try DraftedCertificate(other, key: key, signedBy: made.intermediate.key)
        var draft = draft()
        (draft.signer, draft.certificates) = (second, [second.der])
        #expect(try refusal(draft) == .otherSigner)
        #expect(try refusal(draft, by: issuing()) == nil)
    }

    @Test("S13: a token of a stranger is refused, though its certificate comes with it")
    func stranger() throws {
        let stranger = try CertificateFixture(purpose: .timeStamping)
        var draft = draft(stranger)
        draft.certificates = [stranger.leaf.der, stranger.intermediate.der, stranger.root.der]
        guard case .chain(let error) = try refusal(draft, by: issuing()) else {
            Issue.record("a stranger was believed")
            return
        }
        #expect(error.step == .noPath)
        // Here the names agree, and the serial number does not.
        #expect(try refusal(draft) == .otherSigner)
    }

    @Test("S13, attack 9: a certificate that is not critically for time stamps alone signs none")
    func extendedKeyUsage() throws {
        let changes: [CertificateFixture.Change] = [
            { $0.set(.extendedKeyUsage(KnownOID.timeStamping)) },
            { $0.set(.extendedKeyUsage(KnownOID.codeSigning, isCritical: true)) },
            { $0.removeExtension(KnownOID.extendedKeyUsage) },
            {
                $0.set(
                    .extendedKeyUsage(
                        KnownOID.timeStamping, KnownOID.codeSigning, isCritical: true))
            },
        ]
        for change in changes {
            let made = try CertificateFixture(purpose: .timeStamping, leaf: change)
            #expect(try refusal(draft(made), by: authority(made)) == .extendedKeyUsage)
            #expect(try refusal(draft(made), by: issuing(made)) == .extendedKeyUsage)
        }
    }

    @Test("S13, attack 9: every certificate of the authority had to be valid at the time of the token")
    func chainValidity() throws {
        let end = CertificateFixture.end
        #expect(try refusal(draft(at: end)) == nil)
        guard case .chain(let late) = try refusal(draft(at: end + .seconds(1))), case .expired = late.step else {
            Issue.record("a token was believed after its certificate had expired")
            return
        }
        for made in [
            try CertificateFixture(purpose: .timeStamping, root: { $0.notAfter = Self.start - .seconds(1) }),
            try CertificateFixture(purpose: .timeStamping, intermediate: { $0.notAfter = Self.start - .seconds(1) }),
        ] {
            for authority in [try authority(made), try issuing(made)] {
                guard case .chain(let error) = try refusal(draft(made), by: authority), case .expired = error.step
                else {
                    Issue.record("a token was believed after a certificate above it had expired")
                    continue
                }
            }
        }
    }

    @Test("a signer that the authority above it did not issue for is refused")
    func chain() throws {
        let forged = try DraftedCertificate(
            made.leaf.draft, key: made.leaf.key, signedBy: try PrivateKey.generate(.ecdsaP256))
        let authority = try TimestampAuthority(
            name: "tsa", chain: [forged, made.intermediate, made.root].map { try $0.parsed() },
            validFor: try #require(ValidityWindow(start: start, end: nil)))
        var draft = draft()
        draft.signer = forged
        guard case .chain(let error) = try refusal(draft, by: authority) else {
            Issue.record("a signer was believed that nobody issued for")
            return
        }
        #expect(error.step == .signature)
    }

    @Test("S44: both ends of the authority's validity are inside, and a second beyond them is not")
    func validity() throws {
        let (first, last) = (start + .seconds(10), start + .seconds(20))
        let authority = try authority(from: first, to: last)
        #expect(try refusal(draft(at: first), by: authority) == nil)
        #expect(try refusal(draft(at: last), by: authority) == nil)
        for time in [first - .seconds(1), last + .seconds(1)] {
            #expect(try refusal(draft(at: time), by: authority) == .outsideValidity(time))
        }
    }

    @Test("of several authorities the one that signed decides, wherever it stands")
    func several() throws {
        let stranger = try authority(CertificateFixture(purpose: .timeStamping))
        let token = try TimestampToken(response: draft().signed())
        let ours = try authority()
        let message = HashedMessage(Self.message)
        #expect(try [stranger, ours].verify(token, over: message).authority == ours.id)
        #expect(throws: TimestampRefusal.otherSigner) { try [stranger].verify(token, over: message) }
        #expect(throws: TimestampRefusal.otherSigner) {
            try [TimestampAuthority]().verify(token, over: message)
        }
        var changed = draft()
        changed.signatureIsChanged = true
        let forged = try TimestampToken(response: changed.signed())
        for authorities in [[stranger, ours], [ours, stranger]] {
            #expect(throws: TimestampRefusal.signature) { try authorities.verify(forged, over: message) }
        }
    }

    // MARK: - Bytes

    @Test("attack 12: bytes before, after and within a token are refused, wherever they are put or cut")
    func bytesOfTokens() throws {
        let response = try draft().signed()
        #expect(throws: TimestampRefusal.malformed(.response)) { try TimestampToken(response: response + [0]) }
        #expect(throws: TimestampRefusal.malformed(.token)) { try TimestampToken(token: draft().token() + [0]) }
        for length in 0..<response.count {
            #expect(throws: TimestampRefusal.self) { try TimestampToken(response: Array(response.prefix(length))) }
        }
        let huge = [UInt8](repeating: 0x30, count: TimestampToken.maximumBytes + 1)
        #expect(throws: TimestampRefusal.tooLarge) { try TimestampToken(response: huge) }
        #expect(throws: TimestampRefusal.tooLarge) { try TimestampToken(token: huge) }
        var many = draft()
        many.certificates = [[UInt8]](repeating: made.leaf.der, count: 11)
        #expect(throws: TimestampRefusal.tooLarge) { try TimestampToken(response: many.signed()) }
    }

    @Test("no bit of what is signed can be changed")
    func bits() throws {
        var draft = draft()
        draft.certificates = []
        draft.accuracyInSeconds = 1
        let response = try draft.signed()
        let authority = try authority()
        let expected = try authority.verify(
            try TimestampToken(response: response), over: HashedMessage(Self.message))
        for position in response.indices {
            var changed = response
            changed[position] ^= 0x04
            guard let token = try? TimestampToken(response: changed) else { continue }
            let verified = try? authority.verify(token, over: HashedMessage(Self.message))
            // The digest algorithms of the whole and the status stand outside of what is signed, and say nothing.
            #expect(verified == nil || verified == expected, "byte \(position)")
        }
    }
}
