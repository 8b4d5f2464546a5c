import OCI
public import Trust

/// `digest: required` passes if the reference names a digest.
///
/// It needs only the reference, and it does not vouch. A tag can be moved after the decision; a digest is what runs.
public struct DigestCheck: Check {
    public static let word = "digest"
    public static let summary = "the reference is pinned to a digest"
    public static let type = FieldType.word(["required"])
    public static let needsOnlyReference = true
    public static let vouches = false

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {}

    public var explanation: String { "be named with a digest" }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        guard image.reference.digest == nil else { return .passed }
        return .violated(
            Refusal(
                .digestRequired,
                found: image.reference.tag.map { "only the tag `\($0)`" } ?? "no digest",
                expected: "a reference with `@sha256:…`",
                cure: "write the digest into the workload: `\(image.reference.repository)@sha256:…`"))
    }
}
