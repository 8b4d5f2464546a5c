import Foundation
public import OCI
import Trust

/// The files in which the reference registry keeps what was pushed to it (distribution, storage driver `filesystem`). What
/// is written here is there for whoever pulls, as if it had been pushed.
public struct RegistryStorage: Sendable {
    private let directory: String

    /// - Parameter directory: the driver's `rootdirectory`.
    public init(directory: String) {
        self.directory = directory
    }

    @discardableResult
    public func push(blob bytes: [UInt8], to path: String) throws -> Digest {
        let digest = try store(bytes)
        try link(digest, at: "\(path)/_layers/sha256/\(digest.hexadecimal)")
        return digest
    }

    /// Under its digest, and under `tag` if there is one.
    @discardableResult
    public func push(manifest bytes: [UInt8], to path: String, tag: String? = nil) throws -> Digest {
        let digest = try store(bytes)
        try link(digest, at: "\(path)/_manifests/revisions/sha256/\(digest.hexadecimal)")
        if let tag { try link(digest, at: "\(path)/_manifests/tags/\(tag)/current") }
        return digest
    }

    private func store(_ bytes: [UInt8]) throws -> Digest {
        let digest = Digest.sha256(of: bytes)
        try write(
            Data(bytes), to: "blobs/sha256/\(digest.hexadecimal.prefix(2))/\(digest.hexadecimal)", named: "data")
        return digest
    }

    private func link(_ digest: Digest, at path: String) throws {
        try write(Data(digest.description.utf8), to: "repositories/\(path)", named: "link")
    }

    private func write(_ data: Data, to path: String, named name: String) throws {
        let folder = URL(fileURLWithPath: "\(directory)/docker/registry/v2/\(path)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: folder.appendingPathComponent(name))
    }
}
