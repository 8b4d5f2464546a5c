import Foundation
import OCI
import Registry
import Testing
import Trust

/// The simulator shows what we think of registries; this is what a registry thinks. Debian's `docker-registry` is started
/// on a free port over a store of files, if it is installed.
@Suite struct RealRegistryTests {
    @Test("the reference registry's manifests and blobs are found, and what it has not is absent")
    func pull() async throws {
        guard FileManager.default.isExecutableFile(atPath: ReferenceRegistry.program) else {
            print("skipped: \(ReferenceRegistry.program) is not installed")
            return
        }
        let registry = try ReferenceRegistry.start()
        defer { registry.stop() }
        let layer = try registry.store(blob: Array("a layer".utf8), in: "team/app")
        let config = try registry.store(blob: Array("{}".utf8), in: "team/app")
        let manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\(config)","size":2},\
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\(layer)","size":7}]}
            """.utf8)
        let digest = try registry.store(manifest: manifest, in: "team/app", tag: "1")

        let repository = try Repository(parsing: "127.0.0.1:\(registry.port)/team/app")
        let host = RegistryHost(host: repository.domain, privateAddressAllowed: true, insecureHTTP: true)
        try await withRegistry([host]) { client in
            for name in [Locator.ManifestName.tag("1"), .digest(digest)] {
                let content = try #require(await client.fetch(.manifest(repository, name)).content)
                #expect(content.bytes == manifest)
                #expect(content.digest == digest)
                #expect(content.mediaType == "application/vnd.oci.image.manifest.v1+json")
            }
            #expect(await client.fetch(.blob(repository, layer, limit: 7)).content?.bytes == Array("a layer".utf8))
            #expect(await client.fetch(.blob(repository, layer, limit: 6)).violation == .limitExceeded)
            #expect(await client.fetch(.manifest(repository, .tag("2"))) == .absent)
            let nothing = Digest.sha256(of: Array("nothing".utf8))
            #expect(await client.fetch(.manifest(repository, .digest(nothing))) == .absent)
            #expect(await client.fetch(.blob(repository, nothing, limit: 7)) == .absent)
            let other = try Repository(parsing: "127.0.0.1:\(registry.port)/nobody")
            #expect(await client.fetch(.manifest(other, .tag("1"))) == .absent)
        }
    }
}

/// One process of the reference registry, with a directory of its own.
private struct ReferenceRegistry {
    static let program = "/usr/bin/docker-registry"

    let port: Int
    private let process: Process
    private let directory: URL

    static func start() throws -> ReferenceRegistry {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        let configuration = directory.appendingPathComponent("config.yml")
        try """
        version: 0.1
        log: {level: info}
        storage: {filesystem: {rootdirectory: \(directory.path)}}
        http: {addr: "127.0.0.1:0"}
        """.write(to: configuration, atomically: true, encoding: .utf8)

        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", configuration.path]
        process.standardOutput = FileHandle.nullDevice
        process.standardError = output
        try process.run()
        var text = ""
        while true {
            let part = output.fileHandleForReading.availableData
            text += String(decoding: part, as: UTF8.self)
            if let port = port(in: text) {
                // Read on, so that the registry never waits for a full pipe.
                output.fileHandleForReading.readabilityHandler = { _ = $0.availableData }
                return ReferenceRegistry(port: port, process: process, directory: directory)
            }
            try #require(!part.isEmpty, "the registry ended: \(text)")
        }
    }

    func stop() {
        process.terminate()
        process.waitUntilExit()
        try? FileManager.default.removeItem(at: directory)
    }

    func store(blob bytes: [UInt8], in path: String) throws -> Digest {
        let digest = try store(bytes)
        try link(digest, at: "\(path)/_layers/sha256/\(digest.hexadecimal)")
        return digest
    }

    func store(manifest bytes: [UInt8], in path: String, tag: String) throws -> Digest {
        let digest = try store(bytes)
        try link(digest, at: "\(path)/_manifests/revisions/sha256/\(digest.hexadecimal)")
        try link(digest, at: "\(path)/_manifests/tags/\(tag)/current")
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
        let folder = directory.appendingPathComponent("docker/registry/v2/\(path)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try data.write(to: folder.appendingPathComponent(name))
    }

    private static func port(in text: String) -> Int? {
        let mark = "listening on 127.0.0.1:"
        guard let start = text.range(of: mark)?.upperBound else { return nil }
        let digits = text[start...].prefix { $0.isNumber }
        return digits.endIndex < text.endIndex ? Int(digits) : nil
    }
}
