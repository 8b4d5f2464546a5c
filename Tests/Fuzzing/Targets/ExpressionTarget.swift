@testable import Sigstore

/// The first line is an expression, the rest a text. What an expression means does not change when it is put in a group, or
/// beside itself; a pattern without a star is its own text.
enum ExpressionTarget {
    static func run(_ input: [UInt8]) {
        let end = input.firstIndex(of: 0x0A) ?? input.endIndex
        let pattern = String(decoding: input[..<end], as: UTF8.self)
        let text = String(decoding: input[end...].dropFirst(), as: UTF8.self)
        checkPattern(pattern, text)
        let expression: AnchoredExpression
        do throws(ExpressionError) { expression = try AnchoredExpression(pattern) } catch {
            hold(error.description.utf8.count < 1_024, "an error is short")
            return
        }
        let matches = expression.matches(text)
        for same in ["(?:\(pattern))", "^(?:\(pattern))$", "(\(pattern)|\(pattern))"] {
            guard let other = try? AnchoredExpression(same) else { continue }
            hold(other.matches(text) == matches, "`\(same)` means the same")
        }
        guard let more = try? AnchoredExpression("(?:\(pattern))?") else { return }
        hold(more.matches(text) == (matches || text.isEmpty), "what is optional may be missing")
    }

    private static func checkPattern(_ pattern: String, _ text: String) {
        guard let read = try? TextPattern(pattern) else { return }
        hold(read.matches(text) || !text.utf8.elementsEqual(pattern.utf8) || pattern.contains("*"), "a text is itself")
        hold(!pattern.utf8.contains(UInt8(ascii: "*")) || !read.matches(pattern + "/"), "a star stays in its segment")
    }
}
