public import OCI
public import PolicyEngine
public import Timestamp
public import Trust

/// Cases that policies must decide as stated: one document of kind `PolicyTests`, beside the policies in a file whose name
/// ends in `.tests.yaml`. What a registry would say stands in the document, so nobody is asked.
public struct PolicyTests: Sendable {
    public let name: String
    /// The policies that are tested.
    public let policies: LoadedPolicies
    /// What happens to an image that nobody vouches for.
    public let notVouched: Enforcement
    /// At least one, no two with the same name.
    public let cases: [PolicyTestCase]
}

/// One image in stated circumstances, and what must be decided about it.
public struct PolicyTestCase: Sendable {
    public let name: String
    public let position: SourcePosition
    public let image: ImageReference
    public let container: ContainerKind
    public let facts: RequestFacts
    /// The time of the decision.
    public let time: Instant
    public let expectation: PolicyTestExpectation
    let evidence: StatedEvidence
}

extension PolicyTests {
    /// The type of `spec`.
    public static let specification = ObjectType([
        Field(
            "policies", .list(.text("the path of a policy file")),
            "the files whose policies are tested, and directories if a path ends in `/`; if absent, the file's own directory"
        ),
        Field(
            "notVouched", .word(Enforcement.allCases.map(\.rawValue)),
            "what happens to an image that nobody vouches for; `deny` if absent"),
        Field(
            "defaults", .object(ObjectType(PolicyTestCase.circumstances)),
            "what cases say that do not say it themselves"),
        Field("cases", .list(.object(PolicyTestCase.type)), required: true, "what must be decided how"),
    ])
}

extension PolicyTestCase {
    static let type = ObjectType(
        [
            Field("name", .text("a name"), required: true, "what the case shows, unique in its document"),
            Field("image", .text("an image reference"), required: true, "the image, as a workload names it"),
        ] + circumstances + [
            Field(
                "expect", .either(scalar: PolicyTestExpectation.verdictType, object: PolicyTestExpectation.type),
                required: true, "the verdict, alone or with what it rests on")
        ])

    static let namespaceLabelsWord = "namespaceLabels"

    /// What may stand in a case and in `defaults`.
    static let circumstances = [
        Field("time", .date, "the time of the decision"),
        Field("digest", .text("a digest"), "what the image's tag stands for"),
        Field("namespace", .text("a namespace name"), "the namespace of the request; it has none if absent"),
        Field(
            "namespaceLabels", .dictionary(key: "the key of a label", value: "the value of a label"),
            "the labels of that namespace; it has none if absent"),
        Field(
            "unknown", .list(.word([namespaceLabelsWord])),
            "facts that could not be had, as while the API of the cluster is away"),
        Field(
            "container", .word(ContainerKind.allCases.map(\.rawValue)),
            "where in a workload the image stands; `main` if absent"),
        Field(
            "source", .word(RequestSource.allCases.map(\.rawValue)),
            "the door through which the request came; `kubernetes` if absent"),
        Field("evidence", .object(StatedEvidence.type), "what is found out about the image; no signatures if absent"),
    ]
}
