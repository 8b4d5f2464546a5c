@testable import Cryptography
import Testing

@Suite struct PublicKeyVerificationTests {
    static let pairs: [(KeyAlgorithm, SignatureScheme)] = [
        (.ecdsaP256, .ecdsa(.sha256)), (.ecdsaP384, .ecdsa(.sha384)), (.ecdsaP384, .ecdsa(.sha256)),
        (.ecdsaP521, .ecdsa(.sha512)), (.ecdsaP521, .ecdsa(.sha256)), (.ed25519, .ed25519),
        (.rsa(bits: 2_048), .rsaPKCS1(.sha256)), (.rsa(bits: 2_048), .rsaPKCS1(.sha512)),
        (.rsa(bits: 2_048), .rsaPSS(.sha256)), (.rsa(bits: 2_048), .rsaPSS(.sha384)),
    ]
    let message = Array("these bytes and no others".utf8)

    @Test("a signature over the message verifies and carries message and key", arguments: pairs)
    func verifies(algorithm: KeyAlgorithm, scheme: SignatureScheme) throws {
        let key = try TestKeys.one(algorithm)
        let verified = key.publicKey.verify(try key.sign(message, scheme: scheme), over: message, scheme: scheme)
        #expect(verified?.content == message)
        #expect(verified?.key == key.publicKey)
    }

    @Test("a changed message, another key or no signature does not verify", arguments: pairs)
    func refuses(algorithm: KeyAlgorithm, scheme: SignatureScheme) throws {
        let key = try TestKeys.one(algorithm)
        let signature = try key.sign(message, scheme: scheme)
        let other = try TestKeys.another(algorithm).publicKey
        #expect(other.verify(signature, over: message, scheme: scheme) == nil)
        #expect(key.publicKey.verify(signature, over: message + [0], scheme: scheme) == nil)
        #expect(key.publicKey.verify(signature, over: message.dropLast(), scheme: scheme) == nil)
        #expect(key.publicKey.verify(signature, over: [], scheme: scheme) == nil)
        #expect(key.publicKey.verify([], over: message, scheme: scheme) == nil)
        let zeros = [UInt8](repeating: 0, count: signature.count)
        #expect(key.publicKey.verify(zeros, over: message, scheme: scheme) == nil)
    }

    @Test("S09: no byte of the signature can be changed, taken away or added", arguments: pairs)
    func tampering(algorithm: KeyAlgorithm, scheme: SignatureScheme) throws {
        let key = try TestKeys.one(algorithm)
        let signature = try key.sign(message, scheme: scheme)
        for index in signature.indices {
            for mask: UInt8 in [0x01, 0x80, 0xff] {
                var changed = signature
                changed[index] ^= mask
                #expect(key.publicKey.verify(changed, over: message, scheme: scheme) == nil, "byte \(index)")
            }
        }
        #expect(key.publicKey.verify(signature.dropLast(), over: message, scheme: scheme) == nil)
        #expect(key.publicKey.verify(Array(signature.dropFirst()), over: message, scheme: scheme) == nil)
        #expect(key.publicKey.verify(signature + [0], over: message, scheme: scheme) == nil)
        #expect(key.publicKey.verify([0] + signature, over: message, scheme: scheme) == nil)
        #expect(key.publicKey.verify(signature + signature, over: message, scheme: scheme) == nil)
    }

    @Test("S09: a scheme that is not the key's own never verifies", arguments: PublicKeyTests.accepted)
    func otherSchemes(algorithm: KeyAlgorithm) throws {
        let key = try TestKeys.one(algorithm)
        for (owner, scheme) in Self.pairs where owner == algorithm {
            let signature = try key.sign(message, scheme: scheme)
            for (_, other) in Self.pairs where other != scheme {
                #expect(key.publicKey.verify(signature, over: message, scheme: other) == nil, "\(scheme) as \(other)")
            }
        }
    }

