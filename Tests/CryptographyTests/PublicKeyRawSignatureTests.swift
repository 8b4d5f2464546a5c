@testable import Cryptography
import Testing

@Suite struct PublicKeyRawSignatureTests {
    private static let lengths: [(KeyAlgorithm, Int)] = [(.ecdsaP256, 32), (.ecdsaP384, 48), (.ecdsaP521, 66)]
    private let message = Array("these bytes and no others".utf8)

    /// The numbers of a DER signature, each of that length.
    private func raw(_ der: [UInt8], length: Int) throws -> [UInt8] {
        var reader = try DERReader(der, holding: DERTag.sequence)
        return try reader.rest().flatMap { number in
            let digits = number.content.drop { $0 == 0 }
            return [UInt8](repeating: 0, count: length - digits.count) + digits
        }
    }

    @Test("a signature that is written as its two numbers is the same in DER", arguments: lengths)
    func converts(algorithm: KeyAlgorithm, length: Int) throws {
        let key = try TestKeys.one(algorithm)
        // Numbers that begin with zeros, and with a bit that DER would take for a sign, come up among these.
        for _ in 0..<64 {
            let der = try key.sign(message, scheme: .ecdsa(.sha256))
            #expect(key.publicKey.derSignature(ofRaw: try raw(der, length: length)) == der)
        }
    }

    @Test("numbers of another length are none", arguments: lengths)
    func otherLengths(algorithm: KeyAlgorithm, length: Int) throws {
        let key = try TestKeys.one(algorithm)
        let der = try key.sign(message, scheme: .ecdsa(.sha256))
        let raw = try raw(der, length: length)
        for other in [[], raw.dropLast(), raw + [0], [0] + raw, raw + raw, der] {
            #expect(key.publicKey.derSignature(ofRaw: Array(other)) == nil)
        }
    }

    @Test("zeros are a signature in DER that verifies nothing", arguments: lengths)
    func zeros(algorithm: KeyAlgorithm, length: Int) throws {
        let key = try TestKeys.one(algorithm).publicKey
        let der = try #require(key.derSignature(ofRaw: [UInt8](repeating: 0, count: 2 * length)))
        #expect(der == [0x30, 0x06, 0x02, 0x01, 0x00, 0x02, 0x01, 0x00])
        #expect(key.verify(der, over: message, scheme: .ecdsa(.sha256)) == nil)
    }

    @Test("other keys make no such signatures", arguments: [KeyAlgorithm.ed25519, .rsa(bits: 2_048)])
    func otherKeys(algorithm: KeyAlgorithm) throws {
        #expect(try TestKeys.one(algorithm).publicKey.derSignature(ofRaw: [UInt8](repeating: 1, count: 64)) == nil)
    }
}
