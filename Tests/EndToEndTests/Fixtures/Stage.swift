import Cryptography
import Foundation
import OCI
import TestSupport
import Testing

/// What all tests share and none changes: a registry with four images in `shop/web`, and the public key of the release. More
/// may be pushed to other repositories.
struct Stage: Sendable {
    /// `127.0.0.1:port` of the registry.
    let registry: String
    /// PEM.
    let releaseKey: [UInt8]
    /// Of `1.0`, which is signed with the release key.
    let signedDigest: Digest
    /// Where more is pushed.
    let pushing: Pushing

    var signed: String { image("1.0") }
    var unsigned: String { image("1.1") }
    /// Beside it lies a copy of the signature of `1.0`.
    var tampered: String { image("1.2") }
    /// Signed with another key.
    var forged: String { image("1.3") }

    func image(_ tag: String) -> String { "\(registry)/\(Stage.path):\(tag)" }

    static let path = "shop/web"

    @TaskLocal static var shared: Stage?

    static func current() throws -> Stage { try #require(shared) }
}

/// Sets the stage once for a suite and everything in it, and clears it afterwards.
struct StageTrait: SuiteTrait, TestScoping {
    func provideScope(
        for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
    ) async throws {
        let release = try PrivateKey.generate(.ecdsaP256)
        let stranger = try PrivateKey.generate(.ecdsaP256)
        if DockerRegistry.isInstalled {
            let registry = try DockerRegistry()
            defer { registry.stop() }
            let stage = try Stage(registry, release: release, stranger: stranger)
            try await Stage.$shared.withValue(stage, operation: function)
        } else {
            print("docker-registry is not installed (scripts/setup test does): a simulated registry stands in for it")
            try await withRegistrySimulator { simulator in
                let stage = try Stage(simulator, release: release, stranger: stranger)
                try await Stage.$shared.withValue(stage, operation: function)
            }
        }
    }
}

extension Trait where Self == StageTrait {
    static var stage: Self { StageTrait() }
}

extension Stage {
    init(_ docker: DockerRegistry, release: PrivateKey, stranger: PrivateKey) throws {
        let scratch = try Scratch()
        let path = Stage.path
        let signed = try docker.push(path, tag: "1.0")
        _ = try docker.push(path, tag: "1.1")
        try docker.sign(signed, in: path, keyFile: try scratch.write(try release.privateKeyPEM, to: "release.pem"))
        try docker.copySignature(of: signed, in: path, to: try docker.push(path, tag: "1.2"))
        try docker.sign(
            try docker.push(path, tag: "1.3"), in: path,
            keyFile: try scratch.write(try stranger.privateKeyPEM, to: "stranger.pem"))
        self.init(
            registry: docker.authority, releaseKey: try release.publicKeyPEM, signedDigest: signed,
            pushing: .files(docker.storage))
    }

    init(_ simulator: RegistrySimulator, release: PrivateKey, stranger: PrivateKey) throws {
        func push(_ tag: String) -> Digest { simulator.pushImage(to: Stage.path, tag: tag, content: tag) }
        let signed = push("1.0")
        _ = push("1.1")
        let signature = try Stage.signature(of: signed, in: simulator.authority, by: release)
        simulator.pushSignatures([signature], of: signed, to: Stage.path)
        simulator.pushSignatures([signature], of: push("1.2"), to: Stage.path)
        let forged = push("1.3")
        simulator.pushSignatures(
            [try Stage.signature(of: forged, in: simulator.authority, by: stranger)], of: forged, to: Stage.path)
        self.init(
            registry: simulator.authority, releaseKey: try release.publicKeyPEM, signedDigest: signed,
            pushing: .simulator(simulator))
    }

    static func signature(
        of digest: Digest, in registry: String, by key: PrivateKey
    ) throws -> SimulatedSignature {
        let payload = Array(
            """
            {"critical":{"identity":{"docker-reference":"\(registry)/\(path)"},"image":{"docker-manifest-digest":"\(digest)"},\
            "type":"cosign container image signature"},"optional":null}
            """.utf8)
        let signature = try key.sign(payload, scheme: .ecdsa(.sha256))
        return SimulatedSignature(payload: payload, signature: Base64.encode(signature))
    }
}
