import Trust

extension SigstoreTrustedRoot {
    /// Throws if there are fewer witnesses than are asked for: nothing could ever pass.
    func check(hasWitnessesFor evidence: SigstoreEvidence, at position: SourcePosition) throws(FieldProblems) {
        let problems = shortages(of: evidence).map { shortage in
            FieldProblem(
                "`\(shortage.witness.field)` asks for \(shortage.expected), and the trusted root has \(shortage.found) of different operators",
                at: position)
        }
        if let problems = FieldProblems(problems) { throw problems }
    }
}

extension SigstoreEvidence {
    /// - Parameter certificates: whether signatures have certificates, which logs of their own promise to publish.
    static func field(certificates: Bool) -> Field {
        let witnesses = 0...8
        var fields = [
            Field("transparencyLogs", .integer(witnesses), "how many transparency logs must have recorded it (1)"),
            Field("timestamps", .integer(witnesses), "how many timestamp authorities must have seen it (0)"),
        ]
        if certificates {
            fields.append(
                Field(
                    "certificateLogs", .integer(witnesses),
                    "how many certificate transparency logs must have promised to publish the certificate (1)"))
        }
        return Field(
            "evidence", .object(ObjectType(fields, atLeastOneOf: [fields.map(\.name)])),
            "how many independent witnesses a signature must have; those that one operator runs count once")
    }

    init(_ value: FieldValue?, default fallback: SigstoreEvidence) throws(FieldProblems) {
        self = fallback
        guard let value else { return }
        logs = value["transparencyLogs"]?.integer ?? logs
        timestamps = value["timestamps"]?.integer ?? timestamps
        certificateLogs = value["certificateLogs"]?.integer ?? certificateLogs
        guard logs + timestamps > 0 else {
            throw FieldProblems(
                FieldProblem(
                    "`evidence` proves no time: at least one of `transparencyLogs` and `timestamps` must be above 0",
                    at: value.position))
        }
    }

    /// All of it in one text.
    var setting: String { "logs \(logs) timestamps \(timestamps) certificateLogs \(certificateLogs)" }
}
