import Cryptography
import Testing
import Timestamp

@Suite struct CertificateIssuerTests {
    let start = Instant(secondsSince1970: 1_800_000_000)  // 2027-01-15T08:00:00Z

    private func verify(_ leaf: IssuedCertificate, by issuer: CertificateIssuer, options: String) throws -> Bool {
        let output = try OpenSSLCommand.run(
            "openssl verify -CAfile ca.pem -x509_strict \(options) leaf.pem || echo refused",
            files: ["ca.pem": issuer.certificatePEM, "leaf.pem": leaf.certificatePEM])
        return String(decoding: output, as: UTF8.self) == "leaf.pem: OK\n"
    }

    private func text(_ pem: [UInt8]) throws -> String {
        String(
            decoding: try OpenSSLCommand.run("openssl x509 -in c.pem -noout -text", files: ["c.pem": pem]),
            as: UTF8.self)
    }

    @Test(
        "a serving certificate is good for its names, its time and its purpose, and for no other",
        .enabled(if: OpenSSLCommand.isPresent),
        arguments: [KeyAlgorithm.ecdsaP256, .ecdsaP384, .ecdsaP521, .ed25519, .rsa(bits: 2_048)])
    func serving(algorithm: KeyAlgorithm) throws {
        let issuer = try CertificateIssuer.create(
            name: "authority", algorithm: algorithm, from: start, for: .seconds(600))
        let leaf = try issuer.issue(
            .server(names: ["gate.example.svc", "*.example.com", "127.0.0.1", "::1"]), from: start, for: .seconds(60))
        let during = "-attime 1800000030 -purpose sslserver"
        #expect(try verify(leaf, by: issuer, options: "\(during) -verify_hostname gate.example.svc"))
        #expect(try verify(leaf, by: issuer, options: "\(during) -verify_hostname a.example.com"))
        #expect(try verify(leaf, by: issuer, options: "\(during) -verify_ip 127.0.0.1"))
        #expect(try verify(leaf, by: issuer, options: "\(during) -verify_ip ::1"))

        #expect(try !verify(leaf, by: issuer, options: "\(during) -verify_hostname other.example.svc"))
        #expect(try !verify(leaf, by: issuer, options: "\(during) -verify_ip 127.0.0.2"))
        #expect(try !verify(leaf, by: issuer, options: "-attime 1799999999 -purpose sslserver"))
        #expect(try !verify(leaf, by: issuer, options: "-attime 1800000061 -purpose sslserver"))
        #expect(try !verify(leaf, by: issuer, options: "-attime 1800000030 -purpose sslclient"))
        let stranger = try CertificateIssuer.create(
            name: "authority", algorithm: algorithm, from: start, for: .seconds(600))
        #expect(try !verify(leaf, by: stranger, options: during))
    }

    @Test("a client certificate is not good for a server", .enabled(if: OpenSSLCommand.isPresent))
    func client() throws {
        let issuer = try CertificateIssuer.create(name: "authority", from: start, for: .seconds(600))
        let leaf = try issuer.issue(.client(name: "kube-apiserver"), from: start, for: .seconds(60))
        #expect(try verify(leaf, by: issuer, options: "-attime 1800000030 -purpose sslclient"))
        #expect(try !verify(leaf, by: issuer, options: "-attime 1800000030 -purpose sslserver"))
    }

    @Test(
        "the authority may sign certificates, the server may not, and both say so critically",
        .enabled(if: OpenSSLCommand.isPresent))
    func constraints() throws {
        let issuer = try CertificateIssuer.create(name: "authority", from: start, for: .seconds(600))
        let authority = try text(issuer.certificatePEM)
        #expect(authority.contains("X509v3 Basic Constraints: critical\n                CA:TRUE, pathlen:0"))
        #expect(authority.contains("X509v3 Key Usage: critical\n                Certificate Sign, CRL Sign"))
        let leaf = try text(issuer.issue(.server(names: ["a.example"]), from: start, for: .seconds(60)).certificatePEM)
        #expect(leaf.contains("X509v3 Basic Constraints: critical\n                CA:FALSE"))
        #expect(leaf.contains("X509v3 Key Usage: critical\n                Digital Signature"))
    }

    @Test(
        "the certificate is for the key that came with it, and no two have one serial number",
        .enabled(if: OpenSSLCommand.isPresent))
    func keyAndSerial() throws {
        let issuer = try CertificateIssuer.create(name: "authority", from: start, for: .seconds(600))
        var serials: Set<[UInt8]> = []
        for _ in 0..<4 {
            let leaf = try issuer.issue(.server(names: ["a.example"]), from: start, for: .seconds(60))
            let key = try OpenSSLCommand.run(
                "openssl x509 -in c.pem -noout -pubkey", files: ["c.pem": leaf.certificatePEM])
            #expect(key == (try leaf.key.publicKeyPEM))
            serials.insert(
                try OpenSSLCommand.run("openssl x509 -in c.pem -noout -serial", files: ["c.pem": leaf.certificatePEM]))
        }
        #expect(serials.count == 4)
    }

    @Test(
        "names that are no names are refused, also those that would smuggle in others",
        arguments: [
            "", " ", "a..b", "-a.example", "a_b.example", "a.*.example", "*", "a.example,DNS:evil.example", "a\nb",
            "a b",
            "m\u{fc}nchen.example", "host:443", "256.256.256.256,",
        ])
    func badNames(name: String) throws {
        let issuer = try CertificateIssuer.create(name: "authority", from: start, for: .seconds(600))
        #expect(throws: CertificateError.invalidName(name)) {
            try issuer.issue(.server(names: ["a.example", name]), from: start, for: .seconds(60))
        }
    }

    @Test("no name, no common name and no lifetime are refused")
    func nothing() throws {
        let issuer = try CertificateIssuer.create(name: "authority", from: start, for: .seconds(600))
        #expect(throws: CertificateError.noNames) {
            try issuer.issue(.server(names: []), from: start, for: .seconds(60))
        }
        #expect(throws: CertificateError.invalidName("")) {
            try issuer.issue(.client(name: ""), from: start, for: .seconds(60))
        }
        let long = String(repeating: "a", count: 65)
        #expect(throws: CertificateError.invalidName(long)) {
            try CertificateIssuer.create(name: long, from: start, for: .seconds(600))
        }
        for lifetime: Duration in [.zero, .seconds(-1), .seconds(1 << 40)] {
            #expect(throws: CertificateError.invalidValidity) {
                try issuer.issue(.client(name: "a"), from: start, for: lifetime)
            }
        }
    }
}
