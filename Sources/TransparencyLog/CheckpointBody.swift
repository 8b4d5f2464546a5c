import Cryptography

/// What the text of a checkpoint says (C2SP tlog-checkpoint): the log's origin, the number of its entries, its root hash.
/// It is said by nobody until a key has verified it: see `Checkpoint`.
public struct CheckpointBody: Hashable, Sendable {
    /// The log's name, not empty; of Rekor v1 with the number of its tree.
    public let origin: [UInt8]
    /// The number of entries.
    public let treeSize: UInt64
    /// 32 bytes.
    public let rootHash: [UInt8]
    /// Further lines, none of them empty. Nothing is decided by them.
    public let extensions: [[UInt8]]

    /// Reads the text of a note. Throws `CheckpointError` naming the line that is not as it has to be.
    public init(parsing text: [UInt8]) throws(CheckpointError) {
        guard text.last == UInt8(ascii: "\n") else { throw .tooFewLines }
        let lines = text.dropLast().split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        guard lines.count >= 3 else { throw .tooFewLines }
        guard !lines[0].isEmpty else { throw .emptyOrigin }
        guard let size = CheckpointBody.number(lines[1]) else { throw .malformedSize }
        guard let root = Base64.decode(lines[2]), root.count == NodeHash.length else { throw .malformedRoot }
        guard lines.dropFirst(3).allSatisfy({ !$0.isEmpty }) else { throw .emptyExtension }
        origin = Array(lines[0])
        treeSize = size
        rootHash = root
        extensions = lines.dropFirst(3).map { Array($0) }
    }

    /// Decimal digits without sign and leading zeros.
    private static func number(_ text: ArraySlice<UInt8>) -> UInt64? {
        guard let first = text.first, first != UInt8(ascii: "0") || text.count == 1 else { return nil }
        guard text.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
        return UInt64(String(decoding: text, as: UTF8.self))
    }

    /// Whether the origin ends as Rekor v1 writes it: ` - ` and the number of a tree.
    var hasOriginOfRekorV1: Bool {
        guard let separator = origin.lastIndex(of: UInt8(ascii: " ")) else { return false }
        let number = origin[(separator + 1)...]
        return !number.isEmpty && number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && origin[...separator].suffix(3).elementsEqual(" - ".utf8) && separator > 2
    }
}
