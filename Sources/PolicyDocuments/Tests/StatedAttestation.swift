import Trust

/// What one entry of `attestations` states that was attested, beside by whom.
struct StatedAttestation {
    let statement: VerifiedStatement
    /// How long before the decision; nil if nothing proves it.
    let age: Duration?

    static let fields = [
        Field("predicateType", .text("a URI"), "the type of the statement, unless none counts"),
        Field("age", .duration, "how long before `time` it was made; if absent nothing proves when"),
        Field(
            "provenance",
            .object(
                ObjectType(
                    provenance, atLeastOneOf: [provenance.map(\.name)])),
            "what it says of the build, if its type is SLSA provenance"),
    ]

    private static let provenance = [
        Field("builder", .text("a text"), "`builder.id`"),
        Field("buildType", .text("a text"), "how it was built"),
        Field("source", .text("a text"), "the repository of the sources, without revision"),
        Field("sourceRef", .text("a text"), "the Git reference that was built"),
    ]

    /// Reads an entry; nil if it states that nothing counts, or after a problem was found.
    init?(_ entry: FieldValue, _ problems: inout [FieldProblem]) {
        if let failure = ["violated", "undetermined"].first(where: { entry[$0] != nil }) {
            for field in StatedAttestation.fields {
                guard let value = entry[field.name] else { continue }
                problems.append(
                    FieldProblem("`\(field.name)` cannot stand beside `\(failure)`", at: value.position))
            }
            return nil
        }
        guard let type = entry["predicateType"] else {
            problems.append(FieldProblem("the field `predicateType` is missing", at: entry.position))
            return nil
        }
        if let problem = PredicateType.problem(of: type) { problems.append(problem) }
        let build = entry["provenance"]
        if let build, !PredicateType.provenance.contains(where: { $0.utf8.elementsEqual((type.text ?? "").utf8) }) {
            problems.append(
                FieldProblem(
                    "statements of this `predicateType` say nothing of a build, `provenance` goes with "
                        + listed(PredicateType.provenance, conjunction: "and"), at: build.position))
        }
        statement = VerifiedStatement(
            predicateType: type.text ?? "",
            facts: build.map { build in
                .provenance(
                    Provenance(
                        builder: build["builder"]?.text, buildType: build["buildType"]?.text,
                        source: build["source"]?.text, sourceRef: build["sourceRef"]?.text))
            })
        age = entry["age"]?.duration
    }
}
