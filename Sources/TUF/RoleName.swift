/// The name of a role, compared by its bytes. Delegated roles have any name that whoever delegates gives them.
struct RoleName: Hashable, Sendable {
    let bytes: [UInt8]

    static let root = RoleName("root")
    static let timestamp = RoleName("timestamp")
    static let snapshot = RoleName("snapshot")
    static let targets = RoleName("targets")

    private init(_ name: StaticString) { bytes = name.withUTF8Buffer { Array($0) } }

    /// A role that is delegated to. Nil for an empty name, for those of the four roles at the top, whose files it would have,
    /// and for one too long to name a file.
    init?(delegated name: [UInt8]) {
        bytes = name
        let atTop: [RoleName] = [.root, .timestamp, .snapshot, .targets]
        // The longest prefix that a version makes, and the suffix.
        let room = FileName.maximumBytes - "\(Int.max)..json".utf8.count
        guard !name.isEmpty, !atTop.contains(self), fileName.utf8.count <= room else { return nil }
    }

    /// Without a slash; with `.json` behind it, it is neither `.` nor `..`.
    var fileName: String { percentEncoded(bytes) }

    /// How the snapshot lists the metadata of the role.
    var listedName: [UInt8] { bytes + Array(".json".utf8) }
}
