internal import Glibc

private let maximumInterruptions = 1_000

extension Storage {
    /// Repeats an operation that was interrupted, and only that: by a signal, or a read or a write by EAGAIN, which asks
    /// for nothing but another try. Whatever is interrupted a thousand times is not going to be done.
    ///
    /// For signals this holds for synchronizing too. EINTR says that the wait was cut short, not that a write failed: the
    /// kernel still has the pages and still has any error to report. Every other error of a synchronization is final,
    /// since the kernel reports it once and then forgets the pages.
    func repeating<Result>(
        _ operation: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        var interruptions = 0
        while true {
            do throws(StorageError) {
                return try operation()
            } catch {
                interruptions += 1
                guard error.isInterruption, interruptions < maximumInterruptions else { throw error }
            }
        }
    }

    /// `repeating`, for callers whose own errors hold a storage's.
    func attempt<Result>(_ operation: () throws(StorageError) -> Result) throws(AuditError) -> Result {
        do throws(StorageError) {
            return try repeating(operation)
        } catch {
            throw .storage(error)
        }
    }

    /// Appends all of `bytes`, however many calls that takes. After an error the file ends with a part of them.
    func appendAll(_ bytes: [UInt8], to file: StorageFile) throws(StorageError) {
        var written = 0
        while written < bytes.count {
            let count = try repeating { () throws(StorageError) in
                try part(of: bytes, from: written) { part throws(StorageError) in try append(part, to: file) }
            }
            guard count > 0 else { throw StorageError(.append, file.path, code: EIO) }
            written += count
        }
    }

    /// Reads until `buffer` is full or the file ends, and answers how many bytes were read.
    func readAll(
        _ file: StorageFile, at offset: Int, into buffer: UnsafeMutableRawBufferPointer
    ) throws(StorageError) -> Int {
        var filled = 0
        while filled < buffer.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
            let count = try repeating { () throws(StorageError) in
                try read(file, at: offset + filled, into: rest)
            }
            if count == 0 { break }
            filled += count
        }
        return filled
    }

    /// Up to `count` bytes of the file from `offset`; fewer at its end.
    func bytes(of file: StorageFile, at offset: Int, count: Int) throws(StorageError) -> [UInt8] {
        var failure: StorageError?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            do throws(StorageError) {
                filled = try readAll(file, at: offset, into: UnsafeMutableRawBufferPointer(buffer))
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private func part(
        of bytes: [UInt8], from start: Int, _ body: (UnsafeRawBufferPointer) throws(StorageError) -> Int
    ) throws(StorageError) -> Int {
        try bytes.withUnsafeBufferPointer { buffer throws(StorageError) in
            try body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: buffer[start...])))
        }
    }
}
