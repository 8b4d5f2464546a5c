import Cryptography
import TestSupport
import Testing

@Suite("Key details of Sigstore") struct SignatureSchemeKeyDetailsTests {
    @Test(
        "each name means one scheme of one kind of key",
        arguments: [
            ("PKIX_ECDSA_P256_SHA_256", KeyAlgorithm.ecdsaP256, SignatureScheme.ecdsa(.sha256)),
            ("PKIX_ECDSA_P384_SHA_384", .ecdsaP384, .ecdsa(.sha384)),
            ("PKIX_ECDSA_P384_SHA_256", .ecdsaP384, .ecdsa(.sha256)),
            ("PKIX_ECDSA_P521_SHA_512", .ecdsaP521, .ecdsa(.sha512)),
            ("PKIX_ED25519", .ed25519, .ed25519),
            ("PKIX_RSA_PKCS1V5", .rsa(bits: 2_048), .rsaPKCS1(.sha256)),
            ("PKIX_RSA_PKCS1V15_2048_SHA256", .rsa(bits: 2_048), .rsaPKCS1(.sha256)),
            ("PKIX_RSA_PSS", .rsa(bits: 2_048), .rsaPSS(.sha256)),
            ("PKIX_RSA_PSS_2048_SHA256", .rsa(bits: 2_048), .rsaPSS(.sha256)),
        ])
    func scheme(name: String, algorithm: KeyAlgorithm, scheme: SignatureScheme) throws {
        #expect(try SignatureScheme(keyDetails: name, of: TestKeys.one(algorithm).publicKey) == scheme)
        let other: KeyAlgorithm = algorithm == .ed25519 ? .ecdsaP256 : .ed25519
        #expect(throws: KeyDetailsError.otherKey(name, found: other)) {
            try SignatureScheme(keyDetails: name, of: TestKeys.one(other).publicKey)
        }
    }

    @Test("a name with a size is not for a key of another size")
    func size() throws {
        let key = try TestKeys.one(.rsa(bits: 2_048)).publicKey
        #expect(throws: KeyDetailsError.otherKey("PKIX_RSA_PSS_4096_SHA256", found: .rsa(bits: 2_048))) {
            try SignatureScheme(keyDetails: "PKIX_RSA_PSS_4096_SHA256", of: key)
        }
    }

    @Test("Ed25519ph and post-quantum schemes are named as unsupported, and other names as unknown")
    func unsupported() throws {
        let key = try PrivateKey.generate(.ed25519).publicKey
        for name in ["PKIX_ED25519_PH", "LMS_SHA256", "LMOTS_SHA256", "ML_DSA_65", "ML_DSA_87"] {
            let error = #expect(throws: KeyDetailsError.unsupported(name)) {
                try SignatureScheme(keyDetails: name, of: key)
            }
            #expect(error?.description == "signatures of kind `\(name)` are not supported")
        }
        for name in ["", "PKIX_ED25519 ", "pkix_ed25519", "PUBLIC_KEY_DETAILS_UNSPECIFIED"] {
            #expect(throws: KeyDetailsError.unknown(name)) { try SignatureScheme(keyDetails: name, of: key) }
        }
    }

    @Test("a bare RSA key is the key that its SubjectPublicKeyInfo holds", .enabled(if: OpenSSLCommand.isPresent))
    func bareKey() throws {
        let made = try TestKeys.one(.rsa(bits: 2_048))
        let bare = try OpenSSLCommand.run(
            "openssl rsa -pubin -in key.pem -RSAPublicKey_out -outform DER", files: ["key.pem": made.publicKeyPEM])
        let whole = try made.subjectPublicKeyInfo
        #expect(try PublicKey(rawBytes: bare, keyDetails: "PKCS1_RSA_PKCS1V5") == made.publicKey)
        #expect(try PublicKey(rawBytes: bare, keyDetails: "PKCS1_RSA_PSS") == made.publicKey)
        #expect(try PublicKey(rawBytes: whole, keyDetails: "PKIX_RSA_PKCS1V5") == made.publicKey)
        #expect(throws: KeyDetailsError.key(.malformedKey)) {
            try PublicKey(rawBytes: bare, keyDetails: "PKIX_RSA_PKCS1V5")
        }
        #expect(throws: KeyDetailsError.self) { try PublicKey(rawBytes: whole, keyDetails: "PKCS1_RSA_PKCS1V5") }
        #expect(throws: KeyDetailsError.self) { try PublicKey(rawBytes: bare + [0], keyDetails: "PKCS1_RSA_PSS") }
        #expect(throws: KeyDetailsError.unsupported("PKIX_ED25519_PH")) {
            try PublicKey(
                rawBytes: PrivateKey.generate(.ed25519).subjectPublicKeyInfo, keyDetails: "PKIX_ED25519_PH")
        }
    }
}
