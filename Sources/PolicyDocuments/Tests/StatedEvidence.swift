import OCI
import PolicyEngine
import Timestamp
import Trust

/// What a document states of an image: what its tag stands for, what comes of asking for each attestor's signature, and what
/// is known from before.
struct StatedEvidence: Evidence {
    /// Nil if it is not stated.
    let resolution: Resolution?
    /// By the attestor's place in the policy set.
    let verifications: [VerificationOutcome]
    let memory: StatedMemory

    func resolution(of reference: ImageReference) -> Resolution? { resolution }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        verifications.indices.contains(attestor.index) ? verifications[attestor.index] : nil
    }

    /// A case is about one image, so what is stated is stated of that.
    func lastKnownGood(_ image: CheckedImage) -> Instant? { memory.passed(image.check) }
}

extension StatedEvidence {
    /// What the registry says of the image.
    private enum Registry: String, CaseIterable {
        case answers, missing, unreachable

        /// What a tag stands for then, if that is stated by this alone.
        var resolution: Resolution? {
            switch self {
            case .answers: nil
            case .missing:
                .violated(Refusal(.imageNotFound, found: "no such image, as stated", expected: "an image of that name"))
            case .unreachable: .undetermined(Registry.noAnswer)
            }
        }

        /// What comes of asking for signatures of which nothing is stated.
        var verification: VerificationOutcome {
            switch self {
            case .answers, .missing:
                .violated(Refusal(.signatureMissing, found: "no signature, as stated", expected: "a signature"))
            case .unreachable: .undetermined(Registry.noAnswer)
            }
        }

        private static let noAnswer = Refusal(
            .registryUnavailable, found: "no answer, as stated", expected: "an answer of the registry")
    }

    /// The type of `evidence`.
    static let type = ObjectType([
        Field(
            "registry", .word(Registry.allCases.map(\.rawValue)),
            "`missing`: it has no such image; `unreachable`: it gives no answer; `answers` if absent"),
        Field(
            "signatures",
            .list(
                .either(
                    scalar: .text("the name of an Attestor"),
                    object: ObjectType([
                        Field("by", .text("the name of an Attestor"), required: true, "whose signature is looked for"),
                        Field("violated", .word(violations.map(\.rawValue)), "what is wrong with it"),
                        Field("undetermined", .word(ignorance.map(\.rawValue)), "why it could not be looked at"),
                    ]))),
            "who has signed the image, each with a key of its own; of others there is no signature"),
        Field(
            StatedMemory.word, StatedMemory.type,
            "what checks with `onUndetermined: {lastKnownGood: …}` last came to for the image's digest"),
    ])

    /// What can be wrong with a signature, and why none can be looked at.
    private static let violations: [ReasonCode] = [
        .signatureMissing, .signatureMalformed, .signatureInvalid, .signatureForOtherImage,
        .signatureForOtherRepository, .digestMismatch, .limitExceeded, .manifestInvalid,
    ]
    private static let ignorance: [ReasonCode] = [
        .registryUnavailable, .registryRateLimited, .registryDenied, .registryTLS, .redirectForbidden,
        .addressForbidden, .deadlineExceeded, .overloaded,
    ]

    /// Reads the value of `evidence`, which may be absent.
    ///
    /// - Parameters:
    ///   - digest: what the tag stands for, as far as a registry answers.
    ///   - time: that of the decision; nil if it is missing, which is a problem already.
    ///   - loaded: the policies, whose attestors and checks are looked up; nil if they do not load.
    init(
        _ value: FieldValue?, digest: Digest?, at time: Instant?, in loaded: LoadedPolicies?,
        _ problems: inout [FieldProblem]
    ) {
        memory = StatedMemory(value?[StatedMemory.word], at: time ?? .earliest, in: loaded, &problems)
        let registry = value?["registry"]?.text.flatMap(Registry.init) ?? .answers
        resolution = registry.resolution ?? digest.map(Resolution.resolved)
        var signed: [Int] = []
        var failed: [Int: VerificationOutcome] = [:]
        for element in value?["signatures"]?.elements ?? [] {
            let name = element["by"] ?? element
            let failure = StatedEvidence.failure(element, &problems)
            guard let attestor = loaded?.attestor(name, &problems) else { continue }
            if signed.contains(attestor) || failed[attestor] != nil {
                problems.append(FieldProblem("\(quoted(name.text ?? "")) is listed twice", at: name.position))
            }
            if let failure {
                failed[attestor] = failure
            } else if registry == .missing {
                problems.append(
                    FieldProblem("an image that the registry does not have has no signatures", at: name.position))
            } else {
                signed.append(attestor)
            }
        }
        verifications = StatedEvidence.verifications(
            loaded?.policySet.attestors ?? [], signed, failed, otherwise: registry.verification)
    }

    /// What is stated to keep a signature from counting; nil if it is there and good.
    private static func failure(_ element: FieldValue, _ problems: inout [FieldProblem]) -> VerificationOutcome? {
        func refusal(_ value: FieldValue) -> Refusal? {
            value.text.flatMap(ReasonCode.init).map {
                Refusal($0, found: "`\($0.rawValue)`, as stated", expected: "a signature")
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

    /// What comes of asking for each attestor's signature. Whoever is stated to have signed did so with a key that no other
    /// attestor has, if there is one; a signature by a key of several attestors is one of each of them.
    private static func verifications(
        _ attestors: [any Attestor], _ signed: [Int], _ failed: [Int: VerificationOutcome],
        otherwise: VerificationOutcome
    ) -> [VerificationOutcome] {
        let believed = believed(by: attestors)
        let own = ownSigners(of: attestors)
        let signers = signed.compactMap { own[$0] }
        return believed.enumerated().map { attestor, keys in
            if let failure = failed[attestor] { return failure }
            let present = keys.filter(signers.contains)
            return present.isEmpty ? otherwise : .passed(signers: present)
        }
    }

    /// The signer with which each attestor is stated to have signed.
    static func ownSigners(of attestors: [any Attestor]) -> [Signer?] {
        let believed = believed(by: attestors)
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
