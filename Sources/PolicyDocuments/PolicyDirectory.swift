/// Which files of a directory hold policies.
enum PolicyDirectory {
    /// Of one directory, whatever they hold: far above any real one, and it bounds the time that a load takes.
    static let maximumNames = 10_000

    /// The names of the policy files, sorted by bytes, so that every machine reads them in the same order.
    static func files(in directory: String, of source: some DocumentSource) throws(DocumentSourceError) -> [String] {
        try source.names(in: directory, limit: maximumNames).filter(isPolicyFile)
            .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    /// Hidden files (a ConfigMap volume keeps its data in `..data`), what editors leave behind, tests of policies and
    /// files of other kinds are not read.
    static func isPolicyFile(_ name: String) -> Bool {
        isDocumentFile(name, ending: "") && !isTestFile(name)
    }

    /// Whether a file holds tests of policies.
    static func isTestFile(_ name: String) -> Bool { isDocumentFile(name, ending: ".tests") }

    private static func isDocumentFile(_ name: String, ending: String) -> Bool {
        let bytes = Array(name.utf8)
        let isHidden = bytes.first == UInt8(ascii: ".")
        let isLeftBehind = bytes.first == UInt8(ascii: "#") || bytes.last == UInt8(ascii: "~")
        guard !isHidden, !isLeftBehind else { return false }
        return [".yaml", ".yml"].contains { ends(bytes, with: ending + $0) }
    }

    private static func ends(_ bytes: [UInt8], with suffix: String) -> Bool {
        bytes.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
    }
}
