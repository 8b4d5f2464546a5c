import Cryptography
import OCI
import PolicyEngine
import Sigstore
import StrictJSON
import Timestamp
import Trust

/// What came of verifying one image by itself.
struct ImageVerdict: Sendable {
    let reference: ImageReference
    /// Nil if the tag stands for nothing that could be judged.
    let digest: Digest?
    /// Who is believed, and on what evidence.
    let believed: String
    /// Of attestations; nil if it was about signatures.
    let predicateType: String?
    let result: VerificationOutcome

    /// - Parameter predicateType: of the attestations that are wanted; nil for signatures.
    init(
        on reference: ImageReference, by attestor: CosignAttestor, predicateType: String?,
        asking questions: RegistryQuestions
    ) async {
        (self.reference, self.predicateType) = (reference, predicateType)
        believed = attestor.explanation
        switch await questions.resolution(of: reference) {
        case .violated(let refusal): (digest, result) = (nil, .violated(refusal))
        case .undetermined(let refusal): (digest, result) = (nil, .undetermined(refusal))
        case .resolved(let digest):
            self.digest = digest
            let subject = Subject(repository: reference.repository, digest: digest)
            guard let predicateType else {
                result = await questions.outcome(of: attestor.verification(of: subject))
                return
            }
            guard let verification = attestor.attestationVerification(of: subject) else {
                result = .violated(.missing(predicateType, among: []))
                return
            }
            result = await questions.outcome(of: verification).keeping(predicateType)
        }
    }
}

extension VerificationOutcome {
    /// Attestations of that type alone, compared byte by byte, as the type of the very statement that was verified.
    func keeping(_ predicateType: String) -> VerificationOutcome {
        guard case .passed(let attestations, let unseen) = self else { return self }
        let wanted = attestations.filter {
            $0.statement?.predicateType.utf8.elementsEqual(predicateType.utf8) ?? false
        }
        if !wanted.isEmpty { return .passed(wanted, unseen: unseen) }
        // One that nobody could look at might have been of that type.
        return unseen.map(VerificationOutcome.undetermined) ?? .violated(.missing(predicateType, among: attestations))
    }
}

extension Refusal {
    fileprivate static func missing(_ predicateType: String, among attestations: [VerifiedSignature]) -> Refusal {
        var types: [String] = []
        for attestation in attestations {
            let type = "`\(attestation.statement?.predicateType ?? "")`"
            if !types.contains(type) { types.append(type) }
        }
        return Refusal(
            .attestationMissing,
            found: types.isEmpty ? "no attestations" : "only attestations of \(types.joined(separator: ", "))",
            expected: "an attestation of type `\(predicateType)`",
            cure: "attest the image: `cosign attest --type \(predicateType)`")
    }
}

// MARK: - How the program ends

extension ImageVerdict {
    /// Nil if it is verified.
    var outcome: Outcome? {
        switch result {
        case .passed: nil
        case .violated: .denied
        case .undetermined: .undetermined
        }
    }

    /// The same by the codes of cosign.
    var outcomeOfCosign: Outcome? {
        switch result {
        case .passed: return nil
        case .undetermined: return .cosign(exitCode: 1)
        case .violated(let refusal):
            switch refusal.reason {
            case .signatureMissing, .attestationMissing: return .cosign(exitCode: 10)
            case .imageNotFound: return .cosign(exitCode: 11)
            case .manifestInvalid, .manifestUnsupported, .digestUnsupported, .limitExceeded:
                return .cosign(exitCode: 1)
            default: return .cosign(exitCode: 12)
            }
        }
    }
}

// MARK: - For people

extension ImageVerdict {
    var facts: Facts {
        var facts = Facts()
        facts.add("image", "\(reference.repository)" + (digest.map { "@\($0)" } ?? ""))
        if reference.digest == nil, let tag = reference.tag {
            facts.add("tag", tag + (digest == nil ? "" : "  (stands for that digest now)"))
        }
        facts.add("type", predicateType)
        facts.add("attestor", believed)
        switch result {
        case .passed(let signatures, let unseen):
            facts.add("verdict", "verified")
            for signature in signatures { signature.add(to: &facts) }
            facts.add("not seen", unseen.map { "\($0.found)  (what else there is)" })
        case .violated(let refusal): facts.add("refused", refusal)
        case .undetermined(let refusal): facts.add("undetermined", refusal)
        }
        return facts
    }
}

extension Facts {
    fileprivate mutating func add(_ verdict: String, _ refusal: Refusal) {
        add("verdict", "\(verdict)  [\(refusal.reason.rawValue)]")
        add("found", refusal.found)
        add("expected", refusal.expected)
        add("cure", refusal.cure)
    }
}

extension VerifiedSignature {
    fileprivate func add(to facts: inout Facts) {
        facts.add("signer", signer.description)
        facts.add("  type", statement?.predicateType)
        facts.add("  found in", source?.description)
        facts.add("  signed", signedAt.map { "\($0.rfc3339InSeconds)  (at the latest)" })
        for record in records { facts.add("  log", "\(record.log), entry \(record.index)") }
    }
}

// MARK: - For programs

extension ImageVerdict {
    var json: String {
        var writer = JSONWriter(reservingCapacity: 2_048)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("reference", reference.description)
        if let digest { writer.member("image", "\(reference.repository)@\(digest)") }
        if let predicateType { writer.member("predicateType", predicateType) }
        writer.member("attestor", believed)
        writer.member("verified", outcome == nil)
        writer.member("undetermined", outcome == .undetermined)
        switch result {
        case .passed(let signatures, let unseen):
            writer.objects("signatures", signatures) { $0.write(to: &$1) }
            if let unseen { writer.member("notSeen", unseen.found) }
        case .violated(let refusal), .undetermined(let refusal):
            writer.member("reason", refusal.reason.rawValue)
            writer.member("found", refusal.found)
            writer.member("expected", refusal.expected)
            if let cure = refusal.cure { writer.member("cure", cure) }
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}

extension VerifiedSignature {
    fileprivate func write(to writer: inout JSONWriter) {
        switch signer {
        case .key(let fingerprint): writer.member("key", "sha256:\(fingerprint.hexadecimal)")
        case .identity(let issuer, let subject):
            writer.member("issuer", issuer)
            writer.member("subject", subject)
        }
        if let statement { writer.member("predicateType", statement.predicateType) }
        switch source {
        case .tag(let tag): writer.member("tag", tag)
        case .referrer(let digest): writer.member("referrer", digest.description)
        case .role(let role): writer.member("role", role)
        case nil: break
        }
        if let signedAt { writer.member("signedAt", signedAt.rfc3339InSeconds) }
        writer.objects("logs", records) { record, writer in
            writer.member("log", record.log)
            writer.member("index", Int(clamping: record.index))
        }
    }
}
