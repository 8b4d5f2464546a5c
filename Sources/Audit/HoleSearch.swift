import Glibc

/// Looks for what a power cut leaves where a part of a write did not reach the disk before a later part of it did: NUL
/// bytes up to the end of a block. No record holds one, so any other NUL is somebody's doing.
struct HoleSearch {
    /// The smallest block that a file system gives or takes as a whole.
    private static let blockBytes = 512

    private var isInHole = false
    private var hasHole = false
    private var hasOtherNUL = false

    /// Whether there are holes, and no NUL outside of them.
    var found: Bool { hasHole && !hasOtherNUL }

    /// The next bytes of the file, which stand there at `offset`.
    mutating func pass(_ bytes: ArraySlice<UInt8>, at offset: Int) {
        guard isInHole || HoleSearch.containsNUL(bytes) else { return }
        for (index, byte) in bytes.enumerated() where (byte == 0) != isInHole {
            isInHole = byte == 0
            if isInHole { continue }
            if (offset + index).isMultiple(of: HoleSearch.blockBytes) { hasHole = true } else { hasOtherNUL = true }
        }
    }

    private static func containsNUL(_ bytes: ArraySlice<UInt8>) -> Bool {
        bytes.withUnsafeBytes { bytes in
            bytes.baseAddress.map { memchr($0, 0, bytes.count) != nil } ?? false
        }
    }
}
