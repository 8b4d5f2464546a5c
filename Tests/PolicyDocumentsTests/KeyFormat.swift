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
        return KeyAttestor(fingerprint: Digest.sha256(of: fields["keys"]?.elements.first?["file"]?.file?.bytes ?? []))
    }
}

private struct KeyAttestor: Attestor {
    let explanation = "evidence"
    let fingerprint: Digest

    func verification(of subject: Subject) -> any Verification { NothingToFetch() }
}

private struct NothingToFetch: Verification {
    mutating func next(_ received: [Locator: Fetched]) -> Step {
        .outcome(.violated(Refusal(.signatureMissing, found: "nothing", expected: "a signature")), basis: [])
    }
}
