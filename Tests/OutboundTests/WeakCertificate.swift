import Foundation
import TestSupport
import Testing

/// Certificates for `registry.test` that our own issuer would not make: made by `openssl`, in a directory that is gone
/// afterwards.
struct WeakCertificate {
    /// Of the authority, which is what a client believes.
    let authorityPEM: [UInt8]
    let certificate: SimulatedCertificate

    static let openssl = "/usr/bin/openssl"
    static var canBeMade: Bool { FileManager.default.isExecutableFile(atPath: openssl) }

    /// A server's certificate with a key of so many bits, signed by a good authority with that hash.
    init(rsaBits: Int, hash: String) async throws {
        let directory = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        func file(_ name: String) -> String { directory.appendingPathComponent(name).path }
        func read(_ name: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: file(name)))) }
        try Data("subjectAltName=DNS:registry.test\n".utf8).write(to: URL(fileURLWithPath: file("extensions")))
        try await WeakCertificate.run(
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-sha256", "-days", "2", "-subj", "/CN=Authority",
            "-keyout", file("ca.key"), "-out", file("ca.crt"))
        try await WeakCertificate.run(
            "req", "-new", "-newkey", "rsa:\(rsaBits)", "-nodes", "-subj", "/CN=registry.test", "-keyout", file("key"),
            "-out", file("request"))
        try await WeakCertificate.run(
            "x509", "-req", "-\(hash)", "-in", file("request"), "-CA", file("ca.crt"), "-CAkey", file("ca.key"),
            "-CAcreateserial", "-days", "2", "-extfile", file("extensions"), "-out", file("crt"))
        authorityPEM = try read("ca.crt")
        certificate = SimulatedCertificate(chainPEM: try read("crt"), privateKeyPEM: try read("key"))
    }

    /// Blocks nobody: other tests wait on few threads.
    private static func run(_ arguments: String...) async throws {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: openssl)
        process.arguments = arguments
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        let status = try await withCheckedThrowingContinuation { continuation in
            process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
            do { try process.run() } catch { continuation.resume(throwing: error) }
        }
        try #require(status == 0, "openssl \(arguments.joined(separator: " "))")
    }
}
