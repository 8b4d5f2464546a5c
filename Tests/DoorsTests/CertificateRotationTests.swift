import Cryptography
import NIOSSL
import Synchronization
import TestSupport
import Testing
import Timestamp

@testable import Doors

/// What stands in the files of a certificate.
private struct Files: Sendable {
    var chain: [UInt8]
    var key: [UInt8]
    var authorities: [UInt8]?

    init(_ issued: IssuedCertificate) throws {
        (chain, key) = (issued.certificatePEM, try issued.key.privateKeyPEM)
    }
}

private final class RenewedFiles: Sendable {
    private let content: Mutex<Files?>

    init(_ files: Files) { content = Mutex(files) }

    /// nil takes them away.
    func write(_ files: Files?) { content.withLock { $0 = files } }

    func certificate() throws -> ServingCertificate {
        guard let files = content.withLock({ $0 }) else { throw Absent() }
        return try ServingCertificate(
            certificateChain: files.chain, privateKey: files.key, clientAuthorities: files.authorities)
    }

    struct Absent: Error, CustomStringConvertible {
        let description = "`tls.crt` does not exist"
    }
}

@Suite("A certificate that is renewed while the listener runs")
struct CertificateRotationTests {
    private static let hour = Duration.seconds(3_600)

    private let issuer: CertificateIssuer
    private let first: IssuedCertificate

    init() throws {
        issuer = try CertificateIssuer.create(
            name: "renewing authority", from: GateFixture.now - .seconds(86_400 * 365 * 2),
            for: .seconds(86_400 * 365 * 20))
        first = try issuer.issue(
            .server(names: ["localhost"]), from: GateFixture.now, for: CertificateRotationTests.hour)
    }

    private func issue(from start: Instant = GateFixture.now, for lifetime: Duration = hour) throws -> Files {
        try Files(issuer.issue(.server(names: ["localhost"]), from: start, for: lifetime))
    }

    /// A server and its files, which a test may change.
    private func withRotation(
        _ body: (RenewedFiles, CertificateRotation, Server, Int) async throws -> Void
    ) async throws {
        let files = RenewedFiles(try Files(first))
        try await withServer { server, port in
            try server.use(
                ServingCertificate(certificateChain: first.certificatePEM, privateKey: first.key.privateKeyPEM))
            let rotation = CertificateRotation(of: server) { try files.certificate() }
            try await body(files, rotation, server, port)
        }
    }

    @Test("T09: what the files hold is shown as soon as it fits and is valid, and what was shown before until then")
    func rotation() async throws {
        try await withRotation { files, rotation, server, port in
            #expect(rotation.look() == .unchanged)
            let shown = server.certificate.fingerprint
            let good = try issue()
            let other = try issue()
            let expired = try issue(from: GateFixture.now - .seconds(7_200))
            let early = try issue(from: GateFixture.now + .seconds(60))
            func changed(_ change: (inout Files) -> Void) -> Files {
                var files = good
                change(&files)
                return files
            }
            let bad: [(files: Files?, reason: String)] = [
                (nil, "`tls.crt` does not exist"),
                (changed { $0.chain.removeLast($0.chain.count / 2) }, "the certificate is not PEM"),
                (changed { $0.key = other.key }, "the private key is not that of the certificate"),
                (changed { $0.key.removeLast(40) }, "the private key is not an unencrypted PEM key"),
                (expired, "the serving certificate expired at "), (early, "the serving certificate is valid from "),
                (
                    changed { $0.authorities = issuer.certificatePEM },
                    "whether client certificates are needed cannot change"
                ),
            ]
            for (content, reason) in bad {
                files.write(content)
                guard case .kept(let because) = rotation.look() else {
                    Issue.record("used: \(reason)")
                    continue
                }
                #expect(because.contains(reason), "\(because)")
                #expect(server.certificate.fingerprint == shown)
                // Told once, and again to who asks.
                #expect(rotation.look() == .unchanged)
                #expect(rotation.look(repeating: true) == .kept(because: because))
            }
            files.write(good)
            #expect(rotation.look() == .replaced(validUntil: GateFixture.now + CertificateRotationTests.hour))
            #expect(server.certificate.fingerprint != shown)
            #expect(rotation.look(repeating: true) == .unchanged)
            let client = try TLSClient(trusting: issuer.certificatePEM) { $0.certificateVerification = .none }
            let connection = try await client.connect(port: port)
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.status == 200)
        }
    }

    @Test("T09: a certificate that is not valid yet is shown when its time has come")
    func notYet() async throws {
        let now = Mutex(GateFixture.now)
        let early = try issue(from: GateFixture.now + .seconds(60))
        try await withServer(clock: { now.withLock { $0 } }) { server, _ in
            let rotation = CertificateRotation(of: server) {
                try ServingCertificate(certificateChain: early.chain, privateKey: early.key)
            }
            guard case .kept = rotation.look() else {
                Issue.record("used before its time")
                return
            }
            now.withLock { $0 = $0 + .seconds(60) }
            guard case .replaced = rotation.look() else {
                Issue.record("not used in its time")
                return
            }
        }
    }

    @Test("T09: a listener does not start with a certificate that no caller would accept")
    func start() async throws {
        let expired = try issue(from: GateFixture.now - .seconds(7_200))
        let server = Server(
            host: "127.0.0.1", port: 0,
            certificate: try ServingCertificate(certificateChain: expired.chain, privateKey: expired.key), routes: [],
            readiness: [], clock: { GateFixture.now })
        let error = await #expect(throws: ServerError.self) { try await server.start(threads: 1) }
        #expect(error?.description.contains("the serving certificate expired at 2026-05-28T") == true)
    }

    @Test("T09: client authorities are renewed with the certificate")
    func authorities() async throws {
        let start = GateFixture.now - .seconds(86_400)
        let other = try CertificateIssuer.create(name: "other", from: start, for: .seconds(86_400 * 365 * 20))
        let caller = try other.issue(.client(name: "caller"), from: start, for: .seconds(86_400 * 365 * 20))
        let certificates = try TestCertificates.shared.get()
        try await withServer(clientAuthorities: certificates.authority) { server, port in
            let before = try await TLSConnection.open(port: port, as: caller)
            before.push(Array(post("{}").utf8))
            #expect(try await before.answer() == nil)
            let rotation = CertificateRotation(of: server) {
                try ServingCertificate(
                    certificateChain: certificates.server.certificatePEM,
                    privateKey: certificates.server.key.privateKeyPEM, clientAuthorities: other.certificatePEM)
            }
            guard case .replaced = rotation.look() else {
                Issue.record("not used")
                return
            }
            let after = try await TLSConnection.open(port: port, as: caller)
            try await after.send(post("{}"))
            #expect(try await after.answer()?.status == 200)
        }
    }

    @Test("T09: no damage to a certificate stops the process")
    func damaged() throws {
        let files = try Files(first)
        let text = String(decoding: files.chain, as: UTF8.self)
        let lines = text.split(separator: "\n").filter { !$0.hasPrefix("-----") }
        let der = try #require(Base64.decode(Array(lines.joined().utf8)))
        for index in der.indices {
            var damaged = der
            damaged[index] ^= 1 << UInt8(index % 8)
            let pem = "-----BEGIN CERTIFICATE-----\n\(Base64.encode(damaged))\n-----END CERTIFICATE-----\n"
            _ = try? ServingCertificate(certificateChain: Array(pem.utf8), privateKey: files.key)
        }
    }
}
