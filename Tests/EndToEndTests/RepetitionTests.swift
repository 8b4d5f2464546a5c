import Cryptography
import Foundation
import TestSupport
import Testing

extension EndToEnd {
    /// What one hostile request costs must be gone when it is over, however often it comes.
    @Suite("The same hostile request again and again")
    struct RepetitionTests {
        /// `DOCKGATE_REPEATS=10000 make test-repeats` takes some minutes.
        private static let repeats =
            ProcessInfo.processInfo.environment["DOCKGATE_REPEATS"].flatMap { Int($0) } ?? 100

        /// An allocator keeps a little for the next time, and a log remembers digests: not more than this.
        private static let permittedGrowth = 8 * 1024

        enum Fault: String, CaseIterable, CustomTestStringConvertible {
            case randomBytes = "random bytes"
            case randomBody = "random bytes as a body"
            case deepBody = "a body of 100,000 levels"
            case hugeBody = "a body of 100 MB is announced and begun"
            case halfOpenTLS = "a handshake that is begun and left"
            case plainText = "HTTP without TLS"
            case leftRequest = "a request that is begun and left"
            case unsignedImage = "an image that is refused"
            case unreadableObject = "an object that cannot be understood"
            case hostileImage = "an image that is no reference"

            var testDescription: String { rawValue }
        }

        @Test("descriptors and memory of the gate are the same after it as before", arguments: Fault.allCases)
        func flat(_ fault: Fault) async throws {
            try await withServingGate { gate, stage in
                let client = try gate.client()
                let live = try await client.connect(port: gate.port)
                #expect(try await live.ask(.pod(stage.signed)).isAllowed)
                func repeatedly(_ count: Int) async throws {
                    for _ in 0..<count { try await RepetitionTests.commit(fault, gate, client, live, stage) }
                }
                // The first ones fill pools and caches.
                try await repeatedly(max(50, RepetitionTests.repeats / 4))
                let descriptors = gate.openDescriptors
                let memory = gate.residentKilobytes
                try await repeatedly(RepetitionTests.repeats)
                #expect(
                    eventually { gate.openDescriptors <= descriptors },
                    "\(gate.openDescriptors) descriptors, \(descriptors) before")
                let growth = gate.residentKilobytes - memory
                #expect(memory > 0)
                #expect(growth < RepetitionTests.permittedGrowth, "grew by \(growth) KiB from \(memory) KiB")
                // After so long `live` may have been closed for idling, and the registry be asked again.
                let last = try await client.connect(port: gate.port)
                #expect(try await last.ask(.pod(stage.signed)).isAllowed)
                last.close()
            }
        }

        private static let head = "POST /validate?timeout=2s HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        private static let deep = Array(String(repeating: "[", count: 100_000).utf8)

        private static func post(_ body: [UInt8]) -> [UInt8] {
            Array("\(head)Content-Length: \(body.count)\r\n\r\n".utf8) + body
        }

        private static func commit(
            _ fault: Fault, _ gate: GateProcess, _ client: TLSClient, _ live: TLSConnection, _ stage: Stage
        ) async throws {
            switch fault {
            case .randomBytes:
                let connection = try await client.connect(port: gate.port)
                connection.push(Array("POST /validate HTTP/1.1\r\n".utf8) + SecureRandom.bytes(500))
                _ = try await connection.answer()
                connection.close()
            case .randomBody:
                try await live.send(post(SecureRandom.bytes(20_000)))
                #expect(try await live.answer()?.status == 400)
            case .deepBody:
                try await live.send(post(deep))
                #expect(try await live.answer()?.status == 400)
            case .hugeBody:
                let connection = try await client.connect(port: gate.port)
                connection.push(Array("\(head)Content-Length: 104857600\r\n\r\n".utf8) + deep)
                #expect(try await connection.answer()?.status == 413)
                connection.close()
            case .halfOpenTLS:
                let connection = try await TLSConnection.openPlain(port: gate.port)
                connection.push([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03])
                connection.close()
            case .plainText:
                let connection = try await TLSConnection.openPlain(port: gate.port)
                connection.push(Array("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n".utf8))
                #expect(try await connection.isClosed())
            case .leftRequest:
                let connection = try await client.connect(port: gate.port)
                try await connection.send("\(head)Content-Length: 1000\r\n\r\n{\"apiVersion\"")
                connection.close()
            case .unsignedImage: #expect(try await !live.ask(.pod(stage.unsigned)).isAllowed)
            case .unreadableObject:
                let review = AdmissionReview(
                    namespace: "prod-shop", members: #""object":{"kind":"Pod","apiVersion":"v1","spec":7}"#)
                #expect(try await live.ask(review).reason == "request-invalid")
            case .hostileImage:
                #expect(try await live.ask(.pod(#"\u001b[31m/../%2e%2e@@"#)).reason == "reference-invalid")
            }
        }
    }
}
