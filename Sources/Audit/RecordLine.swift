import Cryptography

/// How a record is written: the one place that knows the beginning of a line.
///
///     {"v":1,"seq":N,"prev":"<base64>",<body>}
///
/// The beginning of a line follows from its position and the line before, to the byte. So whether a line stands where
/// it belongs is one comparison.
///
/// One blank before the body marks the first record of a commit. After a power cut it tells what was answered from what
/// was not: a commit begins only when the one before it is on stable storage, so a line in front of a mark had to be
/// whole.
enum RecordLine {
    /// What `prev` holds in the first record of a log: there is no record before it to hash.
    static let noPrevious = [UInt8](repeating: 0, count: 32)
    static let commitMark = UInt8(ascii: " ")
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

    /// Whether a line is marked as the first of a commit. Its beginning alone is looked at.
    static func beginsCommit(_ line: [UInt8]) -> Bool {
        let number = #"{"v":1,"seq":"#.utf8
        guard line.starts(with: number) else { return false }
        let afterNumber = line.dropFirst(number.count).drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        let link = #","prev":""#.utf8
        let afterLink = afterNumber.dropFirst(link.count + linkCharacters)
        return afterNumber.starts(with: link)
            && afterLink.starts(with: [UInt8(ascii: "\""), UInt8(ascii: ","), commitMark])
    }

    /// Of 32 bytes in base64.
    private static let linkCharacters = 44

    /// JSON forbids bytes below 0x20 inside strings and this format has none between tokens, so a line holds none at
    /// all; DEL is kept out for the sake of terminals.
    static func isControl(_ byte: UInt8) -> Bool { byte < 0x20 || byte == 0x7f }
}
