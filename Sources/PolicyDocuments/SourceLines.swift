/// The lines of a file of documents, to be shown beside what is said about them. A file that holds a secret has none: what
/// is wrong with it is told, and nothing of it shown.
public struct SourceLines: Sendable {
    private let bytes: [UInt8]
    /// Where each line begins.
    private let starts: [Int]

    /// Of a file that cannot be shown.
    public static let none = SourceLines(bytes: [], starts: [])

    public init(_ bytes: [UInt8]) {
        guard Secret.first(in: bytes) == nil else {
            self = .none
            return
        }
        self.init(bytes: bytes, starts: SourceLines.starts(in: bytes))
    }

    private init(bytes: [UInt8], starts: [Int]) {
        self.bytes = bytes
        self.starts = starts
    }

    /// The line of that number, counted from 1, without its end; nil if there is none. What is not UTF-8 is replaced.
    public subscript(number: Int) -> String? {
        guard number >= 1, number <= starts.count else { return nil }
        let line = bytes[starts[number - 1]...].prefix { !isLineBreak($0) }
        return String(decoding: line, as: UTF8.self)
    }

    /// A line feed, a carriage return or both end a line, as YAML counts them.
    private static func starts(in bytes: [UInt8]) -> [Int] {
        var starts = [0]
        for (offset, byte) in bytes.enumerated() where isLineBreak(byte) {
            let isPair = byte == UInt8(ascii: "\r") && bytes.dropFirst(offset + 1).first == UInt8(ascii: "\n")
            if !isPair { starts.append(offset + 1) }
        }
        return starts
    }
}

private func isLineBreak(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") }
