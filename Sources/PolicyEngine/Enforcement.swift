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

/// What the whole gate does with its decisions, whatever the enforcement of its policies.
public enum GateMode: String, CaseIterable, Hashable, Sendable {
    /// What is decided is answered.
    case enforce
    /// Everything is computed and recorded alike, and nothing is refused.
    case observe
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

    /// The enforcement for one image. Stages that match for certain decide, else `otherwise`; a stage of which that is not
    /// known only raises it. So the order of the stages does not matter.
    func resolved(for image: ImageUnderJudgement) -> ResolvedEnforcement {
        let matches = stages.map { (enforcement: $0.enforcement, match: $0.selector.match(image)) }
        let certain = matches.filter { $0.match == .yes }.map(\.enforcement).max() ?? otherwise
        var resolved = ResolvedEnforcement(enforcement: certain)
        for (enforcement, match) in matches {
            switch match {
            case .yes, .no: continue
            case .noNamespace, .noNamespaceLabels:
                resolved.lackedFact = resolved.lackedFact ?? match.lackedFact
                // In force because nobody could say otherwise: that constrains, and vouches for nothing.
                if enforcement > certain { resolved.certainty = min(resolved.certainty, .unknown) }
            case .unknown, .whenResolved:
                resolved.certainty = min(resolved.certainty, match)
            }
            resolved.enforcement = max(resolved.enforcement, enforcement)
        }
        return resolved
    }
}

/// What a staged enforcement comes to for one image.
struct ResolvedEnforcement {
    /// While it is not certain, the strictest that it may be.
    var enforcement: Enforcement
    /// `.yes`, or what the uncertainty waits for.
    var certainty = Selector.Match.yes
    /// The fact that a stage asks for and that does not exist at this door.
    var lackedFact: RequestFact?
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
