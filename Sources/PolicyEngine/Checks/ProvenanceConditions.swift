import OCI
import Trust

/// What SLSA provenance (v0.2, v1 and v1.1, which has the type of v1) has to say of a build. All that is given must hold:
///
/// - `builder`: `builder.id`, who built it;
/// - `buildType`: how;
/// - `source`: the repository of the sources, without `git+` before it and revision behind it;
/// - `sourceRef`: the Git reference that was built, in full: `refs/heads/main`.
///
/// In each a `*` stands for any characters but `/`. What a statement does not say does not match.
struct ProvenanceConditions: Sendable, CustomStringConvertible {
    private let conditions: [(fact: Fact, pattern: SegmentPattern)]

    private enum Fact: String, CaseIterable {
        case builder, buildType, source, sourceRef

        var summary: String {
            switch self {
            case .builder: "who must have built it: `builder.id`"
            case .buildType: "how it must have been built"
            case .source: "the repository that its sources must come from, such as `https://github.com/acme/*`"
            case .sourceRef: "the Git reference that must have been built, such as `refs/heads/main`"
            }
        }

        func value(in provenance: Provenance) -> String? {
            switch self {
            case .builder: provenance.builder
            case .buildType: provenance.buildType
            case .source: provenance.source
            case .sourceRef: provenance.sourceRef
            }
        }
    }

    /// The shape of what stands under `provenance`.
    static let type = ObjectType(
        Fact.allCases.map { Field($0.rawValue, .text("a text, or a pattern with `*`"), $0.summary) },
        atLeastOneOf: [Fact.allCases.map(\.rawValue)])

    static let field = Field(
        "provenance", .object(type), "what SLSA provenance must say; only with a `predicateType` of SLSA provenance")

    /// Reads conditions of that shape. Reports every problem, each at its position.
    init(_ value: FieldValue, of predicateType: String) throws(FieldProblems) {
        var problems: [FieldProblem] = []
        if !PredicateType.provenance.contains(where: predicateType.isWritten(like:)) {
            let types = listed(PredicateType.provenance, conjunction: "and")
            problems.append(
                FieldProblem(
                    "statements of this `predicateType` say nothing of a build, `provenance` goes with \(types)",
                    at: value.position))
        }
        var conditions: [(fact: Fact, pattern: SegmentPattern)] = []
        for fact in Fact.allCases {
            guard let field = value[fact.rawValue] else { continue }
            do {
                conditions.append((fact, try SegmentPattern(field.text ?? "")))
            } catch {
                problems.append(FieldProblem("`\(fact.rawValue)` is invalid: \(error)", at: field.position))
            }
        }
        if let problems = FieldProblems(problems) { throw problems }
        self.conditions = conditions
    }

    /// The first thing that is not as it should be; nil if all is.
    func misfit(of provenance: Provenance) -> String? {
        for (fact, pattern) in conditions {
            let value = fact.value(in: provenance)
            guard let value, pattern.matches(value) else {
                let found = value.map { "is `\(String(quoting: $0.utf8))`" } ?? "is not said"
                return "its `\(fact.rawValue)` \(found), expected `\(pattern)`"
            }
        }
        return nil
    }

    /// A build that is as it should be, with this word in place of wildcards.
    func example(filling word: String) -> Provenance {
        func value(_ fact: Fact) -> String? { conditions.first { $0.fact == fact }?.pattern.example(with: word) }
        return Provenance(
            builder: value(.builder), buildType: value(.buildType), source: value(.source), sourceRef: value(.sourceRef)
        )
    }

    /// "`builder` is `https://…` and `source` is `https://…`".
    var description: String {
        conditions.map { "`\($0.fact.rawValue)` is `\($0.pattern)`" }.joined(separator: " and ")
    }
}
