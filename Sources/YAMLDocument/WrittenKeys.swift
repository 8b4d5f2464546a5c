/// The keys of one mapping, each once and with its place. By bytes: `String ==` takes canonically equivalent keys for the
/// same.
struct WrittenKeys {
    private var few: [(key: String, position: YAMLPosition)] = []
    private var many: [[UInt8]: YAMLPosition] = [:]

    /// Up to so many, to look at each costs less than to hash one. Mappings of people have fewer.
    private static let mostFew = 16

    subscript(key: String) -> YAMLPosition? {
        guard many.isEmpty else { return many[Array(key.utf8)] }
        return few.first { $0.key.utf8.elementsEqual(key.utf8) }?.position
    }

    /// Takes a key in, or gives where it is written already.
    mutating func insert(_ key: String, at position: YAMLPosition) -> YAMLPosition? {
        if let first = self[key] { return first }
        if many.isEmpty, few.count < WrittenKeys.mostFew {
            few.append((key, position))
        } else {
            for (key, position) in few { many[Array(key.utf8)] = position }
            few = []
            many[Array(key.utf8)] = position
        }
        return nil
    }
}
