import Cryptography

/// How a record is written: the one place that knows the beginning of a line.
///
///     {"v":1,"seq":N,"prev":"<base64>",<body>}
///
/// The beginning of a line follows from its position and the line before, to the byte. So whether a line stands where
/// it belongs is one comparison.
enum RecordLine {
    /// What `prev` holds in the first record of a log: there is no record before it to hash.
    static let noPrevious = [UInt8](repeating: 0, count: 32)
    static let end = UInt8(ascii: "}")
    static let separator = UInt8(ascii: "\n")

    /// Appends everything up to the body. `previous` is the leaf hash of the line before.
    static func appendOpening(sequence: Int, previous: [UInt8], to line: inout [UInt8]) {
        line.append(contentsOf: #"{"v":1,"seq":"#.utf8)
        line.append(contentsOf: String(sequence).utf8)
        line.append(contentsOf: #","prev":""#.utf8)
        line.append(contentsOf: Base64.encode(previous).utf8)
        line.append(contentsOf: #"","#.utf8)
    }

    static func opening(sequence: Int, previous: [UInt8]) -> [UInt8] {
        var line: [UInt8] = []
        line.reserveCapacity(96)
        appendOpening(sequence: sequence, previous: previous, to: &line)
        return line
    }

    /// JSON forbids bytes below 0x20 inside strings and this format has none between tokens, so a line holds none at
    /// all; DEL is kept out for the sake of terminals.
    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }
}
