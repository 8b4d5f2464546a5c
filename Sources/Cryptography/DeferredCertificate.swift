import COpenSSL
import Synchronization

/// A certificate as OpenSSL has it, read when somebody needs it: for the chain of a plain leaf nobody does.
final class DeferredCertificate: Sendable {
    private enum State {
        case unread([UInt8])
        case read(CertificateHandle)
        case unreadable
    }

    private let state: Mutex<State>

    init(der: [UInt8]) { state = Mutex(.unread(der)) }

    init(_ handle: CertificateHandle) { state = Mutex(.read(handle)) }

    /// Nil if OpenSSL cannot read it, which it can wherever this project's own reading found a whole certificate.
    var handle: CertificateHandle? {
        state.withLock { state in
            switch state {
            case .read(let handle): return handle
            case .unreadable: return nil
            case .unread(let der):
                defer { ERR_clear_error() }
                let handle = CertificateReader(der: der)?.handle
                state = handle.map { .read($0) } ?? .unreadable
                return handle
            }
        }
    }
}
