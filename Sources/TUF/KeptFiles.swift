/// The files of one repository that are kept between updates, by name.
struct KeptFiles: Sendable {
    private var content: [String: [UInt8]] = [:]

    init(_ files: [TUFFile]) {
        for file in files { content[file.name] = file.bytes }
    }

    subscript(name: String) -> [UInt8]? {
        get { content[name] }
        set { content[name] = newValue }
    }

    mutating func remove(_ name: String) { content[name] = nil }

    /// In the order of their names.
    var files: [TUFFile] {
        content.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }.map {
            TUFFile(name: $0.key, bytes: $0.value)
        }
    }

    /// These with the roots of `other` in place of their own.
    func withRoots(of other: KeptFiles) -> KeptFiles {
        var result = self
        result.content = content.filter { !KeptFiles.isRoot($0.key) }
        for (name, bytes) in other.content where KeptFiles.isRoot(name) { result.content[name] = bytes }
        return result
    }

    /// Drops metadata that is neither a root nor among `names`: what no search came by. Targets stay, for they may be asked
    /// for again.
    mutating func keepMetadata(_ names: Set<String>) {
        content = content.filter { name, _ in
            KeptFiles.isRoot(name) || names.contains(name) || name.utf8.starts(with: "targets/".utf8)
        }
    }

    /// Drops the roots that are not among `names`.
    mutating func keepRoots(_ names: Set<String>) {
        content = content.filter { !KeptFiles.isRoot($0.key) || names.contains($0.key) }
    }

    private static func isRoot(_ name: String) -> Bool { name.utf8.starts(with: "root_history/".utf8) }
}
