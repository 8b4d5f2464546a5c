extension Sequence<String> {
    /// The word that a person who wrote `text` most likely meant, if one is near enough: at most a third of its letters
    /// differ. Ties go to the first.
    public func nearest(to text: String) -> String? {
        let wanted = Array(text.utf8.prefix(longestComparedWord))
        var best: (word: String, distance: Int)?
        for word in self {
            let distance = editDistance(wanted, Array(word.utf8.prefix(longestComparedWord)))
            let isNear = distance <= Swift.max(1, word.utf8.count / 3)
            if isNear, distance < best?.distance ?? Int.max { best = (word, distance) }
        }
        return best?.word
    }
}

/// Names of fields and names of documents are shorter than this; the bound keeps the square cost small.
private let longestComparedWord = 64

/// Optimal string alignment: insertions, deletions, substitutions and swapped neighbours, each of cost 1; letters that
/// differ only in case cost nothing.
private func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    func folded(_ byte: UInt8) -> UInt8 { (0x41...0x5A).contains(byte) ? byte | 0x20 : byte }
    let left = left.map(folded), right = right.map(folded)
    guard !left.isEmpty, !right.isEmpty else { return Swift.max(left.count, right.count) }
    var beforePrevious = [Int](repeating: 0, count: right.count + 1)
    var previous = Array(0...right.count)
    for row in 1...left.count {
        var current = [row] + [Int](repeating: 0, count: right.count)
        for column in 1...right.count {
            let substitution = previous[column - 1] + (left[row - 1] == right[column - 1] ? 0 : 1)
            current[column] = Swift.min(previous[column] + 1, current[column - 1] + 1, substitution)
            let isSwap =
                row > 1 && column > 1 && left[row - 1] == right[column - 2] && left[row - 2] == right[column - 1]
            if isSwap { current[column] = Swift.min(current[column], beforePrevious[column - 2] + 1) }
        }
        (beforePrevious, previous) = (previous, current)
    }
    return previous[right.count]
}
