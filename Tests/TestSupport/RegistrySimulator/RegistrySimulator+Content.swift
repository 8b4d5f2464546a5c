public import OCI
import Synchronization
import Trust

extension RegistrySimulator {
    /// `127.0.0.1:port/path`
    public func repository(_ path: String) throws -> Repository {
        try Repository(parsing: "\(authority)/\(path)")
    }

    /// Stores a manifest under its digest, and under `tag` if there is one.
    @discardableResult
    public func push(
        manifest bytes: [UInt8], mediaType: String = "application/vnd.oci.image.manifest.v1+json", to path: String,
        tag: String? = nil
    ) -> Digest {
        let digest = digest(of: bytes)
        state.withLock { state in
            let object = SimulatedObject(bytes: bytes, mediaType: mediaType)
            state.manifests["\(path)/manifests/\(digest)"] = object
            if let tag { state.manifests["\(path)/manifests/\(tag)"] = object }
        }
        return digest
    }

    @discardableResult
    public func push(blob bytes: [UInt8], to path: String) -> Digest {
        let digest = digest(of: bytes)
        state.withLock { $0.blobs["\(path)/blobs/\(digest)"] = SimulatedObject(bytes: bytes, mediaType: "") }
        return digest
    }

    /// The manifest under a tag or a digest; nil if there is none.
    public func manifest(_ name: String, of path: String) -> [UInt8]? {
        state.withLock { $0.manifests["\(path)/manifests/\(name)"]?.bytes }
    }

    func digest(of bytes: [UInt8]) -> Digest { .sha256(of: bytes) }
}
