import StrictJSON

extension JSONWriter {
    mutating func objects<Element>(
        _ name: StaticString, _ elements: [Element], _ members: (Element, inout JSONWriter) -> Void
    ) {
        key(name)
        beginArray()
        for element in elements {
            beginObject()
            members(element, &self)
            endObject()
        }
        endArray()
    }

    mutating func texts(_ name: StaticString, _ texts: [String]) {
        key(name)
        beginArray()
        for text in texts { string(text) }
        endArray()
    }
}
