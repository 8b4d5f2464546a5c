import Cryptography
import Sigstore
import Trust

/// The fields of a `cosign` attestor, as the loader of policy documents hands them over.
struct PolicyFields {
    var keys: [(path: String, pem: [UInt8])]
    var transparencyLog: FieldValue.Content? = .text("notRequired")
    var repository: String?
    var identity: String?
    /// `identity` as a mapping.
    var identityFields: [(name: String, text: String)] = []
    var others: [(String, FieldValue.Content)] = []

    init(_ keys: [PrivateKey]) throws {
        self.keys = []
        for (index, key) in keys.enumerated() { self.keys.append(("key\(index).pub", try key.publicKeyPEM)) }
    }

    /// Each field stands on a line of its own: `cosign` on 5, keys from 10, the others from 30, those of `identity` from 40.
    var value: FieldValue {
        var members: [(name: String, value: FieldValue)] = []
        let entries = keys.enumerated().map { index, key in
            let file = FieldValue(.file(FileContent(path: key.path, bytes: key.pem)), at: at(10 + index))
            return FieldValue(.object([("file", file)]), at: at(10 + index))
        }
        members.append(("keys", FieldValue(.list(entries), at: at(9))))
        if let transparencyLog { members.append(("transparencyLog", FieldValue(transparencyLog, at: at(30)))) }
        if let repository { members.append(("repository", FieldValue(.text(repository), at: at(31)))) }
        if let identity { members.append(("identity", FieldValue(.text(identity), at: at(32)))) }
        if !identityFields.isEmpty {
            let fields = identityFields.enumerated().map { index, field in
                (name: field.name, value: FieldValue(.text(field.text), at: at(40 + index)))
            }
            members.append(("identity", FieldValue(.object(fields), at: at(32))))
        }
        for (name, content) in others { members.append((name, FieldValue(content, at: at(33)))) }
        return FieldValue(.object(members), at: at(5))
    }

    func load() throws -> any Attestor { try CosignFormat().load(value) }

    private func at(_ line: Int) -> SourcePosition { SourcePosition(file: "attestor.yaml", line: line, column: 3) }
}

/// An attestor that believes these keys, with the settings that most policies have.
func attestor(believing keys: PrivateKey...) throws -> any Attestor {
    try PolicyFields(keys).load()
}
