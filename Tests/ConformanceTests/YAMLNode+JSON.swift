import StrictJSON
import YAMLDocument

extension YAMLNode {
    /// The same value as JSON, with numbers that are no integers as texts: samples of the API have none.
    var json: [UInt8] {
        var writer = JSONWriter()
        write(to: &writer)
        return writer.bytes
    }

    private func write(to writer: inout JSONWriter) {
        switch kind {
        case .scalar(let scalar):
            switch scalar.resolved {
            case .string: writer.string(scalar.text)
            case .null: writer.null()
            case .boolean(let value): writer.boolean(value)
            case .integer(let value?): writer.integer(value)
            case .integer(nil), .float: writer.string(scalar.text)
            }
        case .sequence(let elements):
            writer.beginArray()
            for element in elements { element.write(to: &writer) }
            writer.endArray()
        case .mapping(let members):
            writer.beginObject()
            for (key, value) in members {
                writer.key(text: key.scalar?.text ?? "")
                value.write(to: &writer)
            }
            writer.endObject()
        }
    }
}
