public import Timestamp

/// Why a file of a repository is not believed.
public struct TUFError: Error, Hashable, Sendable, CustomStringConvertible {
    /// The file, as it was asked for or is remembered.
    public let file: String
    public let reason: Reason

    public init(file: String, reason: Reason) {
        self.file = file
        self.reason = reason
    }

    public var description: String { "`\(file)`: \(reason)" }

    /// The step that failed; section 5 of the specification has each of them.
    public enum Reason: Error, Hashable, Sendable {
        // What arrived
        /// Endless data.
        case tooLarge(limit: Int)
        case absent
        case notRemembered
        case malformed(String)
        case otherRole(found: String, expected: String)
        case unsupportedSpecification(String)
        // Who says so
        /// Arbitrary installation and key compromise: so many distinct keys of the role have signed.
        case tooFewSignatures(found: Int, threshold: Int)
        // Which version
        /// Wrong file, or mix and match: another version than was asked for.
        case otherVersion(found: Int, expected: Int)
        /// Rollback of the file itself.
        case rollback(found: Int, trusted: Int)
        /// Rollback of a file that it lists.
        case listedRollback(String, found: Int, trusted: Int)
        /// Mix and match: a file that was listed is listed no more.
        case vanished(String)
        /// Indefinite freeze.
        case expired(Instant, now: Instant)
        /// There is no version after the largest number that is read.
        case lastVersion
        case tooManyRotations(limit: Int)
        // Which bytes
        case otherLength(found: Int, expected: Int)
        case otherHash(String)
        // Which target
        case notInSnapshot
        case unusablePath
        case unknownTarget
        case tooManyDelegations(limit: Int)
    }
}

extension TUFError.Reason: CustomStringConvertible {
    public var description: String {
        switch self {
        case .tooLarge(let limit): "found more than \(limit) bytes"
        case .absent: "the repository has no such file"
        case .notRemembered: "the file is not among what is remembered"
        case .malformed(let problem): problem
        case .otherRole(let found, let expected): "found metadata of type `\(found)`, expected `\(expected)`"
        case .unsupportedSpecification(let version):
            "found metadata of version `\(version)` of the specification, expected one that begins with `1.`"
        case .tooFewSignatures(let found, let threshold):
            "found valid signatures by \(found) of the role's keys, expected \(threshold)"
        case .otherVersion(let found, let expected): "found version \(found), expected \(expected)"
        case .rollback(let found, let trusted): "found version \(found), which is older than \(trusted), seen before"
        case .listedRollback(let name, let found, let trusted):
            "lists version \(found) of `\(name)`, which is older than \(trusted), seen before"
        case .vanished(let name): "lists `\(name)` no more, which was listed before"
        case .expired(let end, let now): "expired at \(end.rfc3339InSeconds), it is \(now.rfc3339InSeconds)"
        case .lastVersion: "has the largest version there is, which nothing can follow"
        case .tooManyRotations(let limit): "found more than \(limit) new versions of the root in one update"
        case .otherLength(let found, let expected): "found \(found) bytes, expected \(expected)"
        case .otherHash(let algorithm): "found other bytes than its \(algorithm) hash says"
        case .notInSnapshot: "the snapshot does not list it"
        case .unusablePath:
            "no target can have that path: expected segments other than `.` and `..`, without control characters"
        case .unknownTarget: "no role that may speak for this path lists it"
        case .tooManyDelegations(let limit): "found no role that lists it within \(limit) roles"
        }
    }
}
