/// An image layout in a directory. Whoever knows the directory hands in its files, in any order; nothing is read here.
public struct LayoutDirectory: ~Copyable {
    private var collector = LayoutCollector()

    public init() {}

    /// The files that tell what the others are; those that are there are handed in.
    public static let controlFiles = LayoutCollector.ControlFile.allCases.map(\.rawValue)

    /// Begins the file at `path`, which is `index.json` or `blobs/sha256/…`; then exactly `size` bytes are taken.
    public mutating func begin(_ path: String, size: Int) throws(LayoutError) { try collector.begin(path, size: size) }

    /// Takes in the next piece of the file.
    public mutating func take(_ bytes: [UInt8]) { collector.take(bytes[...]) }

    /// Ends the file. Throws if it is a blob and its bytes are not those that its name says.
    public mutating func end() throws(LayoutError) { try collector.end() }

    /// What the directory holds.
    public consuming func finish() throws(LayoutError) -> ImageLayout { try ImageLayout(collector) }
}
