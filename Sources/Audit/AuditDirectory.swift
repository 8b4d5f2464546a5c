/// Where the parts of a log lie below its directory.
struct AuditDirectory: Sendable {
    let root: String

    var lock: String { root + "/lock" }
    var segments: String { root + "/segments" }
    var evidence: String { root + "/evidence" }
    var digests: String { root + "/evidence/sha256" }
    /// Evidence that is still being written. Whatever is found here at a start was left by a crash.
    var incoming: String { root + "/evidence/incoming" }

    func path(of segment: SegmentName) -> String { segments + "/" + segment.description }

    func shard(ofHexadecimal digest: String) -> String { digests + "/" + digest.prefix(2) }

    func evidence(ofHexadecimal digest: String) -> String {
        shard(ofHexadecimal: digest) + "/" + digest.dropFirst(2)
    }

    /// Creates what is missing, durably. The directory above `root` must exist.
    func create(in storage: any Storage) throws(StorageError) {
        try create(root, in: parent, storage)
        try create(segments, in: root, storage)
        try create(evidence, in: root, storage)
        try create(digests, in: evidence, storage)
        try create(incoming, in: evidence, storage)
    }

    /// The segments in order, and the names among them that are not segments.
    func listing(in storage: any Storage) throws(StorageError) -> (segments: [SegmentName], strangers: [String]) {
        var found: [SegmentName] = []
        var strangers: [String] = []
        let names = try storage.repeating { () throws(StorageError) in try storage.list(segments) }
        for name in names {
            if let segment = SegmentName(name) { found.append(segment) } else { strangers.append(name) }
        }
        return (found.sorted { $0.firstSequence < $1.firstSequence }, strangers.sorted())
    }

    private func create(_ path: String, in parent: String, _ storage: any Storage) throws(StorageError) {
        let isNew = try storage.repeating { () throws(StorageError) in try storage.makeDirectory(path) }
        guard isNew else { return }
        try storage.repeating { () throws(StorageError) in try storage.synchronizeDirectory(parent) }
    }

    private var parent: String {
        let bytes = root.utf8
        let trimmed = bytes.lastIndex { $0 != UInt8(ascii: "/") }.map { bytes[...$0] } ?? bytes[...]
        guard let slash = trimmed.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == trimmed.startIndex ? "/" : String(decoding: trimmed[..<slash], as: UTF8.self)
    }
}
