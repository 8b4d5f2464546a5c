import StrictJSON
import YAMLDocument

extension YAMLNode {
    /// The same value as JSON, as an API server would get it.
    var json: [UInt8] {
        var writer = JSONWriter(reservingCapacity: 4_096)
        write(to: &writer)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        switch kind {
        case .scalar(let scalar): scalar.write(to: &writer)
        case .sequence(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .mapping(let members):
            writer.beginObject()
            for member in members {
                writer.key(text: member.key.scalar?.text ?? "")
                member.value.write(to: &writer)
            }
            writer.endObject()
        }
    }

    /// The node at a path such as `spec.containers[0].image`, as far as its keys hold neither dots nor brackets.
    func node(at path: String) -> YAMLNode? {
        var node: YAMLNode? = self
        for step in path.split(whereSeparator: { $0 == "." || $0 == "[" }) {
            guard let current = node else { return nil }
            if step.last == "]" {
                let elements = current.elements
                guard let index = Int(step.dropLast()), elements.indices.contains(index) else { return nil }
                node = elements[index]
            } else {
                node = current[String(step)]
            }
        }
        return node
    }
}

extension YAMLScalar {
    fileprivate func write(to writer: inout JSONWriter) {
        switch resolved {
        case .string: writer.string(text)
        case .null: writer.null()
        case .boolean(let value): writer.boolean(value)
        case .integer(let value?): writer.integer(value)
        // No image is a number, and no number beyond an integer decides anything: any number stands for it.
        case .integer(nil), .float: writer.integer(0)
        }
    }
}
