public import OCI
import PolicyEngine
import StrictJSON
public import Timestamp
import Trust

/// A copy of everything that a set of policies was read from, keys included, byte for byte: it loads to the same set when
/// the directory itself does not load any more.
///
/// As bytes it is one line of JSON and then the files' contents, one right after the other:
///
///     {"revision":"sha256:…","saved":"2026-11-26T10:00:00.000000Z","files":[{"path":"gate.yaml","bytes":312},…]}⏎
///
/// Paths below the policy directory are counted from it, as they are for the revision, so the directory may move.
public struct SavedDocuments: Sendable {
    /// Of the documents that it was made of. A copy that comes to others is refused.
    public let revision: Digest
    /// When that set was known to be good.
    public let savedAt: Instant
    let files: [(path: String, bytes: [UInt8])]

    /// What files may be read for one set, and a line that names ten thousand of them.
    public static let maximumBytes = FileReader.maximumTotalBytes + maximumLineBytes
    private static let maximumLineBytes = 16 << 20

    init(_ loaded: LoadedPolicies, at time: Instant) {
        revision = loaded.documentsRevision
        savedAt = time
        files = loaded.files.map { (FilePath.relative($0.path, to: loaded.directory.file), $0.bytes) }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    }

    /// The copy as bytes.
    public var encoded: [UInt8] {
        var json = JSONWriter()
        json.beginObject()
        json.member("revision", revision.description)
        json.member("saved", savedAt.rfc3339)
        json.key("files")
        json.beginArray()
        for file in files {
            json.beginObject()
            json.member("path", file.path)
            json.member("bytes", file.bytes.count)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        var bytes = json.bytes + [UInt8(ascii: "\n")]
        bytes.reserveCapacity(bytes.count + files.reduce(0) { $0 + $1.bytes.count })
        for file in files { bytes += file.bytes }
        return bytes
    }

    /// The copy that was made these bytes; nil if they are anything else.
    public init?(decoding bytes: ArraySlice<UInt8>) {
        let limits = JSONLimits(maximumBytes: SavedDocuments.maximumLineBytes)
        guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")),
            let line = try? JSONDocument(parsing: Array(bytes[..<end]), limits: limits).root,
            let revision = line["revision"]?.string.flatMap({ try? Digest(parsing: $0) }),
            let savedAt = line["saved"]?.string.flatMap({ try? Instant(rfc3339: $0) }), let listed = line["files"]
        else { return nil }
        var rest = bytes[(end + 1)...]
        var files: [(path: String, bytes: [UInt8])] = []
        for file in listed.elements {
            guard let path = file["path"]?.string, let count = file["bytes"]?.integer, count >= 0, count <= rest.count
            else { return nil }
            files.append((path, Array(rest.prefix(count))))
            rest = rest.dropFirst(count)
        }
        guard rest.isEmpty else { return nil }
        (self.revision, self.savedAt, self.files) = (revision, savedAt, files)
    }

    /// The files as they would be read from a directory of that path.
    func source(as directory: String, materials: any MaterialSource) -> some DocumentSource {
        SavedFiles(files, as: directory, materials: materials)
    }
}

extension LoadedPolicies {
    /// A copy of all that was read, for a time at which the directory does not load.
    public func saved(at time: Instant) -> SavedDocuments { SavedDocuments(self, at: time) }
}

/// Nothing else is there than what was saved.
private struct SavedFiles: DocumentSource {
    private let directory: String
    private let materials: any MaterialSource
    /// By the bytes of the path, since texts that are equal to Unicode may be two files.
    private let files: [[UInt8]: [UInt8]]
    private let names: [String]

    init(_ files: [(path: String, bytes: [UInt8])], as directory: String, materials: any MaterialSource) {
        self.directory = directory
        self.materials = materials
        self.files = Dictionary(files.map { (Array($0.path.utf8), $0.bytes) }) { first, _ in first }
        names = files.map(\.path).filter { !$0.utf8.contains(UInt8(ascii: "/")) }
    }

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
        guard names.count <= limit else { throw DocumentSourceError("holds more than \(limit) files") }
        return names
    }

    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        guard let bytes = files[Array(FilePath.relative(path, to: directory).utf8)] else {
            throw DocumentSourceError("was not saved")
        }
        guard bytes.count <= limit else {
            throw DocumentSourceError("is \(bytes.count) bytes long, at most \(limit) are read")
        }
        return bytes
    }

    func generation(of directory: String) -> String { "saved" }

    func material(of target: MirroredTarget) -> MirroredMaterial { materials.material(of: target) }
}
