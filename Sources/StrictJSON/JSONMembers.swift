/// The members of an object, in the order of the source. Keys are unique as bytes, though not always as `String`s,
/// which compare by canonical equivalence: do not collect them in a dictionary.
public struct JSONMembers: Sequence, Sendable {
    let object: JSONValue

    public var underestimatedCount: Int { object.kind == .object ? object.count : 0 }

    public func makeIterator() -> Iterator {
        Iterator(storage: object.storage, index: object.index + 1, remaining: underestimatedCount)
    }

    public struct Iterator: IteratorProtocol {
        fileprivate let storage: JSONStorage
        fileprivate var index: Int
        fileprivate var remaining: Int

        public mutating func next() -> (key: String, value: JSONValue)? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let key = JSONValue(storage: storage, index: index)
            let value = JSONValue(storage: storage, index: index + 1)
            index = Int(value.node.next)
            return (key.string ?? "", value)
        }
    }
}

/// The elements of an array, in the order of the source.
public struct JSONElements: Sequence, Sendable {
    let array: JSONValue

    public var underestimatedCount: Int { array.kind == .array ? array.count : 0 }

    public func makeIterator() -> Iterator {
        Iterator(storage: array.storage, index: array.index + 1, remaining: underestimatedCount)
    }

    public struct Iterator: IteratorProtocol {
        fileprivate let storage: JSONStorage
        fileprivate var index: Int
        fileprivate var remaining: Int

        public mutating func next() -> JSONValue? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let value = JSONValue(storage: storage, index: index)
            index = Int(value.node.next)
            return value
        }
    }
}
