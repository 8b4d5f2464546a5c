/// The file name of a segment: the `seq` of its first record in at least twelve digits, then `.jsonl`.
struct SegmentName: Hashable, Sendable, CustomStringConvertible {
    private static let digits = 12
    private static let suffix = ".jsonl"

    let firstSequence: Int

    init(firstSequence: Int) { self.firstSequence = firstSequence }

    /// Nil unless the name is exactly what `description` prints.
    init?(_ name: String) {
        guard name.hasSuffix(SegmentName.suffix), let sequence = Int(name.dropLast(SegmentName.suffix.count)),
            sequence >= 0
        else { return nil }
        firstSequence = sequence
        guard description.utf8.elementsEqual(name.utf8) else { return nil }
    }

    var description: String {
        let number = String(firstSequence)
        return String(repeating: "0", count: max(0, SegmentName.digits - number.utf8.count)) + number
            + SegmentName.suffix
    }
}
