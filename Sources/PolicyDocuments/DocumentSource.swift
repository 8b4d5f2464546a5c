public import Trust

/// Where documents, the files that they name and the material of the mirrors that they name come from.
public protocol DocumentSource: MaterialSource {
    /// The names of everything in a directory, in any order, at most `limit`.
    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String]
    /// The whole content of a file, at most `limit` bytes. A symbolic link stands for what it points to.
    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8]
    /// Something that changes when the whole directory is exchanged for another, as a ConfigMap volume does, or when files
    /// in it come and go.
    func generation(of directory: String) -> String
    /// Whether a directory is there, and not a symbolic link to one.
    func isDirectory(_ path: String) -> Bool
}

extension DocumentSource {
    /// For sources without mirrors.
    public func material(of target: MirroredTarget) -> MirroredMaterial { NoMirrors().material(of: target) }

    /// For sources without links.
    public func isDirectory(_ path: String) -> Bool { (try? names(in: path, limit: .max)).map { !$0.isEmpty } ?? false }
}

/// Why a file or a directory cannot be read, as the end of a sentence that begins with its name.
public struct DocumentSourceError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    /// There is no such thing, which is another matter than one that cannot be read.
    public static let absent = DocumentSourceError("does not exist")

    public init(_ description: String) {
        self.description = description
    }
}
