import Cryptography
import Timestamp

/// What the trusted root says otherwise than the signature needs. Windows are closed intervals.
public enum TrustLie: Sendable, Hashable, CaseIterable {
    /// The log was trusted until the hour before.
    case logEnded
    /// The log is trusted from the hour after on.
    case logNotBegun
    /// The log has no beginning: the trusted root is malformed.
    case logWithoutStart
    /// The log's id goes with another key.
    case otherLogKey
    /// There is no log.
    case noLog
    /// Fulcio was trusted until the hour before.
    case authorityEnded
    /// Fulcio is trusted from the hour after on.
    case authorityNotBegun
    /// There is no Fulcio.
    case noAuthority
    /// The certificate log was trusted until the hour before.
    case certificateLogEnded
    /// The certificate log's id goes with another key.
    case otherCertificateLogKey
    /// There is no certificate log.
    case noCertificateLog
    /// The timestamp authority was trusted until the hour before.
    case timestampAuthorityEnded
    /// The timestamp authority is trusted from the hour after on.
    case timestampAuthorityNotBegun
    /// There is no timestamp authority.
    case noTimestampAuthority

    var orders: [SigningOrder] {
        switch self {
        case .logEnded, .logNotBegun: [.bundle(), .message(version: .v01), .signatureLayer(), .bundleV2()]
        case .logWithoutStart, .otherLogKey, .noLog: [.bundle(), .bundleV2(), .signatureLayer()]
        case .authorityEnded, .authorityNotBegun, .noAuthority, .certificateLogEnded, .otherCertificateLogKey,
            .noCertificateLog:
            [.bundle(), .message(version: .v02), .bundleV2(), .signatureLayer()]
        case .timestampAuthorityEnded, .timestampAuthorityNotBegun, .noTimestampAuthority:
            TimestampLie.otherBytes.orders
        }
    }
}

extension TrustLie {
    func bend(_ root: inout TrustedRootDraft, at time: Instant) throws {
        let (before, after) = (time - .seconds(3_600), time + .seconds(3_600))
        switch self {
        case .logEnded: for index in root.transparencyLogs.indices { root.transparencyLogs[index].window.end = before }
        case .logNotBegun:
            for index in root.transparencyLogs.indices { root.transparencyLogs[index].window.start = after }
        case .logWithoutStart:
            for index in root.transparencyLogs.indices { root.transparencyLogs[index].window.start = nil }
        case .otherLogKey:
            root.transparencyLogs[0].key = try PrivateKey.generate(.ecdsaP256).subjectPublicKeyInfo
            root.transparencyLogs[1].key = try PrivateKey.generate(.ed25519).subjectPublicKeyInfo
        case .noLog: root.transparencyLogs = []
        case .authorityEnded: root.certificateAuthorities[0].window.end = before
        case .authorityNotBegun: root.certificateAuthorities[0].window.start = after
        case .noAuthority: root.certificateAuthorities = []
        case .certificateLogEnded: root.certificateLogs[0].window.end = before
        case .otherCertificateLogKey:
            root.certificateLogs[0].key = try PrivateKey.generate(.ecdsaP256).subjectPublicKeyInfo
        case .noCertificateLog: root.certificateLogs = []
        case .timestampAuthorityEnded: root.timestampAuthorities[0].window.end = before
        case .timestampAuthorityNotBegun: root.timestampAuthorities[0].window.start = after
        case .noTimestampAuthority: root.timestampAuthorities = []
        }
    }
}
