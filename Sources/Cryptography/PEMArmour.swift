/// Finds the blocks of a PEM text (RFC 7468) without decoding them, so that a wrong kind of block is named before
/// anything is said about its content.
struct PEMArmour {
    struct Block {
        let label: String
        /// The base64 characters between the two boundary lines, line breaks removed.
        let body: [UInt8]
    }

    private(set) var blocks: [Block] = []
    /// The first line, from 1, that is neither blank nor part of a block.
    private(set) var lineOfStrayText: Int?
    /// A block has no end, or an end that does not name it.
    private(set) var isMalformed = false

    init(reading text: [UInt8]) {
        var open: (label: String, body: [UInt8])?
        let lines = text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, rawLine) in lines.enumerated() {
            let line = PEMArmour.withoutTrailingSpace(rawLine)
            if let label = PEMArmour.label(of: line, boundary: "-----BEGIN ") {
                if open != nil { isMalformed = true }
                open = (label, [])
            } else if let label = PEMArmour.label(of: line, boundary: "-----END ") {
                if let block = open, block.label.utf8.elementsEqual(label.utf8) {
                    blocks.append(Block(label: block.label, body: block.body))
                } else {
                    isMalformed = true
                }
                open = nil
            } else if open != nil {
                open?.body.append(contentsOf: line)
            } else if !line.isEmpty, lineOfStrayText == nil {
                lineOfStrayText = index + 1
            }
        }
        if let block = open {
            isMalformed = true
            blocks.append(Block(label: block.label, body: block.body))
        }
    }

    private static func withoutTrailingSpace(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        let end = line.lastIndex { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "\t") }
        return end.map { line[...$0] } ?? []
    }

    /// A label is printed in errors, so it is short and made of what RFC 7468 labels are made of.
    private static func label(of line: ArraySlice<UInt8>, boundary: StaticString) -> String? {
        guard line.first == UInt8(ascii: "-") else { return nil }
        let start = boundary.withUTF8Buffer { Array($0) }
        let end = Array("-----".utf8)
        guard line.starts(with: start), line.count > start.count + end.count, line.suffix(end.count).elementsEqual(end)
        else { return nil }
        let label = line.dropFirst(start.count).dropLast(end.count)
        let isPlain = label.allSatisfy {
            (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
                || $0 == UInt8(ascii: " ")
        }
        guard isPlain, label.count <= 64 else { return nil }
        return String(decoding: label, as: UTF8.self)
    }
}
