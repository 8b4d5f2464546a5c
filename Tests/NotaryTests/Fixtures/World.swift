import Foundation
import OCI
import StrictJSON
import Trust

/// An image that was pushed, as a signature names it.
struct PushedImage: Equatable {
    let digest: Digest
    /// Bytes of its manifest.
    let length: Int
}

/// A real registry, a real notary server and the owner of one repository there.
final class World {
    let registry: DockerRegistry
    let server: TrustServer
    let owner: Publisher
    private let scratch: Scratch

    static let path = "team/app"

    init(_ signing: TrustServer.Signing, storage: TrustServer.Storage = .memory) throws {
        scratch = try Scratch()
        registry = try DockerRegistry()
        server = try TrustServer(signing, storage: storage)
        owner = try Publisher(of: "\(registry.authority)/\(World.path)", at: server)
    }

    deinit { registry.stop() }

    /// The collection's name, which is that of the repository.
    var name: String { "\(registry.authority)/\(World.path)" }

    /// - Parameter content: other content is another image.
    func push(_ tag: String, _ content: String? = nil) throws -> PushedImage {
        let digest = try registry.push(World.path, tag: tag, content: content)
        return try image(digest.description)
    }

    /// What the registry has now, by tag or digest. curl asks.
    func image(_ reference: String) throws -> PushedImage {
        let file = scratch.path + "/manifest"
        let command = try Command.run(
            "curl",
            [
                "-fsS", "--max-time", "5", "-o", file, "-H", "Accept: application/vnd.oci.image.manifest.v1+json",
                "-H", "Accept: application/vnd.docker.distribution.manifest.v2+json",
                "http://\(registry.authority)/v2/\(World.path)/manifests/\(reference)",
            ])
        guard command.status == 0 else { throw CommandFailure("\(reference): \(command.errors)") }
        let bytes = Scratch.bytes(file)
        return PushedImage(digest: .sha256(of: bytes), length: bytes.count)
    }

    /// Another publisher, who has none of the owner's keys.
    func publisher() throws -> Publisher { try Publisher(of: name, at: server) }

    // MARK: - What a person pins

    /// PEM of the certificates that the root role has now, as the server gives them.
    func rootCertificates() throws -> [[UInt8]] {
        let bytes = try server.document("root.json", of: name)
        guard let bytes, let signed = try JSONDocument(parsing: bytes).root["signed"] else {
            throw CommandFailure("there is no root of \(name)")
        }
        let ids = signed["roles"]?["root"]?["keyids"]?.elements.compactMap(\.string) ?? []
        return ids.compactMap { id in
            let text = signed["keys"]?[key: id]?["keyval"]?["public"]?.string
            return text.flatMap { Data(base64Encoded: $0) }.map { Array($0) }
        }
    }

    /// PEM of the key in the first of them.
    func rootKey() throws -> [UInt8] {
        let file = try scratch.write(try rootCertificates()[0], to: "root.crt")
        let command = try Command.run("openssl", ["x509", "-in", file, "-noout", "-pubkey"])
        guard command.status == 0 else { throw CommandFailure("root key: \(command.errors)") }
        return Array(command.output.utf8)
    }
}
