internal import Glibc

/// A file operation that the system refused.
public struct StorageFault: Error, Hashable, Sendable, CustomStringConvertible {
    /// What was tried; its raw value is the word for it in messages, `cannot WORD PATH`.
    public enum Operation: String, Sendable {
        case makeDirectory = "create the directory"
        case lock = "lock"
        case read = "read"
        case write = "write"
        case rename = "rename"
        case remove = "remove"
        case synchronizeDirectory = "synchronize the directory"
    }

    public let operation: Operation
    public let path: String
    /// The value of `errno`.
    public let code: Int32

    /// `code` is the value of `errno` right after the call.
    public init(_ operation: Operation, _ path: String, code: Int32) {
        self.operation = operation
        self.path = path
        self.code = code
    }

    public var description: String { "cannot \(operation.rawValue) `\(path)`: \(reason)" }

    private var reason: String {
        var buffer = [CChar](repeating: 0, count: 128)
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
