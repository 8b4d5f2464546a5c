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

    /// A name in the directory that holds `path`, itself a directory.
    static func beside(_ path: String, _ name: String) -> String {
        var end = path.utf8.endIndex
        while end > path.utf8.startIndex, path.utf8[path.utf8.index(before: end)] == UInt8(ascii: "/") {
            end = path.utf8.index(before: end)
        }
        return end == path.utf8.startIndex ? join(path, name) : directory(of: String(path[..<end])) + name
    }

    /// The path counted from `directory` if it is below it, else the path itself.
    static func relative(_ path: String, to directory: String) -> String {
        let prefix = join(directory, "").utf8
        return path.utf8.starts(with: prefix) ? String(Substring(path.utf8.dropFirst(prefix.count))) : path
    }
}
