/// How two globs stand to each other, whatever text there is.
extension Glob {
    /// Whether it certainly fits all that the other fits: a star of the other can only be taken up by one of its own.
    func covers(_ other: Glob) -> Bool { matches(other.pattern) }

    /// Whether some text fits both. Only `false` is certain of what references and names are made of.
    func overlaps(_ other: Glob) -> Bool {
        if let literal { return other.matches(literal) }
        if let literal = other.literal { return matches(literal) }
        return GlobRests(self, other).isCommon(0, 0)
    }
}

/// Whether what is left of one glob and what is left of another, from either place on, can be the same text.
struct GlobRests {
    private let width: Int
    private var common: [Bool]

    func isCommon(_ row: Int, _ column: Int) -> Bool { common[row * width + column] }

    init(_ one: Glob, _ other: Glob) {
        let star = UInt8(ascii: "*")
        let (left, right) = (one.pattern, other.pattern)
        width = right.count + 1
        common = Array(repeating: false, count: (left.count + 1) * width)
        for row in (0...left.count).reversed() {
            for column in (0...right.count).reversed() {
                let mine = row < left.count ? left[row] : nil
                let theirs = column < right.count ? right[column] : nil
                common[row * width + column] =
                    switch (mine, theirs) {
                    case (nil, nil): true
                    // A star stands for nothing, or takes one more byte.
                    case (star, nil): isCommon(row + 1, column)
                    case (nil, star): isCommon(row, column + 1)
                    case (star, _), (_, star): isCommon(row + 1, column) || isCommon(row, column + 1)
                    default: mine == theirs && isCommon(row + 1, column + 1)
                    }
            }
        }
    }
}
