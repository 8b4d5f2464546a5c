import Cryptography
import Sigstore
import StrictJSON
import Timestamp
import TransparencyLog

extension LogEntry: Inspected {
    var facts: Facts {
        var facts = Facts()
        facts.add("kind", "log entry")
        facts.add(self)
        do throws(FormatError) {
            let signature = try claimedSignature()
            facts.add("body", signature.kind)
            for digest in signature.digests { facts.add("  \(digest.subject)", digest.text) }
            facts.add("  payload type", signature.payloadType)
            facts.add("  signature", signature.signature.map { byteCount($0.count) } ?? "not said")
            facts.add(ClaimedSigner(signature.signer))
        } catch {
            facts.add("body", "\(byteCount(body.count)), which cannot be read: \(error)")
        }
        return facts
    }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", "entry")
        writeEvidence(to: &writer)
        do throws(FormatError) {
            let signature = try claimedSignature()
            writer.key("body")
            writer.beginObject()
            signature.write(to: &writer)
            writer.endObject()
        } catch {
            writer.member("problem", "\(error)")
        }
    }

    /// Where it is said to be, and by what that is to be proved.
    func writeEvidence(to writer: inout JSONWriter) {
        writer.member("logID", logID.hexadecimal)
        writer.member("index", index)
        if let integratedTime { writer.member("integratedTime", LogEntry.time(integratedTime)) }
        writer.member("promise", signedEntryTimestamp != nil)
        guard let proof = inclusionProof else { return }
        writer.key("inclusionProof")
        writer.beginObject()
        writer.member("index", proof.index)
        writer.member("treeSize", proof.treeSize)
        writer.member("rootHash", proof.rootHash.hexadecimal)
        writer.member("hashes", proof.hashes.count)
        writer.member("checkpoint", proof.checkpoint)
        writer.endObject()
    }

    fileprivate static func time(_ seconds: Int) -> String {
        Instant(secondsSince1970: Int64(seconds)).rfc3339InSeconds
    }
}

extension Facts {
    /// Where an entry is said to be, and by what that is to be proved.
    mutating func add(_ entry: LogEntry) {
        add("log", "\(entry.logID.hexadecimal), entry \(entry.index)")
        let isPromised = entry.signedEntryTimestamp != nil
        add(
            "  time",
            entry.integratedTime.map { LogEntry.time($0) + (isPromised ? "" : "  (which the log has not signed)") })
        add("  promise", isPromised ? "a signed entry timestamp" : nil)
        guard let proof = entry.inclusionProof else { return }
        add("  proof", "entry \(proof.index) of \(proof.treeSize), by \(proof.hashes.count) hashes")
        add("  root hash", proof.rootHash.hexadecimal)
        do throws(NoteError) {
            let note = try SignedNote(parsing: Array(proof.checkpoint.utf8))
            add("  checkpoint", try? CheckpointBody(parsing: note.text).words)
        } catch {
            add("  checkpoint", "cannot be read: \(error)")
        }
    }
}

extension CheckpointBody {
    fileprivate var words: String { "\(String(decoding: origin, as: UTF8.self)), \(treeSize) entries" }
}

extension LoggedSignature {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("kind", kind)
        writer.objects("digests", digests) { digest, writer in
            writer.member("of", digest.subject)
            writer.member("digest", digest.text)
        }
        if let payloadType { writer.member("payloadType", payloadType) }
        if let signature { writer.member("signature", Base64.encode(signature)) }
        writer.key("signer")
        writer.beginObject()
        writer.members(of: ClaimedSigner(signer))
        writer.endObject()
    }
}

extension LoggedSignature.Digest {
    fileprivate var text: String { "\(function.lowerCaseName):\(bytes.hexadecimal)" }
}
