/// Finds the byte that libyaml's character index means. Marks come in source order, so all look-ups together walk the
/// text about once.
struct SourceCursor {
    let bytes: [UInt8]
    private var offset = 0
    private var index = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// Where the character with that index begins; the end of the text if there are fewer.
    mutating func offset(of target: Int) -> Int {
        while index > target, offset > 0 {
            repeat { offset -= 1 } while offset > 0 && isContinuation(bytes[offset])
            index -= 1
        }
        while index < target, offset < bytes.count {
            repeat { offset += 1 } while offset < bytes.count && isContinuation(bytes[offset])
            index += 1
        }
        return offset
    }

    /// Nil before the beginning and after the end.
    func byte(_ offset: Int) -> UInt8? {
        bytes.indices.contains(offset) ? bytes[offset] : nil
    }

    /// The rest of the line from the character with that index on.
    func line(from target: Int) -> String {
        var cursor = self
        let start = cursor.offset(of: target)
        return String(decoding: bytes[start..<endOfLine(from: start)], as: UTF8.self)
    }

    /// The characters from that index to the next space, comma or closing bracket.
    func word(from target: Int) -> String {
        let word = line(from: target).utf8.prefix { !" \t,]}".utf8.contains($0) }
        return String(word) ?? ""
    }

    private func isContinuation(_ byte: UInt8) -> Bool { byte & 0b1100_0000 == 0b1000_0000 }
}

// MARK: - By offset

extension SourceCursor {
    /// Line and column of a byte, counted from the beginning: for an error, of which there is one.
    func position(of offset: Int) -> YAMLPosition {
        var line = 1
        var start = 0
        while case let next = startOfNextLine(from: start), next <= offset, next > endOfLine(from: start) {
            start = next
            line += 1
        }
        return YAMLPosition(line: line, column: bytes[start..<offset].count { !isContinuation($0) } + 1)
    }

    func firstOffset(of byte: UInt8, in range: Range<Int>) -> Int? { bytes[range].firstIndex(of: byte) }

    /// Where the line break is, or the text ends.
    func endOfLine(from offset: Int) -> Int { bytes[offset...].firstIndex(where: isLineBreak) ?? bytes.count }

    func startOfNextLine(from offset: Int) -> Int {
        let end = endOfLine(from: offset)
        guard end < bytes.count else { return end }
        let isPair = bytes[end] == UInt8(ascii: "\r") && byte(end + 1) == UInt8(ascii: "\n")
        return end + (isPair ? 2 : 1)
    }

    /// Nil unless there is a line and it holds nothing but spaces.
    func spacesOfBlankLine(at start: Int) -> Int? {
        let spaces = bytes[start...].prefix { $0 == UInt8(ascii: " ") }
        guard start < bytes.count, spaces.endIndex == endOfLine(from: start) else { return nil }
        return spaces.count
    }

    /// Whether the line is `---` or `...`, or begins with that and white space.
    func isDocumentMarker(at start: Int) -> Bool {
        let rest = bytes[start...]
        guard rest.starts(with: "---".utf8) || rest.starts(with: "...".utf8) else { return false }
        guard let next = byte(start + 3) else { return true }
        return isLineBreak(next) || isBlank(next)
    }

    /// Skips tags and anchors, and the white space and comments after each.
    func offsetAfterProperties(from start: Int) -> Int {
        var offset = start
        while let first = byte(offset) {
            if isBlank(first) || isLineBreak(first) {
                offset += 1
            } else if first == UInt8(ascii: "#") {
                offset = endOfLine(from: offset)
            } else if first == UInt8(ascii: "&") || first == UInt8(ascii: "!") {
                offset = bytes[offset...].firstIndex { isBlank($0) || isLineBreak($0) } ?? bytes.count
            } else {
                return offset
            }
        }
        return offset
    }

    private func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
    private func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
}
