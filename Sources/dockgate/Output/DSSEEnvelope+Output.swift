import Cryptography
import Sigstore
import StrictJSON
import Trust

extension DSSEEnvelope: Inspected {
    var facts: Facts {
        var facts = Facts()
        facts.add("kind", "DSSE envelope")
        facts.add(self)
        for (position, signature) in signatures.enumerated() {
            let key = signature.keyID.isEmpty ? "" : "  (key `\(signature.keyID)`, as it says)"
            facts.add("signature \(position + 1)", byteCount(signature.bytes.count) + key)
        }
        return facts
    }

    func write(to writer: inout JSONWriter) {
        writer.member("kind", "envelope")
        writeContent(to: &writer)
        writer.objects("signatures", signatures) { signature, writer in
            writer.member("keyID", signature.keyID)
            writer.member("signature", Base64.encode(signature.bytes))
        }
    }

    /// The payload and what is in it.
    func writeContent(to writer: inout JSONWriter) {
        writer.member("payloadType", payloadType)
        writer.member("payloadSize", payload.count)
        do throws(FormatError) {
            let statement = try InTotoStatement.claimed(by: self)
            writer.key("statement")
            writer.beginObject()
            statement.write(to: &writer)
            writer.endObject()
        } catch {
            writer.member("problem", "\(error)")
        }
    }
}

extension Facts {
    /// The payload of an envelope and what is in it.
    mutating func add(_ envelope: DSSEEnvelope) {
        add("payload type", envelope.payloadType)
        add("payload", byteCount(envelope.payload.count))
        do throws(FormatError) {
            add(try InTotoStatement.claimed(by: envelope))
        } catch {
            add("statement", "none: \(error)")
        }
    }

    private mutating func add(_ statement: InTotoStatement) {
        add("statement", statement.version.rawValue)
        add("  type", statement.predicateType)
        for subject in statement.subjects {
            let digests = subject.digests.map { "\($0.algorithm):\($0.hexadecimal)" }
            add("  about", ([subject.name].compactMap { $0 } + digests).joined(separator: "  "))
        }
        if let predicate = statement.predicate, !Array(predicate.members).isEmpty {
            add("  says", predicate.members.map(\.key).joined(separator: ", "))
        }
        guard let provenance = statement.provenance else { return }
        add("  builder", provenance.builder)
        add("  build type", provenance.buildType)
        add("  source", provenance.source)
        add("  source ref", provenance.sourceRef)
    }
}

extension InTotoStatement {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.member("type", version.rawValue)
        writer.member("predicateType", predicateType)
        writer.objects("subjects", subjects) { subject, writer in
            if let name = subject.name { writer.member("name", name) }
            writer.key("digests")
            writer.beginObject()
            for digest in subject.digests {
                writer.key(text: digest.algorithm)
                writer.string(digest.hexadecimal)
            }
            writer.endObject()
        }
        writer.texts("predicateMembers", predicate.map { $0.members.map(\.key) } ?? [])
        guard let provenance else { return }
        writer.key("provenance")
        writer.beginObject()
        if let builder = provenance.builder { writer.member("builder", builder) }
        if let buildType = provenance.buildType { writer.member("buildType", buildType) }
        if let source = provenance.source { writer.member("source", source) }
        if let sourceRef = provenance.sourceRef { writer.member("sourceRef", sourceRef) }
        writer.endObject()
    }
}
