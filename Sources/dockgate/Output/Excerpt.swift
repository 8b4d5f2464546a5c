/// A line of a file as a terminal shows it, cut around one of its columns if it is too long.
struct Excerpt {
    let text: String
    /// How many cells of the terminal stand before the column.
    let indent: Int

    /// - Parameters:
    ///   - column: from 1, in Unicode scalars; at most one behind the line's end.
    ///   - width: how many cells there are. What is left out at either end is an ellipsis.
    init(_ line: String, column: Int, width: Int) {
        let whole = Excerpt.shown(line.unicodeScalars[...])
        let mark = Excerpt.shown(line.unicodeScalars.prefix(max(column, 1) - 1)).cells
        let total = whole.cells
        guard total >= width else {
            (text, indent) = (whole, mark)
            return
        }
        let start = mark < width - 1 ? 0 : mark - width / 2
        let end = start + width - 1
        let first = start > 0 ? start + 1 : 0
        var shown = start > 0 ? "…" : ""
        var indent = first - start
        var position = 0
        for scalar in whole.unicodeScalars {
            defer { position += scalar.cells }
            guard position >= first, position + scalar.cells <= end else { continue }
            shown.unicodeScalars.append(scalar)
            if position < mark { indent += scalar.cells }
        }
        text = shown + (total > end ? "…" : "")
        self.indent = indent
    }

    /// A tab is shown as wide as most editors do: where it would lead to, they do not agree on.
    private static func shown(_ scalars: Substring.UnicodeScalarView) -> String {
        String(Substring(scalars)).replacingBytes("\t", with: "    ").printable
    }
}

extension String {
    fileprivate var cells: Int { unicodeScalars.reduce(0) { $0 + $1.cells } }
}

extension Unicode.Scalar {
    /// How many cells it takes, if it can be shown at all.
    fileprivate var cells: Int {
        if (0x20...0x7E).contains(value) { return 1 }
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: return Unicode.Scalar.wide.contains { $0.contains(value) } ? 2 : 1
        }
    }

    /// What is wide or full-width (Unicode Standard Annex 11), in blocks: Hangul, CJK, kana, full-width forms, pictures.
    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
        0xFE30...0xFE6B, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
        0x20000...0x3FFFD,
    ]
}
