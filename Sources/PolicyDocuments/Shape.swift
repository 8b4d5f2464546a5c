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

    // MARK: Values that hold others

    private mutating func conformObject(_ node: YAMLNode, to object: ObjectType) -> FieldValue? {
        guard case .mapping(let written) = node.kind else { return mismatch(node, expected: "a mapping") }
        var isWhole = true
        var members: [(name: String, value: FieldValue)] = []
        for (key, value) in written {
            let name = key.scalar?.text ?? ""
            guard let field = object[name] else {
                reportUnknown(name, among: object, at: key.position)
                isWhole = false
                continue
            }
            if let value = conform(value, to: field.type) {
                members.append((field.name, value))
            } else {
                isWhole = false
            }
        }
        let isComplete = checkPresence(of: written, in: object, at: node.position)
        guard isWhole, isComplete else { return nil }
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

    // MARK: Which fields are there

    private mutating func reportUnknown(_ name: String, among object: ObjectType, at position: YAMLPosition) {
        let known = object.fields.map(\.name)
        if LaterWords.fields.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
            report("the field \(quoted(name)) is not supported by this version", at: position)
        } else if let nearest = known.nearest(to: name) {
            report("unknown field \(quoted(name)), did you mean `\(nearest)`?", at: position)
        } else {
            report("unknown field \(quoted(name)), expected \(listed(known))", at: position)
        }
    }

    /// Reports what is missing and what excludes each other. Where an unknown field was written, it most likely is the
    /// missing one, so nothing is said about alternatives.
    private mutating func checkPresence(
        of members: [(key: YAMLNode, value: YAMLNode)], in object: ObjectType, at position: YAMLPosition
    ) -> Bool {
        let before = diagnostics.count
        let written = members.compactMap { member in member.key.scalar.map { ($0.text, member.key.position) } }
        func given(_ name: String) -> YAMLPosition? { written.first { $0.0.utf8.elementsEqual(name.utf8) }?.1 }
        let allKnown = written.allSatisfy { object[$0.0] != nil }
        for field in object.fields where field.isRequired && given(field.name) == nil {
            report("the field `\(field.name)` is missing: \(field.summary)", at: position)
        }
        for choice in object.exactlyOneOf {
            let chosen = choice.filter { given($0) != nil }
            if chosen.isEmpty && allKnown {
                let known = choice.count == 1 ? "the field " : "one of the fields "
                report("expected \(known)\(listed(choice))", at: position)
            } else if let second = chosen.dropFirst().first, let place = given(second), let first = chosen.first {
                report("`\(second)` cannot stand beside `\(first)`, give one of them", at: place)
            }
        }
        for group in object.together where allKnown {
            guard let present = group.first(where: { given($0) != nil }), let place = given(present) else { continue }
            for missing in group where given(missing) == nil {
                report("`\(present)` belongs beside `\(missing)`, which is missing", at: place)
            }
        }
        return diagnostics.count == before
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
            if PrivateKeyArmour.line(in: bytes) != nil {
                report("the file \(quoted(path)): \(PrivateKeyArmour.problem)", at: node.position)
                return nil
            }
            return FieldValue(.file(FileContent(path: path, bytes: bytes)), at: place(node.position))
        } catch {
            report("the file \(quoted(path)) \(error)", at: node.position)
            return nil
        }
    }
}
