/// Reads each file once, so that all documents of one load see the same bytes, and remembers what was read for the
/// revision.
struct FileReader {
    private let source: any DocumentSource
    private var results: [String: Result<[UInt8], DocumentSourceError>] = [:]
    private var bytesRead = 0

    /// Of all files of one load: a thousand policies and their keys are far below.
    static let maximumTotalBytes = 64 << 20

    init(_ source: any DocumentSource) { self.source = source }

    /// Path and content of every file that could be read, by path.
    var files: [(path: String, bytes: [UInt8])] {
        results.compactMap { path, result in (try? result.get()).map { (path, $0) } }
            .sorted { $0.0.utf8.lexicographicallyPrecedes($1.0.utf8) }
    }

    mutating func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        if let result = results[path] {
            let bytes = try result.get()
            guard bytes.count <= limit else {
                throw DocumentSourceError("is \(bytes.count) bytes long, at most \(limit) are read")
            }
            return bytes
        }
        do throws(DocumentSourceError) {
            let remaining = FileReader.maximumTotalBytes - bytesRead
            guard remaining > 0 else {
                throw DocumentSourceError(
                    "is not read, since all files together are longer than \(FileReader.maximumTotalBytes) bytes")
            }
            let bytes = try source.read(path, limit: min(limit, remaining))
            bytesRead += bytes.count
            results[path] = .success(bytes)
            return bytes
        } catch {
            results[path] = .failure(error)
            throw error
        }
    }
}
