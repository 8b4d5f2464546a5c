import Glibc

/// A regular file, a pipe or standard input, read in pieces.
struct ByteStream: ~Copyable {
    private let descriptor: Int32
    private let name: String
    /// In bytes; nil for what comes through a pipe.
    let size: Int?
    private let deadline: ContinuousClock.Instant?

    /// - Parameters:
    ///   - path: `-` is standard input.
    ///   - name: what errors call it.
    ///   - deadline: until when all of it must be read; without one, a pipe is waited for as long as it takes.
    init(_ path: String, name: String, deadline: ContinuousClock.Instant? = nil) throws(UsageError) {
        (self.name, self.deadline) = (name, deadline)
        guard path != "-" else {
            (descriptor, size) = (STDIN_FILENO, nil)
            return
        }
        // A text with a NUL byte in it names another file to C than it shows. O_NONBLOCK: opening a named pipe must not
        // wait for its writer, since that wait would have no end.
        let opened = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else {
            throw UsageError("`\(name)` " + (path.utf8.contains(0) ? "does not exist" : ByteStream.problem()))
        }
        var status = stat()
        let kind = fstat(opened, &status) == 0 ? status.st_mode & S_IFMT : 0
        guard kind == S_IFREG || kind == S_IFIFO else {
            close(opened)
            throw UsageError("`\(name)` is " + (kind == S_IFDIR ? "a directory" : "neither a file nor a pipe"))
        }
        (descriptor, size) = (opened, kind == S_IFREG ? Int(status.st_size) : nil)
    }

    deinit {
        if descriptor != STDIN_FILENO { close(descriptor) }
    }

    /// The next `count` bytes, or fewer at the end.
    mutating func read(_ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            try waitUntilReadable()
            let taken = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
            }
            if taken == 0 { break }
            if taken > 0 {
                filled += taken
            } else if errno != EINTR, errno != EAGAIN {
                throw UsageError("`\(name)` \(ByteStream.problem())")
            }
        }
        return Array(bytes.prefix(filled))
    }

    /// All that is left behind `start`, with it; together at most `limit` bytes.
    mutating func readAll(after start: [UInt8], limit: Int) throws -> [UInt8] {
        var bytes = start
        while true {
            let piece = try read(65_536)
            bytes += piece
            guard bytes.count <= limit else { throw UsageError("`\(name)` is longer than \(limit) bytes") }
            guard !piece.isEmpty else { return bytes }
        }
    }

    /// Until there are bytes, the end or an error, of which a file always has one.
    private func waitUntilReadable() throws {
        var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while deadline.map({ ContinuousClock.now < $0 }) != false {
            let left = deadline.map { ($0 - .now) / Duration.milliseconds(1) } ?? 1_000
            // At most a second, and again.
            if poll(&awaited, 1, Int32(min(max(left, 0), 1_000)) + 1) > 0 { return }
        }
        StandardError.write("error: `\(name)` is not read to its end in time; --timeout gives more".printable)
        throw Outcome.undetermined
    }

    private static func problem() -> String {
        switch errno {
        case ENOENT: "does not exist"
        case EACCES, EPERM: "cannot be read: permission denied"
        case let code: "cannot be read: \(String(cString: strerror(code)))"
        }
    }
}
