import COpenSSL

/// Owns a memory `BIO` that OpenSSL writes into.
struct MemoryOutput: ~Copyable {
    private let pointer: OpaquePointer

    /// Nil if there is no memory.
    init?() {
        guard let pointer = BIO_new(BIO_s_mem()) else { return nil }
        self.pointer = pointer
    }

    deinit { BIO_free(pointer) }

    /// What `write` wrote; nil if it reports failure.
    consuming func collect(_ write: (OpaquePointer) -> Bool) -> [UInt8]? {
        guard write(pointer), let length = Int32(exactly: BIO_ctrl_pending(pointer)) else { return nil }
        // Where there is nothing to read, BIO_read reports an error.
        guard length > 0 else { return [] }
        var bytes = [UInt8](repeating: 0, count: Int(length))
        guard BIO_read(pointer, &bytes, length) == length else { return nil }
        return bytes
    }
}
