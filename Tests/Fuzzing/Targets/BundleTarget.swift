import Cryptography
import StrictJSON

@testable import Sigstore

/// A bundle that is read prints to one that reads the same; nothing in it makes a verifier believe it that trusts nobody
/// who signed it.
enum BundleTarget {
    static func run(_ input: [UInt8]) {
        let bundle: SigstoreBundle
        do throws(FormatError) { bundle = try SigstoreBundle(parsing: input) } catch {
            hold(error.description.utf8.count < 16_384, "an error is short")
            return
        }
        hold((try? SigstoreBundle(parsing: bundle.printed)) == bundle, "parse(print(x)) == x")
        hold(bundle.entries.count <= SigstoreBundle.maximumEntries, "the limit of entries holds")
        for entry in bundle.entries { check(entry, bundle.version) }
        guard let verifier else { return hold(false, "a verifier can be made") }
        for demand in [SigstoreDemand.signature, .attestation(predicateType: nil), .any] {
            let judgement = verifier.judge(SignedEntity(bundle), of: SigstoreArtifact(content: []), as: demand)
            guard case .refused(let refusal) = judgement else { return hold(false, "strangers sign nothing") }
            hold(refusal.description.utf8.count < 16_384, "a refusal is short")
        }
    }

    private static func check(_ entry: LogEntry, _ version: SigstoreBundle.Version) {
        hold(version > .v0_1 || entry.signedEntryTimestamp != nil, "version 0.1 has promises")
        hold(version == .v0_1 || entry.inclusionProof != nil, "later versions have proofs")
        do throws(FormatError) {
            guard case .hashedRekordV2(let record) = try RekorEntryBody(entry) else { return }
            hold(record.canonicalBody == entry.body, "a body of Rekor v2 has one spelling")
        } catch {
            hold(error.description.utf8.count < 16_384, "an error is short")
        }
    }

    /// Believes one key, that signed nothing, and asks no log.
    private static let verifier: SigstoreVerifier? = {
        let root = try? SigstoreTrustedRoot(
            parsing: Array(#"{"mediaType":"application/vnd.dev.sigstore.trustedroot+json;version=0.1"}"#.utf8))
        let key = try? PrivateKey.generate(.ecdsaP256).publicKey
        let requirements = key.flatMap {
            try? SigstoreRequirements(signers: .keys([TrustedKey($0)]), evidence: SigstoreEvidence(logs: 0))
        }
        guard let root, let requirements else { return nil }
        return SigstoreVerifier(root: root, requirements: requirements)
    }()
}

extension SigstoreBundle {
    /// As proto-JSON writes it.
    fileprivate var printed: [UInt8] {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("mediaType", "application/vnd.dev.sigstore.bundle+json;version=\(version.number)")
        writer.key("verificationMaterial")
        writer.beginObject()
        write(signer, to: &writer)
        writer.key("tlogEntries")
        writer.beginArray()
        for entry in entries { entry.write(to: &writer) }
        writer.endArray()
        writer.key("timestampVerificationData")
        writer.beginObject()
        writer.key("rfc3161Timestamps")
        writer.beginArray()
        for timestamp in timestamps { writer.object(of: ["signedTimestamp": Base64.encode(timestamp)]) }
        writer.endArray()
        writer.endObject()
        writer.endObject()
        write(content, to: &writer)
        writer.endObject()
        return writer.bytes
    }

    private func write(_ signer: Signer, to writer: inout JSONWriter) {
        switch signer {
        case .key(let hint):
            writer.key("publicKey")
            writer.object(of: ["hint": hint])
        case .certificate(let leaf, let intermediates) where intermediates.isEmpty:
            writer.key("certificate")
            writer.object(of: ["rawBytes": Base64.encode(leaf)])
        case .certificate(let leaf, let intermediates):
            writer.key("x509CertificateChain")
            writer.beginObject()
            writer.key("certificates")
            writer.beginArray()
            for certificate in [leaf] + intermediates { writer.object(of: ["rawBytes": Base64.encode(certificate)]) }
            writer.endArray()
            writer.endObject()
        }
    }

    private func write(_ content: Content, to writer: inout JSONWriter) {
        switch content {
        case .message(let message):
            writer.key("messageSignature")
            writer.beginObject()
            if let digest = message.digest {
                writer.key("messageDigest")
                writer.object(
                    of: ["algorithm": digest.function.protobufName, "digest": Base64.encode(digest.bytes)])
            }
            writer.member("signature", Base64.encode(message.signature))
            writer.endObject()
        case .envelope(let envelope):
            writer.key("dsseEnvelope")
            envelope.write(to: &writer)
        }
    }
}

extension SigstoreBundle.Version {
    fileprivate var number: String {
        switch self {
        case .v0_1: "0.1"
        case .v0_2: "0.2"
        case .v0_3: "0.3"
        }
    }
}

extension LogEntry {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("logIndex", "\(index)")
        writer.key("logId")
        writer.object(of: ["keyId": Base64.encode(logID)])
        if let kind {
            writer.key("kindVersion")
            writer.object(of: ["kind": kind.name, "version": kind.version])
        }
        if let integratedTime { writer.member("integratedTime", "\(integratedTime)") }
        if let signedEntryTimestamp {
            writer.key("inclusionPromise")
            writer.object(of: ["signedEntryTimestamp": Base64.encode(signedEntryTimestamp)])
        }
        if let inclusionProof { inclusionProof.write(to: &writer) }
        writer.member("canonicalizedBody", Base64.encode(body))
        writer.endObject()
    }
}

extension LogEntry.InclusionProof {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.key("inclusionProof")
        writer.beginObject()
        writer.member("logIndex", "\(index)")
        writer.member("treeSize", "\(treeSize)")
        writer.member("rootHash", Base64.encode(rootHash))
        writer.key("hashes")
        writer.beginArray()
        for hash in hashes { writer.string(Base64.encode(hash)) }
        writer.endArray()
        writer.key("checkpoint")
        writer.object(of: ["envelope": checkpoint])
        writer.endObject()
    }
}

extension DSSEEnvelope {
    func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("payload", Base64.encode(payload))
        writer.member("payloadType", payloadType)
        writer.key("signatures")
        writer.beginArray()
        for signature in signatures {
            writer.object(of: ["sig": Base64.encode(signature.bytes), "keyid": signature.keyID])
        }
        writer.endArray()
        writer.endObject()
    }
}

extension JSONWriter {
    fileprivate mutating func object(of members: KeyValuePairs<String, String>) {
        beginObject()
        for (key, value) in members {
            self.key(text: key)
            string(value)
        }
        endObject()
    }
}
