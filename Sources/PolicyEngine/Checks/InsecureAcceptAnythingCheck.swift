public import Trust

/// `insecureAcceptAnything: {because: TEXT}` always passes, and vouches: the only way to let something in unchecked, and
/// it says so.
///
/// It needs only the reference.
public struct InsecureAcceptAnythingCheck: Check {
    public static let word = "insecureAcceptAnything"
    public static let summary = "whatever the policy matches comes in unchecked"
    public static let type = FieldType.object(
        ObjectType([Field("because", .text("a reason"), required: true, "why that is acceptable")]))
    public static let needsOnlyReference = true
    public static let vouches = true
    public static let mayFail = false

    private let reason: String

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        reason = value["because"]?.text ?? ""
    }

    public var explanation: String { "meet no condition, it comes in unchecked: \(reason)" }

    public func judge(_ image: CheckSubject) -> CheckOutcome { .passed }
}
