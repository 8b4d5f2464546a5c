/// A piece of text in which `*` stands for any run of characters, the empty one included. Matching is anchored at both
/// ends, over bytes, and linear in the text for each star.
struct Glob: Hashable, Sendable {
    let pattern: [UInt8]
    let isLiteral: Bool

    init(_ pattern: some Sequence<UInt8>) {
        self.pattern = Array(pattern)
        isLiteral = !self.pattern.contains(UInt8(ascii: "*"))
    }

    var literal: [UInt8]? { isLiteral ? pattern : nil }

    func matches<Text: RandomAccessCollection<UInt8>>(_ text: Text) -> Bool {
        if isLiteral { return text.count == pattern.count && text.elementsEqual(pattern) }
        // On a mismatch only the last star has to give way: an earlier one could not do better.
        var patternIndex = 0
        var textIndex = text.startIndex
        var lastStar: (patternIndex: Int, textIndex: Text.Index)?
        while textIndex != text.endIndex {
            if patternIndex < pattern.count, pattern[patternIndex] == UInt8(ascii: "*") {
                lastStar = (patternIndex, textIndex)
                patternIndex += 1
            } else if patternIndex < pattern.count, pattern[patternIndex] == text[textIndex] {
                patternIndex += 1
                text.formIndex(after: &textIndex)
            } else if let star = lastStar {
                patternIndex = star.patternIndex + 1
                textIndex = text.index(after: star.textIndex)
                lastStar = (star.patternIndex, textIndex)
            } else {
                return false
            }
        }
        return pattern[patternIndex...].allSatisfy { $0 == UInt8(ascii: "*") }
    }
}
