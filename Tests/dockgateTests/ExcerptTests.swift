import Testing

@testable import dockgate

@Suite("A line of a file on a terminal")
struct ExcerptTests {
    private func indent(_ line: String, _ column: Int, width: Int = 80) -> Int {
        Excerpt(line, column: column, width: width).indent
    }

    @Test("the mark stands under the column, whatever is before it: plain, accented, wide, invisible or a tab")
    func columns() {
        #expect(indent("  name: x", 3) == 2)
        #expect(indent("é: x", 2) == 1)
        #expect(indent("e\u{301}: x", 3) == 1)
        #expect(indent("日本語: x", 4) == 6)
        #expect(indent("한: ｗ👍x", 6) == 8)
        #expect(indent("\t\tx", 3) == 8)
        #expect(indent("a\u{202e}x", 3) == 1 + "\\u{202e}".count)
    }

    @Test("a column behind the line's end, or none, is marked at the nearest end")
    func outside() {
        #expect(indent("abc", 4) == 3)
        #expect(indent("abc", 5_000) == 3)
        #expect(indent("abc", Int.min) == 0)
        #expect(indent("", 1) == 0)
    }

    @Test("a line that is too long is cut around the column, at the ends where something is left out")
    func cut() {
        let line = String((0..<300).map { Character(UnicodeScalar(UInt8(ascii: "a") + UInt8($0 % 26))) })
        for width in [20, 21, 79] {
            for column in [1, 2, 10, 18, 19, 20, 21, 22, 78, 79, 80, 150, 282, 299, 300, 301] {
                let excerpt = Excerpt(line, column: column, width: width)
                let shown = Array(excerpt.text)
                #expect(shown.count <= width && excerpt.indent < width, "\(width), \(column)")
                if column <= 300 { #expect(shown[excerpt.indent] == Array(line)[column - 1], "\(width), \(column)") }
                #expect(shown.first == "…" || line.hasPrefix(String(shown.prefix(5))))
                #expect(shown.last == "…" || line.hasSuffix(String(shown.suffix(5))))
            }
        }
        let short = String(line.prefix(19))
        #expect(Excerpt(short, column: 19, width: 20).text == short)
    }

    @Test("a wide character that would be cut through is left out")
    func wide() {
        let line = String(repeating: "日", count: 100)
        for column in 1...100 {
            for width in [20, 21] {
                let excerpt = Excerpt(line, column: column, width: width)
                let cells = excerpt.text.unicodeScalars.reduce(0) { $0 + ($1 == "…" ? 1 : 2) }
                #expect(cells <= width && excerpt.indent < width)
                let before = excerpt.text.hasPrefix("…") ? excerpt.indent - 1 : excerpt.indent
                #expect(before % 2 == 0, "the mark is under the first half of its character")
            }
        }
    }

    @Test("nothing in a line acts on a terminal or a build's log, wherever it is cut")
    func hostile() {
        for hostile in Hostile.texts {
            for column in [1, 2, 7, 40] {
                let excerpt = Excerpt("  \(hostile): \(hostile)", column: column, width: 20)
                #expect(excerpt.text == excerpt.text.printable, "\(hostile.debugDescription)")
                #expect(!excerpt.text.contains { $0.isNewline })
            }
        }
    }
}
