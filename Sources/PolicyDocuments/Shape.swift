import Timestamp
import Trust
import YAMLDocument

/// Holds what a document says against the shape it must have, and collects every difference.
struct ShapeReader {
    /// The document's own file, to which the paths in it are relative.
    let file: String
    var files: FileReader
    private(set) var diagnostics: [Diagnostic] = []

    init(file: String, files: FileReader) {
        self.file = file
        self.files = files
    }

    /// The value in the wanted shape; nil after a problem was reported.
    mutating func conform(_ node: YAMLNode, to type: FieldType) -> FieldValue? {
        switch type {
        case .object(let object): return conformObject(node, to: object)
        case .list(let element): return conformList(node, of: element)
        case .dictionary(let key, let value): return conformDictionary(node, key: key, value: value)
        case .either(let scalar, let object):
            switch node.kind {
            case .scalar: return conform(node, to: scalar)
            case .mapping: return conformObject(node, to: object)
            case .sequence: return mismatch(node, expected: "\(scalar.noun) or a mapping")
            }
        case .file(let limit): return conformFile(node, limit: limit)
        case .text, .boolean, .integer, .duration, .date, .word:
            return conformScalar(node, to: type)
        }
    }

    mutating func report(_ message: String, at position: YAMLPosition) {
        report(message, at: place(position))
    }

    mutating func report(_ message: String, at position: SourcePosition) {
        diagnostics.append(Diagnostic(.error, message, at: position))
    }

    mutating func report(_ problems: FieldProblems) {
        diagnostics += problems.problems.map(Diagnostic.init)
    }

    mutating func report(_ diagnostic: Diagnostic) {
        diagnostics.append(diagnostic)
    }

    func place(_ position: YAMLPosition) -> SourcePosition {
        SourcePosition(file: file, line: position.line, column: position.column)
    }

    /// A document's `spec`, with what of it has its shape: elements of a list that do not are left out. So what is wrong
    /// with the values of the others is found in the same go; the document is refused anyway.
    mutating func conformSpecification(_ node: YAMLNode, to object: ObjectType) -> (value: FieldValue, isWhole: Bool)? {
        guard case .mapping(let written) = node.kind else {
            _ = mismatch(node, expected: "a mapping")
            return nil
        }
        let before = diagnostics.count
        var members: [(name: String, value: FieldValue)] = []
        for (key, value) in written {
            guard let field = member(key, of: object) else { continue }
            if case .list(.object(let element)) = field.type, case .sequence(let elements) = value.kind,
                !elements.isEmpty
            {
                let values = elements.compactMap { conformObject($0, to: element) }
                members.append((field.name, FieldValue(.list(values), at: place(value.position))))
            } else if let value = conform(value, to: field.type) {
                members.append((field.name, value))
            }
        }
        checkPresence(of: written, in: object, at: node.position)
        return (FieldValue(.object(members), at: place(node.position)), diagnostics.count == before)
    }

    // MARK: Values that hold others

    private mutating func conformObject(_ node: YAMLNode, to object: ObjectType) -> FieldValue? {
        guard case .mapping(let written) = node.kind else { return mismatch(node, expected: "a mapping") }
        let before = diagnostics.count
        let members: [(name: String, value: FieldValue)] = written.compactMap { key, value in
            guard let field = member(key, of: object), let value = conform(value, to: field.type) else { return nil }
            return (field.name, value)
        }
        checkPresence(of: written, in: object, at: node.position)
        guard diagnostics.count == before else { return nil }
        return FieldValue(.object(members), at: place(node.position))
    }

    private mutating func conformList(_ node: YAMLNode, of element: FieldType) -> FieldValue? {
        guard case .sequence(let elements) = node.kind else { return mismatch(node, expected: "a list") }
        guard !elements.isEmpty else {
            report("expected at least one element, found an empty list", at: node.position)
            return nil
        }
        let values = elements.compactMap { conform($0, to: element) }
        guard values.count == elements.count else { return nil }
        return FieldValue(.list(values), at: place(node.position))
    }

    private mutating func conformDictionary(_ node: YAMLNode, key: String, value: String) -> FieldValue? {
        guard case .mapping(let written) = node.kind else { return mismatch(node, expected: "a mapping") }
        guard !written.isEmpty else {
            report("expected at least one key, found an empty mapping", at: node.position)
            return nil
        }
        let entries: [(key: FieldValue, value: FieldValue)] = written.compactMap { keyNode, valueNode in
            let key = conform(keyNode, to: .text(key))
            let value = conformEmptyText(valueNode) ?? conform(valueNode, to: .text(value))
            guard let key, let value else { return nil }
            return (key, value)
        }
        guard entries.count == written.count else { return nil }
        return FieldValue(.dictionary(entries), at: place(node.position))
    }

