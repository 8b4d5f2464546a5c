import Cryptography
import TUF
import Trust

/// The trusted root of an attestor: a file beside the policies, or a target of a mirror.
struct CosignTrustedRoot: Sendable {
    /// Nobody at all while it is missing.
    let root: SigstoreTrustedRoot
    /// Stands for all that is in it.
    let setting: String
    /// Where it lies, if not beside the policies.
    let target: MirroredTarget?
    /// Why nothing can be held against it; nil if it is there.
    let missing: Refusal?

    /// The target that Sigstore's own repositories have it under.
    private static let usualTarget = "trusted_root.json"

    static let field = Field(
        "trustedRoot",
        .object(
            ObjectType(
                [
                    Field(
                        "file", .file(limit: SigstoreTrustedRoot.maximumBytes),
                        "a `trusted_root.json`: logs, authorities and their keys, of the public Sigstore or one's own"),
                    Field(
                        "tuf",
                        .object(
                            ObjectType([
                                Field(
                                    "mirror", .text("the address of a mirror"), required: true,
                                    "where the repository lies, such as `https://tuf-repo-cdn.sigstore.dev`"),
                                Field(
                                    "root", .file(limit: TUFLimits().rootBytes), required: true,
                                    "root metadata of the repository that is believed, of any version"),
                                Field(
                                    "target", .text("the path of a target"),
                                    "what the trusted root is called there (`\(usualTarget)`)"),
                            ])),
                        "the same from a mirror, kept up to date by The Update Framework"),
                ], exactlyOneOf: [["file", "tuf"]])),
        required: true, "which transparency logs, certificate authorities and timestamp authorities are believed")

    /// Of the field of that name in `fields`.
    ///
    /// - Parameter check: throws if the root does not suit what is asked of it. Of a file that is a mistake; a mirror's root
    ///   is then missing, since no document can mend it.
    static func load(
        _ fields: FieldValue, from materials: any MaterialSource,
        check: (SigstoreTrustedRoot) throws(FieldProblems) -> Void
    ) throws(FieldProblems) -> CosignTrustedRoot {
        if let value = fields["trustedRoot"]?["tuf"] {
            let target = try MirroredTarget(value, usually: usualTarget)
            return CosignTrustedRoot(target, materials.material(of: target), check: check)
        }
        guard let value = fields["trustedRoot"]?["file"], let file = value.file else {
            throw FieldProblems(FieldProblem("expected `trustedRoot` with `file` or `tuf`", at: fields.position))
        }
        let root: SigstoreTrustedRoot
        do { root = try SigstoreTrustedRoot(parsing: file.bytes) } catch {
            throw FieldProblems(FieldProblem("`\(file.path)` is no trusted root: \(error)", at: value.position))
        }
        try check(root)
        return CosignTrustedRoot(root, of: file.bytes)
    }

    private init(_ root: SigstoreTrustedRoot, of bytes: [UInt8], at target: MirroredTarget? = nil) {
        self.root = root
        self.target = target
        setting = SHA2.sha256(bytes).hexadecimal
        missing = nil
    }

    private init(missing refusal: Refusal, at target: MirroredTarget) {
        root = .empty
        self.target = target
        let pinned = SHA2.sha256(target.pinnedRoot).hexadecimal
        setting = ["missing", target.mirror, pinned, target.path, refusal.reason.rawValue, refusal.found].framed
        missing = refusal
    }

    private init(
        _ target: MirroredTarget, _ material: MirroredMaterial,
        check: (SigstoreTrustedRoot) throws(FieldProblems) -> Void
    ) {
        switch material {
        case .trusted(let bytes):
            do {
                let root = try SigstoreTrustedRoot(parsing: bytes)
                try check(root)
                self.init(root, of: bytes, at: target)
            } catch let problems as FieldProblems {
                let found = problems.problems.map(\.message).joined(separator: "; ")
                self.init(missing: .unsuitable(target, found), at: target)
            } catch {
                self.init(missing: .unsuitable(target, "it is no trusted root: \(error)"), at: target)
            }
        case .expired(let reason): self.init(missing: .expired(target, reason), at: target)
        case .unavailable(let reason): self.init(missing: .unavailable(target, reason), at: target)
        }
    }
}

extension Refusal {
    fileprivate static func unavailable(_ target: MirroredTarget, _ reason: String) -> Refusal {
        Refusal(
            .trustRootUnavailable, found: "no trusted root, \(target.phrase) cannot be had: \(reason)",
            expected: "a trusted root to hold signatures against",
            cure: "see that the gate reaches `\(target.mirror)`; it is tried again within minutes")
    }

    fileprivate static func expired(_ target: MirroredTarget, _ reason: String) -> Refusal {
        Refusal(
            .trustRootExpired, found: "a trusted root that counts no more, \(target.phrase): \(reason)",
            expected: "one that is kept up to date",
            cure: "see that the gate reaches `\(target.mirror)`, and that its repository is signed anew")
    }

    fileprivate static func unsuitable(_ target: MirroredTarget, _ reason: String) -> Refusal {
        Refusal(
            .trustRootUnavailable, found: "a trusted root that is of no use, \(target.phrase): \(reason)",
            expected: "one for what the attestor asks for",
            cure: "compare `target` and `evidence` of the attestor with what the mirror publishes")
    }
}
