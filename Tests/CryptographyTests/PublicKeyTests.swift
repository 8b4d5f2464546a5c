import Cryptography
import Foundation
import Testing
import Timestamp

@Suite struct PublicKeyTests {
    static let accepted: [KeyAlgorithm] = [.ecdsaP256, .ecdsaP384, .ecdsaP521, .rsa(bits: 2_048), .ed25519]

    @Test("a key is read back from its PEM with the same fingerprint", arguments: accepted)
    func roundTrip(algorithm: KeyAlgorithm) throws {
        let made = try TestKeys.one(algorithm)
        let read = try PublicKey(pem: made.publicKeyPEM)
        #expect(read.algorithm == algorithm)
        #expect(read == made.publicKey)
        #expect(read.fingerprint.count == 32)
    }

    @Test("the fingerprint is the SHA-256 of the DER that openssl writes", .enabled(if: OpenSSLCommand.isPresent))
    func fingerprint() throws {
        let pem = try PrivateKey.generate(.ecdsaP384).publicKeyPEM
        let der = try OpenSSLCommand.run("openssl pkey -pubin -in key.pem -outform DER", files: ["key.pem": pem])
        #expect(try PublicKey(pem: pem).fingerprint == SHA2.sha256(der))
        #expect(try PublicKey(der: der) == PublicKey(pem: pem))
    }

    @Test("a compressed point is the same key with the same fingerprint", .enabled(if: OpenSSLCommand.isPresent))
    func compressedPoint() throws {
        let pem = try PrivateKey.generate(.ecdsaP256).publicKeyPEM
        let compressed = try OpenSSLCommand.run(
            "openssl ec -pubin -in key.pem -conv_form compressed -outform DER", files: ["key.pem": pem])
        #expect(compressed.count < 91)
        #expect(try PublicKey(der: compressed).fingerprint == PublicKey(pem: pem).fingerprint)
    }

    @Test("S43: line ends of either kind and blank lines around the block do not matter")
    func lineEnds() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let pem = String(decoding: try key.publicKeyPEM, as: UTF8.self)
        for variant in ["\n\n" + pem + "\n", pem.replacingOccurrences(of: "\n", with: "\r\n"), String(pem.dropLast())] {
            #expect(try PublicKey(pem: Array(variant.utf8)) == key.publicKey)
        }
    }
}

/// Each refusal says what was found.
@Suite struct PublicKeyRefusalTests {
    let pem: [UInt8]

    init() throws { pem = try PrivateKey.generate(.ecdsaP256).publicKeyPEM }

