import PolicyDocuments

/// Documents in memory: a test sees every path that is read.
struct MemorySource: DocumentSource {
    var files: [String: [UInt8]]

    init(_ files: [String: String]) {
        self.files = files.mapValues { Array($0.utf8) }
    }

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] {
        let prefix = directory.hasSuffix("/") ? directory : directory + "/"
        return files.keys.filter { $0.hasPrefix(prefix) && !$0.dropFirst(prefix.count).contains("/") }
            .map { String($0.dropFirst(prefix.count)) }
    }

    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        guard let bytes = files[path] else { throw DocumentSourceError("does not exist") }
        guard bytes.count <= limit else {
            throw DocumentSourceError("is \(bytes.count) bytes long, at most \(limit) are read")
        }
        return bytes
    }

    func generation(of directory: String) -> String { directory }
}
