import Foundation

/// The sources, as text.
enum SourceTree {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    struct File: CustomStringConvertible {
        let room: String
        let path: String
        let lines: [String]

        var description: String { path }

        /// The modules that it imports, in whatever way.
        var imports: [String] {
            lines.compactMap { line in
                let words = line.split(separator: " ").map(String.init)
                guard let position = words.firstIndex(of: "import"), words.count > position + 1,
                    words[..<position].allSatisfy({ $0.hasPrefix("@") || SourceTree.modifiers.contains($0) })
                else { return nil }
                let kinds = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
                let name =
                    kinds.contains(words[position + 1]) && words.count > position + 2
                    ? words[position + 2] : words[position + 1]
                return String(name.prefix { $0 != "." })
            }
        }
    }

    private static let modifiers: Set<String> = ["public", "package", "internal", "fileprivate", "private"]

    /// The tree was not found, so a test that looks at all of it would look at nothing.
    struct NoSources: Error {}

    /// All Swift files below `Sources`, each with the room it belongs to; never none.
    static func sources() throws -> [File] {
        let base = root.appending(path: "Sources")
        let paths = FileManager.default.enumerator(atPath: base.path)?.compactMap { $0 as? String } ?? []
        guard paths.contains(where: { $0.hasSuffix(".swift") }) else { throw NoSources() }
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { path in
            let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
            return File(
                room: String(path.prefix { $0 != "/" }), path: "Sources/" + path,
                lines: text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
    }
}
