public import Cryptography

/// What the body of a log entry says was signed, and by whom, for people to read. Whoever presented the entry says so;
/// `SigstoreVerifier` is who compares it with anything.
public struct LoggedSignature: Hashable, Sendable {
    /// Kind and version: `hashedrekord 0.0.1`.
    public let kind: String
    /// Each with what it is a hash of: the artifact, the payload, the envelope.
    public let digests: [Digest]
    /// Nil for `intoto` 0.0.1, which does not say what it is.
    public let signature: [UInt8]?
    public let signer: Signer
    /// Of an envelope, where it is said.
    public let payloadType: String?

    public struct Digest: Hashable, Sendable {
        /// "artifact", "payload" or "envelope".
        public let subject: String
        public let function: HashFunction
        public let bytes: [UInt8]
    }

    public enum Signer: Hashable, Sendable {
        /// DER.
        case certificate([UInt8])
        /// DER SubjectPublicKeyInfo.
        case publicKey([UInt8])
    }
}

extension LogEntry {
    /// Throws for a body that is of none of the kinds in which signatures are logged, or not as its kind has it.
    public func claimedSignature() throws(FormatError) -> LoggedSignature {
        switch try RekorEntryBody(self) {
        case .hashedRekord(let record):
            LoggedSignature(
                kind: "hashedrekord 0.0.1", digests: [record.hash.of("artifact")], signature: record.signature,
                signer: record.verifier.claimed, payloadType: nil)
        case .hashedRekordV2(let record):
            LoggedSignature(
                kind: "hashedrekord 0.0.2",
                digests: [.init(subject: "artifact", function: record.function, bytes: record.digest)],
                signature: record.signature, signer: record.verifier.claimed, payloadType: nil)
        case .dsse(let record):
            LoggedSignature(
                kind: "dsse 0.0.1", digests: [record.payloadHash.of("payload"), record.envelopeHash.of("envelope")],
                signature: record.signature, signer: record.verifier.claimed, payloadType: nil)
        case .intoto(let record):
            LoggedSignature(
                kind: "intoto 0.0.2",
                digests: [record.payloadHash.of("payload")] + (record.envelopeHash.map { [$0.of("envelope")] } ?? []),
                signature: record.signature, signer: record.verifier.claimed, payloadType: record.payloadType)
        case .unsignedInToto(let record):
            LoggedSignature(
                kind: "intoto 0.0.1",
                digests: (record.payloadHash.map { [$0.of("payload")] } ?? []) + [record.envelopeHash.of("envelope")],
                signature: nil, signer: record.verifier.claimed, payloadType: nil)
        }
    }
}

extension RekorHash {
    fileprivate func of(_ subject: String) -> LoggedSignature.Digest {
        LoggedSignature.Digest(subject: subject, function: function, bytes: bytes)
    }
}

extension RekorVerifier {
    fileprivate var claimed: LoggedSignature.Signer {
        isCertificate ? .certificate(block.bytes) : .publicKey(block.bytes)
    }
}

extension HashedRekordV2.Verifier {
    fileprivate var claimed: LoggedSignature.Signer {
        switch self {
        case .certificate(let bytes): .certificate(bytes)
        case .publicKey(let bytes): .publicKey(bytes)
        }
    }
}
