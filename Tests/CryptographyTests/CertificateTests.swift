import Cryptography
import TestSupport
import Testing
import Timestamp

@Suite("Certificates as they are shown") struct CertificateTests {
    private static let start = Instant(secondsSince1970: 1_900_000_000)

    private let issuer: CertificateIssuer
    private let serving: IssuedCertificate

    init() throws {
        issuer = try CertificateIssuer.create(name: "Test authority", from: Self.start, for: .seconds(86_400))
        serving = try issuer.issue(
            .server(names: ["gate.example.com", "*.example.com", "127.0.0.1", "2001:db8::1"]), from: Self.start,
            for: .seconds(3_600))
    }

    private static func refusal(_ bytes: [UInt8]) -> String? {
        do throws(CertificateFormatError) {
            _ = try Certificate.all(in: bytes)
            return nil
        } catch {
            return error.description
        }
    }

    @Test("the parts of a certificate are those that it was made with")
    func parts() throws {
        let certificate = try #require(try Certificate.all(in: serving.certificatePEM).first)
        #expect(certificate.subject == "CN=gate.example.com")
        #expect(certificate.issuer == "CN=Test authority")
        #expect(certificate.notBefore == Self.start)
        #expect(certificate.notAfter == Self.start + .seconds(3_600))
        #expect(
            certificate.alternativeNames == [
                .dns("gate.example.com"), .dns("*.example.com"), .ip("127.0.0.1"), .ip("2001:db8:0:0:0:0:0:1"),
            ])
        #expect(!certificate.isAuthority)
        #expect(certificate.extendedKeyUsage == ["serverAuth"])
        #expect(certificate.signatureAlgorithm == "ecdsa-with-SHA256")
        #expect(certificate.serialNumber.count == 32 || certificate.serialNumber.count == 30)
        if case .key(let key) = certificate.publicKey {
            #expect(key == serving.key.publicKey)
        } else {
            Issue.record("the key was not read")
        }
        let authority = try #require(try Certificate.all(in: issuer.certificatePEM).first)
        #expect(authority.isAuthority && authority.alternativeNames.isEmpty && authority.extendedKeyUsage.isEmpty)
    }

    @Test("PEM and DER of one certificate give the same, and a chain gives all in its order")
    func forms() throws {
        let armoured = String(decoding: serving.certificatePEM, as: UTF8.self)
        let body = armoured.split(separator: "\n").filter { !$0.hasPrefix("-----") }.joined()
        let der = try #require(Base64.decode(Array(body.utf8)))
        let single = try Certificate.all(in: der)
        #expect(single.map(\.fingerprint) == [SHA2.sha256(der)])
        let chain = Array("# a comment\nCertificate:\n".utf8) + serving.certificatePEM + [0x0A] + issuer.certificatePEM
        #expect(try Certificate.all(in: chain).map(\.subject) == ["CN=gate.example.com", "CN=Test authority"])
        #expect(try Certificate.all(in: chain).first?.fingerprint == single.first?.fingerprint)
        #expect(Self.refusal(der + [0]) == "found bytes that are no X.509 certificate, expected one in PEM or DER")
        #expect(Self.refusal(Array(der.dropLast())) != nil)
        for position in 0..<der.count {
            var changed = der
            changed[position] ^= 0xFF
            _ = Self.refusal(changed)
        }
    }

    @Test("what is no certificate is refused by its name, and a private key is never read")
    func refused() throws {
        let key = try serving.key.privateKeyPEM
        #expect(Self.refusal(key)?.hasPrefix("found a private key, expected certificates alone") == true)
        #expect(Self.refusal(serving.certificatePEM + key)?.hasPrefix("found a private key") == true)
        #expect(
            Self.refusal(try serving.key.publicKeyPEM)
                == "found a `PUBLIC KEY` block, expected `CERTIFICATE` blocks")
        #expect(
            Self.refusal(Array(serving.certificatePEM.dropLast(10)))?.hasPrefix("found a PEM block that is cut off")
                == true)
        let notBase64 = Array("-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n".utf8)
        #expect(Self.refusal(notBase64)?.hasPrefix("found a PEM block that is cut off or not base64") == true)
        let notDER = Array("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n".utf8)
        #expect(Self.refusal(notDER)?.hasPrefix("found bytes that are no X.509 certificate") == true)
        #expect(Self.refusal(serving.certificatePEM + notDER)?.contains("in block 2") == true)
        for bytes in [[], [0x30], Array("text".utf8), [UInt8](repeating: 0x30, count: 1_000)] {
            #expect(Self.refusal(bytes)?.hasPrefix("found bytes that are no X.509 certificate") == true)
        }
        #expect(Self.refusal([UInt8](repeating: 0x0A, count: (1 << 20) + 1))?.hasPrefix("found more than") == true)
    }

    private static func leaf(_ change: @escaping CertificateFixture.Change) throws -> Certificate {
        try CertificateFixture(leaf: change).leaf.parsed()
    }

    private static func names(_ names: GeneralName...) throws -> [Certificate.AlternativeName] {
        try leaf { $0.set(.subjectAlternativeName(names)) }.alternativeNames
    }

    @Test("a certificate with an empty subject, such as Fulcio's, is read")
    func emptySubject() throws {
        let leaf = try Self.leaf { _ in }
        #expect(leaf.hasEmptySubject && leaf.subject == "" && leaf.issuer == "CN=intermediate,O=Test")
        #expect(try !CertificateFixture().root.parsed().hasEmptySubject)
    }

    @Test("alternative names are told by their kind, and all of them are there")
    func alternativeNames() throws {
        #expect(try Self.names() == [])
        let found = try Self.names(.email("a@example.com"), .uri("https://example.com/x"), .dns("example.com"))
        #expect(found == [.email("a@example.com"), .uri("https://example.com/x"), .dns("example.com")])
        let username = Certificate.AlternativeName.otherName(type: "1.3.6.1.4.1.57264.1.7", text: "gr\u{fc}n!example")
        #expect(try Self.names(.username("gr\u{fc}n!example")) == [username])
    }

    // MARK: - Keys

    /// A SubjectPublicKeyInfo of an RSA key (RFC 8017 appendix A.1.1).
    private func rsaKey(modulus: [UInt8], exponent: Int = 65_537) -> [UInt8] {
        DER.sequence(
            DER.sequence(DER.oid("1.2.840.113549.1.1.1"), DER.null),
            DER.bitString(DER.sequence(DER.integer(unsigned: modulus), DER.integer(exponent))))
    }

    /// An odd number that no small prime divides; whether it is one itself nobody has looked.
    private func modulus(bytes: Int) -> [UInt8] {
        let primes = (3..<800).filter { number in (2..<number).allSatisfy { number % $0 != 0 } }
        while true {
            var digits = SecureRandom.bytes(bytes)
            digits[0] |= 0x80
            digits[bytes - 1] |= 1
            let isDivided = primes.contains { prime in digits.reduce(0) { ($0 * 256 + Int($1)) % prime } == 0 }
            if !isDivided { return digits }
        }
    }

    private func certificate(of key: [UInt8]) throws -> DraftedCertificate {
        try CertificateFixture(leaf: { $0.subjectPublicKeyInfo = key }).leaf
    }

    @Test("attack 12: the largest RSA keys make no certificate long to read, and anybody may bring some")
    func largeKeys() throws {
        let large = try certificate(of: rsaKey(modulus: modulus(bytes: 2_048)))
        let duration = try ContinuousClock().measure {
            for _ in 0..<8 {
                guard case .key(let key) = try large.parsed().publicKey else {
                    Issue.record("the key was not read")
                    return
                }
                #expect(key.algorithm == .rsa(bits: 16_384))
            }
        }
        #expect(duration < .seconds(3))
    }

    /// A key on a curve that it describes, over a prime that is one above a multiple of 2^600: each square root, of which
    /// there is one for a point, takes 180,000 multiplications.
    private func describedKey() -> [UInt8] {
        var prime = [UInt8](repeating: 0, count: 83)
        (prime[0], prime[7], prime[82]) = (0x10, 0x2D, 0x01)
        func element(_ number: UInt8) -> [UInt8] { [UInt8](repeating: 0, count: 82) + [number] }
        let parameters = DER.sequence(
            DER.integer(1), DER.sequence(DER.oid("1.2.840.10045.1.1"), DER.integer(unsigned: prime)),
            DER.sequence(DER.octetString(element(1)), DER.octetString(element(3))),
            DER.octetString([2] + element(6)), DER.integer(unsigned: prime))
        return DER.sequence(
            DER.sequence(DER.oid("1.2.840.10045.2.1"), parameters), DER.bitString([2] + element(9)))
    }

    @Test("attack 12: a key that describes its own curve is refused before it is read")
    func describedCurves() throws {
        #expect(throws: KeyError.explicitCurve) { try PublicKey(der: describedKey()) }
        let made = try certificate(of: describedKey())
        let duration = ContinuousClock().measure {
            for _ in 0..<50 { #expect(throws: CertificateFormatError.explicitCurve) { try made.parsed() } }
        }
        #expect(duration < .seconds(3))
    }

    @Test(
        "attack 12: half a point on a curve that is not used here is refused before it is read, a whole one is unusable"
    )
    func compressedPoints() throws {
        func key(_ curve: String, _ point: [UInt8]) -> [UInt8] {
            DER.sequence(DER.sequence(DER.oid("1.2.840.10045.2.1"), DER.oid(curve)), DER.bitString(point))
        }
        let half = try certificate(of: key("1.3.132.0.33", [2] + [UInt8](repeating: 1, count: 28)))
        #expect(throws: CertificateFormatError.compressedPoint) { try half.parsed() }
        let whole = try certificate(of: key("1.3.132.0.33", [4] + [UInt8](repeating: 1, count: 56)))
        #expect(throws: Never.self) { try whole.parsed() }
    }

    @Test("attack 12: a certificate has at most 1,024 names")
    func names() throws {
        for count in [1_024, 1_025] {
            let names = (0..<count).map { GeneralName.dns("h\($0).example.com") }
            let made = try CertificateFixture(leaf: { $0.set(.subjectAlternativeName(names)) })
            if count == 1_024 {
                #expect(try made.leaf.parsed().alternativeNames.count == count)
            } else {
                #expect(throws: CertificateFormatError.tooManyNames) { try made.leaf.parsed() }
            }
        }
    }

    @Test("a certificate with numbers that are no RSA key is read, and its key is unusable")
    func noRSAKey() throws {
        func error(_ key: [UInt8]) throws -> KeyError? {
            guard case .unusable(let error) = try certificate(of: key).parsed().publicKey else { return nil }
            return error
        }
        let modulus = modulus(bytes: 256)
        #expect(try error(rsaKey(modulus: modulus)) == nil)
        #expect(try error(rsaKey(modulus: Array(modulus.dropLast()) + [modulus[255] ^ 1])) == .malformedKey)
        #expect(try error(rsaKey(modulus: modulus, exponent: 1)) == .malformedKey)
        #expect(try error(rsaKey(modulus: modulus, exponent: 65_536)) == .malformedKey)
        #expect(try error(rsaKey(modulus: self.modulus(bytes: 128))) == .unsupportedRSASize(bits: 1_024))
    }

    @Test("S22: a name with bytes that no such name has is no name")
    func strangeNames() throws {
        for text in ["a@example.com\0.evil.example", "\u{e9}@example.com"] {
            #expect(try Self.names(.email(text)) == [.other])
            #expect(try Self.names(.uri(text)) == [.other])
            #expect(try Self.names(.dns(text)) == [.other])
        }
        let type = "1.3.6.1.4.1.57264.1.7"
        for value in [DER.ia5String("a"), DER.utf8String("a\0b"), DER.element(tag: 0x0C, [0xFF])] {
            #expect(try Self.names(.other(type: type, value: value)) == [.other])
        }
    }

    @Test("an extension is absent, there with its value, or there twice")
    func extensions() throws {
        let oid = try #require(OID("1.3.6.1.4.1.57264.1.8"))
        #expect(try Self.leaf { _ in }.extensionValue(oid) == .absent)
        let once = try Self.leaf { $0.extensions.append(.fulcio(8, "https://issuer.example")) }
        #expect(once.extensionValue(oid) == .value(DER.utf8String("https://issuer.example"), isCritical: false))
        for other in ["1.3.6.1.4.1.57264.1.80", "1.3.6.1.4.1.57264.1"] {
            #expect(once.extensionValue(try #require(OID(other))) == .absent)
        }
        let twice = try Self.leaf { leaf in
            leaf.extensions += [.fulcio(8, "https://issuer.example"), .fulcio(8, "https://issuer.example")]
        }
        #expect(twice.extensionValue(oid) == .repeated)
        guard case .value(_, isCritical: true) = once.extensionValue(try #require(OID(KnownOID.keyUsage))) else {
            Issue.record("the key usage is critical")
            return
        }
    }

    @Test("usage, constraints and path length are what the certificate says")
    func constraints() throws {
        let made = try CertificateFixture()
        let intermediate = try made.intermediate.parsed()
        #expect(intermediate.keyUsage == .keyCertSign && intermediate.isAuthority && intermediate.pathLength == 0)
        #expect(try made.root.parsed().pathLength == nil)
        let leaf = try made.leaf.parsed()
        #expect(leaf.keyUsage == .digitalSignature && !leaf.isAuthority && leaf.extendedKeyUsage == ["codeSigning"])
        #expect(try Self.leaf { $0.removeExtension(KnownOID.keyUsage) }.keyUsage == nil)
    }

    @Test("one certificate is read from DER alone, within its bound and without bytes behind it")
    func single() throws {
        let der = try CertificateFixture().leaf.der
        #expect(try Certificate(der: der).der == der)
        #expect(throws: CertificateFormatError.malformed(number: nil)) { try Certificate(der: der + [0]) }
        let large = try Self.oversized()
        #expect(throws: CertificateFormatError.tooLargeForOne) { try Certificate(der: large) }
        #expect(try Certificate.all(in: large).count == 1)
    }

    private static func oversized() throws -> [UInt8] {
        let filler = [UInt8](repeating: 0, count: Certificate.maximumDERBytes)
        return try CertificateFixture(leaf: { $0.set(CertificateExtension("1.2.3.4", filler)) }).leaf.der
    }

    @Test("a certificate that is not in DER's one form is refused")
    func otherForms() throws {
        let der = try CertificateFixture().leaf.der
        // The outer length in three bytes instead of two; as an indefinite length.
        try #require(der.prefix(2) == [0x30, 0x82])
        let longer = [0x30, 0x83, 0x00] + der.dropFirst(2)
        #expect(throws: CertificateFormatError.malformed(number: nil)) { try Certificate(der: longer) }
        let indefinite = [0x30, 0x80] + der.dropFirst(4) + [0, 0]
        #expect(throws: CertificateFormatError.malformed(number: nil)) { try Certificate(der: indefinite) }
    }
}