    /// Text that is written, and empty: `""`.
    private func conformEmptyText(_ node: YAMLNode) -> FieldValue? {
        guard let text = node.text, text.isEmpty else { return nil }
        return FieldValue(.text(text), at: place(node.position))
    }

    // MARK: Which fields are there

    /// The field that a key names; an unknown one is reported.
    private mutating func member(_ key: YAMLNode, of object: ObjectType) -> Field? {
        let name = key.scalar?.text ?? ""
        if let field = object[name] { return field }
        let known = object.fields.map(\.name)
        if let unbuilt = object.notBuiltIn.first(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
            report(unbuilt.message, at: key.position)
        } else if LaterWords.fields.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            report("the field \(quoted(name)) is not supported by this version", at: key.position)
        } else if let nearest = known.nearest(to: name) {
            report("unknown field \(quoted(name)), did you mean `\(nearest)`?", at: key.position)
        } else {
            report("unknown field \(quoted(name)), expected \(listed(known))", at: key.position)
        }
        return nil
    }

    /// Reports what is missing and what excludes each other. An unknown field most likely is the missing one, so then
    /// nothing is said about that.
    private mutating func checkPresence(
        of members: [(key: YAMLNode, value: YAMLNode)], in object: ObjectType, at position: YAMLPosition
    ) {
        let written = members.compactMap { member in member.key.scalar.map { ($0.text, member.key.position) } }
        func given(_ name: String) -> YAMLPosition? { written.first { $0.0.utf8.elementsEqual(name.utf8) }?.1 }
        let unknown = written.map(\.0).filter { object[$0] == nil }
        let notBuiltIn = LaterWords.fields + object.notBuiltIn.map(\.name)
        let isOfLaterVersion = unknown.contains { notBuiltIn.contains($0) }
        let misspelled = unknown.compactMap { object.fields.map(\.name).nearest(to: $0) }
        for field in object.fields where field.isRequired && given(field.name) == nil {
            guard !isOfLaterVersion, !misspelled.contains(field.name) else { continue }
            report("the field `\(field.name)` is missing: \(field.summary)", at: position)
        }
        for choice in object.exactlyOneOf {
            let chosen = choice.filter { given($0) != nil }
            if chosen.isEmpty && unknown.isEmpty {
                let known = choice.count == 1 ? "the field " : "one of the fields "
                report("expected \(known)\(listed(choice))", at: position)
            } else if let second = chosen.dropFirst().first, let place = given(second), let first = chosen.first {
                report("`\(second)` cannot stand beside `\(first)`, give one of them", at: place)
            }
        }
        for choice in object.atLeastOneOf where unknown.isEmpty && choice.allSatisfy({ given($0) == nil }) {
            report("expected at least one of the fields \(listed(choice))", at: position)
        }
        for group in object.together where unknown.isEmpty {
            guard let present = group.first(where: { given($0) != nil }), let place = given(present) else { continue }
            for missing in group where given(missing) == nil {
                report("`\(present)` belongs beside `\(missing)`, which is missing", at: place)
            }
        }
    }

    // MARK: Single values

    mutating func mismatch(_ node: YAMLNode, expected: String, hint: String = "") -> FieldValue? {
        report("expected \(expected), found \(node.found)\(hint)", at: node.position)
        return nil
    }

    private mutating func conformScalar(_ node: YAMLNode, to type: FieldType) -> FieldValue? {
        do throws(ScalarMismatch) {
            return FieldValue(try type.content(of: node), at: place(node.position))
        } catch {
            report(error.description, at: node.position)
            return nil
        }
    }

    private mutating func conformFile(_ node: YAMLNode, limit: Int) -> FieldValue? {
        guard let path = node.text, !path.isBlank else { return mismatch(node, expected: "the path of a file") }
        do throws(DocumentSourceError) {
            let bytes = try files.read(FilePath.resolve(path, besides: file), limit: limit)
            if let secret = Secret.first(in: bytes) {
                report("the file \(quoted(path)): \(secret.problem)", at: node.position)
                return nil
            }
            return FieldValue(.file(FileContent(path: path, bytes: bytes)), at: place(node.position))
        } catch {
            report("the file \(quoted(path)) \(error)", at: node.position)
            return nil
        }
    }
}
