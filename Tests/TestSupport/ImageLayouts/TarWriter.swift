/// A tar archive, written block by block, so that a test can write what no archiver would.
public struct TarWriter: Sendable {
    public private(set) var bytes: [UInt8] = []

    public init() {}

    /// Appends a file. `claimedSize` stands in the header instead of the content's own, and `fields` at their offsets in
    /// it instead of what was there.
    public mutating func add(
        _ path: String, _ content: [UInt8] = [], type: Character = "0", claimedSize: Int? = nil,
        fields: [(offset: Int, text: String)] = []
    ) {
        header(path, size: claimedSize ?? content.count, type: type, fields)
        bytes += content
        bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
    }

    /// Appends a pax header whose records count for the next file.
    public mutating func addPax(_ records: [(key: String, value: String)], type: Character = "x") {
        add("PaxHeaders/file", records.flatMap(TarWriter.record), type: type)
    }

    /// Appends the two empty blocks that end an archive.
    public mutating func end() { bytes += [UInt8](repeating: 0, count: 1_024) }

    public mutating func append(_ raw: [UInt8]) { bytes += raw }

    private mutating func header(
        _ path: String, size: Int, type: Character, _ fields: [(offset: Int, text: String)]
    ) {
        var block = [UInt8](repeating: 0, count: 512)
        func write(_ text: String, at offset: Int) {
            for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
        }
        write(String(path.prefix(100)), at: 0)
        write("0000644\0", at: 100)
        write("0000000\0", at: 108)
        write("0000000\0", at: 116)
        let octal = String(size, radix: 8)
        write(String(repeating: "0", count: max(0, 11 - octal.count)) + octal, at: 124)
        write("00000000000", at: 136)
        write("        ", at: 148)
        write(String(type), at: 156)
        write("ustar\u{0}00", at: 257)
        for field in fields { write(field.text, at: field.offset) }
        let sum = String(block.reduce(0) { $0 + Int($1) }, radix: 8)
        write(String(repeating: "0", count: 6 - sum.count) + sum + "\u{0} ", at: 148)
        bytes += block
    }

    /// `LENGTH KEY=VALUE\n`, the length counting its own digits.
    private static func record(_ key: String, _ value: String) -> [UInt8] {
        let rest = " \(key)=\(value)\n"
        var length = rest.utf8.count + 1
        while String(length).utf8.count + rest.utf8.count != length { length += 1 }
        return Array((String(length) + rest).utf8)
    }
}
