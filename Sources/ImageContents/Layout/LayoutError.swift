/// Why an image layout or an archive of one is refused.
public struct LayoutError: Error, Hashable, Sendable, CustomStringConvertible {
    public let kind: Kind
    /// The file within, such as `index.json`; nil for the whole.
    public let file: String?
    /// Lower case, without full stop.
    public let message: String

    public enum Kind: Hashable, Sendable {
        /// Something else than what is read here: nothing is said about the image.
        case unsupported
        /// It is not what it says, or breaks the format: whoever made it can have meant it so.
        case invalid
    }

    init(_ kind: Kind, _ message: String, in file: String? = nil) {
        self.kind = kind
        self.file = file
        self.message = message
    }

    public var description: String { (file.map { "`\($0)`: " } ?? "") + message }
}
