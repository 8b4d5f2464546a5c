import Cryptography
import TestSupport
import Testing
import Timestamp

/// What the simulator of Sigstore writes is held against the `openssl` command, which had no hand in it.
@Suite(.enabled(if: OpenSSLCommand.isPresent)) struct SimulatedAuthoritiesTests {
    let sigstore: SigstoreSimulator
    let key: PrivateKey

    init() throws {
        sigstore = try SigstoreSimulator()
        key = try PrivateKey.generate(.ecdsaP256)
    }

    private func leaf(of identity: SimulatedIdentity) throws -> DraftedCertificate {
        var draft = try sigstore.fulcio.leaf(for: identity, key: key, at: sigstore.now)
        let promise = sigstore.certificateLog.promise(
            for: draft, issuer: sigstore.fulcio.intermediate, at: sigstore.now)
        draft.extensions.append(.sctList([try promise.signed()]))
        return try sigstore.fulcio.issue(draft, key: key)
    }

    private func text(of certificate: DraftedCertificate) throws -> String {
        let output = try OpenSSLCommand.run("openssl x509 -in c.pem -noout -text", files: ["c.pem": certificate.pem])
        return String(decoding: output, as: UTF8.self)
    }

    private func verify(_ leaf: DraftedCertificate, at time: Instant) throws -> String {
        let script = """
            openssl verify -x509_strict -attime \(time.seconds) -CAfile root.pem -untrusted intermediate.pem leaf.pem
            """
        let files = [
            "root.pem": sigstore.fulcio.root.pem, "intermediate.pem": sigstore.fulcio.intermediate.pem,
            "leaf.pem": leaf.pem,
        ]
        return String(decoding: try OpenSSLCommand.run(script, files: files), as: UTF8.self)
    }

    @Test(
        "a leaf of the simulated Fulcio chains to its root within its ten minutes, and not outside of them",
        arguments: [
            SimulatedIdentity.githubWorkflow(), .person(),
            SimulatedIdentity(issuer: "https://issuer.example", name: .username("builder!acme")),
        ])
    func chains(identity: SimulatedIdentity) throws {
        let leaf = try leaf(of: identity)
        #expect(try verify(leaf, at: sigstore.now + .seconds(599)) == "leaf.pem: OK\n")
        #expect(throws: OpenSSLCommand.Failure.self) { try verify(leaf, at: sigstore.now + .seconds(601)) }
        #expect(throws: OpenSSLCommand.Failure.self) { try verify(leaf, at: sigstore.now - .seconds(1)) }
    }

    @Test("OpenSSL reads out of a leaf what was written into it")
    func reads() throws {
        let identity = SimulatedIdentity.githubWorkflow()
        let text = try text(of: leaf(of: identity))
        for line in [
            "Subject: \n", "X509v3 Subject Alternative Name: critical", "URI:\(identity.subject)",
            "X509v3 Key Usage: critical\n                Digital Signature\n",
            "X509v3 Extended Key Usage: \n                Code Signing\n", "Not After : Mar  1 10:10:00 2026 GMT",
            "Timestamp : Mar  1 10:00:00.000 2026 GMT", "Signature : ecdsa-with-SHA256",
            "1.3.6.1.4.1.57264.1.8: \n                .+https://token.actions.githubusercontent.com\n",
            "1.3.6.1.4.1.57264.1.1: \n                https://token.actions.githubusercontent.com\n",
        ] {
            #expect(text.contains(line), "`\(line)` in \(text)")
        }
    }

    @Test(
        "authorities of every kind of key sign certificates that OpenSSL verifies",
        arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521, .ed25519, .rsa(bits: 2_048)])
    func algorithms(algorithm: KeyAlgorithm) throws {
        let key = try TestKeys.one(algorithm)
        let draft = try CertificateDraft(
            subject: DER.name(organization: "example", commonName: "root"), key: key, issuer: nil, from: sigstore.now,
            to: sigstore.now + .seconds(60),
            extensions: [
                .keyUsage(.keyCertSign), .basicConstraints(isAuthority: true, pathLength: 0),
                .nameConstraints(
                    permitted: [.dns("example.com")], excluded: [.email("example.com"), .uri("a.example")]),
            ])
        let root = try DraftedCertificate(draft, key: key)
        let output = try OpenSSLCommand.run(
            "openssl verify -check_ss_sig -attime \(sigstore.now.seconds) -CAfile root.pem root.pem",
            files: ["root.pem": root.pem])
        #expect(String(decoding: output, as: UTF8.self) == "root.pem: OK\n")
        let text = try text(of: root)
        #expect(text.contains("Permitted:\n                  DNS:example.com\n"))
        #expect(text.contains("CA:TRUE, pathlen:0"))
    }

    @Test("a certificate is the same after OpenSSL has read and written it: it is DER")
    func isDER() throws {
        let leaf = try leaf(of: .githubWorkflow())
        let again = try OpenSSLCommand.run(
            "openssl x509 -inform DER -in c.der -outform DER", files: ["c.der": leaf.der])
        #expect(again == leaf.der)
    }

    private func verify(_ response: [UInt8], over data: [UInt8]) throws -> String {
        let script = """
            openssl ts -verify -in response.tsr -data data -attime \(sigstore.now.seconds) -CAfile root.pem 2>&1
            """
        let files = [
            "root.pem": sigstore.timestampAuthority.root.pem, "response.tsr": response, "data": data,
        ]
        return String(decoding: try OpenSSLCommand.run(script, files: files), as: UTF8.self)
    }

    @Test("a timestamp of the simulated authority verifies, and not over other bytes")
    func timestamps() throws {
        var token = sigstore.timestampAuthority.token(over: Array("signature".utf8), at: sigstore.now)
        #expect(try verify(token.signed(), over: Array("signature".utf8)).contains("Verification: OK"))
        #expect(throws: OpenSSLCommand.Failure.self) { try verify(token.signed(), over: Array("other".utf8)) }
        token.accuracyInSeconds = 1
        #expect(try verify(token.signed(), over: Array("signature".utf8)).contains("Verification: OK"))
    }

    @Test("OpenSSL reads out of a timestamp what was written into it, and writes it again the same")
    func readsTimestamp() throws {
        let response = try sigstore.timestampAuthority.token(over: [1], at: sigstore.now).signed()
        let text = try OpenSSLCommand.run(
            "openssl ts -reply -in response.tsr -text", files: ["response.tsr": response])
        for line in ["Status: Granted.", "Time stamp: Mar  1 10:00:00 2026 GMT", "Hash Algorithm: sha256"] {
            #expect(String(decoding: text, as: UTF8.self).contains(line))
        }
        let token = try sigstore.timestampAuthority.token(over: [1], at: sigstore.now).token()
        let again = try OpenSSLCommand.run(
            "openssl cms -cmsout -inform DER -in token -outform DER", files: ["token": token])
        #expect(again == token)
    }

    @Test(
        "OpenSSL refuses the lies about a timestamp that it looks at",
        arguments: [
            TimestampLie.strangeAuthority, .otherUse, .usageNotCritical, .twoUses, .signerExpired, .otherBytes,
            .refused, .otherContentType, .otherDigest, .otherCertificate, .noCertificate,
            .wrongSignature, .twoSignatures,
        ])
    func refusesTimestamp(lie: TimestampLie) throws {
        let order = SigningOrder.bundleV2()
        let material = try sigstore.sign([1], order, telling: .timestamp(lie))
        let envelope = try #require(material.bundle?["dsseEnvelope"])
        guard case .string(let signature) = envelope["signatures"]?[0]?["sig"],
            case .string(let response) = material.bundle?["verificationMaterial"]?["timestampVerificationData"]?[
                "rfc3161Timestamps"]?[0]?["signedTimestamp"]
        else {
            Issue.record("a bundle without timestamp")
            return
        }
        let bytes = try #require(Base64.decode(signature.utf8))
        let token = try #require(Base64.decode(response.utf8))
        #expect(throws: OpenSSLCommand.Failure.self) { try verify(token, over: bytes) }
    }
}
