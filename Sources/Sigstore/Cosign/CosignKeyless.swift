import Cryptography
import Trust

/// `keyless` of an attestor: signatures by whoever an authority said that they are.
enum CosignKeyless {
    /// Each signature is held against every identity.
    static let maximumIdentities = 64

    static let field = Field(
        "keyless",
        .object(
            ObjectType([
                CosignTrustedRoot.field,
                Field(
                    "identities", .list(.object(IdentityRule.type)), required: true,
                    "who is believed; a signature by any one of them is enough"),
                SigstoreEvidence.field(certificates: true),
            ])),
        "identities that are believed, as an authority such as Fulcio wrote them into the certificate of a signature")

    static func load(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> CosignBelievers {
        var problems: [FieldProblem] = []
        var root: CosignTrustedRoot?
        var evidence = SigstoreEvidence()
        do { evidence = try SigstoreEvidence(fields["evidence"], default: evidence) } catch {
            problems += error.problems
        }
        do { root = try loadRoot(fields, from: materials, for: evidence) } catch { problems += error.problems }
        let rules = loadRules(fields, &problems)
        guard let root, problems.isEmpty else {
            throw FieldProblems(problems) ?? FieldProblems(FieldProblem("expected `trustedRoot`", at: fields.position))
        }
        do {
            let requirements = try SigstoreRequirements(signers: .identities(rules), evidence: evidence)
            return CosignBelievers(
                believed: .identities(rules), verifier: SigstoreVerifier(root: root.root, requirements: requirements),
                root: root, settings: ["keyless", evidence.setting, root.setting] + rules.map(\.setting).sorted())
        } catch {
            throw FieldProblems(FieldProblem("`keyless`: \(error)", at: fields.position))
        }
    }

    private static func loadRoot(
        _ fields: FieldValue, from materials: any MaterialSource, for evidence: SigstoreEvidence
    ) throws(FieldProblems) -> CosignTrustedRoot {
        let position = fields["trustedRoot"]?.position ?? fields.position
        return try CosignTrustedRoot.load(fields, from: materials) { root throws(FieldProblems) in
            guard !root.authorities.isEmpty else {
                throw FieldProblems(FieldProblem("the trusted root has no certificate authority", at: position))
            }
            try root.check(hasWitnessesFor: evidence, at: fields["evidence"]?.position ?? position)
        }
    }

    private static func loadRules(_ fields: FieldValue, _ problems: inout [FieldProblem]) -> [IdentityRule] {
        let entries = fields["identities"]?.elements ?? []
        if entries.isEmpty || entries.count > maximumIdentities {
            let message = "found \(entries.count) identities, expected 1 to \(maximumIdentities) in `identities`"
            problems.append(FieldProblem(message, at: fields["identities"]?.position ?? fields.position))
            return []
        }
        return entries.compactMap { entry in
            do throws(FieldProblems) { return try IdentityRule(entry) } catch {
                problems += error.problems
                return nil
            }
        }
    }
}
