import OCI
public import Trust

/// `trustedRegistries: [PATTERN, …]` passes if the normalised reference matches one of the patterns.
///
/// It needs only the reference, and it vouches. A pattern with a tag does not match a reference that has a digest beside
/// its tag, since the digest is what runs.
public struct TrustedRegistriesCheck: Check {
    public static let word = "trustedRegistries"
    public static let summary = "the image comes from one of these registries or repositories"
    public static let type = FieldType.list(.text("a pattern"))
    public static let needsOnlyReference = true
    public static let vouches = true

    private let patterns: [ImagePattern]

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        patterns = ImagePattern.patterns(value, &problems)
        if let problems = FieldProblems(problems) { throw problems }
    }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        for pattern in patterns {
            if case .matches = pattern.match(image.patternSubject) { return .passed }
        }
        return .violated(
            Refusal(
                .sourceUntrusted,
                found: "`\(image.reference.repository)`",
                expected: "a source that matches " + listed(patterns.map(\.description), conjunction: "or"),
                cure: "use an image from a trusted source, or ask the policy's owner to trust this one"))
    }
}
