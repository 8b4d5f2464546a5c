import Cryptography
import Foundation
import Synchronization
import TestSupport
import Testing
import Timestamp

extension EndToEnd {
    @Suite("Certificates that change while the gate runs")
    struct CertificateTests {
        private static let day = Duration.seconds(86_400)

        /// The files as the volume of a Secret has them: links through `..data`, which is turned as a whole.
        private struct SecretVolume {
            let directory: String
            private let files = ["tls.crt", "tls.key"]

            init(of gate: GateFiles) { directory = gate.path("certs") }

            /// Turns plain files into such a volume.
            func arrange() throws {
                let contents = files.map { Scratch.bytes("\(directory)/\($0)") }
                for name in files {
                    try FileManager.default.removeItem(atPath: "\(directory)/\(name)")
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(directory)/\(name)", withDestinationPath: "..data/\(name)")
                }
                try exchange(contents[0], contents[1])
            }

            /// As kubelet does it. Nil is a file that is not there.
            func exchange(_ chain: [UInt8]?, _ key: [UInt8]?) throws {
                let name = "..\(UUID().uuidString)"
                let files = zip(files, [chain, key])
                try FileManager.default.createDirectory(
                    atPath: "\(directory)/\(name)", withIntermediateDirectories: false)
                for case (let file, let content?) in files {
                    try Data(content).write(to: URL(fileURLWithPath: "\(directory)/\(name)/\(file)"))
                }
                try FileManager.default.createSymbolicLink(
                    atPath: directory + "/..next", withDestinationPath: name)
                guard rename(directory + "/..next", directory + "/..data") == 0 else {
                    throw CommandFailure("cannot turn ..data")
                }
            }
        }

        private struct Pair {
            let chain: [UInt8]
            let key: [UInt8]

            init(_ issuer: CertificateIssuer, from start: Instant, for lifetime: Duration) throws {
                let issued = try issuer.issue(.server(names: ["localhost"]), from: start, for: lifetime)
                (chain, key) = (issued.certificatePEM, try issued.key.privateKeyPEM)
            }
        }

        private static func now() -> Instant { Instant(secondsSince1970: Int64(Date().timeIntervalSince1970)) }

        /// Asks and asks, now on an open connection and now on a new one, until it is told to stop; gives how often it was
        /// answered. Any request that is not answered is an error.
        private final class Load: Sendable {
            private let isOver = Atomic(false)

            func run(_ client: TLSClient, port: Int, _ review: AdmissionReview) async throws -> Int {
                var answers = 0
                while !isOver.load(ordering: .relaxed) {
                    let connection = try await client.connect(port: port)
                    for _ in 0..<3 {
                        #expect(try await connection.ask(review).isAllowed)
                        answers += 1
                    }
                    connection.close()
                }
                return answers
            }

            func end() { isOver.store(true, ordering: .relaxed) }
        }

        @Test("T09: a pair that does not fit changes nothing, one that does is shown, and no request is lost over it")
        func underLoad() async throws {
            let start = CertificateTests.now() - CertificateTests.day
            let authority = try CertificateIssuer.create(name: "renewed", from: start, for: CertificateTests.day * 30)
            let good = try Pair(authority, from: start, for: CertificateTests.day * 20)
            let other = try Pair(authority, from: start, for: CertificateTests.day * 20)
            let expired = try Pair(authority, from: start, for: .seconds(3_600))
            try await withServingGate(prepare: { try SecretVolume(of: $0).arrange() }) { gate, stage in
                let volume = SecretVolume(of: gate.files)
                let first = Scratch.bytes(gate.files.authority)
                let both = try TLSClient(trusting: first + authority.certificatePEM)
                let load = Load()
                let (port, review) = (gate.port, AdmissionReview.pod(stage.signed))
                try await withThrowingTaskGroup(of: Int.self) { group in
                    defer { load.end() }
                    for _ in 0..<3 { group.addTask { try await load.run(both, port: port, review) } }
                    let bad: [(chain: [UInt8]?, key: [UInt8]?, said: String)] = [
                        (Array(good.chain.prefix(good.chain.count / 2)), good.key, "the certificate is not PEM"),
                        (good.chain, other.key, "the private key is not that of the certificate"),
                        (expired.chain, expired.key, "the serving certificate expired at"),
                        (good.chain, nil, "tls.key` does not exist"),
                    ]
                    for (chain, key, said) in bad {
                        try volume.exchange(chain, key)
                        gate.hangUp()
                        #expect(eventually { gate.log.contains(said) }, "\(said): \(gate.log)")
                    }
                    #expect(!gate.log.contains("another serving certificate"))
                    try await CertificateTests.expect(gate, shows: first, not: authority.certificatePEM)
                    // No signal: it sees by itself that something better has come.
                    try volume.exchange(good.chain, good.key)
                    #expect(eventually(within: 30) { gate.log.contains("another serving certificate is shown") })
                    try await CertificateTests.expect(gate, shows: authority.certificatePEM, not: first)
                    load.end()
                    for try await answers in group { #expect(answers > 0) }
                }
                #expect(try Command.run("curl", gate.curl + [gate.origin + "/livez"]).status == 60)
                gate.hangUp()
                #expect(eventually { gate.log.contains("the serving certificate is what its files hold") })
                #expect(gate.isRunning)
            }
        }

        private static func expect(_ gate: GateProcess, shows shown: [UInt8], not other: [UInt8]) async throws {
            let trusting = try await TLSClient(trusting: shown).connect(port: gate.port)
            #expect(try await trusting.protocolName() == "http/1.1")
            let refusing = try await TLSClient(trusting: other).connect(port: gate.port)
            #expect(try await refusing.protocolName() == nil)
        }

        @Test("T09: a gate does not start with a certificate that has expired, and says when it did")
        func expiredAtStart() throws {
            let stage = try Stage.current()
            let files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            let start = CertificateTests.now() - CertificateTests.day
            let authority = try CertificateIssuer.create(name: "old", from: start, for: CertificateTests.day * 30)
            let expired = try Pair(authority, from: start, for: .seconds(3_600))
            try files.scratch.write(expired.chain, to: "certs/tls.crt")
            try files.scratch.write(expired.key, to: "certs/tls.key")
            try files.configure(registry: stage.registry, port: try FreePort.any())
            let ended = try Program.run("serve", "--config", files.configuration)
            #expect(ended.status == 2)
            #expect(ended.errorLines.last?.hasPrefix("error: the serving certificate expired at ") == true)
        }
    }
}
