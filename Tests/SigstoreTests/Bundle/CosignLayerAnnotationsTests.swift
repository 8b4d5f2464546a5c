import Cryptography
import OCI
import Sigstore
import Testing

/// What cosign writes beside a signature, read as evidence.
@Suite struct CosignLayerAnnotationsTests {
    private static let pem = "-----BEGIN CERTIFICATE-----\nYnl0ZXM=\n-----END CERTIFICATE-----\n"
    private static let logID = String(repeating: "0a", count: 32)
    private static let bundle =
        #"{"SignedEntryTimestamp":"c2ln","Payload":{"body":"e30=","integratedTime":1624396085,"logIndex":5179,"logID":"\#(logID)"}}"#

    private func read(_ entries: [String: String]) throws -> CosignLayerAnnotations {
        try CosignLayerAnnotations(Annotations(entries.map { ("dev.sigstore.cosign/\($0.key)", $0.value) }))
    }

    @Test("certificate, chain, the log's answer and the time stamp are read")
    func whole() throws {
        let annotations = try read([
            "certificate": Self.pem, "chain": Self.pem + "\n" + Self.pem, "bundle": Self.bundle,
            "rfc3161timestamp": #"{"SignedRFC3161Timestamp":"c2ln"}"#,
        ])
        #expect(annotations.certificate == Array("bytes".utf8))
        #expect(annotations.chain.count == 2)
        #expect(annotations.timestamp == Array("sig".utf8))
        let entry = try #require(annotations.entry)
        #expect(entry.index == 5_179)
        #expect(entry.integratedTime == 1_624_396_085)
        #expect(entry.logID == [UInt8](repeating: 10, count: 32))
        #expect(entry.signedEntryTimestamp == Array("sig".utf8))
        #expect(entry.body == Array("{}".utf8))
        #expect(entry.inclusionProof == nil)
    }

    @Test("what is absent or empty is absent")
    func absent() throws {
        let none = try read([:])
        #expect(none.certificate == nil && none.chain.isEmpty && none.entry == nil && none.timestamp == nil)
        #expect(try read(["certificate": "", "chain": "", "bundle": "", "rfc3161timestamp": ""]) == none)
    }

    @Test(
        "S43: a certificate is one PEM block of that label and nothing else",
        arguments: [
            pem + pem, "x" + pem, pem + "x", "-----BEGIN CERTIFICATE-----\nYnl0ZXM=\n",
            "-----BEGIN PUBLIC KEY-----\nYnl0ZXM=\n-----END PUBLIC KEY-----\n",
            "-----BEGIN CERTIFICATE-----\nYnl0ZX=\n-----END CERTIFICATE-----\n", "bytes",
        ])
    func certificates(text: String) {
        let error = #expect(throws: FormatError.self) { try read(["certificate": text]) }
        #expect(error?.description.contains("dev.sigstore.cosign/certificate") == true)
    }

    @Test("the log's answer has its fields, spelled so, and its numbers as numbers")
    func answers() throws {
        for (old, new) in [
            (#""logIndex":5179"#, #""logIndex":"5179""#), (#""logIndex":5179"#, #""logIndex":-1"#),
            (#""integratedTime""#, #""IntegratedTime""#), ("0a0a", "0A0a"), (#""body":"e30=""#, #""body":"e30""#),
            (#""SignedEntryTimestamp":"c2ln","#, ""), (#"{"body""#, #"{"more":1,"body""#),
        ] {
            let (start, end) = try #require(Self.bundle.components(around: old))
            #expect(throws: FormatError.self) { try read(["bundle": start + new + end]) }
        }
        #expect(throws: FormatError.self) { try read(["rfc3161timestamp": "c2ln"]) }
        let many = String(repeating: Self.pem, count: 9)
        #expect(throws: FormatError.tooMany(field: "dev.sigstore.cosign/chain", found: 9, limit: 8)) {
            try read(["chain": many])
        }
    }
}
