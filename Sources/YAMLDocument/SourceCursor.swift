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
        let rest = bytes[cursor.offset(of: target)...].prefix { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
        return String(decoding: rest, as: UTF8.self)
    }

    /// The characters from that index to the next space, comma or closing bracket.
    func word(from target: Int) -> String {
        let word = line(from: target).utf8.prefix { !" \t,]}".utf8.contains($0) }
        return String(word) ?? ""
    }

    private func isContinuation(_ byte: UInt8) -> Bool { byte & 0b1100_0000 == 0b1000_0000 }
}
