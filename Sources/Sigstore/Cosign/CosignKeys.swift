import Cryptography
import Trust

/// `keys` and `transparencyLog` of an attestor: signatures by these keys, in a log or in none.
enum CosignKeys {
    /// Each signature is checked with every key until one fits; 16 keys bound what 100 foreign signatures can cost.
    static let maximumCount = 16
    private static let logNotRequired = "notRequired"

    static let field = Field(
        "keys",
        .list(
            .object(
                ObjectType([
                    Field(
                        "file", .file(limit: PublicKey.maximumBytes), required: true,
                        "a PEM file with one public key: ECDSA, RSA or Ed25519")
                ]))),
        "the keys that are believed; a signature by any one of them is enough")

    static let logField = Field(
        "transparencyLog",
        .either(
            scalar: .word([logNotRequired]),
            object: ObjectType([
                CosignTrustedRoot.field, SigstoreEvidence.field(certificates: false),
            ])),
        """
        what must have recorded signatures by `keys` or `certificates`; `notRequired` accepts those that no transparency log has recorded, \
        and looks at none
        """)

    static func load(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> CosignBelievers {
        var problems: [FieldProblem] = []
        let keys = loadKeys(fields, &problems)
        var log: CosignLog?
        do { log = try loadLog(fields, from: materials) } catch { problems += error.problems }
        guard let log, problems.isEmpty else {
            throw FieldProblems(problems) ?? FieldProblems(FieldProblem("expected `keys`", at: fields.position))
        }
        do {
            var believers = try CosignBelievers(
                keys: keys, evidence: log.evidence, root: log.trusted, settings: log.settings)
            believers.root = log.root
            return believers
        } catch {
            throw FieldProblems(FieldProblem("`keys`: \(error)", at: fields.position))
        }
    }

    private static func loadKeys(_ fields: FieldValue, _ problems: inout [FieldProblem]) -> [PublicKey] {
        let entries = fields["keys"]?.elements ?? []
        if entries.isEmpty || entries.count > maximumCount {
            let message = "found \(entries.count) keys, expected 1 to \(maximumCount) in `keys`"
            problems.append(FieldProblem(message, at: fields["keys"]?.position ?? fields.position))
            return []
        }
        var loaded: [(key: PublicKey, path: String)] = []
        for entry in entries {
            guard let value = entry["file"], let file = value.file else {
                problems.append(FieldProblem("expected `file` with the path of a public key", at: entry.position))
                continue
            }
            do {
                let key = try PublicKey(pem: file.bytes)
                if let first = loaded.first(where: { $0.key == key }) {
                    let message = "`\(file.path)` holds the same key as `\(first.path)`: remove one of them"
                    problems.append(FieldProblem(message, at: value.position))
                }
                loaded.append((key, file.path))
            } catch {
                problems.append(FieldProblem("`\(file.path)`: \(error)", at: value.position))
            }
        }
        return loaded.map(\.key)
    }

    /// One of the two has to be written: a reader of the policy sees whether a log is asked for.
    static func loadLog(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> CosignLog {
        guard let value = fields["transparencyLog"] else {
            throw FieldProblems(
                FieldProblem(
                    """
                    `transparencyLog` is missing: write `{trustedRoot: {file: …}}`, or `notRequired` to accept signatures \
                    that no log has recorded
                    """, at: fields.position))
        }
        if value.text?.isSpelled(logNotRequired) == true {
            return CosignLog(root: nil, evidence: SigstoreEvidence(logs: 0, timestamps: 0, certificateLogs: 0))
        }
        let evidence = try SigstoreEvidence(value["evidence"], default: SigstoreEvidence(certificateLogs: 0))
        let root = try CosignTrustedRoot.load(value, from: materials) { root throws(FieldProblems) in
            try root.check(hasWitnessesFor: evidence, at: value["evidence"]?.position ?? value.position)
        }
        return CosignLog(root: root, evidence: evidence)
    }
}

/// What `transparencyLog` asks for.
struct CosignLog {
    /// Nil if no log is asked.
    let root: CosignTrustedRoot?
    var evidence: SigstoreEvidence

    /// What can be held against; nobody at all while the root is missing.
    var trusted: SigstoreTrustedRoot { root?.root ?? .empty }

    /// All of it in texts.
    var settings: [String] { root.map { ["log", evidence.setting, $0.setting] } ?? ["no log"] }
}
