import Cryptography
import Sigstore
import Testing

/// Envelopes that stand for themselves.
@Suite struct DSSEEnvelopeTests {
    private func envelope(
        payload: [UInt8] = Array("hello world".utf8), type: String = "http://example.com/HelloWorld",
        signatures: [String]
    ) throws -> DSSEEnvelope {
        try DSSEEnvelope(
            parsing: Array(
                #"{"payload":"\#(Base64.encode(payload))","payloadType":"\#(type)","signatures":[\#(signatures.joined(separator: ","))]}"#
                    .utf8))
    }

    private func signature(of key: PrivateKey, keyID: String = "", over encoding: String) throws -> String {
        let bytes = try key.sign(Array(encoding.utf8), scheme: .ecdsa(.sha256))
        return #"{"keyid":"\#(keyID)","sig":"\#(Base64.encode(bytes))"}"#
    }

    private let encoding = "DSSEv1 29 http://example.com/HelloWorld 11 hello world"

    @Test("the pre-authentication encoding is that of the protocol, lengths in bytes")
    func preAuthenticationEncoding() throws {
        let envelope = try envelope(signatures: [#"{"sig":"c2ln"}"#])
        #expect(envelope.preAuthenticationEncoding == Array(encoding.utf8))
        let other = try self.envelope(payload: Array("é".utf8), type: "ä", signatures: [#"{"sig":"c2ln"}"#])
        #expect(other.preAuthenticationEncoding == Array("DSSEv1 2 ä 2 é".utf8))
    }

    @Test("S05, attack 8: one key counts once, however often and under however many names it has signed")
    func distinctKeys() throws {
        let (key, other, stranger) = (
            try PrivateKey.generate(.ecdsaP256), try PrivateKey.generate(.ecdsaP256),
            try PrivateKey.generate(.ecdsaP256)
        )
        let twice = try envelope(signatures: [
            try signature(of: key, keyID: "a", over: encoding), try signature(of: key, keyID: "b", over: encoding),
        ])
        #expect(twice.signers(among: [key.publicKey, key.publicKey, other.publicKey]) == [key.publicKey])
        let both = try envelope(signatures: [
            try signature(of: key, over: encoding), try signature(of: other, over: encoding),
        ])
        #expect(both.signers(among: [other.publicKey, key.publicKey]).count == 2)
        #expect(both.signers(among: [stranger.publicKey]).isEmpty)
        let oneIsWrong = try envelope(signatures: [
            try signature(of: key, over: encoding), try signature(of: other, over: encoding + "!"),
        ])
        #expect(oneIsWrong.signers(among: [other.publicKey, key.publicKey]) == [key.publicKey])
    }

    @Test("S06: another type, another payload and another length are not what was signed")
    func bound() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let signature = try signature(of: key, over: encoding)
        #expect(try envelope(signatures: [signature]).signers(among: [key.publicKey]).count == 1)
        #expect(
            try envelope(type: "http://example.com/HelloWorlds", signatures: [signature]).signers(among: [key.publicKey]
            ).isEmpty)
        #expect(
            try envelope(payload: Array("hello worle".utf8), signatures: [signature]).signers(among: [key.publicKey])
                .isEmpty)
        for wrong in [
            "DSSEv1 29 http://example.com/HelloWorld 12 hello world",
            "DSSEv1 029 http://example.com/HelloWorld 11 hello world",
            "DSSEv2 29 http://example.com/HelloWorld 11 hello world", "hello world",
        ] {
            let signature = try self.signature(of: key, over: wrong)
            #expect(try envelope(signatures: [signature]).signers(among: [key.publicKey]).isEmpty)
        }
    }

    @Test("base64 may be standard or URL-safe, and not both")
    func alphabets() throws {
        func payload(_ text: String) throws -> [UInt8] {
            try DSSEEnvelope(
                parsing: Array(#"{"payload":"\#(text)","payloadType":"x","signatures":[{"sig":"c2ln"}]}"#.utf8)
            ).payload
        }
        #expect(try payload("+/+/") == payload("-_-_"))
        for text in ["+_+_", "-_-", "-_-_ ", "", "-_=="] {
            let error = #expect(throws: FormatError.self) { try payload(text) }
            #expect(error?.description.contains("`payload`") == true)
        }
    }

    @Test("fields that the format does not have are passed over, and those that it has are demanded")
    func fields() throws {
        func read(_ text: String) throws -> DSSEEnvelope { try DSSEEnvelope(parsing: Array(text.utf8)) }
        #expect(throws: Never.self) {
            try read(#"{"payload":"e30=","payloadType":"x","signatures":[{"sig":"c2ln","cert":"…"}],"more":1}"#)
        }
        #expect(throws: FormatError.missing(field: "payload")) {
            try read(#"{"payloadType":"x","signatures":[{"sig":"c2ln"}]}"#)
        }
        #expect(throws: FormatError.missing(field: "payloadType")) {
            try read(#"{"payload":"e30=","signatures":[{"sig":"c2ln"}]}"#)
        }
        #expect(throws: FormatError.missing(field: "payloadType")) {
            try read(#"{"payload":"e30=","payloadType":"","signatures":[{"sig":"c2ln"}]}"#)
        }
        #expect(throws: FormatError.missing(field: "signatures")) {
            try read(#"{"payload":"e30=","payloadType":"x","signatures":[]}"#)
        }
        #expect(throws: FormatError.missing(field: "signatures[0].sig")) {
            try read(#"{"payload":"e30=","payloadType":"x","signatures":[{}]}"#)
        }
        let many = [String](repeating: #"{"sig":"c2ln"}"#, count: 65)
        #expect(throws: FormatError.tooMany(field: "signatures", found: 65, limit: 64)) {
            try envelope(signatures: many)
        }
    }
}
