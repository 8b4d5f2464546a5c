public import Trust

/// What happens when a check does not hold: the request is refused, the caller is warned, or only the record says so.
/// Ordered by strictness.
public enum Enforcement: String, CaseIterable, Comparable, Hashable, Sendable {
    case audit, warn, deny

    public static func < (left: Enforcement, right: Enforcement) -> Bool { left.strictness < right.strictness }

    private var strictness: Int {
        switch self {
        case .audit: 0
        case .warn: 1
        case .deny: 2
        }
    }
}

/// A policy's enforcement: the same everywhere, or staged, so that it reaches some requests before others.
public struct StagedEnforcement: Sendable {
    public let otherwise: Enforcement
    /// Where it differs from `otherwise`; of several stages that match the strictest counts.
    public let stages: [(enforcement: Enforcement, selector: Selector)]

    public init(_ otherwise: Enforcement, stages: [(enforcement: Enforcement, selector: Selector)] = []) {
        self.otherwise = otherwise
        self.stages = stages
    }

    /// The enforcement for one image, and how certain that is: `.yes`, or what the uncertainty waits for. While it is not
    /// certain the stricter one counts.
    func resolved(for image: ImageUnderJudgement) -> (enforcement: Enforcement, certainty: Selector.Match) {
        var strictest: Enforcement?
        var certainty = Selector.Match.yes
        for stage in stages {
            let match = stage.selector.match(image)
            switch match {
            case .yes:
                strictest = max(strictest ?? .audit, stage.enforcement)
            case .unknown, .whenResolved:
                strictest = max(strictest ?? otherwise, stage.enforcement)
                certainty = min(certainty, match)
            case .no, .noSuchFact:
                continue
            }
        }
        return (strictest ?? otherwise, certainty)
    }
}

extension StagedEnforcement {
    private static let words = Enforcement.allCases.map(\.rawValue)

    /// `enforcement: deny` or `enforcement: {default: audit, deny: [{namespaces: {names: ["prod-*"]}}]}`.
    public static let type = FieldType.either(
        scalar: .word(words),
        object: ObjectType(
            [Field("default", .word(words), required: true, "what holds where no stage matches")]
                + words.map { Field($0, .list(.object(Selector.fields)), "where the policy is in \($0)") }))

    public init(_ value: FieldValue) throws(FieldProblems) {
        guard value.text == nil else {
            self.init(value.text.flatMap(Enforcement.init) ?? .deny)
            return
        }
        var problems: [FieldProblem] = []
        var stages: [(enforcement: Enforcement, selector: Selector)] = []
        for enforcement in Enforcement.allCases {
            for element in value[enforcement.rawValue]?.elements ?? [] {
                do {
                    stages.append((enforcement, try Selector(element)))
                } catch {
                    problems += error.problems
                }
            }
        }
        if let problems = FieldProblems(problems) { throw problems }
        self.init(value["default"]?.text.flatMap(Enforcement.init) ?? .deny, stages: stages)
    }
}