    @Test("a PSS salt of another length than the hash is refused", .enabled(if: OpenSSLCommand.isPresent))
    func saltLength() throws {
        let key = try TestKeys.one(.rsa(bits: 2_048))
        for (salt, isExpected) in [("32", true), ("20", false), ("0", false), ("max", false)] {
            let signature = try OpenSSLCommand.run(
                """
                openssl dgst -sha256 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:\(salt) -sign key.pem message
                """, files: ["key.pem": key.privateKeyPEM, "message": message])
            let verified = key.publicKey.verify(signature, over: message, scheme: .rsaPSS(.sha256))
            #expect((verified != nil) == isExpected, "salt \(salt)")
        }
    }

    @Test(
        "what the openssl command signs verifies here", .enabled(if: OpenSSLCommand.isPresent),
        arguments: [
            (
                "EC -pkeyopt ec_paramgen_curve:P-256", "dgst -sha256 -sign key.pem message",
                SignatureScheme.ecdsa(.sha256)
            ),
            ("EC -pkeyopt ec_paramgen_curve:P-384", "dgst -sha384 -sign key.pem message", .ecdsa(.sha384)),
            ("EC -pkeyopt ec_paramgen_curve:P-521", "dgst -sha512 -sign key.pem message", .ecdsa(.sha512)),
            ("RSA -pkeyopt rsa_keygen_bits:3072", "dgst -sha256 -sign key.pem message", .rsaPKCS1(.sha256)),
            ("ED25519", "pkeyutl -sign -rawin -inkey key.pem -in message", .ed25519),
        ])
    func interoperates(keyKind: String, signing: String, scheme: SignatureScheme) throws {
        let privateKey = try OpenSSLCommand.run("openssl genpkey -algorithm \(keyKind)")
        let publicKey = try OpenSSLCommand.run("openssl pkey -in key.pem -pubout", files: ["key.pem": privateKey])
        let signature = try OpenSSLCommand.run(
            "openssl \(signing)", files: ["key.pem": privateKey, "message": message])
        let key = try PublicKey(pem: publicKey)
        #expect(key.verify(signature, over: message, scheme: scheme) != nil)
        #expect(key.verify(signature, over: message + [0], scheme: scheme) == nil)
    }

