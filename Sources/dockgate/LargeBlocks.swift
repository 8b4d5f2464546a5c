import CMalloc

/// What the C library does with large blocks of memory.
enum LargeBlocks {
    /// From this size on a block is taken from the system for itself, and given back when it is free. An AdmissionReview
    /// is far smaller.
    private static let bytes: Int32 = 256 << 10

    /// Without this the C library keeps, once it has freed a large block, blocks of that size for the next time, on each
    /// thread, and pieces of all sizes between them: a few of the largest requests would then cost a gate several times
    /// their size, and for good.
    static func giveBack() {
        _ = mallopt(M_MMAP_THRESHOLD, bytes)
    }
}
