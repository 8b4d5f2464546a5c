import Glibc

/// A regular file or standard input, read in pieces.
struct ByteStream: ~Copyable {
    private let descriptor: Int32
    private let name: String
    /// In bytes; nil for standard input.
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
        // wait for its writer.
        let opened = path.utf8.contains(0) ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else {
            throw UsageError("`\(name)` " + (path.utf8.contains(0) ? "does not exist" : ByteStream.problem()))
        }
        var status = stat()
        let isKnown = fstat(opened, &status) == 0
        guard isKnown, status.st_mode & S_IFMT == S_IFREG else {
            let isDirectory = isKnown && status.st_mode & S_IFMT == S_IFDIR
            close(opened)
            throw UsageError("`\(name)` is " + (isDirectory ? "a directory" : "not a regular file"))
        }
        (descriptor, size) = (opened, Int(status.st_size))
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
            } else if errno != EINTR {
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
        guard let deadline else { return }
        var awaited = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        while ContinuousClock.now < deadline {
            let left = (deadline - .now) / Duration.milliseconds(1)
            // At most an hour: no command has more time than that.
            if poll(&awaited, 1, Int32(min(max(left, 0), 3_600_000)) + 1) != 0, errno != EINTR { return }
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
