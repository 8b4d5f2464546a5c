internal import Glibc

/// An open file; closed when the last reference goes. Whatever matters was synchronized before, so what `close` says
/// is of no interest.
public final class StorageFile: Sendable {
    /// Open as long as this object lives, and closed by nobody else.
    public let descriptor: Int32
    /// For error texts only.
    public let path: String

    /// The descriptor is this object's from now on.
    public init(adopting descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    /// A child process may hold a copy of the descriptor for a moment, and with it the lock, unless that is let go of
    /// first.
    deinit {
        _ = flock(descriptor, LOCK_UN)
        _ = close(descriptor)
    }
}
