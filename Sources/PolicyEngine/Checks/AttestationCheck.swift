import OCI
public import Timestamp
public import Trust

/// `attestation:` passes if an attestor has attested of the image's digest what the policy asks for:
///
///     attestation:
///       predicateType: https://slsa.dev/provenance/v1
///       by: github-ci
///       maxAge: 30d
///       provenance: {builder: URI, buildType: URI, source: URI, sourceRef: refs/heads/main}
///
/// It needs the attestations, and it vouches. The type is that of the very statement that was verified, compared byte by
/// byte; an attestation of another type counts for nothing, however genuine. `maxAge` counts from the time that a log or a
/// timestamp authority proves, so an attestation without one does not pass. What stands under `provenance` is said at
/// `ProvenanceConditions`. All of it must hold for one and the same attestation.
public struct AttestationCheck: Check {
    public static let word = "attestation"
    public static let summary = "this attestor attests something of the image"
    public static let needsOnlyReference = false
    public static let vouches = true
    public static let type = FieldType.object(
        ObjectType([
            Field("predicateType", .text("a URI"), required: true, "which type of statement there has to be"),
            Field("by", .text("the name of an Attestor"), required: true, "who must have attested it"),
            Field("maxAge", .duration, "how long ago it was attested at most, as a log or a timestamp proves"),
            ProvenanceConditions.field,
        ]))

    private let predicateType: String
    private let attestor: AttestorReference
    private let maxAge: Duration?
    private let provenance: ProvenanceConditions?

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        let type = value["predicateType"]?.text ?? ""
        var problems = value["predicateType"].flatMap(PredicateType.problem).map { [$0] } ?? []
        var attestor: AttestorReference?
        do { attestor = try context.attestor(value["by"] ?? value) } catch { problems += error.problems }
        var provenance: ProvenanceConditions?
        if let field = value["provenance"] {
            do { provenance = try ProvenanceConditions(field, of: type) } catch { problems += error.problems }
        }
        if let field = value["maxAge"], let age = field.duration, age <= .zero {
            problems.append(
                FieldProblem("with a duration of zero nothing passes, expected a longer one", at: field.position))
        }
        guard let attestor, problems.isEmpty else {
            throw FieldProblems(problems) ?? FieldProblems(FieldProblem("expected `by`", at: value.position))
        }
        predicateType = type
        self.attestor = attestor.asked(for: .attestation)
        maxAge = value["maxAge"]?.duration
        self.provenance = provenance
    }

    public var explanation: String { "have \(expected)" }

    private var expected: String {
        let age = maxAge.map { ", at most \($0.written) old" } ?? ""
        let conditions = provenance.map { ", whose \($0)" } ?? ""
        return "an attestation of type `\(predicateType)` by `\(attestor.name)`\(age)\(conditions)"
    }

    /// A statement with which it passes, if the attestor made it a moment ago, with this word in place of wildcards.
    public func example(filling word: String) -> VerifiedStatement {
        VerifiedStatement(
            predicateType: predicateType,
            facts: provenance.map { VerifiedStatement.Facts.provenance($0.example(filling: word)) })
    }

    public func attestors(at now: Instant) -> [AttestorReference] { [attestor] }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        switch image.verification(by: attestor) {
        case .violated(let refusal): return .violated(refusal)
        case .undetermined(let refusal): return .undetermined(refusal)
        case .passed(let attestations, let unseen):
            var misfits: [String] = []
            for attestation in attestations where isOfType(attestation) {
                guard let misfit = misfit(of: attestation, at: image.now) else { return .passed([attestation]) }
                misfits.append(misfit)
            }
            // One that nobody could look at might have fitted.
            if let unseen { return .undetermined(unseen) }
            return .violated(misfits.first.map { unfit($0, of: misfits.count) } ?? missing(among: attestations))
        }
    }

    private func isOfType(_ attestation: VerifiedSignature) -> Bool {
        attestation.statement?.predicateType.isWritten(like: predicateType) ?? false
    }

    /// What of it is not as it should be; nil if it fits.
    private func misfit(of attestation: VerifiedSignature, at now: Instant) -> String? {
        if let maxAge {
            guard let time = attestation.signedAt else { return "nothing proves when it was made" }
            guard now < time + maxAge else { return "it was made at \(time.rfc3339InSeconds)" }
        }
        guard let provenance else { return nil }
        guard case .provenance(let facts)? = attestation.statement?.facts else { return "it says nothing of a build" }
        return provenance.misfit(of: facts)
    }

    private func unfit(_ misfit: String, of count: Int) -> Refusal {
        let attestations =
            count == 1
            ? "an attestation by `\(attestor.name)`" : "\(count) attestations by `\(attestor.name)`, the first"
        return Refusal(
            .attestationUnfit, found: "\(attestations): \(misfit)", expected: expected,
            cure: "build and attest the image again as the policy asks")
    }

    private func missing(among attestations: [VerifiedSignature]) -> Refusal {
        var types: [String] = []
        for attestation in attestations {
            let type = "`\(String(quoting: (attestation.statement?.predicateType ?? "").utf8))`"
            if !types.contains(type) { types.append(type) }
        }
        return Refusal(
            .attestationMissing,
            found: "by `\(attestor.name)` only attestations of \(listed(phrases: types, conjunction: "and"))",
            expected: expected, cure: "attest the image: `cosign attest --type \(predicateType)`")
    }
}
