import StrictJSON

@testable import Cryptography
@testable import Sigstore

/// Claims stand in the payload; what says more within `critical` than is understood is refused.
enum PayloadTarget {
    static func run(_ input: [UInt8]) {
        guard let key else { return hold(false, "a key can be made") }
        let payload: SimpleSigningPayload
        do throws(SimpleSigningError) {
            payload = try SimpleSigningPayload(Verified(content: input, key: key))
        } catch {
            hold(error.description.utf8.count < 16_384, "an error is short")
            return
        }
        guard let root = try? JSONDocument(parsing: input).root else { return hold(false, "a payload is JSON") }
        let strings = Set(root.strings.map { Array($0.utf8) })
        hold(strings.contains(Array(payload.manifestDigest.utf8)), "the digest stands in the payload")
        hold(strings.contains(Array(payload.dockerReference.utf8)), "the reference stands in the payload")
        let printed = try? SimpleSigningPayload(Verified(content: root.printed, key: key))
        hold(printed?.manifestDigest.utf8.elementsEqual(payload.manifestDigest.utf8) == true, "parse(print(x)) == x")
        hold(printed?.dockerReference.utf8.elementsEqual(payload.dockerReference.utf8) == true, "parse(print(x)) == x")
        let extended = extended(root)
        hold((try? SimpleSigningPayload(Verified(content: extended, key: key))) == nil, "an unknown claim is refused")
    }

    private static let key = try? PrivateKey.generate(.ecdsaP256).publicKey

    /// The payload with one more claim in `critical`.
    private static func extended(_ root: JSONValue) -> [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.key("critical")
        writer.beginObject()
        for (key, value) in root["critical"].map({ Array($0.members) }) ?? [] {
            writer.key(text: key)
            writeObject(value, to: &writer)
        }
        writer.member("expires", "never")
        writer.endObject()
        writer.endObject()
        return writer.bytes
    }

    /// The claims are texts, or objects of texts.
    private static func writeObject(_ value: JSONValue, to writer: inout JSONWriter) {
        guard value.kind == .object else { return writer.string(value.string ?? "") }
        writer.beginObject()
        for (key, member) in value.members {
            writer.key(text: key)
            writer.string(member.string ?? "")
        }
        writer.endObject()
    }
}
