import Trust
import YAMLDocument

/// What every document has around its `spec`.
struct Envelope {
    let kind: Kind
    let name: String
    /// Where the document begins, and where its name stands.
    let position: YAMLPosition
    let namePosition: YAMLPosition
    let specification: YAMLNode

    enum Kind: String, CaseIterable {
        case imagePolicy = "ImagePolicy"
        case attestor = "Attestor"
        case policyException = "PolicyException"
        case exemption = "Exemption"
        case policyTests = "PolicyTests"
        case gateConfiguration = "GateConfiguration"
    }

    static let version = "dockgate.dev/v1"
}

extension ShapeReader {
    /// Reads the envelope of one document, reporting all that is wrong with it; nil if anything is.
    mutating func envelope(of node: YAMLNode) -> Envelope? {
        let fields = ["apiVersion", "kind", "metadata", "spec"]
        guard case .mapping(let members) = node.kind else {
            report(
                "expected a document with \(listed(fields, conjunction: "and")), found \(node.found)", at: node.position
            )
            return nil
        }
        guard checkVersion(node) else { return nil }
        let before = diagnostics.count
        let object = ObjectType(fields.map { Field($0, .boolean, "") })
        for (key, _) in members where object[key.scalar?.text ?? ""] == nil {
            reportUnknownEnvelopeField(key, among: fields)
        }
        let kind = documentKind(node)
        let name = documentName(node)
        if kind != nil && node["spec"] == nil { report("the field `spec` is missing", at: node.position) }
        guard diagnostics.count == before, let kind, let name, let specification = node["spec"] else { return nil }
        return Envelope(
            kind: kind, name: name.text, position: node.position, namePosition: name.position,
            specification: specification)
    }

    /// A document of another version, or of somebody else, has another shape: nothing more is said about it.
    private mutating func checkVersion(_ node: YAMLNode) -> Bool {
        guard let version = node["apiVersion"] else {
            report("the field `apiVersion` is missing, expected `\(Envelope.version)`", at: node.position)
            return false
        }
        guard let text = version.text, text.utf8.elementsEqual(Envelope.version.utf8) else {
            report("expected the apiVersion `\(Envelope.version)`, found \(version.found)", at: version.position)
            return false
        }
        return true
    }

    private mutating func documentKind(_ node: YAMLNode) -> Envelope.Kind? {
        let known = Envelope.Kind.allCases.map(\.rawValue)
        guard let written = node["kind"] else {
            report("the field `kind` is missing, expected \(listed(known))", at: node.position)
            return nil
        }
        guard let text = written.text, !text.isBlank else {
            report("expected \(listed(known)), found \(written.found)", at: written.position)
            return nil
        }
        if let kind = Envelope.Kind.allCases.first(where: { $0.rawValue.utf8.elementsEqual(text.utf8) }) { return kind }
        if LaterWords.kinds.contains(where: { $0.utf8.elementsEqual(text.utf8) }) {
            report(
                "the kind \(quoted(text)) is not supported by this version, which has \(listed(known, conjunction: "and"))",
                at: written.position)
        } else if let nearest = known.nearest(to: text) {
            report("unknown kind \(quoted(text)), did you mean `\(nearest)`?", at: written.position)
        } else {
            report("unknown kind \(quoted(text)), expected \(listed(known))", at: written.position)
        }
        return nil
    }

    private mutating func documentName(_ node: YAMLNode) -> (text: String, position: YAMLPosition)? {
        guard let metadata = node["metadata"] else {
            report("the field `metadata` is missing, expected `metadata: {name: …}`", at: node.position)
            return nil
        }
        guard case .mapping(let members) = metadata.kind else {
            report("expected a mapping, found \(metadata.found)", at: metadata.position)
            return nil
        }
        let fields = ["name", "annotations"]
        for (key, _) in members where !fields.contains(where: { $0.utf8.elementsEqual((key.scalar?.text ?? "").utf8) })
        {
            reportUnknownEnvelopeField(key, among: fields)
        }
        checkAnnotations(metadata["annotations"])
        guard let name = metadata["name"] else {
            report("the field `name` is missing", at: metadata.position)
            return nil
        }
        guard let text = name.text, isDocumentName(text) else {
            report(
                "expected a name of lower-case letters, digits and `-`, at most 63, found \(name.found)",
                at: name.position)
            return nil
        }
        return (text, name.position)
    }

    /// Annotations are for people and their tools; they mean nothing here, but they must be what other tools take.
    private mutating func checkAnnotations(_ node: YAMLNode?) {
        guard let node else { return }
        guard case .mapping(let members) = node.kind else {
            report("expected a mapping, found \(node.found)", at: node.position)
            return
        }
        for (_, value) in members where value.scalar?.resolved != .string {
            report("expected text, found \(value.found); quote it", at: value.position)
        }
    }

    private mutating func reportUnknownEnvelopeField(_ key: YAMLNode, among known: [String]) {
        let name = key.scalar?.text ?? ""
        let hint = known.nearest(to: name).map { "did you mean `\($0)`?" } ?? "expected \(listed(known))"
        report("unknown field \(quoted(name)), \(hint)", at: key.position)
    }

    /// An RFC 1123 label, as Kubernetes names are.
    private func isDocumentName(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        func isAlphanumeric(_ byte: UInt8) -> Bool { (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 63 else { return false }
        return isAlphanumeric(first) && isAlphanumeric(last)
            && bytes.allSatisfy { isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
    }
}
