import Cryptography
import Trust

/// `certificates` of an attestor: signatures by holders of certificates that an organisation's own authority issued.
enum CosignCertificates {
    /// Of each kind. An organisation replaces an authority once in some years.
    static let maximumFiles = 16

    private static let files = FieldType.list(
        .object(
            ObjectType([
                Field("file", .file(limit: Certificate.maximumBytes), required: true, "a PEM file with certificates")
            ])))

    static let field = Field(
        "certificates",
        .object(
            ObjectType([
                Field("roots", files, required: true, "the authorities that are believed"),
                Field("intermediates", files, "authorities below them that signatures do not bring along"),
                Field(
                    "subjects", .list(.text("a name, or a pattern with `*`")), required: true,
                    """
                    who is believed: the mail address, URI or host name in a certificate; `*` stays inside a segment, and any \
                    one of them is enough
                    """),
                Field(
                    "timestampAuthorities", files,
                    """
                    who says when it was signed: a file for each, with the chain of its certificates, the root last; one of \
                    them must have seen the signature where no log is asked
                    """),
            ])),
        "holders of certificates that are believed, as an organisation's own authority issues them")

    /// Of an attestor's `fields`.
    static func load(
        _ fields: FieldValue, from materials: any MaterialSource
    ) throws(FieldProblems) -> CosignBelievers {
        guard let certificates = fields["certificates"] else {
            throw FieldProblems(FieldProblem("expected `certificates`", at: fields.position))
        }
        var reader = CertificateFiles()
        let roots = reader.read(certificates["roots"])
        let intermediates = reader.read(certificates["intermediates"])
        let stamps = reader.read(certificates["timestampAuthorities"])
        let rules = loadRules(certificates["subjects"], &reader.problems)
        var log: CosignLog?
        do { log = try CosignKeys.loadLog(fields, from: materials) } catch { reader.problems += error.problems }
        refuse(roots, thatAreNoAuthority: &reader.problems)
        guard var log, reader.problems.isEmpty else {
            throw FieldProblems(reader.problems)
                ?? FieldProblems(FieldProblem("expected `transparencyLog`", at: fields.position))
        }
        if log.evidence.logs == 0, log.evidence.timestamps == 0 { log.evidence.timestamps = 1 }
        guard !stamps.isEmpty || log.root != nil else { throw FieldProblems(noWitness(certificates.position)) }
        let root = try root(roots, intermediates, log.trusted, stamps, at: certificates.position)
        if log.root?.missing == nil { try root.check(hasWitnessesFor: log.evidence, at: certificates.position) }
        do {
            let requirements = try SigstoreRequirements(signers: .identities(rules), evidence: log.evidence)
            let chains = [("roots", roots), ("intermediates", intermediates), ("timestamps", stamps)]
            return CosignBelievers(
                believed: .identities(rules), verifier: SigstoreVerifier(root: root, requirements: requirements),
                root: log.root,
                settings: ["certificates", log.evidence.setting] + log.settings + rules.map(\.setting).sorted()
                    + chains.flatMap { name, files in [name] + files.map(\.setting) })
        } catch {
            throw FieldProblems(FieldProblem("`certificates`: \(error)", at: certificates.position))
        }
    }

    private static func loadRules(_ value: FieldValue?, _ problems: inout [FieldProblem]) -> [IdentityRule] {
        let subjects = value?.elements ?? []
        if subjects.count > CosignKeyless.maximumIdentities, let value {
            let limit = CosignKeyless.maximumIdentities
            problems.append(
                FieldProblem("found \(subjects.count) subjects, expected 1 to \(limit)", at: value.position))
        }
        return subjects.compactMap { subject in
            do { return IdentityRule(issuer: nil, subject: try TextPattern(subject.text ?? "")) } catch {
                problems.append(FieldProblem("`subjects` is invalid: \(error)", at: subject.position))
                return nil
            }
        }
    }

    private static func refuse(_ roots: [CertificateFile], thatAreNoAuthority problems: inout [FieldProblem]) {
        for file in roots {
            guard let other = file.certificates.first(where: { !$0.isAuthority }) else { continue }
            let message = "`\(file.path)` holds a certificate that is no authority, `\(other.subject.quoted)`"
            problems.append(FieldProblem(message, at: file.position))
        }
    }

    private static func noWitness(_ position: SourcePosition) -> FieldProblem {
        FieldProblem(
            """
            `timestampAuthorities` is missing: where no log is asked, nobody says when it was signed, and so whether the \
            certificate was valid then
            """, at: position)
    }

    private static func root(
        _ roots: [CertificateFile], _ intermediates: [CertificateFile], _ others: SigstoreTrustedRoot,
        _ stamps: [CertificateFile], at position: SourcePosition
    ) throws(FieldProblems) -> SigstoreTrustedRoot {
        do throws(ChainError) {
            var authorities = others.timestampAuthorities
            for file in stamps { authorities.append(try TrustedTimestampAuthority(chain: file.certificates)) }
            return try SigstoreTrustedRoot(
                roots: roots.flatMap(\.certificates), intermediates: intermediates.flatMap(\.certificates),
                logs: others.logs, timestampAuthorities: authorities)
        } catch {
            throw FieldProblems(FieldProblem("`certificates` cannot be believed: \(error)", at: position))
        }
    }
}

/// A file of certificates that a policy names.
private struct CertificateFile {
    let path: String
    let certificates: [Certificate]
    let position: SourcePosition

    var setting: String { certificates.map(\.fingerprint.hexadecimal).framed }
}

private struct CertificateFiles {
    var problems: [FieldProblem] = []

    mutating func read(_ value: FieldValue?) -> [CertificateFile] {
        guard let value else { return [] }
        guard value.elements.count <= CosignCertificates.maximumFiles else {
            let limit = CosignCertificates.maximumFiles
            problems.append(
                FieldProblem("found \(value.elements.count) files, expected at most \(limit)", at: value.position))
            return []
        }
        return value.elements.compactMap { read(entry: $0) }
    }

    private mutating func read(entry: FieldValue) -> CertificateFile? {
        guard let value = entry["file"], let file = value.file else { return nil }
        do throws(CertificateFormatError) {
            let certificates = try Certificate.all(in: file.bytes)
            return CertificateFile(path: file.path, certificates: certificates, position: value.position)
        } catch {
            problems.append(FieldProblem("`\(file.path)` holds no certificates: \(error)", at: value.position))
            return nil
        }
    }
}
