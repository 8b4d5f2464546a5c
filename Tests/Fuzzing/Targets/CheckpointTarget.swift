import Cryptography

@testable import TransparencyLog

/// A note and a checkpoint have one spelling each; a checkpoint is believed if its log signed it, and not if anything in it
/// was changed since.
enum CheckpointTarget {
    static func run(_ input: [UInt8]) {
        checkNote(input)
        let body: CheckpointBody
        do throws(CheckpointError) {
            body = try CheckpointBody(parsing: input)
        } catch {
            hold(error.description.utf8.count < 1024, "an error is short")
            return
        }
        hold(body.rootHash.count == NodeHash.length, "a root is as long as a hash")
        let lines = [body.origin, Array("\(body.treeSize)".utf8), Array(Base64.encode(body.rootHash).utf8)]
        hold((lines + body.extensions).flatMap { $0 + [0x0A] } == input, "a checkpoint has one spelling")
        checkSignature(body, text: input)
    }

    private static func checkNote(_ input: [UInt8]) {
        let note: SignedNote
        do throws(NoteError) {
            note = try SignedNote(parsing: input)
        } catch {
            hold(error.description.utf8.count < 1024, "an error is short")
            return
        }
        let lines = note.signatures.flatMap { line in
            Array("— ".utf8) + line.name + Array(" \(Base64.encode(line.keyID + line.signature))\n".utf8)
        }
        hold(note.text + [0x0A] + lines == input, "a note has one spelling")
        hold((try? Checkpoint.verified(input, by: keys(for: note.text))) == nil, "nobody else signs for a log")
    }

    private static func checkSignature(_ body: CheckpointBody, text: [UInt8]) {
        guard let privateKey, let key = keys(for: text).first else { return }
        guard let signature = try? privateKey.sign(text, scheme: .ed25519) else { return hold(false, "a key signs") }
        let origin = body.hasOriginOfRekorV1 ? Array("log".utf8) : body.origin
        let line = Array("— ".utf8) + origin + Array(" \(Base64.encode(key.keyID + signature))\n".utf8)
        var note = text + [0x0A] + line
        do throws(CheckpointError) {
            hold(try Checkpoint.verified(note, by: [key]).body == body, "what is believed is what was signed")
        } catch {
            switch error {
            case .malformedNote(.notPlainText), .malformedNote(.tooLarge): return
            default: return hold(false, "a signed checkpoint is believed")
            }
        }
        note[text.count / 2] ^= 1
        hold((try? Checkpoint.verified(note, by: [key])) == nil, "a changed checkpoint is refused")
    }

    private static let privateKey = try? PrivateKey.generate(.ed25519)

    /// The key as the log of that checkpoint would have it; none if no log can be named so.
    private static func keys(for text: [UInt8]) -> [LogKey] {
        guard let key = privateKey?.publicKey, let body = try? CheckpointBody(parsing: text) else { return [] }
        if body.hasOriginOfRekorV1 { return [.rekorV1(key)] }
        return [try? LogKey.note(key, origin: String(decoding: body.origin, as: UTF8.self))].compactMap { $0 }
    }
}
