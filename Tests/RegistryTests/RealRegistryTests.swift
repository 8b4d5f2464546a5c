import Foundation
import OCI
import Registry
import TestSupport
import Testing
import Trust

/// The simulator shows what we think of registries; this is what a registry thinks. Debian's `docker-registry` is started
/// on a free port over a store of files, if it is installed.
@Suite struct RealRegistryTests {
    @Test("the reference registry's manifests and blobs are found, and what it has not is absent")
    func pull() async throws {
        try await withReferenceRegistry { registry in
            let layer = try registry.store(blob: Array("a layer".utf8), in: "team/app")
            let (digest, manifest) = try registry.storeImage(of: layer, in: "team/app", tag: "1")
            let repository = try registry.repository("team/app")
            try await withRegistry([registry.host()]) { client in
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
                let other = try registry.repository("nobody")
                #expect(await client.fetch(.manifest(other, .tag("1"))) == .absent)
            }
        }
    }

    @Test("the reference registry with htpasswd: the right password reads, a wrong one and none do not")
    func htpasswd() async throws {
        // bcrypt of `canary-secret`.
        let users = "robot:$2b$04$abcdefghijklmnopqrstuu8eMT1gtBhVcNqXW136wdnmHwzCZvF5e\n"
        let files = ["htpasswd": Array(users.utf8)]
        try await withReferenceRegistry("auth: {htpasswd: {realm: test, path: DIRECTORY/htpasswd}}", files: files) {
            registry in
            let layer = try registry.store(blob: Array("a layer".utf8), in: "team/app")
            let (digest, _) = try registry.storeImage(of: layer, in: "team/app", tag: "1")
            let locator = Locator.manifest(try registry.repository("team/app"), .tag("1"))
            for (password, isLetIn) in [("canary-secret", true), ("canary", false), (nil, false)] {
                let credentials = password.map { RegistryCredentials.password(user: "robot", password: $0) }
                try await withRegistry([registry.host(credentials: credentials)]) { client in
                    let fetched = await client.fetch(locator)
                    #expect(fetched.content?.digest == (isLetIn ? digest : nil))
                    #expect(fetched.obstacle == (isLetIn ? nil : .registryDenied))
                    #expect(!"\(fetched)".contains("canary"))
                }
            }
        }
    }

    @Test("the reference registry with bearer tokens: its token service gets the password, the registry the token")
    func bearerTokens() async throws {
        let issuer = try TokenIssuer(name: "simulated-issuer")
        let service = SimulatedAuthentication.tokenService(issuer, user: "robot", password: "canary-secret")
        try await withRegistrySimulator(authentication: service) { tokens in
            let realm = "{realm: \"\(tokens.origin)/token\", service: registry, issuer: \(issuer.name), "
            let files = ["issuer.pem": issuer.certificatePEM]
            try await withReferenceRegistry(
                "auth: {token: \(realm)rootcertbundle: DIRECTORY/issuer.pem}}", files: files
            ) { registry in
                let layer = try registry.store(blob: Array("a layer".utf8), in: "team/app")
                let (digest, _) = try registry.storeImage(of: layer, in: "team/app", tag: "1")
                let repository = try registry.repository("team/app")
                let locator = Locator.manifest(repository, .tag("1"))
                let password = RegistryCredentials.password(user: "robot", password: "canary-secret")
                let host = registry.host(tokenRealmHosts: [tokens.authority], credentials: password)
                try await withRegistry([host, tokens.host()]) { client in
                    #expect(await client.fetch(locator).content?.digest == digest)
                    #expect(await client.fetch(.blob(repository, layer, limit: 7)).content?.digest == layer)
                    #expect(tokens.requests.count == 1, "one token for one repository")
                }
                // Not listed as a realm, it is not told the password, and so gives no token.
                try await withRegistry([registry.host(credentials: password), tokens.host()]) { client in
                    #expect(await client.fetch(locator).obstacle == .registryDenied)
                    #expect(tokens.requests.last?.header("authorization") == nil)
                }
                // A registry does not take a token of somebody else's.
                let stranger = try TokenIssuer(name: issuer.name)
                tokens.demand(.tokenService(stranger, user: "robot", password: "canary-secret"))
                try await withRegistry([host, tokens.host()]) { client in
                    #expect(await client.fetch(locator).obstacle == .registryDenied)
                }
            }
        }
    }
}

/// Runs `body` with a registry of its own, if the program is there.
private func withReferenceRegistry(
    _ configuration: String = "", files: [String: [UInt8]] = [:], _ body: (ReferenceRegistry) async throws -> Void
) async throws {
    guard FileManager.default.isExecutableFile(atPath: ReferenceRegistry.program) else {
        print("skipped: \(ReferenceRegistry.program) is not installed")
        return
    }
    let registry = try ReferenceRegistry.start(configuration, files: files)
    defer { registry.stop() }
    try await body(registry)
}

/// One process of the reference registry, with a directory of its own.
private struct ReferenceRegistry {
    static let program = "/usr/bin/docker-registry"

    let port: Int
    private let process: Process
    private let directory: URL

    /// `configuration` is more YAML, in which `DIRECTORY` stands for where `files` are.
    static func start(_ configuration: String, files: [String: [UInt8]]) throws -> ReferenceRegistry {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        for (name, bytes) in files { try Data(bytes).write(to: directory.appendingPathComponent(name)) }
        let file = directory.appendingPathComponent("config.yml")
        try """
        version: 0.1
        log: {level: info}
        storage: {filesystem: {rootdirectory: \(directory.path)}}
        http: {addr: "127.0.0.1:0"}
        \(configuration.replacing("DIRECTORY", with: directory.path))
        """.write(to: file, atomically: true, encoding: .utf8)

        let process = Process()
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["serve", file.path]
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

    func repository(_ path: String) throws -> Repository { try Repository(parsing: "127.0.0.1:\(port)/\(path)") }

    func host(tokenRealmHosts: [String] = [], credentials: RegistryCredentials? = nil) -> RegistryHost {
        RegistryHost(
            host: "127.0.0.1:\(port)", privateAddressAllowed: true, insecureHTTP: true,
            tokenRealmHosts: tokenRealmHosts, credentials: credentials.map { .stated($0) })
    }

    /// Its digest and its bytes.
    func storeImage(of layer: Digest, in path: String, tag: String) throws -> (digest: Digest, manifest: [UInt8]) {
        let config = try store(blob: Array("{}".utf8), in: path)
        let manifest = Array(
            """
            {"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json",\
            "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"\(config)","size":2},\
            "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"\(layer)","size":7}]}
            """.utf8)
        return (try storage.push(manifest: manifest, to: path, tag: tag), manifest)
    }

    func store(blob bytes: [UInt8], in path: String) throws -> Digest { try storage.push(blob: bytes, to: path) }

    private var storage: RegistryStorage { RegistryStorage(directory: directory.path) }

    private static func port(in text: String) -> Int? {
        let mark = "listening on 127.0.0.1:"
        guard let start = text.range(of: mark)?.upperBound else { return nil }
        let digits = text[start...].prefix { $0.isNumber }
        return digits.endIndex < text.endIndex ? Int(digits) : nil
    }
}
