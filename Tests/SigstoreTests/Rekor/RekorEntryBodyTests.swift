import Cryptography
import Testing

@testable import Sigstore

/// What entries of Rekor say, in each of the forms that images are signed with.
@Suite struct RekorEntryBodyTests {
    private static let hash = String(repeating: "0a", count: 32)
    private static let hashed = #"{"algorithm":"sha256","value":"\#(hash)"}"#
    private static let pem = Base64.encode(
        Array("-----BEGIN CERTIFICATE-----\nYnl0ZXM=\n-----END CERTIFICATE-----\n".utf8))

    private static let bodies: [String: String] = [
        "hashedrekord 0.0.1":
            #"{"data":{"hash":\#(hashed)},"signature":{"content":"c2ln","publicKey":{"content":"\#(pem)"}}}"#,
        "dsse 0.0.1":
            #"{"envelopeHash":\#(hashed),"payloadHash":\#(hashed),"signatures":[{"signature":"c2ln","verifier":"\#(pem)"}]}"#,
        "intoto 0.0.2":
            #"{"content":{"envelope":{"payloadType":"t","signatures":[{"publicKey":"\#(pem)","sig":"YzJsbg=="}]},"hash":\#(hashed),"payloadHash":\#(hashed)}}"#,
        "intoto 0.0.1": #"{"content":{"hash":\#(hashed),"payloadHash":\#(hashed)},"publicKey":"\#(pem)"}"#,
    ]

    private static func entry(_ kind: String, spec: String) -> LogEntry {
        let parts = kind.split(separator: " ")
        let body = #"{"apiVersion":"\#(parts[1])","kind":"\#(parts[0])","spec":\#(spec)}"#
        return entry(body)
    }

    private static func entry(_ body: String) -> LogEntry {
        LogEntry(index: 1, logID: [], integratedTime: 1, signedEntryTimestamp: [], body: Array(body.utf8))
    }

    @Test("each form gives its hashes, its signature and its signer")
    func forms() throws {
        for (kind, spec) in Self.bodies {
            let body = try RekorEntryBody(Self.entry(kind, spec: spec))
            let signature: [UInt8]?
            let verifier: RekorVerifier
            let hash: RekorHash?
            switch body {
            case .hashedRekord(let record):
                (signature, verifier, hash) = (record.signature, record.verifier, record.hash)
            case .dsse(let record):
                (signature, verifier, hash) = (record.signature, record.verifier, record.payloadHash)
            case .intoto(let record):
                (signature, verifier, hash) = (record.signature, record.verifier, record.payloadHash)
            case .unsignedInToto(let record): (signature, verifier, hash) = (nil, record.verifier, record.payloadHash)
            case .hashedRekordV2: throw Wrong()
            }
            #expect(signature == Array("sig".utf8) || signature == nil && kind == "intoto 0.0.1")
            #expect(verifier.isCertificate)
            #expect(verifier.block.bytes == Array("bytes".utf8))
            #expect(hash?.bytes == [UInt8](repeating: 10, count: 32))
        }
    }

    private struct Wrong: Error {}

    @Test("a kind that is not about images is refused, and so is one that `kindVersion` contradicts")
    func kinds() throws {
        let spec = try #require(Self.bodies["hashedrekord 0.0.1"])
        for kind in [
            "rekord 0.0.1", "hashedrekord 0.0.3", "dsse 0.0.2", "cose 0.0.1", "HashedRekord 0.0.1", "rfc3161 0.0.1",
        ] {
            let error = #expect(throws: FormatError.self) { try RekorEntryBody(Self.entry(kind, spec: spec)) }
            #expect(error?.description.contains("`kind`") == true)
        }
    }

