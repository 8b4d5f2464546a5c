import Cryptography

/// What is about to be signed.
struct ContentDraft {
    /// The manifest, cosign's payload, or the payload of an envelope.
    var bytes: [UInt8]
    /// Of an envelope.
    var payloadType: String?
    var predicateType: String?
    /// What the signature is made over.
    var toBeSigned: [UInt8]
}

/// What was signed, with its signature.
struct SignedContent {
    var bytes: [UInt8]
    var predicateType: String?
    var signature: [UInt8]
    /// Which the signature was made with.
    var function: HashFunction
    var envelope: EnvelopeDraft?

    /// Over what a verifier holds the signature against.
    var digest: [UInt8] {
        function.digest(of: envelope.map { preAuthenticationEncoding($0.payloadType, $0.payload) } ?? bytes)
    }
}

extension Signing {
    func content(by signer: MaterialSigner) throws -> SignedContent {
        var draft = draft()
        if case .content(let lie) = lie { lie.bend(&draft) }
        var key = signer.key
        if case .content(let lie) = lie { try lie.bend(&key) }
        let scheme = scheme(of: key.algorithm)
        let signature = try key.sign(draft.toBeSigned, scheme: scheme)
        var content = SignedContent(
            bytes: draft.bytes, predicateType: draft.predicateType, signature: signature,
            function: scheme.hashFunction ?? .sha256)
        content.envelope = draft.payloadType.map {
            EnvelopeDraft(payload: draft.bytes, payloadType: $0, signatures: [signature])
        }
        if case .content(let lie) = lie { lie.bend(&content) }
        return content
    }

    /// cosign's own layers are signed over SHA-256 with every kind of elliptic curve.
    private func scheme(of algorithm: KeyAlgorithm) -> SignatureScheme {
        let scheme = algorithm.certificateScheme
        if order.form == .layer, case .ecdsa = scheme { return .ecdsa(.sha256) }
        return scheme
    }

    private func draft() -> ContentDraft {
        var subject = artifact
        if case .content(let lie) = lie { lie.bend(subject: &subject) }
        switch order.content {
        case .message: return ContentDraft(bytes: subject, toBeSigned: subject)
        case .simpleSigning(let reference):
            let payload = simpleSigningPayload(about: subject, reference: reference).bytes
            return ContentDraft(bytes: payload, toBeSigned: payload)
        case .statement(let predicateType, let predicate, let version):
            var statement = StatementDraft(
                version: version, about: subject, predicateType: predicateType, predicate: predicate)
            if case .content(let lie) = lie { lie.bend(&statement, about: subject) }
            let payload = statement.json.bytes
            return ContentDraft(
                bytes: payload, payloadType: StatementDraft.payloadType, predicateType: statement.predicateType,
                toBeSigned: preAuthenticationEncoding(StatementDraft.payloadType, payload))
        }
    }

    private func simpleSigningPayload(about subject: [UInt8], reference: String) -> JSONTree {
        [
            "critical": [
                "identity": ["docker-reference": .string(reference)],
                "image": ["docker-manifest-digest": .string("sha256:" + SHA2.sha256(subject).hexadecimal)],
                "type": "cosign container image signature",
            ],
            "optional": .null,
        ]
    }
}
