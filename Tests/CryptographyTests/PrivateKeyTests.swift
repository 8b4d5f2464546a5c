import Cryptography
import Testing

@Suite struct PrivateKeyTests {
    @Test(
        "openssl reads the private key and finds the same public key", .enabled(if: OpenSSLCommand.isPresent),
        arguments: PublicKeyTests.accepted)
    func pem(algorithm: KeyAlgorithm) throws {
        let key = try TestKeys.one(algorithm)
        let publicKey = try OpenSSLCommand.run(
            "openssl pkey -in key.pem -pubout", files: ["key.pem": key.privateKeyPEM])
        #expect(publicKey == (try key.publicKeyPEM))
        #expect(try key.privateKeyPEM.starts(with: "-----BEGIN PRIVATE KEY-----\n".utf8))
    }

    @Test("two keys are never the same")
    func distinct() throws {
        #expect(try PrivateKey.generate(.ed25519).publicKey != PrivateKey.generate(.ed25519).publicKey)
    }

    @Test("a size of RSA key that would be refused is not made", arguments: [512, 1_024, 2_047, 16_385, -1, .max])
    func rsaSize(bits: Int) {
        #expect(throws: OpenSSLError.self) { try PrivateKey.generate(.rsa(bits: bits)) }
    }

    @Test("a key does not sign with another kind of key's scheme")
    func scheme() throws {
        let key = try PrivateKey.generate(.ed25519)
        #expect(throws: OpenSSLError.self) { try key.sign([], scheme: .ecdsa(.sha256)) }
    }

    @Test("printing a key shows nothing of its private half")
    func printing() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        var dumped = ""
        dump(key, to: &dumped)
        #expect(!dumped.contains("PRIVATE") && !dumped.contains("handle"))
        #expect("\(key)".contains(key.publicKey.fingerprint.hexadecimal))
    }
}
