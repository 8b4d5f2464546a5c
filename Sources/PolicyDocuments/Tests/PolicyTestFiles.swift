/// Where tests of policies are found.
public enum PolicyTestFiles {
    /// How deep below a directory they are looked for: deeper trees are no trees of policies.
    private static let maximumDepth = 16

    /// The files of tests that `path` stands for, sorted by bytes: itself if it is one file, else all below it whose names
    /// end in `.tests.yaml` or `.tests.yml`. Hidden directories and links to directories are not looked into.
    public static func found(
        at path: String, in source: some DocumentSource = FileSystemSource()
    ) throws(DocumentSourceError) -> [String] {
        // The slash makes a link stand for the directory that it leads to: this one was asked for.
        guard !path.isEmpty, source.isDirectory(FilePath.join(path, "")) else { return [path] }
        return try files(below: path, in: source, depth: 0)
    }

    private static func files(
        below directory: String, in source: some DocumentSource, depth: Int
    ) throws(DocumentSourceError) -> [String] {
        guard depth <= maximumDepth else {
            throw DocumentSourceError("holds directories more than \(maximumDepth) deep")
        }
        let names = try source.names(in: directory, limit: PolicyDirectory.maximumNames)
            .filter { $0.utf8.first != UInt8(ascii: ".") }
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        var found: [String] = []
        for name in names {
            let path = FilePath.join(directory, name)
            if PolicyDirectory.isTestFile(name) {
                found.append(path)
            } else if source.isDirectory(path) {
                found += try files(below: path, in: source, depth: depth + 1)
            }
        }
        return found
    }
}
