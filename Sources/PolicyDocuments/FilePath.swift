/// Paths as documents spell them: relative to the file that names them, or absolute.
enum FilePath {
    /// The directory of a file, with its last slash; empty for a bare name.
    static func directory(of file: String) -> String {
        guard let slash = file.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "" }
        return String(file[...slash])
    }

    static func resolve(_ path: String, besides file: String) -> String {
        path.utf8.first == UInt8(ascii: "/") ? path : directory(of: file) + path
    }

    static func join(_ directory: String, _ name: String) -> String {
        directory.utf8.last == UInt8(ascii: "/") ? directory + name : directory + "/" + name
    }
}
