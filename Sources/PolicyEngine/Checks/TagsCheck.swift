import OCI
public import Trust

/// `tags: {deny: [TAG, …]}` passes if the reference's tag matches none of the list; `*` stands for any run of characters.
///
/// It needs only the reference, and it does not vouch. A reference with neither tag nor digest has the tag `latest`. A
/// tag that is written beside a digest is judged as well: whoever writes a denied tag gets to hear of it.
public struct TagsCheck: Check {
    public static let word = "tags"
    public static let summary = "the tag is none of these"
    public static let type = FieldType.object(
        ObjectType([Field("deny", .list(.text("a tag")), required: true, "tags that are refused")]))
    public static let needsOnlyReference = true
    public static let vouches = false

    private let denied: [(text: String, glob: Glob)]

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        denied = (value["deny"]?.elements ?? []).compactMap { element in
            let text = element.text ?? ""
            guard TagsCheck.canMatchTag(text) else {
                problems.append(
                    FieldProblem(
                        "`\(text)` cannot match a tag; tags are letters, digits, `_`, `.` and `-`, at most 128",
                        at: element.position))
                return nil
            }
            return (text, Glob(text.utf8))
        }
        if let problems = FieldProblems(problems) { throw problems }
    }

    public var explanation: String {
        "have no tag that matches \(listedInFull(denied.map(\.text), conjunction: "or"))"
    }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        guard let tag = image.reference.tag else { return .passed }
        let bytes = Array(tag.utf8)
        guard let match = denied.first(where: { $0.glob.matches(bytes) }) else { return .passed }
        return .violated(
            Refusal(
                .tagDenied,
                found: "the tag `\(tag)`",
                expected: "a tag that does not match `\(match.text)`",
                cure: "name a release tag or a digest"))
    }

    private static func canMatchTag(_ text: String) -> Bool {
        text.utf8.count <= 128 && Glob(text.utf8).canBeTag
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
                    || [UInt8(ascii: "_"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "*")].contains($0)
            }
    }
}
