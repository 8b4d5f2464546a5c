/// A list as a sentence has it, shortened when it is long: "`a`, `b` or `c`".
func listed(_ words: [String], conjunction: String) -> String {
    let shown = words.prefix(longestListing).map { "`\($0)`" }
    guard words.count <= longestListing else {
        return shown.joined(separator: ", ") + " and \(words.count - longestListing) more"
    }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}

/// A message names no more than this many patterns or attestors; the policy itself has them all.
private let longestListing = 5
