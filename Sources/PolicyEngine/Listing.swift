/// A list as a sentence has it, shortened when it is long: "`a`, `b` or `c`".
func listed(_ words: [String], conjunction: String) -> String {
    listed(phrases: words.map { "`\($0)`" }, conjunction: conjunction)
}

/// The same of phrases, which have their backticks.
func listed(phrases: [String], conjunction: String) -> String {
    let shown = phrases.prefix(longestListing)
    guard phrases.count <= longestListing else {
        return shown.joined(separator: ", ") + " and \(phrases.count - longestListing) more"
    }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}

/// The same, however long it is.
func listedInFull(_ words: [String], conjunction: String) -> String {
    let shown = words.map { "`\($0)`" }
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "nothing" }
    return shown.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}

/// A message names no more than this many patterns or attestors; the policy itself has them all.
let longestListing = 5
