import Cryptography
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
}
