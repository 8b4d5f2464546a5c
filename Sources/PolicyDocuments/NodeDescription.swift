import YAMLDocument

extension YAMLNode {
    /// What was written, for the second half of "expected …, found …".
    var found: String {
        switch kind {
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .scalar(let scalar):
            switch scalar.resolved {
            case .null: "nothing"
            case .boolean: "the boolean \(quoted(scalar.text))"
            case .integer, .float: "the number \(quoted(scalar.text))"
            case .string: scalar.text.isBlank ? "empty text" : "text \(quoted(scalar.text))"
            }
        }
    }

    /// The text of a scalar that is text and nothing else by the core schema.
    var text: String? {
        guard let scalar, scalar.resolved == .string else { return nil }
        return scalar.text
    }
}

/// An author's word in backticks, on one line and of bounded length.
func quoted(_ text: String) -> String {
    let longest = 80
    var shown = ""
    for scalar in text.unicodeScalars.prefix(longest) {
        switch scalar {
        case "\n": shown += "\\n"
        case "\t": shown += "\\t"
        case _ where scalar.properties.generalCategory == .control || scalar.properties.generalCategory == .format:
            shown += "\\u{\(String(scalar.value, radix: 16))}"
        default: shown.unicodeScalars.append(scalar)
        }
    }
    return "`\(shown)\(text.unicodeScalars.count > longest ? "…" : "")`"
}

/// A list as a sentence has it: "`a`, `b` or `c`".
func listed(_ words: [String], conjunction: String = "or") -> String {
    let quotedWords = words.map { "`\($0)`" }
    guard let last = quotedWords.last, quotedWords.count > 1 else { return quotedWords.first ?? "nothing" }
    return quotedWords.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}

extension String {
    /// Nothing but spaces and line breaks.
    var isBlank: Bool { utf8.allSatisfy { $0 == 0x20 || (0x09...0x0D).contains($0) } }
}
