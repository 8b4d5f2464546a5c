/// Names with texts, in the order of the document: annotations of manifests and descriptors, labels of images.
/// Whoever pushed the image chose them.
public struct Annotations: Sendable {
    public let entries: [(key: String, value: String)]

    /// The text under exactly this name, compared by bytes.
    public subscript(key: String) -> String? {
        entries.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    public var isEmpty: Bool { entries.isEmpty }

    public init(_ entries: [(key: String, value: String)]) {
        self.entries = entries
    }
}
