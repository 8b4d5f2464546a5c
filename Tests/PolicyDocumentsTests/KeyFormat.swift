import Cryptography
import OCI
import Trust

/// A signature format with keys, as the loader sees one: `cosign: {keys: [{file: release.pub}]}`.
struct KeyFormat: AttestorFormat {
    var name = "cosign"
    let summary = "keys of cosign"
    var fields = ObjectType([
        Field(
            "keys",
            .list(.object(ObjectType([Field("file", .file(limit: 65_536), required: true, "a public key, PEM")]))),
            required: true, "keys that are believed")
    ])

    func load(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> any Attestor {
        var problems: [FieldProblem] = []
        for key in fields["keys"]?.elements ?? [] {
            do {
                _ = try PublicKey(pem: key["file"]?.file?.bytes ?? [])
            } catch {
                problems.append(
                    FieldProblem("the file `\(key["file"]?.file?.path ?? "")` holds no public key", at: key.position))
            }
        }
        if let problems = FieldProblems(problems) { throw problems }
        let keys = fields["keys"]?.elements.map { $0["file"]?.file?.bytes ?? [] } ?? []
        return KeyAttestor(
            fingerprint: Digest.sha256(of: Array(keys.joined())),
            signers: keys.map { .key(fingerprint: Digest.sha256(of: $0).bytes) })
    }
}

/// A format that believes whom a rule describes, so that nobody can list them: `rules: {rule: anything}`.
struct RuleFormat: AttestorFormat {
    let name = "rules"
    let summary = "whom a rule describes"
    let fields = ObjectType([Field("rule", .text("a rule"), required: true, "whom it believes")])

    func load(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> any Attestor {
        KeyAttestor(fingerprint: Digest.sha256(of: Array((fields["rule"]?.text ?? "").utf8)), signers: [])
    }
}

private struct KeyAttestor: Attestor {
    let explanation = "evidence"
    let fingerprint: Digest
    let signers: [Signer]

    func verification(of subject: Subject) -> any Verification { NothingToFetch() }
}

private struct NothingToFetch: Verification {
    mutating func next(_ received: [Locator: Fetched]) -> Step {
        .outcome(.violated(Refusal(.signatureMissing, found: "nothing", expected: "a signature")), basis: [])
    }
}
