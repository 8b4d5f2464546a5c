import Glibc

/// Everything that is not data: errors, warnings, progress.
enum StandardError {
    static func write(_ text: String) {
        draw(text + "\n")
    }

    /// Text without a line end, for a line that is written over.
    @Sendable static func draw(_ text: String) {
        // There is nobody left to tell that nobody can be told.
        _ = Descriptor.write(text, to: STDERR_FILENO)
    }
}

/// Data, and nothing else.
enum StandardOutput {
    /// Whoever reads may stop reading, which ends the output and not the program. What keeps them from reading all of it is
    /// an error: half a report must not look like a whole one.
    static func write(_ text: String) throws(UsageError) {
        let problem = Descriptor.write(text, to: STDOUT_FILENO)
        guard problem == 0 || problem == EPIPE else {
            throw UsageError("cannot write to standard output: \(String(cString: strerror(problem)))")
        }
    }

    /// One JSON text on a line of its own; `json` holds no line break.
    static func write(json: String) throws(UsageError) {
        try write(json.printableJSON + "\n")
    }
}

/// The descriptors 0, 1 and 2.
enum StandardDescriptors {
    /// Takes the numbers of those that are closed, so that no file gets one and with it what is meant for a reader: a
    /// warning would be written into the audit log. Reading and writing still fail.
    static func reserve() {
        for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where fcntl(descriptor, F_GETFD) < 0 {
            // What is opened gets the lowest number that is free.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }
}

private enum Descriptor {
    /// Writes all of it, or as much as the other side takes; gives the error's number, 0 for none.
    static func write(_ text: String, to descriptor: Int32) -> Int32 {
        let bytes = Array(text.utf8)
        var position = 0
        return bytes.withUnsafeBytes { buffer in
            while position < buffer.count {
                let written = Glibc.write(descriptor, buffer.baseAddress.map { $0 + position }, buffer.count - position)
                if written > 0 {
                    position += written
                } else if errno == EAGAIN {
                    // Whoever started this program has made it so.
                    var awaited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&awaited, 1, -1)
                } else if errno != EINTR {
                    return errno
                }
            }
            return 0
        }
    }
}
