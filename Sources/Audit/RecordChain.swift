import StrictJSON
import TransparencyLog

/// What the next line must begin with, given the lines before it.
struct RecordChain: Sendable {
    private(set) var nextSequence: Int
    private(set) var previousLeaf: [UInt8]

    /// The chain of an empty log.
    init() {
        self.init(nextSequence: 0, previousLeaf: RecordLine.noPrevious)
    }

    init(nextSequence: Int, previousLeaf: [UInt8]) {
        self.nextSequence = nextSequence
        self.previousLeaf = previousLeaf
    }

    /// The last record that was accepted.
    var head: AuditPosition? {
        nextSequence > 0 ? AuditPosition(sequence: nextSequence - 1, leafHash: previousLeaf) : nil
    }

    /// Whether a line begins as the next one must.
    func continues(with line: [UInt8]) -> Bool {
        line.starts(with: RecordLine.opening(sequence: nextSequence, previous: previousLeaf))
    }

    /// Makes `line` the head. It must have been checked.
    mutating func advance(over line: ArraySlice<UInt8>) -> AuditPosition {
        let position = AuditPosition(sequence: nextSequence, leafHash: LeafHash.of(line))
        nextSequence += 1
        previousLeaf = position.leafHash
        return position
    }

    /// Takes `line` as the next record and gives its position, or says why it cannot be that.
    mutating func accept(_ line: [UInt8]) throws(ChainBreak) -> (position: AuditPosition, record: JSONDocument) {
        let record = try RecordChain.record(in: line)
        if !continues(with: line) { throw reason(for: record.root) }
        return (advance(over: line[...]), record)
    }

    /// Reads a line as strictly as every reader of the log does, its place in the log aside.
    static func record(in line: [UInt8]) throws(ChainBreak) -> JSONDocument {
        if line.contains(where: RecordLine.isControl) { throw .malformed("a control character") }
        do {
            return try JSONDocument(parsing: line, limits: limits)
        } catch {
            throw .malformed("not JSON: \(error)")
        }
    }

    /// Whether the bytes after the last LF are a whole record and one more byte, where its LF ought to be. No write
    /// that was cut short leaves that, so it is not to be cut off. A NUL is what a power cut leaves.
    func isRecordWithoutItsEnd(_ tail: [UInt8]) -> Bool {
        guard let last = tail.last, last != 0 else { return false }
        var copy = self
        return (try? copy.accept(Array(tail.dropLast()))) != nil
    }

    private static let limits = JSONLimits(maximumBytes: AuditLimits.maximumRecordBytes)

    /// Names the member that keeps a line of valid JSON from being the next record.
    private func reason(for record: JSONValue) -> ChainBreak {
        guard let version = record["v"]?.integer else { return .malformed("no integer `v`") }
        guard version == 1 else { return .version(version) }
        guard let sequence = record["seq"]?.integer else { return .malformed("no integer `seq`") }
        guard sequence == nextSequence else { return .sequence(found: sequence, expected: nextSequence) }
        guard record["prev"]?.string != nil else { return .malformed("no string `prev`") }
        return .link
    }
}

/// Why a line is not the next record.
enum ChainBreak: Error, Hashable, Sendable, CustomStringConvertible {
    case malformed(String)
    case version(Int)
    case sequence(found: Int, expected: Int)
    /// `prev` is not the hash of the line before: one of the two lines was changed.
    case link

    var description: String {
        switch self {
        case .malformed(let reason): "not a record: \(reason)"
        case .version(let version): "record version \(version), expected 1"
        case .sequence(let found, let expected): "sequence number \(found), expected \(expected)"
        case .link: "`prev` is not the hash of the record before"
        }
    }
}
