public import OCI
import StrictJSON
import Synchronization

/// One entry of an index.
public struct SimulatedIndexEntry: Sendable {
    public let digest: Digest
    public let architecture: String
    /// What the index says; the truth if nil, and 7 if the registry has no such manifest.
    public var size: Int?
    public var mediaType = "application/vnd.oci.image.manifest.v1+json"

    public init(_ digest: Digest, _ architecture: String = "amd64") {
        self.digest = digest
        self.architecture = architecture
    }

    /// Something else in the same place.
    public func stating(size: Int? = nil, mediaType: String? = nil) -> SimulatedIndexEntry {
        var copy = self
        copy.size = size ?? self.size
        copy.mediaType = mediaType ?? self.mediaType
        return copy
    }
}

extension RegistrySimulator {
    /// Stores an index over manifests that were pushed to the same path, or were not.
    @discardableResult
    public func pushIndex(_ entries: [SimulatedIndexEntry], to path: String, tag: String? = nil) -> Digest {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("schemaVersion", 2)
        writer.member("mediaType", "application/vnd.oci.image.index.v1+json")
        writer.key("manifests")
        writer.beginArray()
        for entry in entries {
            writer.beginObject()
            writer.member("mediaType", entry.mediaType)
            writer.member("digest", entry.digest.description)
            writer.member("size", entry.size ?? size(of: entry.digest, in: path))
            writer.key("platform")
            writer.beginObject()
            writer.member("architecture", entry.architecture)
            writer.member("os", "linux")
            writer.endObject()
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return push(
            manifest: writer.bytes, mediaType: "application/vnd.oci.image.index.v1+json", to: path, tag: tag)
    }

    private func size(of digest: Digest, in path: String) -> Int {
        state.withLock { $0.manifests["\(path)/manifests/\(digest)"]?.bytes.count ?? 7 }
    }
}
