import Sigstore
import TestSupport
import Trust

/// A value of a policy document, before it has a place.
indirect enum WrittenValue: Sendable {
    case text(String)
    case integer(Int)
    case file(String, [UInt8])
    case list([WrittenValue])
    case object([(String, WrittenValue)])
    case dictionary([(String, String)])

    /// Every value stands on a line of its own, in the order of the document.
    func placed(_ line: inout Int) -> FieldValue {
        line += 1
        let position = SourcePosition(file: "attestor.yaml", line: line, column: 5)
        let content: FieldValue.Content
        switch self {
        case .text(let text): content = .text(text)
        case .integer(let integer): content = .integer(integer)
        case .file(let path, let bytes): content = .file(FileContent(path: path, bytes: bytes))
        case .list(let elements): content = .list(elements.map { $0.placed(&line) })
        case .object(let members): content = .object(members.map { (name: $0.0, value: $0.1.placed(&line)) })
        case .dictionary(let entries):
            content = .dictionary(
                entries.map {
                    (key: WrittenValue.text($0.0).placed(&line), value: WrittenValue.text($0.1).placed(&line))
                })
        }
        return FieldValue(content, at: position)
    }
}

/// The fields of a `cosign` attestor with `keyless`, as the loader of policy documents hands them over.
struct KeylessFields {
    var trustedRoot: JSONTree
    var source = Source.file
    var identities: [[(String, WrittenValue)]] = [KeylessFields.workflow]
    var evidence: [(String, WrittenValue)]?
    /// Beside `keyless`.
    var others: [(String, WrittenValue)] = []

    static let workflow: [(String, WrittenValue)] = [
        ("issuer", .text("https://token.actions.githubusercontent.com")),
        ("subject", .text("https://github.com/acme/app/.github/workflows/release.yaml@refs/heads/main")),
    ]

    /// Where the trusted root lies.
    enum Source: Sendable {
        case file
        case mirror(String = "https://tuf.example.com", root: [UInt8], target: String? = nil)
    }

    init(trustedRoot: JSONTree) { self.trustedRoot = trustedRoot }

    /// `trustedRoot` as it is written.
    var trustedRootValue: WrittenValue {
        switch source {
        case .file: return .object([("file", .file("trusted_root.json", trustedRoot.bytes))])
        case .mirror(let mirror, let root, let target):
            let members: [(String, WrittenValue)] = [("mirror", .text(mirror)), ("root", .file("root.json", root))]
            return .object([("tuf", .object(members + (target.map { [("target", .text($0))] } ?? [])))])
        }
    }

    var tuf: FieldValue? { value["keyless"]?["trustedRoot"]?["tuf"] }

    var value: FieldValue {
        var members: [(String, WrittenValue)] = [
            ("trustedRoot", trustedRootValue),
            ("identities", .list(identities.map(WrittenValue.object))),
        ]
        if let evidence { members.append(("evidence", .object(evidence))) }
        var line = 0
        return WrittenValue.object([("keyless", .object(members))] + others).placed(&line)
    }

    func load() throws -> any Attestor { try CosignFormat().load(value) }

    func problems() -> [FieldProblem] {
        do throws(FieldProblems) {
            _ = try CosignFormat().load(value)
            return []
        } catch {
            return error.problems
        }
    }
}
