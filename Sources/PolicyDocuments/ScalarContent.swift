import Timestamp
import Trust
import YAMLDocument

/// Why a single value does not have the shape of its field.
struct ScalarMismatch: Error, CustomStringConvertible {
    let description: String
}

extension FieldType {
    /// What stands in an error message for a value of this type.
    var noun: String {
        switch self {
        case .text(let noun): noun
        case .boolean: "`true` or `false`"
        case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .duration: "a duration such as `24h`"
        case .date: "a date such as `2026-12-01`"
        case .word(let words): listed(words)
        case .file: "the path of a file"
        case .list: "a list"
        case .object, .dictionary: "a mapping"
        case .either(let scalar, _): "\(scalar.noun) or a mapping"
        }
    }

    /// Reads a node as a single value. Nothing is converted: a number is not taken for text, nor text for a number.
    func content(of node: YAMLNode) throws(ScalarMismatch) -> FieldValue.Content {
        guard let scalar = node.scalar else { throw mismatch(node) }
        switch (self, scalar.resolved) {
        case (.boolean, .boolean(let value)): return .boolean(value)
        case (.integer(let range), .integer(let value?)) where range.contains(value): return .integer(value)
        case (.text, .string) where !scalar.text.isBlank: return .text(scalar.text)
        case (.word(let words), .string): return .text(try word(scalar.text, among: words, node))
        case (.duration, .string): return .duration(try duration(scalar.text))
        case (.date, .string): return .date(try date(scalar.text))
        default: throw mismatch(node)
        }
    }

    private func mismatch(_ node: YAMLNode) -> ScalarMismatch {
        ScalarMismatch(description: "expected \(noun), found \(node.found)\(quotingHint(node))")
    }

    /// YAML takes `1.10` or `true` for something else than text unless it is quoted.
    private func quotingHint(_ node: YAMLNode) -> String {
        switch (self, node.scalar?.resolved) {
        case (.text, .integer?), (.text, .float?), (.text, .boolean?):
            "; quote it if it is text: `\"\(node.scalar?.text ?? "")\"`"
        default: ""
        }
    }

    private func word(_ text: String, among words: [String], _ node: YAMLNode) throws(ScalarMismatch) -> String {
        if let word = words.first(where: { $0.utf8.elementsEqual(text.utf8) }) { return word }
        let hint = words.nearest(to: text).map { words.count > 1 ? ", did you mean `\($0)`?" : "" } ?? ""
        throw ScalarMismatch(description: mismatch(node).description + hint)
    }

    private func duration(_ text: String) throws(ScalarMismatch) -> Duration {
        do {
            return try Duration(text: text)
        } catch {
            throw ScalarMismatch(
                description: error == .tooLong
                    ? "the duration \(quoted(text)) \(error)" : "\(quoted(text)) is not a duration, \(error)")
        }
    }

    private func date(_ text: String) throws(ScalarMismatch) -> Instant {
        do {
            return try Instant(dateOrTime: text)
        } catch {
            throw ScalarMismatch(description: "\(quoted(text)) is not a date, \(error)")
        }
    }
}
