import Cryptography
import Trust

/// `rootKeys` and `trustOnFirstUse` of an attestor: which roots are believed.
enum RootKeys {
    /// A repository has one root key, and an organisation few.
    private static let maximumFiles = 16
    private static let whateverComes = "whateverTheServerSaysFirst"

    static let field = Field(
        "rootKeys",
        .list(
            .object(
                ObjectType([
                    Field(
                        "file", .file(limit: Certificate.maximumBytes), required: true,
                        """
                        a PEM file with a public key, which is believed whatever certificate it is in, or with certificates: \
                        of root keys, which have to be valid and for the image's repository, or of the authorities that issue \
                        them
                        """)
                ]))),
        "the root keys that are believed; newer ones count too where these have signed for them")

    static let firstUseField = Field(
        "trustOnFirstUse", .word([whateverComes]),
        """
        `\(whateverComes)` believes, in place of `rootKeys`, the first root that the server gives for a repository: whoever \
        can answer for the server then, or makes the gate forget, is believed
        """)

    static func load(_ fields: FieldValue, _ problems: inout [FieldProblem]) -> RootTrust? {
        guard let value = fields["rootKeys"] else { return fields["trustOnFirstUse"] == nil ? nil : .firstUse }
        guard value.elements.count <= maximumFiles, !value.elements.isEmpty else {
            problems.append(
                FieldProblem(
                    "found \(value.elements.count) files, expected 1 to \(maximumFiles) in `rootKeys`",
                    at: value.position))
            return nil
        }
        var keys: [PublicKey] = []
        var certificates: [Certificate] = []
        for entry in value.elements { read(entry, &keys, &certificates, &problems) }
        guard problems.isEmpty else { return nil }
        do { return try RootTrust(keys: keys, certificates: certificates) } catch {
            problems.append(FieldProblem("`rootKeys` cannot be believed: \(error)", at: value.position))
            return nil
        }
    }

    private static func read(
        _ entry: FieldValue, _ keys: inout [PublicKey], _ certificates: inout [Certificate],
        _ problems: inout [FieldProblem]
    ) {
        guard let value = entry["file"], let file = value.file else {
            problems.append(FieldProblem("expected `file` with the path of a root key", at: entry.position))
            return
        }
        do { keys.append(try PublicKey(pem: file.bytes)) } catch KeyError.certificate {
            readCertificates(file, at: value.position, &certificates, &problems)
        } catch {
            problems.append(FieldProblem("`\(file.path)`: \(error)", at: value.position))
        }
    }

    private static func readCertificates(
        _ file: FileContent, at position: SourcePosition, _ certificates: inout [Certificate],
        _ problems: inout [FieldProblem]
    ) {
        do { certificates += try Certificate.all(in: file.bytes) } catch {
            problems.append(FieldProblem("`\(file.path)`: \(error)", at: position))
        }
    }
}
