import OCI
public import Trust

/// `trustedRegistries: [PATTERN, …]` passes if the normalised reference matches one of the patterns.
///
/// It needs only the reference, and it vouches. A pattern with a tag does not match a reference that has a digest beside
/// its tag, since the digest is what runs. It is undetermined if all depends on the value of a variable that could not be
/// had.
public struct TrustedRegistriesCheck: Check {
    public static let word = "trustedRegistries"
    public static let summary = "the image comes from one of these registries or repositories"
    public static let type = FieldType.list(.text("a pattern"))
    public static let needsOnlyReference = true
    public static let vouches = true

    public let patterns: [ImagePattern]

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        patterns = ImagePattern.patterns(value, &problems)
        if let problems = FieldProblems(problems) { throw problems }
    }

    public var explanation: String {
        "come from \(listedInFull(patterns.map(\.description), conjunction: "or"))"
    }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        var undetermined: Refusal?
        for pattern in patterns {
            switch pattern.match(image.patternSubject) {
            case .matches: return .passed
            case .unknown(let fact):
                undetermined = undetermined ?? TrustedRegistriesCheck.refusal(image.reference, pattern, for: fact)
            case .doesNotMatch, .onlyByTagBesideDigest, .noSuchFact: continue
            }
        }
        if let undetermined { return .undetermined(undetermined) }
        return .violated(
            Refusal(
                .sourceUntrusted,
                found: "`\(image.reference.repository)`",
                expected: "a source that matches " + listed(patterns.map(\.description), conjunction: "or"),
                cure: "use an image from a trusted source, or ask the policy's owner to trust this one"))
    }

    private static func refusal(
        _ reference: ImageReference, _ pattern: ImagePattern, for fact: RequestFact
    ) -> Refusal {
        let missing =
            switch fact {
            case .namespace: "the request's namespace"
            case .namespaceLabels: "the labels of the request's namespace"
            }
        return Refusal(
            .namespaceUnavailable,
            found: "`\(reference.repository)`, and \(missing) could not be had",
            expected: "a source that matches `\(pattern)`",
            cure: "try again when the gate can read namespaces")
    }
}