    @Test(
        "the vectors of RFC 8032 section 7.1",
        arguments: [
            (
                "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
                "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
            ),
            (
                "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            ),
        ])
    func rfc8032(publicKey: String, message: String, signature: String) throws {
        let key = try PublicKey(der: bytes("302a300506032b6570032100") + bytes(publicKey))
        #expect(key.verify(bytes(signature), over: bytes(message), scheme: .ed25519) != nil)
        #expect(key.verify(bytes(signature), over: bytes(message) + [0], scheme: .ed25519) == nil)
    }

    @Test(
        "S10: a signature over a SHA-1 or MD5 hash is refused, with every scheme",
        .enabled(if: OpenSSLCommand.isPresent))
    func weakHashes() throws {
        for (algorithm, schemes) in [
            (KeyAlgorithm.rsa(bits: 2_048), [SignatureScheme.rsaPKCS1(.sha256), .rsaPSS(.sha256), .rsaPKCS1(.sha512)]),
            (.ecdsaP256, [.ecdsa(.sha256), .ecdsa(.sha384)]),
        ] {
            let key = try TestKeys.one(algorithm)
            for (hash, isExpected) in [("sha1", false), ("md5", false), ("sha224", false), ("sha256", true)] {
                let signature = try OpenSSLCommand.run(
                    "openssl dgst -\(hash) -sign key.pem message",
                    files: ["key.pem": key.privateKeyPEM, "message": message])
                let verifies = schemes.contains { key.publicKey.verify(signature, over: message, scheme: $0) != nil }
                #expect(verifies == isExpected, "\(algorithm) \(hash)")
            }
        }
    }

    @Test("S09: an Ed25519 signature has one S: what is beyond the order of the base point is refused")
    func malleableEd25519() throws {
        let key = try PrivateKey.generate(.ed25519)
        let signature = try key.sign(message, scheme: .ed25519)
        #expect(key.publicKey.verify(signature, over: message, scheme: .ed25519) != nil)
        // L of RFC 8032 section 5.1, the lowest byte first.
        let order = bytes("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010")
        for multiple in 1...15 {
            var carry = 0
            let sum = zip(signature.suffix(32), order).map { s, l -> UInt8 in
                let total = Int(s) + Int(l) * multiple + carry
                carry = total >> 8
                return UInt8(total & 0xFF)
            }
            guard carry == 0 else { break }
            let twin = Array(signature.prefix(32)) + sum
            #expect(key.publicKey.verify(twin, over: message, scheme: .ed25519) == nil, "S + \(multiple) L")
        }
    }

    @Test("S09: with points of small order in the signature nothing verifies under a key that was generated")
    func smallOrderSignature() throws {
        let key = try PrivateKey.generate(.ed25519).publicKey
        let zero = [UInt8](repeating: 0, count: 32)
        for point in [zero, [1] + zero.dropLast(), [0xEC] + [UInt8](repeating: 0xFF, count: 30) + [0x7F]] {
            #expect(key.verify(point + zero, over: message, scheme: .ed25519) == nil)
        }
    }

    @Test("a message is hashed once for all signatures and keys: its digest is what they are held against")
    func hashedOnce() throws {
        let other = Array("other bytes".utf8)
        for algorithm in [KeyAlgorithm.ecdsaP256, .rsa(bits: 2_048)] {
            let key = try TestKeys.one(algorithm)
            let scheme: SignatureScheme = algorithm == .ecdsaP256 ? .ecdsa(.sha256) : .rsaPKCS1(.sha256)
            let signature = try key.sign(message, scheme: scheme)
            #expect(key.publicKey.verify(signature, over: HashedMessage(message), scheme: scheme) != nil)
            #expect(key.publicKey.verify(signature, over: HashedMessage(other), scheme: scheme) == nil)
            // Were the content hashed again, this would not verify.
            let remembered = HashedMessage(other, digests: [.sha256: SHA2.sha256(message)])
            #expect(key.publicKey.verify(signature, over: remembered, scheme: scheme) != nil)
        }
    }

    @Test("a digest that was not asked for beforehand is the same", arguments: HashFunction.allCases)
    func digestOnDemand(function: HashFunction) {
        #expect(HashedMessage(message, with: []).digest(function) == function.digest(of: message))
        #expect(HashedMessage(message, with: [function]).digest(function) == function.digest(of: message))
    }

    @Test("one key serves many threads at once")
    func sharedBetweenThreads() async throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let signature = try key.sign(message, scheme: .ecdsa(.sha256))
        let publicKey = key.publicKey
        let message = message
        let right = await withTaskGroup(of: Int.self) { group in
            for task in 0..<8 {
                group.addTask {
                    (0..<100).count { round in
                        let isGenuine = (task + round) % 2 == 0
                        let verified = publicKey.verify(
                            signature, over: isGenuine ? message : message + [0], scheme: .ecdsa(.sha256))
                        return (verified != nil) == isGenuine
                    }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(right == 800)
    }
}

/// An ECDSA signature has one encoding (X.690 section 10); everything that merely means the same is refused.
@Suite struct ECDSASignatureEncodingTests {
    let key: PrivateKey
    let message = Array("message".utf8)
    let r: [UInt8]
    let s: [UInt8]

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256)
        let signature = try key.sign(message, scheme: .ecdsa(.sha256))
        let lengthOfR = Int(signature[3])
        r = Array(signature[4..<4 + lengthOfR])
        s = Array(signature[(6 + lengthOfR)...])
    }

    private func verifies(_ signature: [UInt8]) -> Bool {
        key.publicKey.verify(signature, over: message, scheme: .ecdsa(.sha256)) != nil
    }

    private func integer(_ content: [UInt8]) -> [UInt8] { [0x02, UInt8(content.count)] + content }
    private func sequence(_ content: [UInt8]) -> [UInt8] { [0x30, UInt8(content.count)] + content }

    @Test("the encoding that the other cases vary verifies")
    func plain() {
        #expect(verifies(sequence(integer(r) + integer(s))))
    }

    @Test("S09: bytes after the signature, outside or inside of the sequence, are refused")
    func trailing() {
        #expect(!verifies(sequence(integer(r) + integer(s)) + [0x05, 0x00]))
        #expect(!verifies(sequence(integer(r) + integer(s) + [0x05, 0x00])))
        #expect(!verifies(sequence(integer(r) + integer(s) + integer([0x01]))))
    }

    @Test("S09: lengths in long form and of indefinite length are refused")
    func berLengths() {
        let content = integer(r) + integer(s)
        #expect(!verifies([0x30, 0x81, UInt8(content.count)] + content))
        #expect(!verifies([0x30, 0x80] + content + [0x00, 0x00]))
        #expect(!verifies(sequence([0x02, 0x81, UInt8(r.count)] + r + integer(s))))
    }

    @Test("S09: integers with needless leading zeros, of the wrong sign or missing are refused")
    func integers() {
        #expect(!verifies(sequence(integer([0x00] + r) + integer(s))))
        #expect(!verifies(sequence(integer(r) + integer([0x00] + s))))
        #expect(!verifies(sequence(integer([0xff] + r) + integer(s))))
        #expect(!verifies(sequence(integer(r))))
        #expect(!verifies(sequence(integer([0x00]) + integer(s))))
        #expect(!verifies(sequence(integer(r) + integer([0x00]))))
        #expect(!verifies(sequence(integer(s) + integer(r))))
    }

    /// n of P-256 (SEC 2 section 2.4.2), the highest byte first.
    private let order = bytes("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")

    @Test("S09: r and s of zero or beyond the order are refused, though they mean the same")
    func range() {
        let zero: [UInt8] = [0x00]
        #expect(!verifies(sequence(integer(zero) + integer(zero))))
        #expect(!verifies(sequence(integer(zero) + integer(s))))
        #expect(!verifies(sequence(integer(r) + integer(zero))))
        #expect(!verifies(sequence(integer([0x00] + order) + integer(s))))
        #expect(!verifies(sequence(integer(r) + integer([0x00] + order))))
        // r + n and s + n are r and s, modulo n.
        #expect(!verifies(sequence(integer(sum(r)) + integer(s))))
        #expect(!verifies(sequence(integer(r) + integer(sum(s)))))
        #expect(!verifies(sequence(integer([0x80] + r.suffix(31)) + integer(s))))
    }

    @Test("S09: the twin with n - s verifies, as FIPS 186-5 has it, and is a signature by the same key")
    func highS() {
        #expect(verifies(sequence(integer(r) + integer(difference(s)))))
    }

    @Test("S09: a key on another curve does not verify it", arguments: [KeyAlgorithm.ecdsaP384, .ecdsaP521])
    func otherCurve(algorithm: KeyAlgorithm) throws {
        let other = try PrivateKey.generate(algorithm).publicKey
        let signature = try key.sign(message, scheme: .ecdsa(.sha256))
        #expect(other.verify(signature, over: message, scheme: .ecdsa(.sha256)) == nil)
    }

    /// The content of an integer that is the order and as much more.
    private func sum(_ content: [UInt8]) -> [UInt8] {
        var carry = 0
        let digits = zip(padded(content).reversed(), order.reversed()).map { left, right -> UInt8 in
            let total = Int(left) + Int(right) + carry
            carry = total >> 8
            return UInt8(total & 0xFF)
        }
        return minimal([UInt8(carry)] + digits.reversed())
    }

    /// The content of an integer that is the order less as much.
    private func difference(_ content: [UInt8]) -> [UInt8] {
        var borrow = 0
        let digits = zip(order.reversed(), padded(content).reversed()).map { left, right -> UInt8 in
            let rest = Int(left) - Int(right) - borrow
            borrow = rest < 0 ? 1 : 0
            return UInt8((rest + 256) & 0xFF)
        }
        return minimal(digits.reversed())
    }

    private func padded(_ content: [UInt8]) -> [UInt8] {
        let digits = Array(content.drop { $0 == 0 })
        return [UInt8](repeating: 0, count: max(0, 32 - digits.count)) + digits
    }

    /// DER's one spelling of a positive integer.
    private func minimal(_ digits: [UInt8]) -> [UInt8] {
        let content = Array(digits.drop { $0 == 0 })
        return content.first.map { $0 >= 0x80 } == true ? [0x00] + content : content
    }

    @Test("S09: r and s side by side, as other formats write them, are refused")
    func raw() {
        #expect(!verifies(Array(r.suffix(32) + s.suffix(32))))
    }
}
