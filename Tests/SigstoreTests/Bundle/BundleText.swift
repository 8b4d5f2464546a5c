import Cryptography
import Testing

/// A well-formed bundle as text, of which a test changes one fact. Nothing in it verifies: it is for reading alone.
struct BundleText {
    var text: String

    static let hash = Base64.encode([UInt8](repeating: 7, count: 32))
    static let bytes = Base64.encode(Array("bytes".utf8))
    static let envelope = #"""
        {"payload":"e30=","payloadType":"application/vnd.in-toto+json","signatures":[{"sig":"c2ln","keyid":""}]}
        """#

    /// Version 0.3, a certificate, one entry of Rekor v1 with promise and proof, one timestamp, a message signature.
    init() {
        let lines = #"""
            {"mediaType":"application/vnd.dev.sigstore.bundle.v0.3+json","verificationMaterial":{
            "certificate":{"rawBytes":"\#(Self.bytes)"},
            "tlogEntries":[{"logIndex":"735","logId":{"keyId":"\#(Self.hash)"},
            "kindVersion":{"kind":"hashedrekord","version":"0.0.1"},"integratedTime":"1692374735",
            "inclusionPromise":{"signedEntryTimestamp":"\#(Self.bytes)"},
            "inclusionProof":{"logIndex":"7","rootHash":"\#(Self.hash)","treeSize":"8","hashes":["\#(Self.hash)"],
            "checkpoint":{"envelope":"note"}},"canonicalizedBody":"\#(Self.bytes)"}],
            "timestampVerificationData":{"rfc3161Timestamps":[{"signedTimestamp":"\#(Self.bytes)"}]}},
            "messageSignature":{"messageDigest":{"algorithm":"SHA2_256","digest":"\#(Self.hash)"},"signature":"c2ln"}}
            """#
        text = lines.split(separator: "\n").joined()
    }

    /// With one text of it replaced, which has to be there.
    func replacing(_ old: String, _ new: String) throws -> BundleText {
        let parts = text.components(around: old)
        let (before, after) = try #require(parts, "there is no \(old)")
        var copy = self
        copy.text = before + new + after
        return copy
    }

    var utf8: [UInt8] { Array(text.utf8) }
}

extension String {
    /// What stands before and behind the first `part`.
    func components(around part: String) -> (String, String)? {
        let (text, part) = (Array(utf8), Array(part.utf8))
        guard text.count >= part.count else { return nil }
        for start in 0...(text.count - part.count) where text[start...].starts(with: part) {
            return (
                String(decoding: text[..<start], as: UTF8.self),
                String(decoding: text[(start + part.count)...], as: UTF8.self)
            )
        }
        return nil
    }
}
