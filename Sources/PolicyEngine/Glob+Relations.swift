/// How two globs stand to each other, whatever text there is.
extension Glob {
    /// Whether it certainly fits all that the other fits: a star of the other can only be taken up by one of its own.
    func covers(_ other: Glob) -> Bool { matches(other.pattern) }

    /// Whether some text fits both. Only `false` is certain of what references and names are made of.
    func overlaps(_ other: Glob) -> Bool {
        if let literal { return other.matches(literal) }
        if let literal = other.literal { return matches(literal) }
        let star = UInt8(ascii: "*")
        // From the ends on: whether what is left of the one and what is left of the other can be the same text.
        var below = [Bool](repeating: false, count: other.pattern.count + 1)
        for (row, byte) in ([0] + pattern.reversed()).enumerated() {
            var current = below
            for (column, otherByte) in ([0] + other.pattern.reversed()).enumerated() {
                if row == 0 && column == 0 {
                    current[column] = true
                } else if row == 0 {
                    current[column] = otherByte == star && current[column - 1]
                } else if column == 0 {
                    current[column] = byte == star && below[column]
                } else if byte == star || otherByte == star {
                    current[column] = below[column] || current[column - 1]
                } else {
                    current[column] = byte == otherByte && below[column - 1]
                }
            }
            below = current
        }
        return below.last ?? false
    }
}
