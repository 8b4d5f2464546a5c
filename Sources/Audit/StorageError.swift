internal import Glibc

/// A file operation that the system refused.
public struct StorageError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried; its raw value is the word for it in messages, `cannot WORD PATH`.
    public enum Operation: String, Sendable {
        case makeDirectory = "create the directory"
        case list = "list"
        case open = "open"
        case lock = "lock"
        case length = "measure"
        case read = "read"
        case append = "write to"
        case synchronizeData = "synchronize"
        case truncate = "truncate"
        case discardCache = "drop the cache of"
        case rename = "rename"
        case remove = "remove"
        case synchronizeDirectory = "synchronize the directory"
    }

    /// What was tried.
    public let operation: Operation
    /// Of what, for messages.
    public let path: String
    /// The value of `errno`.
    public let code: Int32

    /// `code` is the value of `errno` right after the call.
    public init(_ operation: Operation, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    /// Nothing was done, and the same call may do it.
    public var isInterruption: Bool {
        code == EINTR || code == EAGAIN && (operation == .append || operation == .read)
    }
    /// There is no such file or directory.
    public var isAbsence: Bool { code == ENOENT }

    public var description: String { "cannot \(operation.rawValue) `\(path)`: \(reason)" }

    private var reason: String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
