import Cryptography
import Sigstore
import StrictJSON
import Timestamp

extension SigstoreBundle: Inspected {
    var facts: Facts {
        var facts = Facts()
        facts.add("kind", "Sigstore bundle \(version.rawValue)")
        facts.add(ClaimedSigner(signer))
        switch content {
        case .message(let message):
            facts.add("content", "a signature over the artifact itself, \(byteCount(message.signature.count))")
            facts.add("  artifact", message.digest?.text)
        case .envelope(let envelope):
            facts.add("content", "a DSSE envelope")
            facts.add(envelope)
        }
        for entry in entries { facts.add(entry) }
        for timestamp in timestamps { facts.add("timestamp", SigstoreBundle.time(of: timestamp)) }
        return facts
    }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", "bundle")
        writer.member("version", version.rawValue)
        writer.key("signer")
        writer.beginObject()
        writer.members(of: ClaimedSigner(signer))
        writer.endObject()
        switch content {
        case .message(let message):
            if let digest = message.digest { writer.member("digest", digest.text) }
            writer.member("signature", Base64.encode(message.signature))
        case .envelope(let envelope):
            writer.key("envelope")
            writer.beginObject()
            envelope.writeContent(to: &writer)
            writer.endObject()
        }
        writer.objects("entries", entries) { $0.writeEvidence(to: &$1) }
        writer.texts("timestamps", timestamps.map(SigstoreBundle.time))
    }

    private static func time(of response: [UInt8]) -> String {
        do throws(TimestampRefusal) {
            return try TimestampToken(response: response).claimedTime.rfc3339
        } catch {
            return "cannot be read: \(error)"
        }
    }
}

extension MessageDigest {
    fileprivate var text: String { "\(function.lowerCaseName):\(bytes.hexadecimal)" }
}
