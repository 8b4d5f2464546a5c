import Glibc

/// Everything that is not data: errors, warnings, progress.
enum StandardError {
    static func write(_ text: String) {
        Descriptor.write(text + "\n", to: STDERR_FILENO)
    }

    /// Text without a line end, for a line that is written over.
    @Sendable static func draw(_ text: String) {
        Descriptor.write(text, to: STDERR_FILENO)
    }
}

/// Data, and nothing else.
enum StandardOutput {
    static func write(_ text: String) {
        Descriptor.write(text, to: STDOUT_FILENO)
    }

    /// One JSON text on a line of its own; `json` holds no line break.
    static func write(json: String) {
        write(json.printableJSON + "\n")
    }
}

private enum Descriptor {
    /// Writes all of it, or as much as the other side takes: a closed pipe ends the output, not the program.
    static func write(_ text: String, to descriptor: Int32) {
        let bytes = Array(text.utf8)
        var position = 0
        bytes.withUnsafeBytes { buffer in
            while position < buffer.count {
                let written = Glibc.write(descriptor, buffer.baseAddress.map { $0 + position }, buffer.count - position)
                if written > 0 {
                    position += written
                } else if errno != EINTR {
                    return
                }
            }
        }
    }
}
