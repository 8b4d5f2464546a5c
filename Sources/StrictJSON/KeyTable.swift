/// Finds equal keys in linear time with an open-addressed table. The hash is the standard library's, which is keyed
/// anew in each process, so whoever writes a document cannot make its keys collide.
enum KeyTable {
    /// The index of the first range whose bytes are those of a range before it.
    static func firstDuplicate(_ bytes: Span<UInt8>, _ ranges: [Range<Int>]) -> Int? {
        var capacity = 64
        while capacity < ranges.count * 2 { capacity *= 2 }
        // Index + 1 of the key in each slot; 0 is a free one.
        var slots = [Int32](repeating: 0, count: capacity)
        for (index, range) in ranges.enumerated() {
            var slot = hash(bytes.extracting(range)) & (capacity - 1)
            while slots[slot] != 0 {
                if isEqual(bytes, range, ranges[Int(slots[slot]) - 1]) { return index }
                slot = (slot + 1) & (capacity - 1)
            }
            slots[slot] = Int32(truncatingIfNeeded: index + 1)
        }
        return nil
    }

    private static func hash(_ bytes: Span<UInt8>) -> Int {
        var hasher = Hasher()
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    private static func isEqual(_ bytes: Span<UInt8>, _ left: Range<Int>, _ right: Range<Int>) -> Bool {
        guard left.count == right.count else { return false }
        for offset in 0..<left.count where bytes[left.lowerBound + offset] != bytes[right.lowerBound + offset] {
            return false
        }
        return true
    }
}
