import Cryptography
import OCI
public import Trust

/// The attestor format `cosign`: image signatures by public keys, as `cosign sign --key` and skopeo make them.
///
///     cosign:
///       keys: [{file: release.pub}]
///       transparencyLog: notRequired
public struct CosignFormat: AttestorFormat {
    public let name = "cosign"
    public let summary = "image signatures made with `cosign sign --key`, beside the image under the tag `sha256-….sig`"

    /// Each signature is checked with every key until one fits; 16 keys bound what 100 foreign signatures can cost.
    static let maximumKeys = 16

    public init() {}

    public var fields: ObjectType {
        ObjectType(
            [
                Field(
                    "keys",
                    .list(
                        .object(
                            ObjectType([
                                Field(
                                    "file", .file(limit: PublicKey.maximumBytes), required: true,
                                    "a PEM file with one public key: ECDSA, RSA or Ed25519")
                            ]))),
                    required: true, "the keys that are believed; a signature by any one of them is enough"),
                Field(
                    "transparencyLog",
                    .either(
                        scalar: .word([CosignFormat.logNotRequired]),
                        object: ObjectType(
                            [], notBuiltIn: [UnbuiltField("trustedRoot", CosignFormat.noTransparencyLog)])),
                    "must be `notRequired`, which accepts signatures that no transparency log has recorded"),
                Field(
                    "repository", .text("a repository"),
                    "the repository that holds the signatures, if they are not beside the image (COSIGN_REPOSITORY)"),
                SignedIdentity.field,
            ], notBuiltIn: [UnbuiltField("keyless", CosignFormat.noKeyless)])
    }

    /// Throws what is wrong with keys, repository and transparency log, each where it is written.
    public func load(_ fields: FieldValue) throws(FieldProblems) -> any Attestor {
        var problems: [FieldProblem] = []
        if let keyless = fields["keyless"] {
            problems.append(FieldProblem(CosignFormat.noKeyless, at: keyless.position))
        }
        let keys = loadKeys(fields, &problems)
        checkTransparencyLog(fields, &problems)
        let repository = loadRepository(fields["repository"], &problems)
        let identity = loadIdentity(fields["identity"], &problems)
        if let problems = FieldProblems(problems) { throw problems }
        return CosignAttestor(trust: CosignTrust(keys: keys, identity: identity), signatureRepository: repository)
    }

    private static let logNotRequired = "notRequired"
    private static let noTransparencyLog =
        "transparency logs are not verified by this version: write `transparencyLog: notRequired` to accept signatures"
        + " by these keys without one"
    private static let noKeyless =
        "`keyless` signatures are not verified by this version: write `keys` with the public keys that are believed"
}

extension CosignFormat {
    private func loadKeys(_ fields: FieldValue, _ problems: inout [FieldProblem]) -> [PublicKey] {
        let entries = fields["keys"]?.elements ?? []
        if entries.isEmpty || entries.count > CosignFormat.maximumKeys {
            let message = "found \(entries.count) keys, expected 1 to \(CosignFormat.maximumKeys) in `keys`"
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

    /// The word has to be written: a reader of the policy sees that no log is asked for.
    private func checkTransparencyLog(_ fields: FieldValue, _ problems: inout [FieldProblem]) {
        let value = fields["transparencyLog"]
        if value?.text?.utf8.elementsEqual(CosignFormat.logNotRequired.utf8) == true { return }
        problems.append(FieldProblem(CosignFormat.noTransparencyLog, at: value?.position ?? fields.position))
    }

    private func loadRepository(_ value: FieldValue?, _ problems: inout [FieldProblem]) -> Repository? {
        guard let value else { return nil }
        let text = value.text ?? ""
        do { return try Repository(parsing: text) } catch {
            problems.append(FieldProblem("`repository` is invalid: \(error)", at: value.position))
            return nil
        }
    }

    private func loadIdentity(_ value: FieldValue?, _ problems: inout [FieldProblem]) -> SignedIdentity {
        do { return try SignedIdentity(value) } catch {
            problems += error.problems
            return .repository
        }
    }
}
