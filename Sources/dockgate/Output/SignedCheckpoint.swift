import Cryptography
import StrictJSON
import TransparencyLog

/// A checkpoint with the lines of those who are said to have signed it.
struct SignedCheckpoint: Inspected {
    let note: SignedNote
    let body: CheckpointBody

    init(_ bytes: [UInt8]) throws {
        note = try SignedNote(parsing: bytes)
        body = try CheckpointBody(parsing: note.text)
    }

    var facts: Facts {
        var facts = Facts()
        facts.add("kind", "checkpoint")
        facts.add("origin", String(decoding: body.origin, as: UTF8.self))
        facts.add("entries", String(body.treeSize))
        facts.add("root hash", body.rootHash.hexadecimal)
        for line in body.extensions { facts.add("further line", String(decoding: line, as: UTF8.self)) }
        for signature in note.signatures {
            facts.add(
                "signature",
                "\(String(decoding: signature.name, as: UTF8.self)), key \(signature.keyID.hexadecimal), "
                    + byteCount(signature.signature.count))
        }
        return facts
    }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", "checkpoint")
        writer.member("origin", String(decoding: body.origin, as: UTF8.self))
        writer.member("treeSize", String(body.treeSize))
        writer.member("rootHash", body.rootHash.hexadecimal)
        writer.texts("extensions", body.extensions.map { String(decoding: $0, as: UTF8.self) })
        writer.objects("signatures", note.signatures) { signature, writer in
            writer.member("name", String(decoding: signature.name, as: UTF8.self))
            writer.member("keyID", signature.keyID.hexadecimal)
            writer.member("signature", Base64.encode(signature.signature))
        }
    }
}
