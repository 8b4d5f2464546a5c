import Cryptography

/// Whether a log entry is about this very signature: the same artifact or envelope, the same signature, the same signer.
/// That one of them was not compared was a flaw of others (CVE-2022-23649, CVE-2022-36056, CVE-2026-22703).
struct EntryBinding {
    let entity: SignedEntity
    let message: SignedMessage
    let signer: Signer

    enum Signer {
        case certificate(Certificate, PublicKey)
        case key(PublicKey)

        var key: PublicKey {
            switch self {
            case .certificate(_, let key), .key(let key): key
            }
        }
    }

    /// Throws if it is about anything else.
    func check(_ evidence: LogEvidence) throws(SigstoreRefusal) {
        do throws(Mismatch) { try check(evidence.body) } catch {
            let name = LogEvidence.name(of: evidence.entry, in: evidence.log)
            throw SigstoreRefusal(.logEntry, "\(name) \(error.words)")
        }
    }

    private enum Mismatch: Error {
        case content
        case signature
        case signer
        case payloadType
        case kind
        case keyDetails(KeyDetailsError)

        var words: String {
            switch self {
            case .content: "is about something else that was signed"
            case .signature: "is about another signature"
            case .signer: "is about another signer"
            case .payloadType: "is about another type of payload"
            case .kind: "is not of a kind in which such signatures are logged"
            case .keyDetails(let error): "cannot be about this signature: \(error)"
            }
        }
    }

    private func check(_ body: RekorEntryBody) throws(Mismatch) {
        switch (body, entity.content) {
        case (.hashedRekord(let record), .artifact), (.hashedRekord(let record), .payload):
            try check(record.hash, is: message)
            try check(record.signature, record.verifier)
        case (.hashedRekordV2(let record), _):
            try check(record)
        case (.dsse(let record), .envelope(let envelope, let layer)):
            try check(record.payloadHash, is: envelope.payload)
            if let layer { try check(record.envelopeHash, is: layer) }
            try check(record.signature, record.verifier)
        case (.intoto(let record), .envelope(let envelope, _)):
            try check(record.payloadHash, is: envelope.payload)
            guard record.payloadType.isSpelled(envelope.payloadType) else { throw .payloadType }
            try check(record.signature, record.verifier)
        case (.unsignedInToto(let record), .envelope(let envelope, let layer?)):
            // It does not say what the signature is, so only the whole of the layer can bind it.
            try check(record.envelopeHash, is: layer)
            if let hash = record.payloadHash { try check(hash, is: envelope.payload) }
            guard matches(record.verifier) else { throw .signer }
        default:
            throw .kind
        }
    }

    private func check(_ record: HashedRekordV2) throws(Mismatch) {
        guard message.digest(record.function) == record.digest else { throw .content }
        guard record.signature == entity.signature else { throw .signature }
        guard matches(record.verifier) else { throw .signer }
        let scheme: SignatureScheme
        do throws(KeyDetailsError) {
            scheme = try SignatureScheme(keyDetails: record.keyDetails, of: signer.key)
        } catch {
            throw .keyDetails(error)
        }
        // A digest of another function than the signature's would bind nothing that the signature is over.
        guard scheme.hashFunction == nil || scheme.hashFunction == record.function else { throw .content }
    }
}

extension EntryBinding {
    private func check(_ hash: RekorHash, is message: SignedMessage) throws(Mismatch) {
        guard message.digest(hash.function) == hash.bytes else { throw .content }
    }

    private func check(_ hash: RekorHash, is bytes: [UInt8]) throws(Mismatch) {
        guard hash.function.digest(of: bytes) == hash.bytes else { throw .content }
    }

    private func check(_ signature: [UInt8], _ verifier: RekorVerifier) throws(Mismatch) {
        guard signature == entity.signature else { throw .signature }
        guard matches(verifier) else { throw .signer }
    }

    private func matches(_ verifier: RekorVerifier) -> Bool {
        switch signer {
        case .certificate(let certificate, _):
            return verifier.isCertificate && verifier.block.bytes == certificate.der
        case .key(let key):
            guard verifier.isCertificate else { return EntryBinding.isKey(verifier.block.bytes, key) }
            guard let certificate = try? Certificate(der: verifier.block.bytes),
                case .key(let certified) = certificate.publicKey
            else { return false }
            return certified == key
        }
    }

    private func matches(_ verifier: HashedRekordV2.Verifier) -> Bool {
        switch (signer, verifier) {
        case (.certificate(let certificate, _), .certificate(let bytes)): bytes == certificate.der
        case (.key(let key), .publicKey(let bytes)): EntryBinding.isKey(bytes, key)
        default: false
        }
    }

    /// Nearly all write a key in the one way; only points of curves have another, which costs a parse. To parse a large key of
    /// RSA takes a second.
    private static func isKey(_ bytes: [UInt8], _ key: PublicKey) -> Bool {
        bytes == key.subjectPublicKeyInfo || (bytes.count <= longestPoint && (try? PublicKey(der: bytes)) == key)
    }

    /// Of a key on P-521; the shortest of RSA that is used here has 294 bytes.
    private static let longestPoint = 158
}
