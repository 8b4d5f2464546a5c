public import Timestamp

/// What an update says when it is asked to go on.
public enum TUFStep: Hashable, Sendable {
    /// It needs this file before it goes on.
    case fetch(TUFRequest)
    /// It is done.
    case finished(TUFOutcome)
}

/// A file of the repository that is wanted. Whoever fetches it reads at most `limit` bytes, and gives an answer in any case.
public struct TUFRequest: Hashable, Sendable {
    public enum Base: Hashable, Sendable {
        /// The address under which the repository has its metadata.
        case metadata
        /// The address under which it has its targets.
        case targets
    }

    public let base: Base
    /// Relative to the base; percent-encoded, without `.` and `..`.
    public let path: String
    /// In bytes. What is longer is answered by `tooLarge`, and never cut.
    public let limit: Int
}

/// What became of a request.
public enum TUFAnswer: Hashable, Sendable {
    case found([UInt8])
    /// The repository answered, and has no such file (404, or 403 as object stores say it).
    case absent
    /// There are more bytes than the limit.
    case tooLarge
    /// We could not look, for this reason.
    case undetermined(String)
}

/// What came of an update.
public enum TUFOutcome: Hashable, Sendable {
    /// All was looked at now, and holds.
    case current(TrustedRepository)
    /// We could not look, for this reason; what is remembered is whole and has not expired.
    case remembered(TrustedRepository, because: String)
    /// We looked, and it is wrong.
    case refused(TUFError)
    /// We could not look, for this reason, and what is remembered cannot stand in, for that one.
    case undetermined(String, remembered: TUFError)
}

/// A repository of which everything that was used is verified and has not expired. Only an update makes one.
public struct TrustedRepository: Hashable, Sendable {
    /// The metadata that was used, in the order in which it was verified.
    public let roles: [Role]
    /// The targets that were asked for, in that order.
    public let targets: [Target]

    public struct Role: Hashable, Sendable {
        /// As it is written in the names of files, percent-encoded.
        public let name: String
        public let version: Int
        public let expires: Instant
    }

    public struct Target: Hashable, Sendable {
        public let path: String
        public let bytes: [UInt8]
    }

    init(roles: [Role], targets: [Target]) {
        self.roles = roles
        self.targets = targets
    }

    /// What expires first, which says until when all of this may be believed. There always is a root.
    public var firstToExpire: Role? { roles.min { $0.expires < $1.expires } }
}
