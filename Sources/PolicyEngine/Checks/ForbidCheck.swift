public import Trust

/// `forbid: {because: TEXT}` never passes. With `match.digests` it stops one bad build, with `match.images` a whole
/// repository.
///
/// It needs only the reference, and it does not vouch.
public struct ForbidCheck: Check {
    public static let word = "forbid"
    public static let summary = "never: what the policy matches does not run"
    public static let type = FieldType.object(
        ObjectType([Field("because", .text("a reason"), required: true, "the reason, shown to whoever is refused")]))
    public static let needsOnlyReference = true
    public static let vouches = false
    public static let mayPass = false

    private let reason: String

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        reason = value["because"]?.text ?? ""
    }

    public var explanation: String { "never run: \(reason)" }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        .violated(
            Refusal(
                .forbidden,
                found: "`\(image.reference)`",
                expected: "any other image (\(reason))",
                cure: nil))
    }
}
