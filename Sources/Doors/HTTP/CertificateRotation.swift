public import Timestamp
import Synchronization

/// Keeps what the listener shows to what its files hold: whoever renews a certificate writes files, and tells nobody.
///
/// All or nothing. Files that cannot be read, that do not fit each other, or that hold what is not valid now change
/// nothing: the certificate before them stays, until a later look finds better ones.
public final class CertificateRotation: Sendable {
    /// What came of a look at the files.
    public enum Outcome: Hashable, Sendable {
        /// They hold what is shown already; or what is not used, for a reason that was told before.
        case unchanged
        /// New connections are shown what they hold, which is valid until then.
        case replaced(validUntil: Instant)
        /// They are not used, because of this.
        case kept(because: String)
    }

    private let server: Server
    private let read: @Sendable () throws -> ServingCertificate
    /// Why the files were not used when they were last looked at. Held during a look: of two looks the later one counts.
    private let told = Mutex<String?>(nil)

    /// - Parameter read: makes a certificate of what the files hold at this moment; blocks on the disk.
    public init(of server: Server, read: @escaping @Sendable () throws -> ServingCertificate) {
        self.server = server
        self.read = read
    }

    /// Looks at the files, and shows what they hold if it is another certificate. It blocks; not for event loops.
    ///
    /// - Parameter repeating: whether a reason is told again that was told before.
    public func look(repeating: Bool = false) -> Outcome {
        told.withLock { told in
            do {
                let found = try read()
                let isShown = found.fingerprint == server.certificate.fingerprint
                if !isShown { try server.use(found) }
                told = nil
                return isShown ? .unchanged : .replaced(validUntil: found.validity.upperBound)
            } catch {
                let reason = "\(error)"
                let isNews = repeating || told?.utf8.elementsEqual(reason.utf8) != true
                told = reason
                return isNews ? .kept(because: reason) : .unchanged
            }
        }
    }
}
