import Cryptography

extension Signing {
    /// Logs the signature in the log that takes entries of that kind.
    mutating func entry(
        _ kind: EntryFacts.Kind, about content: SignedContent, by signer: MaterialSigner
    ) throws -> LoggedEntry {
        var facts = EntryFacts(
            kind: kind, digest: content.digest, by: content.function, signature: content.signature,
            verifier: try signer.verifier, keyDetails: signer.key.algorithm.keyDetails)
        if let envelope = content.envelope {
            (facts.payload, facts.payloadType) = (envelope.payload, envelope.payloadType)
            facts.envelopeDigest = SHA2.sha256(envelope.json.bytes)
        }
        if case .entry(let lie) = lie { try lie.bend(&facts) }
        let isV2 = kind == .hashedRekordV2
        var entry = try isV2 ? sigstore.rekorV2.log(facts, at: loggedAt) : sigstore.rekor.log(facts, at: loggedAt)
        let log = isV2 ? sigstore.rekorV2 : sigstore.rekor
        if case .log(let lie) = lie { try lie.bend(&entry, in: log, at: loggedAt) }
        return entry
    }

    func timestamps(over content: SignedContent) throws -> [[UInt8]] {
        guard order.isTimestamped else { return [] }
        var bytes = content.signature
        // Those of attestation layers are about the whole envelope.
        if order.form == .layer, let envelope = content.envelope { bytes = envelope.json.bytes }
        var token = sigstore.timestampAuthority.token(over: bytes, at: timestampedAt)
        if case .timestamp(let lie) = lie { lie.bend(&token) }
        var tokens = [try token.signed()]
        if case .timestamp(let lie) = lie { lie.bend(&tokens) }
        return tokens
    }

    func bundle(
        _ version: BundleDraft.Version, of content: SignedContent, by signer: MaterialSigner, _ entries: [LoggedEntry],
        _ timestamps: [[UInt8]]
    ) throws -> JSONTree {
        var draft = BundleDraft(
            mediaType: version.rawValue, verifier: verifier(of: signer, in: version), entries: entries,
            timestamps: timestamps,
            content: .message(
                algorithm: content.function.protobufName, digest: content.digest, content.signature))
        if let envelope = content.envelope { draft.content = .envelope(envelope) }
        if case .bundle(let lie) = lie { lie.bend(&draft, authority: sigstore.fulcio) }
        var json = draft.json
        if case .bundle(let lie) = lie { lie.bend(&json) }
        return json
    }

    private func verifier(of signer: MaterialSigner, in version: BundleDraft.Version) -> BundleDraft.Verifier {
        guard let certificate = signer.certificate else {
            return .key(hint: Base64.encode(signer.key.publicKey.fingerprint))
        }
        switch version {
        case .v01, .v02: return .chain([certificate, sigstore.fulcio.intermediate.der])
        case .v03, .v03WithParameter: return .certificate(certificate)
        }
    }

    func layer(
        of content: SignedContent, by signer: MaterialSigner, _ entries: [LoggedEntry], _ timestamps: [[UInt8]]
    ) -> SimulatedLayer {
        var layer = SimulatedLayer(mediaType: SimulatedLayer.simpleSigning, blob: content.bytes, annotations: [:])
        layer.annotations[SimulatedLayer.signatureKey] = Base64.encode(content.signature)
        if let envelope = content.envelope {
            (layer.mediaType, layer.blob) = (SimulatedLayer.envelope, envelope.json.bytes)
            layer.annotations[SimulatedLayer.signatureKey] = ""
            layer.annotations["predicateType"] = content.predicateType
        }
        if let certificate = signer.certificate {
            layer.annotations[SimulatedLayer.certificateKey] = text(pemBlock("CERTIFICATE", certificate))
            layer.annotations[SimulatedLayer.chainKey] = text(
                sigstore.fulcio.intermediate.pem + sigstore.fulcio.root.pem)
        }
        layer.annotations[SimulatedLayer.bundleKey] = entries.first.map { text($0.annotation.bytes) }
        layer.annotations[SimulatedLayer.timestampKey] = timestamps.first.map {
            text((["SignedRFC3161Timestamp": .base64($0)] as JSONTree).bytes)
        }
        return layer
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