    @Test("a form has its own fields and no others")
    func fields() throws {
        for (kind, spec) in Self.bodies {
            let extended = #"{"extra":1,"# + spec.dropFirst()
            #expect(throws: FormatError.unknown(field: "spec.extra")) {
                try RekorEntryBody(Self.entry(kind, spec: extended))
            }
            #expect(throws: FormatError.self) { try RekorEntryBody(Self.entry(kind, spec: "{}")) }
            for other in Self.bodies.keys where other != kind {
                #expect(throws: FormatError.self) { try RekorEntryBody(Self.entry(other, spec: spec)) }
            }
        }
    }

    @Test("two signatures, a hash in capitals and a signer that is no PEM are refused")
    func malformed() throws {
        let dsse = try #require(Self.bodies["dsse 0.0.1"])
        let one = #"{"signature":"c2ln","verifier":"\#(Self.pem)"}"#
        let (start, end) = try #require(dsse.components(around: one))
        #expect(throws: FormatError.self) {
            try RekorEntryBody(Self.entry("dsse 0.0.1", spec: start + one + "," + one + end))
        }
        let (before, after) = try #require(dsse.components(around: Self.hash))
        #expect(throws: FormatError.self) {
            try RekorEntryBody(Self.entry("dsse 0.0.1", spec: before + Self.hash.uppercased() + after))
        }
        let (front, back) = try #require(dsse.components(around: Self.pem))
        let key = Base64.encode(Array("-----BEGIN PRIVATE KEY-----\nYnl0ZXM=\n-----END PRIVATE KEY-----\n".utf8))
        for verifier in ["c2ln", key, Base64.encode((Base64.decode(Self.pem.utf8) ?? []) + Array("x".utf8))] {
            #expect(throws: FormatError.self) {
                try RekorEntryBody(Self.entry("dsse 0.0.1", spec: front + verifier + back))
            }
        }
    }

    @Test("an entry of Rekor v2 is read only in the one way in which it can be written")
    func canonical() throws {
        let digest = Base64.encode([UInt8](repeating: 1, count: 32))
        let body =
            #"{"apiVersion":"0.0.2","kind":"hashedrekord","spec":{"hashedRekordV002":{"data":{"algorithm":"SHA2_256","digest":"\#(digest)"},"signature":{"content":"c2ln","verifier":{"keyDetails":"PKIX_ECDSA_P256_SHA_256","x509Certificate":{"rawBytes":"Ynl0ZXM="}}}}}}"#
        guard case .hashedRekordV2(let record) = try RekorEntryBody(Self.entry(body)) else { throw Wrong() }
        #expect(record.verifier == .certificate(Array("bytes".utf8)))
        #expect(record.canonicalBody == Array(body.utf8))
        let key = try replacing(body, "x509Certificate", "publicKey")
        guard case .hashedRekordV2(let keyed) = try RekorEntryBody(Self.entry(key)) else { throw Wrong() }
        #expect(keyed.verifier == .publicKey(Array("bytes".utf8)))
        for (old, new) in [
            (#"{"apiVersion""#, #"{ "apiVersion""#), ("c2ln", #"c2l\u006e"#),
            (#""algorithm":"SHA2_256","digest":"\#(digest)""#, #""digest":"\#(digest)","algorithm":"SHA2_256""#),
            (#"{"content""#, #"{"more":1,"content""#),
        ] {
            let changed = try replacing(body, old, new)
            #expect(throws: FormatError.self) { try RekorEntryBody(Self.entry(changed)) }
        }
    }

    private func replacing(_ text: String, _ old: String, _ new: String) throws -> String {
        let (start, end) = try #require(text.components(around: old))
        return start + new + end
    }

    @Test("what a signed entry timestamp signs is canonical JSON of body, time, log and global index")
    func promise() {
        let entry = LogEntry(
            index: 31_821_305, logID: [0xC0, 0xD2], integratedTime: 1_692_374_735, signedEntryTimestamp: [],
            body: Array("{}".utf8))
        #expect(
            entry.promisedBytes(integratedTime: 1_692_374_735)
                == Array(#"{"body":"e30=","integratedTime":1692374735,"logID":"c0d2","logIndex":31821305}"#.utf8))
    }
}
