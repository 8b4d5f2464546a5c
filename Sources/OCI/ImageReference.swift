/// The image that a text names, read and normalised as Docker, containerd and Kubernetes do (`ParseDockerRef` of
/// distribution/reference), with two differences: a tag beside a digest is kept, as information, and the host is
/// brought to one spelling (see `Repository`).
///
/// The digest decides where there is one. Two references are equal if they name the same repository, tag and digest,
/// however they were written.
public struct ImageReference: Hashable, Sendable, CustomStringConvertible {
    public let repository: Repository
    /// `latest` if neither a tag nor a digest was written; nil if only a digest was.
    public let tag: String?
    public let digest: Digest?
    /// The text that was parsed, letter for letter. It is ASCII.
    public let original: String

    /// Refuses with a `ReferenceError` that says what was found and how to write it. A digest of an algorithm that is
    /// not supported is refused; it never falls back to the tag. So is `sha256:...` without a repository: the grammar takes
    /// it for a tag of Docker Hub's `library/sha256`, and a node runs the image that it has under that identifier.
    public init(parsing text: String) throws(ReferenceError) {
        let written = try WrittenReference(parsing: text)
        guard !written.isLocalIdentifier else { throw .imageIdentifier(text) }
        repository = try Repository(written)
        digest = written.digest
        tag = written.tag ?? (written.digest == nil ? "latest" : nil)
        original = text
    }

    /// `docker.io/library/nginx:1.27@sha256:...`, which reads back as the same reference.
    public var description: String {
        var text = repository.description
        if let tag { text += ":\(tag)" }
        if let digest { text += "@\(digest)" }
        return text
    }

    public static func == (left: ImageReference, right: ImageReference) -> Bool {
        left.repository == right.repository && left.tag == right.tag && left.digest == right.digest
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(repository)
        hasher.combine(tag)
        hasher.combine(digest)
    }
}
