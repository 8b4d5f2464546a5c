import Cryptography
import Foundation
import Timestamp

/// Signs the bearer tokens of a token service (distribution, "Docker Registry v2 Bearer token specification"), with a key
/// that is made for one test.
public struct TokenIssuer: Sendable {
    /// What a registry trusts: `rootcertbundle`.
    public let certificatePEM: [UInt8]
    public let name: String
    private let key: PrivateKey

    public init(name: String) throws {
        let start = Instant(secondsSince1970: Int64(Date().timeIntervalSince1970) - 60)
        let authority = try CertificateIssuer.create(name: name, from: start, for: .seconds(3600))
        let issued = try authority.issue(
            .client(name: name), algorithm: .rsa(bits: 2048), from: start, for: .seconds(3600))
        certificatePEM = issued.certificatePEM
        key = issued.key
        self.name = name
    }

    /// A JWT (RFC 7519) that grants what the query of `target` asks for, if that is pulling.
    func token(for target: String, subject: String) throws -> String {
        let items = URLComponents(string: target)?.queryItems ?? []
        func value(_ name: String) -> String { items.first { $0.name == name }?.value ?? "" }
        let scope = value("scope").split(separator: ":").map(String.init)
        let access =
            scope.count == 3 && scope[2] == "pull"
            ? #"{"type":"\#(scope[0])","name":"\#(scope[1])","actions":["pull"]}"# : ""
        let now = Int64(Date().timeIntervalSince1970)
        let header = #"{"typ":"JWT","alg":"RS256","kid":"\#(keyIdentifier)"}"#
        let claims =
            #"{"iss":"\#(name)","sub":"\#(subject)","aud":"\#(value("service"))","exp":\#(now + 300),"nbf":\#(now - 60),"#
            + #""iat":\#(now),"jti":"\#(UUID().uuidString)","access":[\#(access)]}"#
        let signed = [header, claims].map { base64URL(Array($0.utf8)) }.joined(separator: ".")
        return signed + "." + base64URL(try key.sign(Array(signed.utf8), scheme: .rsaPKCS1(.sha256)))
    }

    /// The first 240 bits of the hash of the public key, in base32, in groups of four.
    private var keyIdentifier: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".utf8)
        let bits = key.publicKey.fingerprint.prefix(30).flatMap { byte in (0..<8).map { byte >> (7 - $0) & 1 } }
        let letters = stride(from: 0, to: bits.count, by: 5).map { start in
            alphabet[bits[start..<start + 5].reduce(0) { $0 << 1 | Int($1) }]
        }
        return stride(from: 0, to: letters.count, by: 4)
            .map { String(decoding: letters[$0..<$0 + 4], as: UTF8.self) }.joined(separator: ":")
    }

    private func base64URL(_ bytes: [UInt8]) -> String {
        String(Base64.encode(bytes).filter { $0 != "=" }.map { $0 == "+" ? "-" : $0 == "/" ? "_" : $0 })
    }
}
