/// Why state cannot be kept.
public enum StateError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Another process keeps its state in this directory.
    case locked(String)
    /// What was to be kept is longer than a file of that name may be.
    case tooLarge(name: String, bytes: Int, maximumBytes: Int)
    /// The disk refused.
    case storage(StorageFault)

    public var description: String {
        switch self {
        case .locked(let path):
            "another process keeps its state in `\(path)`; give each gate a directory of its own"
        case .tooLarge(let name, let bytes, let maximumBytes):
            "`\(name)` would have \(bytes) bytes, at most \(maximumBytes) are kept"
        case .storage(let fault): fault.description
        }
    }
}
