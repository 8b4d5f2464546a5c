/// One of the files that an update leaves to be kept until the next.
///
/// Nothing that is kept is believed because it was kept: the next update verifies it again, from the pinned root on. So the
/// files are safe to lose and to have tampered with; what is lost with them is the protection against metadata that is
/// older than theirs.
public struct TUFFile: Hashable, Sendable {
    /// `root_history/VERSION.root.json`, `timestamp.json`, `snapshot.json`, `targets.json`, `ROLE.json` or `targets/PATH`,
    /// where role and path are percent-encoded: so at most one slash, no `..`, at most 255 bytes in each part.
    public let name: String
    public let bytes: [UInt8]

    public init(name: String, bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }
}

/// The names under which files are kept.
enum FileName {
    static func root(_ version: Int) -> String { "root_history/\(version).root.json" }

    static func metadata(of role: RoleName) -> String { "\(role.fileName).json" }

    static func target(_ path: TargetPath) -> String { "targets/\(path.fileName)" }

    /// What a file system takes as one name.
    static let maximumBytes = 255
}