    @Test("a private key is refused, alone or beside a public key")
    func privateKey() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        #expect(throws: KeyError.privateKey) { try PublicKey(pem: key.privateKeyPEM) }
        #expect(throws: KeyError.privateKey) { try PublicKey(pem: key.publicKeyPEM + key.privateKeyPEM) }
        #expect("\(KeyError.privateKey)".hasPrefix("found a private key, expected a public key"))
    }

    @Test(
        "private keys under other labels are refused as such",
        arguments: [
            "EC PRIVATE KEY", "RSA PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "ENCRYPTED SIGSTORE PRIVATE KEY",
            "PRIVATE KEY",
        ])
    func otherPrivateKeys(label: String) {
        let pem = "-----BEGIN \(label)-----\nProc-Type: 4,ENCRYPTED\n\nAAAA\n-----END \(label)-----\n"
        #expect(throws: KeyError.privateKey) { try PublicKey(pem: Array(pem.utf8)) }
    }

    @Test("S43: a certificate is refused and named")
    func certificate() throws {
        let issuer = try CertificateIssuer.create(
            name: "a test authority", from: .init(secondsSince1970: 1_700_000_000), for: .seconds(60))
        #expect(throws: KeyError.certificate) { try PublicKey(pem: issuer.certificatePEM) }
        #expect("\(KeyError.certificate)".hasPrefix("found a certificate"))
    }

    @Test("S43: a block of another label is refused and named")
    func otherBlock() {
        let pem = Array("-----BEGIN RSA PUBLIC KEY-----\nAAAA\n-----END RSA PUBLIC KEY-----\n".utf8)
        #expect(throws: KeyError.otherBlock(label: "RSA PUBLIC KEY")) { try PublicKey(pem: pem) }
    }

    @Test("S43: two blocks are refused, even of the same key")
    func severalBlocks() {
        #expect(throws: KeyError.severalBlocks(count: 2)) { try PublicKey(pem: pem + pem) }
    }

    @Test("S43: text before or after the block is refused with its line")
    func strayText() {
        #expect(throws: KeyError.textOutsideBlock(line: 1)) { try PublicKey(pem: Array("key:\n".utf8) + pem) }
        #expect(throws: KeyError.textOutsideBlock(line: 5)) { try PublicKey(pem: pem + Array("x\n".utf8)) }
        #expect(throws: KeyError.textOutsideBlock(line: 5)) { try PublicKey(pem: pem + [0]) }
        #expect(throws: KeyError.textOutsideBlock(line: 1)) { try PublicKey(pem: [0xEF, 0xBB, 0xBF, 0x0A] + pem) }
    }

    @Test(
        "what is no PEM is refused", arguments: ["", "hello", "{}", "-----BEGIN PUBLIC KEY", "-----END PUBLIC KEY----"])
    func notPEM(text: String) {
        #expect(throws: KeyError.notPEM) { try PublicKey(pem: Array(text.utf8)) }
    }

    @Test("S43: a block that is cut off, closed by another label or not base64 is refused")
    func malformedBlock() {
        let text = String(decoding: pem, as: UTF8.self)
        let variants = [
            String(text.prefix(100)),
            text.replacingOccurrences(of: "END PUBLIC", with: "END OTHER"),
            text.replacingOccurrences(of: "-----END", with: "*\n-----END"),
            "-----BEGIN PUBLIC KEY-----\n" + text,
            "-----END PUBLIC KEY-----\n",
            text.replacingOccurrences(of: "-----\nM", with: "-----\nComment: a key\n\nM"),
            text.replacingOccurrences(of: "-----\nM", with: "-----\n M"),
        ]
        for variant in variants {
            #expect(throws: KeyError.malformedBlock, "\(variant)") { try PublicKey(pem: Array(variant.utf8)) }
        }
    }

    @Test("S43: a file beyond the bound is refused unread, were it comments or blank lines")
    func tooLarge() {
        let file = pem + [UInt8](repeating: UInt8(ascii: "\n"), count: PublicKey.maximumBytes)
        #expect(throws: KeyError.tooLarge) { try PublicKey(pem: file) }
        let comments = Array(String(repeating: "# a comment\n", count: 100_000).utf8)
        #expect(throws: KeyError.tooLarge) { try PublicKey(pem: comments + pem) }
        #expect(throws: KeyError.tooLarge) { try PublicKey(der: file) }
    }

    @Test("DER that is cut, extended, empty or not DER at all is refused", .enabled(if: OpenSSLCommand.isPresent))
    func malformedDER() throws {
        let der = try OpenSSLCommand.run("openssl pkey -pubin -in key.pem -outform DER", files: ["key.pem": pem])
        #expect(throws: Never.self) { try PublicKey(der: der) }
        for length in 0..<der.count {
            #expect(throws: KeyError.self, "\(length) bytes") { try PublicKey(der: Array(der.prefix(length))) }
        }
        #expect(throws: KeyError.malformedKey) { try PublicKey(der: der + [0]) }
        #expect(throws: KeyError.malformedKey) { try PublicKey(der: Array(pem)) }
    }

    @Test("a point off its curve is refused", .enabled(if: OpenSSLCommand.isPresent))
    func offCurve() throws {
        var der = try OpenSSLCommand.run("openssl pkey -pubin -in key.pem -outform DER", files: ["key.pem": pem])
        der[der.count - 1] ^= 1
        #expect(throws: KeyError.malformedKey) { try PublicKey(der: der) }
    }

    @Test(
        "S10: kinds of key that are not used are refused by name", .enabled(if: OpenSSLCommand.isPresent),
        arguments: [
            ("openssl ecparam -name prime192v1 -genkey -noout", KeyError.unsupportedCurve(name: "prime192v1")),
            ("openssl ecparam -name secp224r1 -genkey -noout", .unsupportedCurve(name: "secp224r1")),
            ("openssl ecparam -name secp256k1 -genkey -noout", .unsupportedCurve(name: "secp256k1")),
            ("openssl ecparam -name brainpoolP256r1 -genkey -noout", .unsupportedCurve(name: "brainpoolP256r1")),
            ("openssl ecparam -name prime256v1 -param_enc explicit -genkey -noout", .explicitCurve),
            ("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:1024", .unsupportedRSASize(bits: 1_024)),
            ("openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2047", .unsupportedRSASize(bits: 2_047)),
            (
                "openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048",
                .unsupportedAlgorithm(name: "RSASSA-PSS")
            ),
            ("openssl genpkey -algorithm X25519", .unsupportedAlgorithm(name: "X25519")),
            ("openssl genpkey -algorithm ED448", .unsupportedAlgorithm(name: "ED448")),
        ])
    func unsupported(script: String, error: KeyError) throws {
        let pem = try OpenSSLCommand.run("\(script) > key.pem; openssl pkey -in key.pem -pubout")
        #expect(throws: error) { try PublicKey(pem: pem) }
    }

    @Test("S09: an Ed25519 key of small order, under which anybody can sign, is refused", arguments: smallOrderKeys)
    func smallOrder(key: String) throws {
        let header = bytes("302a300506032b6570032100")
        #expect(throws: KeyError.smallOrder) { try PublicKey(der: header + bytes(key)) }
        // The sign of x makes no other key of it.
        var negative = bytes(key)
        negative[31] ^= 0x80
        #expect(throws: KeyError.smallOrder) { try PublicKey(der: header + negative) }
        // Its neighbours are keys like any other, or none.
        var neighbour = bytes(key)
        neighbour[0] ^= 0x40
        do { _ = try PublicKey(der: header + neighbour) } catch { #expect(error != .smallOrder) }
    }

    /// The eight points of small order, without the sign of x, reduced and not.
    private static let smallOrderKeys = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ]

    @Test(
        "a kind of key is named even if its content cannot be read",
        arguments: [
            ("06072a8648ce380401", "DSA"), ("060455047f01", "2.5.4.127.1"),
        ])
    func namedByIdentifier(identifier: String, name: String) {
        let algorithm = bytes(identifier)
        let content = [0x30, UInt8(algorithm.count)] + algorithm + [0x03, 0x02, 0x00, 0x00]
        #expect(throws: KeyError.unsupportedAlgorithm(name: name)) {
            try PublicKey(der: [0x30, UInt8(content.count)] + content)
        }
    }
}
