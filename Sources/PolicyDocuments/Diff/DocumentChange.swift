import OCI
import PolicyEngine
import Timestamp
import Trust

/// What became of one document on the way from one set to the other.
public struct DocumentChange: Hashable, Sendable {
    public let kind: String
    public let name: String
    public let change: Change

    public enum Change: String, Hashable, Sendable {
        case added, removed, changed
    }

    func isOf(_ kind: Envelope.Kind) -> Bool { self.kind.utf8.elementsEqual(kind.rawValue.utf8) }
}

extension LoadedPolicies {
    /// The documents that do not say the same in both sets, by kind and name. In which file they stand, in which order, and
    /// how they are written makes no difference.
    func documentChanges(to new: LoadedPolicies) -> [DocumentChange] {
        let (before, after) = (wordings, new.wordings)
        return Set(before.keys).union(after.keys).compactMap { document in
            switch (before[document], after[document]) {
            case (nil, _): DocumentChange(kind: document.kind, name: document.name, change: .added)
            case (_, nil): DocumentChange(kind: document.kind, name: document.name, change: .removed)
            case (let old?, let new?):
                old.utf8.elementsEqual(new.utf8)
                    ? nil : DocumentChange(kind: document.kind, name: document.name, change: .changed)
            }
        }.sorted { ($0.kind, $0.name) < ($1.kind, $1.name) }
    }

    private struct DocumentName: Hashable {
        let kind: String
        let name: String
    }

    private var wordings: [DocumentName: String] {
        var wordings: [DocumentName: String] = [:]
        func add<Value>(_ documents: [Written<Value>]) {
            for document in documents {
                let name = DocumentName(kind: document.kind.rawValue, name: document.name)
                wordings[name] = document.specification.wording
            }
        }
        add(written)
        add(writtenExemptions)
        add(writtenExceptions)
        add(writtenAttestors)
        return wordings
    }
}

extension FieldValue {
    /// What is said, wherever it stands, with the content of files in place of their names: two values with the same
    /// wording mean the same.
    var wording: String {
        func braced(_ members: [(name: String, value: String)]) -> String {
            "{" + members.map { "\($0.name.debugDescription): \($0.value)" }.sorted().joined(separator: ", ") + "}"
        }
        return switch content {
        case .text(let text): text.debugDescription
        case .boolean(let boolean): "\(boolean)"
        case .integer(let integer): "\(integer)"
        case .duration(let duration): "\(duration)"
        case .date(let date): "date(\(date.rfc3339))"
        case .file(let file): "file(\(Digest.sha256(of: file.bytes)))"
        case .list(let elements): "[" + elements.map(\.wording).joined(separator: ", ") + "]"
        case .object(let members): braced(members.map { ($0.name, $0.value.wording) })
        case .dictionary(let entries): braced(entries.map { ($0.key.text ?? "", $0.value.wording) })
        }
    }
}
