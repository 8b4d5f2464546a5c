import Cryptography
import Sigstore
import Testing

/// Bundles are read strictly: each refusal names the field.
@Suite struct SigstoreBundleTests {
    private func field(_ text: BundleText) -> String? {
        do throws(FormatError) {
            _ = try SigstoreBundle(parsing: text.utf8)
            return nil
        } catch {
            switch error {
            case .notJSON(let document, _): return document
            case .missing(let field), .unknown(let field), .malformed(let field, _, _),
                .unsupported(let field, _, _), .tooMany(let field, _, _):
                return field
            }
        }
    }

    private func field(replacing old: String, _ new: String) throws -> String? {
        field(try BundleText().replacing(old, new))
    }

    @Test("everything of a bundle is read")
    func whole() throws {
        let bundle = try SigstoreBundle(parsing: BundleText().utf8)
        #expect(bundle.version == .v0_3)
        #expect(bundle.signer == .certificate(leaf: Array("bytes".utf8), intermediates: []))
        #expect(bundle.timestamps == [Array("bytes".utf8)])
        let entry = try #require(bundle.entries.first)
        #expect(entry.index == 735)
        #expect(entry.integratedTime == 1_692_374_735)
        #expect(entry.kind?.description == "hashedrekord 0.0.1")
        #expect(entry.logID == [UInt8](repeating: 7, count: 32))
        #expect(entry.inclusionProof?.index == 7)
        #expect(entry.inclusionProof?.treeSize == 8)
        #expect(entry.inclusionProof?.hashes.count == 1)
        #expect(entry.inclusionProof?.checkpoint == "note")
        guard case .message(let message) = bundle.content else {
            Issue.record("no message signature")
            return
        }
        #expect(message.digest?.function == .sha256)
        #expect(message.signature == Array("sig".utf8))
    }

    @Test(
        "each spelling of each version is known",
        arguments: [
            ("application/vnd.dev.sigstore.bundle+json;version=0.1", SigstoreBundle.Version.v0_1),
            ("application/vnd.dev.sigstore.bundle+json;version=0.2", .v0_2),
            ("application/vnd.dev.sigstore.bundle+json;version=0.3", .v0_3),
            ("application/vnd.dev.sigstore.bundle.v0.3+json", .v0_3),
            ("application/vnd.dev.sigstore.bundle.v0.3.1+json", .v0_3),
        ])
    func versions(mediaType: String, version: SigstoreBundle.Version) throws {
        let text = try BundleText().replacing("application/vnd.dev.sigstore.bundle.v0.3+json", mediaType)
        #expect(try SigstoreBundle(parsing: text.utf8).version == version)
    }

    @Test(
        "S41: an unknown version is refused, and the message names the known ones",
        arguments: [
            "application/vnd.dev.sigstore.bundle.v0.9+json", "application/vnd.dev.sigstore.bundle.v0.4+json",
            "application/vnd.dev.sigstore.bundle+json;version=99.9", "application/vnd.dev.sigstore.bundle.v1.3+json",
            "application/vnd.dev.sigstore.bundle.v0.03+json", "application/vnd.dev.sigstore.bundle.v0.3.+json",
            "application/vnd.dev.sigstore.bundle.v0.3.1.2+json", "application/vnd.dev.sigstore.bundle.v+json",
            "application/vnd.dev.sigstore.bundle+json", "APPLICATION/vnd.dev.sigstore.bundle.v0.3+json", "",
        ])
    func unknownVersions(mediaType: String) throws {
        let text = try BundleText().replacing("application/vnd.dev.sigstore.bundle.v0.3+json", mediaType)
        let error = #expect(throws: FormatError.self) { try SigstoreBundle(parsing: text.utf8) }
        #expect(error?.description.contains("0.1, 0.2 or 0.3") == true)
    }

