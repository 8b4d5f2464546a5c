import OCI
import PolicyEngine
import Timestamp
import Trust

/// What a document states that comes of asking each attestor for signatures of an image, or for attestations.
struct StatedVerifications {
    /// By the attestor's place in the policy set.
    private let outcomes: [VerificationOutcome]

    subscript(attestor: AttestorReference) -> VerificationOutcome? {
        outcomes.indices.contains(attestor.index) ? outcomes[attestor.index] : nil
    }
}

// MARK: - Fields

extension StatedVerifications {
    /// The shape of `signatures`.
    static let signatures = FieldType.list(
        .either(
            scalar: .text("the name of an Attestor"),
            object: ObjectType(
                [Field("by", .text("the name of an Attestor"), required: true, "whose signature is looked for")]
                    + failures([.signatureMissing, .signatureForOtherRepository] + violations))))

    /// The shape of `attestations`.
    static let attestations = FieldType.list(
        .object(
            ObjectType(
                [Field("by", .text("the name of an Attestor"), required: true, "who has attested it")]
                    + StatedAttestation.fields + failures([.attestationMissing] + violations))))

    private static func failures(_ violations: [ReasonCode]) -> [Field] {
        [
            Field("violated", .word(violations.map(\.rawValue)), "what is wrong with it"),
            Field("undetermined", .word(ignorance.map(\.rawValue)), "why it could not be looked at"),
        ]
    }

    /// What can be wrong with a signature and with an attestation, and why none can be looked at.
    private static let violations: [ReasonCode] = [
        .signatureMalformed, .signatureInvalid, .signatureForOtherImage, .certificateInvalid, .identityUntrusted,
        .logEntryInvalid, .timestampInvalid, .digestMismatch, .limitExceeded, .manifestInvalid,
        .tagNotSigned, .trustMetadataInvalid, .trustMetadataExpired, .trustMetadataRolledBack,
    ]
    private static let ignorance: [ReasonCode] = [
        .registryUnavailable, .registryRateLimited, .registryDenied, .registryTLS, .redirectForbidden,
        .addressForbidden, .deadlineExceeded, .overloaded, .trustRootUnavailable, .trustRootExpired,
        .trustServerUnavailable,
    ]
}

// MARK: - Reading

extension StatedVerifications {
    /// Reads a list of that shape, which may be absent. An attestor has signed once, and may have attested several things.
    ///
    /// - Parameters:
    ///   - time: that of the decision.
    ///   - loaded: the policies, whose attestors are looked up; nil if they do not load.
    init(
        _ list: FieldValue?, of claim: Claim, from registry: StatedRegistry, at time: Instant,
        in loaded: LoadedPolicies?, _ problems: inout [FieldProblem]
    ) {
        var made: [Made] = []
        var failed: [Int: VerificationOutcome] = [:]
        var named: Set<Int> = []
        for element in list?.elements ?? [] {
            let name = element["by"] ?? element
            let failure = StatedVerifications.failure(element, of: claim, &problems)
            let attestation = claim == .attestation ? StatedAttestation(element, &problems) : nil
            guard let attestor = loaded?.attestor(name, &problems) else { continue }
            if !named.insert(attestor).inserted,
                !StatedVerifications.mayStandBeside(failure, failed[attestor], of: claim)
            {
                problems.append(FieldProblem("\(quoted(name.text ?? "")) is listed twice", at: name.position))
            }
            if let failure {
                failed[attestor] = failure
            } else if registry == .missing {
                problems.append(
                    FieldProblem("an image that the registry does not have has no \(claim)s", at: name.position))
            } else {
                made.append(
                    Made(attestor: attestor, at: attestation?.age.map { time - $0 }, statement: attestation?.statement))
            }
        }
        outcomes = StatedVerifications.outcomes(
            for: loaded?.policySet.attestors ?? [], made, failed, otherwise: registry.verification(of: claim))
    }

    /// Whether an attestor may be listed twice: with several attestations, of which one may be out of reach.
    private static func mayStandBeside(
        _ failure: VerificationOutcome?, _ earlier: VerificationOutcome?, of claim: Claim
    ) -> Bool {
        guard claim == .attestation else { return false }
        switch (failure, earlier) {
        case (nil, nil), (.undetermined, nil), (nil, .undetermined): return true
        default: return false
        }
    }

    private struct Made {
        let attestor: Int
        let at: Instant?
        let statement: VerifiedStatement?
    }

    /// What is stated to keep it from counting; nil if it is there and good.
    private static func failure(
        _ element: FieldValue, of claim: Claim, _ problems: inout [FieldProblem]
    ) -> VerificationOutcome? {
        func refusal(_ value: FieldValue) -> Refusal? {
            value.text.flatMap(ReasonCode.init).map {
                Refusal($0, found: "`\($0.rawValue)`, as stated", expected: claim.expected)
            }
        }
        let violated = element["violated"], undetermined = element["undetermined"]
        if violated != nil, let undetermined {
            problems.append(
                FieldProblem(
                    "`undetermined` cannot stand beside `violated`, give one of them", at: undetermined.position))
        }
        return violated.flatMap(refusal).map(VerificationOutcome.violated)
            ?? undetermined.flatMap(refusal).map(VerificationOutcome.undetermined)
    }

    /// What comes of asking each attestor. Whoever is stated to have signed did so with a key that no other attestor has, if
    /// there is one; what is signed by a key of several attestors is signed by each of them.
    private static func outcomes(
        for attestors: [any Attestor], _ made: [Made], _ failed: [Int: VerificationOutcome],
        otherwise: VerificationOutcome
    ) -> [VerificationOutcome] {
        let believed = believed(by: attestors)
        let own = ownSigners(of: believed)
        let signed: [VerifiedSignature] = made.compactMap { made in
            own[made.attestor].map { VerifiedSignature(by: $0, signedAt: made.at, statement: made.statement) }
        }
        return believed.enumerated().map { attestor, signers in
            let present = signed.filter { signers.contains($0.signer) }
            if let failure = failed[attestor] {
                guard case .undetermined(let unseen) = failure, !present.isEmpty else { return failure }
                return .passed(present, unseen: unseen)
            }
            return present.isEmpty ? otherwise : .passed(present)
        }
    }

    /// The signer with which each attestor is stated to have signed.
    ///
    /// - Parameter believed: whom each attestor believes.
    static func ownSigners(of believed: [[Signer]]) -> [Signer?] {
        var counts: [Signer: Int] = [:]
        for signers in believed { for signer in Set(signers) { counts[signer, default: 0] += 1 } }
        return believed.map { signers in signers.first { counts[$0] == 1 } ?? signers.first }
    }

    private static func believed(by attestors: [any Attestor]) -> [[Signer]] {
        attestors.map { $0.signers.isEmpty ? [.key(fingerprint: $0.fingerprint.bytes)] : $0.signers }
    }
}

extension LoadedPolicies {
    /// The place of the attestor that a document names; an unknown one is a problem that names the nearest known.
    fileprivate func attestor(_ name: FieldValue, _ problems: inout [FieldProblem]) -> Int? {
        let text = name.text ?? ""
        let names = writtenAttestors.map(\.name)
        if let place = names.firstIndex(where: { $0.utf8.elementsEqual(text.utf8) }) { return place }
        let hint = names.nearest(to: text).map { ", did you mean `\($0)`?" } ?? ""
        problems.append(FieldProblem("there is no Attestor named \(quoted(text))\(hint)", at: name.position))
        return nil
    }
}