    @Test("S40: what a version demands is missed by its name")
    func versionRules() throws {
        let promise = #""inclusionPromise":{"signedEntryTimestamp":"\#(BundleText.bytes)"},"#
        let chain = #""x509CertificateChain":{"certificates":[{"rawBytes":"\#(BundleText.bytes)"}]}"#
        let certificate = #""certificate":{"rawBytes":"\#(BundleText.bytes)"}"#
        func version(_ version: String) throws -> BundleText {
            try BundleText().replacing("bundle.v0.3+json", "bundle+json;version=\(version)")
        }
        let entry = "verificationMaterial.tlogEntries[0]"
        #expect(field(try version("0.1").replacing(promise, "")) == "\(entry).inclusionPromise")
        #expect(field(try version("0.2").replacing(promise, "")) == nil)
        let hidden = #""inclusionProof":null,"canonicalizedBody""#
        func withoutProof(_ text: BundleText) throws -> BundleText {
            let start = try #require(text.text.components(around: #""inclusionProof""#)).0
            let end = try #require(text.text.components(around: #""canonicalizedBody""#)).1
            var copy = text
            copy.text = start + hidden + end
            return copy
        }
        #expect(field(try withoutProof(try version("0.1"))) == nil)
        #expect(field(try withoutProof(try version("0.2"))) == "\(entry).inclusionProof")
        #expect(field(try withoutProof(try version("0.3"))) == "\(entry).inclusionProof")
        #expect(field(try version("0.2").replacing(certificate, chain)) == nil)
        #expect(
            field(try version("0.3").replacing(certificate, chain)) == "verificationMaterial.x509CertificateChain")
    }

    @Test("a proof without a checkpoint is refused in every version")
    func noCheckpoint() throws {
        let text = try BundleText().replacing(#","checkpoint":{"envelope":"note"}"#, "")
            .replacing("bundle.v0.3+json", "bundle+json;version=0.1")
        #expect(field(text) == "verificationMaterial.tlogEntries[0].inclusionProof.checkpoint")
    }

    @Test("an unknown field is refused wherever it is")
    func unknownFields() throws {
        #expect(try field(replacing: #"{"mediaType""#, #"{"a":1,"mediaType""#) == "a")
        #expect(
            try field(replacing: #""certificate":{"#, #""certificate":{"b":1,"#) == "verificationMaterial.certificate.b"
        )
        #expect(
            try field(replacing: #"{"logIndex":"735""#, #"{"c":1,"logIndex":"735""#)
                == "verificationMaterial.tlogEntries[0].c")
        #expect(try field(replacing: #"{"signedTimestamp""#, #"{"d":1,"signedTimestamp""#)?.hasSuffix("[0].d") == true)
        #expect(try field(replacing: #"{"algorithm""#, #"{"e":1,"algorithm""#) == "messageSignature.messageDigest.e")
        #expect(try field(replacing: #""mediaType""#, #""MediaType""#) == "MediaType")
        #expect(
            try field(replacing: #""logIndex":"735""#, #""log_index":"735""#)
                == "verificationMaterial.tlogEntries[0].log_index")
    }

    @Test("a key twice, bytes behind the end and a document that is cut off are refused")
    func notJSON() throws {
        #expect(try field(replacing: #"{"mediaType""#, #"{"mediaType":"x","mediaType""#) == "bundle")
        #expect(field(try BundleText().replacing(#""signature":"c2ln"}}"#, #""signature":"c2ln"}} x"#)) == "bundle")
        #expect(field(try BundleText().replacing(#""signature":"c2ln"}}"#, "")) == "bundle")
        #expect(throws: FormatError.self) { try SigstoreBundle(parsing: []) }
        #expect(throws: FormatError.self) { try SigstoreBundle(parsing: Array("[]".utf8)) }
    }

    @Test(
        "64-bit integers are texts of digits, in one spelling",
        arguments: [
            "735", #""0735""#, #""+735""#, #""-1""#, #""7.5""#, #"" 735""#, #""""#, #""9223372036854775808""#, "true",
        ])
    func integers(spelling: String) throws {
        #expect(
            try field(replacing: #""logIndex":"735""#, #""logIndex":\#(spelling)"#)
                == "verificationMaterial.tlogEntries[0].logIndex")
    }

    @Test("zero is left out by those who write proto-JSON, and null is absent")
    func defaults() throws {
        var text = try BundleText().replacing(#""logIndex":"735","#, "")
        #expect(try SigstoreBundle(parsing: text.utf8).entries.first?.index == 0)
        text = try BundleText().replacing(#""integratedTime":"1692374735","#, #""integratedTime":"0","#)
        #expect(try SigstoreBundle(parsing: text.utf8).entries.first?.integratedTime == nil)
        text = try BundleText().replacing(#","messageSignature""#, #","dsseEnvelope":null,"messageSignature""#)
        #expect(field(text) == nil)
    }

    @Test(
        "S42: base64 is standard, with padding, and of at least one byte",
        arguments: ["c2ln ", "c2l\\nn", "c2l-", "c2lnYQ", "c2lnYQ=", "c2lnYR==", "", "====", "ä"])
    func base64(spelling: String) throws {
        #expect(
            try field(replacing: #""signature":"c2ln""#, #""signature":"\#(spelling)""#) == "messageSignature.signature"
        )
    }

    @Test("hashes have their length, and the digest that of its function")
    func lengths() throws {
        let short = Base64.encode([UInt8](repeating: 7, count: 31))
        #expect(
            try field(replacing: #""rootHash":"\#(BundleText.hash)""#, #""rootHash":"\#(short)""#)?.hasSuffix(
                "rootHash") == true)
        #expect(
            try field(replacing: #""hashes":["\#(BundleText.hash)"]"#, #""hashes":["\#(short)"]"#)?.hasSuffix(
                "hashes[0]") == true)
        #expect(
            try field(replacing: #""keyId":"\#(BundleText.hash)""#, #""keyId":"\#(short)""#)?.hasSuffix("keyId") == true
        )
        #expect(try field(replacing: "SHA2_256", "SHA2_512") == "messageSignature.messageDigest.digest")
        #expect(try field(replacing: "SHA2_256", "SHA1") == "messageSignature.messageDigest.algorithm")
    }

    @Test("there is one signer and one content")
    func oneOf() throws {
        let certificate = #""certificate":{"rawBytes":"\#(BundleText.bytes)"},"#
        #expect(try field(replacing: certificate, "") == "verificationMaterial")
        #expect(
            try field(replacing: certificate, certificate + #""publicKey":{"hint":"x"},"#) == "verificationMaterial")
        #expect(try field(replacing: certificate, #""publicKey":{},"#) == nil)
        #expect(try field(replacing: certificate, #""x509CertificateChain":{"certificates":[]},"#) != nil)
        #expect(
            try field(
                replacing: #","messageSignature""#, #","dsseEnvelope":\#(BundleText.envelope),"messageSignature""#)
                == "dsseEnvelope")
        let message =
            #""messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"\#(BundleText.hash)"},"signature":"c2ln"}"#
        #expect(try field(replacing: message, #""messageSignature":null"#) == "messageSignature")
        #expect(try field(replacing: message, #""dsseEnvelope":\#(BundleText.envelope)"#) == nil)
    }

    @Test("an envelope of a bundle has exactly one signature")
    func oneSignature() throws {
        let message =
            #""messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"\#(BundleText.hash)"},"signature":"c2ln"}"#
        for signatures in ["[]", #"[{"sig":"c2ln"},{"sig":"c2lnYQ=="}]"#, #"[{"sig":"c2ln"},{"sig":"c2ln"}]"#] {
            let envelope = #""dsseEnvelope":{"payload":"e30=","payloadType":"x","signatures":\#(signatures)}"#
            #expect(try field(replacing: message, envelope) == "dsseEnvelope.signatures")
        }
    }

    @Test("attack 8: an entry or a timestamp that is given twice is refused")
    func repetitions() throws {
        let text = BundleText().text
        let (start, rest) = try #require(text.components(around: #""tlogEntries":["#))
        let (entry, end) = try #require(rest.components(around: "],\"timestamp"))
        var twice = BundleText()
        twice.text = start + #""tlogEntries":["# + entry + "," + entry + "],\"timestamp" + end
        #expect(field(twice) == "verificationMaterial.tlogEntries[1]")
        let timestamp = #"{"signedTimestamp":"\#(BundleText.bytes)"}"#
        #expect(
            try field(replacing: "[\(timestamp)]", "[\(timestamp),\(timestamp)]")?.hasSuffix("rfc3161Timestamps[1]")
                == true)
    }

    @Test("attack 11: more of anything than there can be is refused before it is looked at")
    func limits() throws {
        let timestamps = (0...32).map { #"{"signedTimestamp":"\#(Base64.encode([UInt8($0)]))"}"# }.joined(
            separator: ",")
        let timestamp = #"{"signedTimestamp":"\#(BundleText.bytes)"}"#
        #expect(try field(replacing: timestamp, timestamps)?.hasSuffix("rfc3161Timestamps") == true)
        let hashes = [String](repeating: #""\#(BundleText.hash)""#, count: 65).joined(separator: ",")
        #expect(try field(replacing: #"["\#(BundleText.hash)"]"#, "[\(hashes)]")?.hasSuffix("hashes") == true)
        #expect(throws: FormatError.self) {
            try SigstoreBundle(parsing: [UInt8](repeating: UInt8(ascii: " "), count: SigstoreBundle.maximumBytes + 1))
        }
    }
}
