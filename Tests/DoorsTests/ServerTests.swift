import Cryptography
import Foundation
import NIOCore
import NIOSSL
import TestSupport
import Testing
import Timestamp

@testable import Doors

@Suite("The listener")
struct ServerTests {
    @Test("answers one request after the other on one connection")
    func keepAlive() async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            for size in [0, 1, 6_000, 70_000] {
                try await connection.send(post(String(repeating: "x", count: size)))
                let answer = try #require(try await connection.answer())
                #expect(answer.status == 200)
                #expect(answer.text == "\(size)\n")
                #expect(!answer.closes)
            }
        }
    }

    @Test("takes a chunked body, and one that waits for a word")
    func bodies() async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            let head = "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
            try await connection.send(
                head + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n10;x=y\r\n0123456789abcdef\r\n")
            try await connection.send("0\r\nTrailer: ignored\r\n\r\n")
            #expect(try await connection.answer()?.text == "19\n")
            try await connection.send(head + "Content-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try await connection.answer()?.status == 100)
            try await connection.send("{}")
            #expect(try await connection.answer()?.text == "2\n")
        }
    }

    @Test("closes after the answer when asked to")
    func connectionClose() async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(post("{}", to: "/validate", "Connection: close\r\n"))
            let answer = try await connection.answer()
            #expect(answer?.text == "2\n")
            #expect(answer?.closes == true)
            #expect(try await connection.isClosed())
        }
    }

    @Test("answers requests that were sent ahead in their order")
    func pipelining() async throws {
        let endpoint = SlowEndpoint(delay: .milliseconds(20))
        try await withServer(endpoint) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(post("first") + post("second") + get("/livez") + post("third"))
            for expected in ["first\n", "second\n", "ok\n", "third\n"] {
                #expect(try await connection.answer()?.text == expected)
            }
        }
    }

    @Test("ends a connection that sends more ahead than is kept")
    func tooMuchPipelining() async throws {
        let endpoint = SlowEndpoint(delay: .milliseconds(50))
        try await withServer(endpoint, limits: { $0.maximumPipelinedParts = 6 }) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(String(repeating: post("x"), count: 50))
            let answer = try await connection.answer()
            #expect(answer?.closes == true)
            #expect(try await connection.isClosed())
            #expect(endpoint.count == 1)
        }
    }

    @Test("replaces an answer that does not come, and ignores it afterwards")
    func lateAnswers() async throws {
        try await withServer(SlowEndpoint(delay: .milliseconds(1_200))) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(post("one"))
            #expect(try await connection.answer()?.text == "late ticket\n")
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.text == "ok\n")
            try await Task.sleep(for: .milliseconds(400))
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.text == "ok\n")
        }
    }

    @Test("cannot be started twice, nor where somebody else listens")
    func starting() async throws {
        try await withServer { server, port in
            await #expect(throws: ServerError.self) { try await server.start() }
            let certificates = try TestCertificates.shared.get()
            let other = Server(
                host: "127.0.0.1", port: port,
                certificate: try ServingCertificate(
                    certificateChain: certificates.server.certificatePEM,
                    privateKey: certificates.server.key.privateKeyPEM),
                routes: [], readiness: [], clock: { GateFixture.now })
            await #expect(throws: ServerError.self) { try await other.start(threads: 1) }
        }
    }
}

// MARK: - Refusals

@Suite("Requests that the listener refuses")
struct RefusedRequestTests {
    private static let fields = "Host: a\r\nContent-Type: application/json\r\n"

    @Test(
        "T07: a path that is not exactly one of ours is not found",
        arguments: [
            "/", "/validate/", "//validate", "/./validate", "/x/../validate", "/%76alidate", "/validate%2e",
            "/validate;x", "/%2e%2e/validate", "/Validate", "http://a/validate", "https://a/livez", "*", "/livez/..",
        ])
    func paths(_ target: String) async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(get(target))
            #expect(try await connection.answer()?.status == 404)
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.status == 200)
        }
    }

    @Test("a method that a path does not take is named with those it takes")
    func methods() async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            for method in ["GET", "PUT", "DELETE", "HEAD", "OPTIONS", "TRACE", "PROPFIND"] {
                try await connection.send(get("/validate", method: method))
                if method == "HEAD" { break }
                let answer = try #require(try await connection.answer())
                #expect(answer.status == 405)
                #expect(answer.header.contains("Allow: POST\r\n"))
            }
        }
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(get("/readyz", method: "DELETE"))
            #expect(try await connection.answer()?.header.contains("Allow: GET, HEAD\r\n") == true)
        }
    }

    @Test(
        "T05: what two readers could cut into requests differently is refused, and the connection ends",
        arguments: [
            (
                "POST /validate HTTP/1.1\r\n\(fields)Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                400
            ),
            (
                "POST /validate HTTP/1.1\r\n\(fields)Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
                400
            ),
            ("POST /validate HTTP/1.1\r\n\(fields)Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Content-Length: 2, 2\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Content-Length: -2\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Content-Length : 2\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)X: a\r\n b\r\nContent-Length: 2\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Transfer-Encoding:\u{B}chunked\r\n\r\n", 400),
            ("POST /validate HTTP/1.1\nHost: a\nContent-Length: 2\n\n{}", 505),
            ("POST /validate HTTP/1.1\r\n\(fields)X: a\nContent-Length: 2\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", 400),
            ("POST /validate HTTP/1.1\r\nHost: b\r\n\(fields)Content-Length: 2\r\n\r\n{}", 400),
            ("GET /livez HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n", 400),
            ("CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n", 400),
            ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
            ("GET /livez HTTP/3.0\r\nHost: a\r\n\r\n", 505),
            ("GET /livez\r\n\r\n", 505), ("hello\r\n\r\n", 400), ("\u{16}\u{3}\u{1}", 400),
            ("POST /validate HTTP/1.1\r\n\(fields)Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501),
            ("POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415),
            ("POST /validate HTTP/1.1\r\n\(fields)Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}", 415),
            ("POST /validate HTTP/1.1\r\n\(fields)Expect: magic\r\nContent-Length: 2\r\n\r\n{}", 417),
            ("POST /nowhere HTTP/1.1\r\n\(fields)Content-Length: 2\r\n\r\n{}", 404),
            ("GET /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 400),
        ])
    func malformed(_ text: String, _ status: Int) async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(text)
            let answer = try #require(try await connection.answer())
            #expect(answer.status == status, "\(answer.text)")
            #expect(answer.closes)
            #expect(try await connection.isClosed())
        }
    }

    @Test("a header that is too large, and one of too many fields")
    func headers() async throws {
        let many = (0..<65).map { "X-\($0): 1\r\n" }.joined()
        let long = String(repeating: "a", count: 17_000)
        for header in [many, "X: \(long)\r\n", "\(long): x\r\n"] {
            try await withServer { _, port in
                let connection = try await TLSConnection.open(port: port)
                try await connection.send("GET /livez HTTP/1.1\r\nHost: a\r\n\(header)\r\n")
                #expect(try await connection.answer()?.status == 431)
                #expect(try await connection.isClosed())
            }
        }
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send("GET /\(long) HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(try await connection.answer()?.status == 431)
        }
    }

    @Test("T04: a body that is announced as too large is refused before it is sent")
    func announcedBody() async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(
                "POST /validate HTTP/1.1\r\n\(RefusedRequestTests.fields)Content-Length: 104857600\r\n"
                    + "Expect: 100-continue\r\n\r\n")
            let answer = try await connection.answer()
            #expect(answer?.status == 413)
            #expect(answer?.closes == true)
            #expect(try await connection.isClosed())
        }
    }

    @Test("T04: 100 MB that are sent anyway are not taken", arguments: [true, false])
    func largeBody(_ isChunked: Bool) async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            let head = "POST /validate HTTP/1.1\r\n\(RefusedRequestTests.fields)"
            let block = Array(repeating: UInt8(ascii: "x"), count: 1 << 20)
            if isChunked {
                try await connection.send(head + "Transfer-Encoding: chunked\r\n\r\n")
                for _ in 0..<100 {
                    connection.push(Array("100000\r\n".utf8) + block + Array("\r\n".utf8))
                }
            } else {
                try await connection.send(head + "Content-Length: 104857600\r\n\r\n")
                for _ in 0..<100 { connection.push(block) }
            }
            #expect(try await connection.answer()?.status == 413)
            #expect(try await connection.isClosed())
            let next = try await TLSConnection.open(port: port)
            try await next.send(post("{}"))
            #expect(try await next.answer()?.status == 200)
        }
    }

    @Test("T04: a body of exactly the limit is taken, and of one byte more is not")
    func exactBody() async throws {
        try await withServer(limits: { $0.maximumBodyBytes = 100_000 }) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(post(String(repeating: "x", count: 100_000)))
            #expect(try await connection.answer()?.text == "100000\n")
            try await connection.send(post(String(repeating: "x", count: 100_001)))
            #expect(try await connection.answer()?.status == 413)
        }
    }

    @Test("more bodies than memory is meant for wait outside")
    func bufferedBytes() async throws {
        let endpoint = HeldEndpoint()
        try await withServer(endpoint, limits: { $0.maximumBufferedBytes = 150_000 }) { _, port in
            let body = String(repeating: "x", count: 100_000)
            let first = try await TLSConnection.open(port: port)
            let second = try await TLSConnection.open(port: port)
            try await first.send(post(body))
            while endpoint.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            try await second.send(post(body))
            let refused = try await second.answer()
            #expect(refused?.status == 503)
            #expect(refused?.header.contains("Retry-After: 1\r\n") == true)
            endpoint.release()
            #expect(try await first.answer()?.status == 200)
            try await first.send(post(body))
            while endpoint.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            endpoint.release()
            #expect(try await first.answer()?.status == 200, "what was held is given back")
        }
    }

    @Test("random bytes end a connection and nothing else")
    func randomBytes() async throws {
        var generator = SystemRandomNumberGenerator()
        try await withServer(limits: { $0.headerTime = .milliseconds(200) }) { _, port in
            for round in 0..<60 {
                let connection = try await TLSConnection.open(port: port)
                var bytes = (0..<Int.random(in: 1...2_000, using: &generator)).map { _ in
                    UInt8.random(in: 0...255, using: &generator)
                }
                if round % 2 == 0 { bytes = Array("POST /validate HTTP/1.1\r\n".utf8) + bytes }
                try? await connection.send(bytes)
                #expect(try await connection.isClosed(), "\(bytes)")
            }
            let plain = try await TLSConnection.openPlain(port: port)
            try await plain.send((0..<1_000).map { _ in UInt8.random(in: 0...255, using: &generator) })
            #expect(try await plain.isClosed())
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(post("{}"))
            #expect(try await connection.answer()?.text == "2\n")
        }
    }
}

// MARK: - Slow and many clients

@Suite("Clients that take their time")
struct SlowClientTests {
    @Test("T02: a handshake that is not made ends the connection")
    func handshake() async throws {
        try await withServer(limits: { $0.handshakeTime = .milliseconds(200) }) { _, port in
            let connection = try await TLSConnection.openPlain(port: port)
            #expect(try await connection.isClosed(within: .seconds(5)))
            let half = try await TLSConnection.openPlain(port: port)
            half.push([0x16, 0x03, 0x01, 0x02, 0x00, 0x01])
            #expect(try await half.isClosed(within: .seconds(5)))
        }
    }

    @Test("T02: a header that trickles is not waited for")
    func header() async throws {
        try await withServer(limits: { $0.headerTime = .milliseconds(300) }) { _, port in
            let connection = try await TLSConnection.open(port: port)
            let trickle = Task {
                for byte in "GET /livez HTTP/1.1\r\nX: aaaaaaaaaaaaaaaaaaaa".utf8 {
                    try? await connection.send([byte])
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(try await connection.answer()?.status == 408)
            #expect(try await connection.isClosed(within: .seconds(5)))
            trickle.cancel()
        }
    }

    @Test("T02: a body that trickles is not waited for")
    func body() async throws {
        try await withServer(limits: {
            $0.bodyTime = .milliseconds(300)
            $0.discardTime = .milliseconds(200)
        }) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(
                "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n")
            let trickle = Task {
                for _ in 0..<100 {
                    try? await connection.send("x")
                    try await Task.sleep(for: .milliseconds(50))
                }
            }
            #expect(try await connection.answer()?.status == 408)
            #expect(try await connection.isClosed(within: .seconds(5)))
            trickle.cancel()
        }
    }

    @Test("an idle connection, before and after a request")
    func idle() async throws {
        try await withServer(limits: { $0.idleTime = .seconds(2) }) { _, port in
            let silent = try await TLSConnection.open(port: port)
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.status == 200)
            #expect(try await connection.isClosed(within: .seconds(5)))
            #expect(try await silent.isClosed(within: .seconds(5)))
        }
    }

    @Test("T02: a reader that does not read its answer is cut off")
    func reader() async throws {
        try await withServer(LargeEndpoint(size: 16 << 20), limits: { $0.writeTime = .milliseconds(300) }) {
            server, port in
            let connection = try await TLSConnection.open(port: port, readsByItself: false)
            connection.push(Array(post("{}").utf8))
            try await Task.sleep(for: .milliseconds(1_500))
            let start = ContinuousClock.now
            await server.shutdown(within: .seconds(30))
            #expect(ContinuousClock.now - start < .seconds(5), "the connection was still open")
            connection.close()
        }
    }

    @Test("T01: connections beyond the limit are closed, and those before them are served")
    func connections() async throws {
        try await withServer(limits: { $0.maximumConnections = 2 }) { _, port in
            let first = try await TLSConnection.open(port: port)
            let second = try await TLSConnection.open(port: port)
            for connection in [first, second] {
                try await connection.send(get("/livez"))
                #expect(try await connection.answer()?.status == 200)
            }
            let third = try await TLSConnection.openPlain(port: port)
            #expect(try await third.isClosed())
            first.close()
            #expect(try await first.isClosed())
            try await Task.sleep(for: .milliseconds(100))
            let fourth = try await TLSConnection.open(port: port)
            try await fourth.send(get("/livez"))
            #expect(try await fourth.answer()?.status == 200)
        }
    }
}

// MARK: - Many at once

@Suite("Many connections at once")
struct ManyConnectionsTests {
    /// As many as the machine has descriptors for in a whole run: `DOCKGATE_IDLE_CONNECTIONS=9000`, at most 9,999.
    private static let idle =
        ProcessInfo.processInfo.environment["DOCKGATE_IDLE_CONNECTIONS"].flatMap { Int($0) } ?? 300

    @Test("T01: idle TLS connections up to the limit keep nobody waiting, and the next one is refused")
    func idleConnections() async throws {
        let idle = ManyConnectionsTests.idle
        try await withServer(limits: { $0.maximumConnections = idle + 1 }) { _, port in
            let live = try await TLSConnection.open(port: port)
            let client = try TLSClient(trusting: try TestCertificates.shared.get().authority)
            var connections: [TLSConnection] = []
            for _ in 0..<idle { connections.append(try await client.connect(port: port)) }
            for connection in connections { #expect(try await connection.protocolName() == "http/1.1") }
            let refused = try await TLSConnection.openPlain(port: port)
            #expect(try await refused.isClosed())

            var slowest: [Duration] = []
            // The machine may be busy with something else once or twice.
            for _ in 0..<3 where slowest.allSatisfy({ $0 >= .milliseconds(100) }) {
                slowest.append(try await ManyConnectionsTests.slowestOfHundred(live))
            }
            #expect(slowest.contains { $0 < .milliseconds(100) }, "\(slowest)")
            for connection in connections { connection.close() }
        }
    }

    /// All but the slowest one of a hundred requests were answered within this.
    private static func slowestOfHundred(_ connection: TLSConnection) async throws -> Duration {
        var times: [Duration] = []
        for _ in 0..<100 {
            let start = ContinuousClock.now
            try await connection.send(post("{}"))
            #expect(try await connection.answer()?.status == 200)
            times.append(ContinuousClock.now - start)
        }
        return times.sorted()[98]
    }
}

// MARK: - TLS

@Suite("Who may speak to the listener")
struct TLSTests {
    @Test("A22: a caller without a certificate is forbidden to ask for decisions, and may probe")
    func withoutCertificate() async throws {
        let certificates = try TestCertificates.shared.get()
        try await withServer(clientAuthorities: certificates.authority) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.status == 200)
            try await connection.send(post("{}"))
            let answer = try await connection.answer()
            #expect(answer?.status == 403)
            #expect(answer?.text.contains("client certificate") == true)
        }
    }

    @Test("A22: a caller with a certificate of the authority may ask, one of another does not get in")
    func withCertificate() async throws {
        let certificates = try TestCertificates.shared.get()
        try await withServer(clientAuthorities: certificates.authority) { _, port in
            let connection = try await TLSConnection.open(port: port, as: certificates.client)
            try await connection.send(post("{}"))
            #expect(try await connection.answer()?.status == 200)
            let stranger = try await TLSConnection.open(port: port, as: certificates.stranger)
            stranger.push(Array(post("{}").utf8))
            #expect(try await stranger.answer() == nil)
        }
    }

    @Test("T08: TLS before 1.2 is not spoken, 1.2 and 1.3 are")
    func versions() async throws {
        try await withServer { _, port in
            for version in [TLSVersion.tlsv12, .tlsv13] {
                let connection = try await TLSConnection.open(port: port) {
                    $0.minimumTLSVersion = version
                    $0.maximumTLSVersion = version
                }
                try await connection.send(get("/livez"))
                #expect(try await connection.answer()?.status == 200)
            }
            let old = try await TLSConnection.open(port: port) { $0.maximumTLSVersion = .tlsv11 }
            old.push(Array(get("/livez").utf8))
            #expect(try await old.answer() == nil)
        }
    }

    @Test("T08: a cipher suite without forward secrecy or with CBC is not spoken, whatever key the server has")
    func cipherSuites() async throws {
        let start = GateFixture.now - .seconds(60)
        let issuer = try CertificateIssuer.create(
            name: "RSA", algorithm: .rsa(bits: 2_048), from: start, for: .seconds(3_600))
        let issued = try issuer.issue(
            .server(names: ["localhost"]), algorithm: .rsa(bits: 2_048), from: start, for: .seconds(3_600))
        try await withServer { server, port in
            try server.use(
                ServingCertificate(
                    certificateChain: issued.certificatePEM, privateKey: try issued.key.privateKeyPEM))
            for (suites, isSpoken) in [("ECDHE+AESGCM", true), ("RSA+AESGCM", false), ("ECDHE+AES128+SHA1", false)] {
                let client = try TLSClient(trusting: issuer.certificatePEM) {
                    $0.maximumTLSVersion = .tlsv12
                    $0.cipherSuites = suites
                    // The certificate's time is that of the tests' clock.
                    $0.certificateVerification = .none
                }
                let connection = try await client.connect(port: port)
                #expect(try await connection.protocolName() == (isSpoken ? "http/1.1" : nil), "\(suites)")
            }
        }
    }

    @Test(
        "T08: whatever name a client asks for, or none, it is shown the one certificate", arguments: [nil, "localhost"])
    func serverNames(_ name: String?) async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port, serverName: name) {
                $0.certificateVerification = .noHostnameVerification
            }
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.status == 200)
            let other = try await TLSConnection.open(port: port, serverName: "elsewhere.example") {
                $0.certificateVerification = .noHostnameVerification
            }
            try await other.send(get("/livez"))
            #expect(try await other.answer()?.status == 200)
        }
    }

    @Test("A24: a client that would speak HTTP/2 is told to speak HTTP/1.1, and one that does so anyway is refused")
    func applicationProtocol() async throws {
        try await withServer { _, port in
            let connection = try await TLSConnection.open(port: port)
            #expect(try await connection.protocolName() == "http/1.1")
            let stubborn = try await TLSConnection.open(port: port) { $0.applicationProtocols = ["h2"] }
            stubborn.push(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8))
            #expect(try await stubborn.answer()?.status ?? 400 == 400)
            #expect(try await stubborn.isClosed())
        }
    }

    @Test("T09: another certificate is shown to new connections, and open ones go on")
    func replacedCertificate() async throws {
        let certificates = try TestCertificates.shared.get()
        try await withServer { server, port in
            let connection = try await TLSConnection.open(port: port)
            try server.use(
                ServingCertificate(
                    certificateChain: certificates.stranger.certificatePEM,
                    privateKey: certificates.stranger.key.privateKeyPEM))
            try await connection.send(get("/livez"))
            #expect(try await connection.answer()?.status == 200)
            let refusing = try await TLSConnection.open(port: port)
            refusing.push(Array(get("/livez").utf8))
            #expect(try await refusing.answer() == nil)
        }
    }

    @Test("a key that is not the certificate's, and what is no PEM, are errors")
    func badMaterial() throws {
        let certificates = try TestCertificates.shared.get()
        let good = certificates.server
        let key = try good.key.privateKeyPEM
        let otherKey = try certificates.client.key.privateKeyPEM
        for (chain, key, authorities) in [
            (good.certificatePEM, otherKey, nil), ([], key, nil), (good.certificatePEM, [], nil),
            (key, key, nil), (Array("hello".utf8), key, nil), (good.certificatePEM, key, []),
        ] as [([UInt8], [UInt8], [UInt8]?)] {
            #expect(throws: ServingCertificateError.self) {
                try ServingCertificate(certificateChain: chain, privateKey: key, clientAuthorities: authorities)
            }
        }
    }
}

// MARK: - Shutdown

@Suite("The end of the listener")
struct ShutdownTests {
    @Test("T14: what is in flight is answered, with word of the end, and idle connections are closed")
    func drain() async throws {
        let endpoint = SlowEndpoint(delay: .milliseconds(500))
        try await withServer(endpoint, limits: { $0.drainIdleTime = .milliseconds(100) }) { server, port in
            let busy = try await TLSConnection.open(port: port)
            let idle = try await TLSConnection.open(port: port)
            try await idle.send(get("/livez"))
            #expect(try await idle.answer()?.status == 200)
            try await busy.send(post("work"))
            while endpoint.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            let start = ContinuousClock.now
            await server.shutdown(within: .seconds(15))
            #expect(ContinuousClock.now - start < .seconds(5))
            let answer = try await busy.answer()
            #expect(answer?.text == "work\n")
            #expect(answer?.closes == true)
            #expect(try await busy.isClosed())
            #expect(try await idle.isClosed())
            await #expect(throws: (any Error).self) { try await TLSConnection.openPlain(port: port) }
        }
    }

    @Test("A24: a request that is already on its way to an idle connection is still answered while the gate ends")
    func lastRequest() async throws {
        try await withServer(limits: { $0.drainIdleTime = .seconds(30) }) { server, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(get("/readyz"))
            #expect(try await connection.answer()?.status == 200)
            let end = Task { await server.shutdown(within: .seconds(60)) }
            // It listens no more.
            while let other = try? await TLSConnection.openPlain(port: port) { other.close() }
            try await connection.send(get("/readyz?verbose"))
            let answer = try await connection.answer()
            #expect(answer?.status == 503)
            #expect(answer?.text.contains("[-]shutdown failed") == true)
            #expect(answer?.closes == true)
            await end.value
        }
    }

    @Test("what does not end is ended")
    func bounded() async throws {
        let endpoint = SlowEndpoint(delay: nil)
        try await withServer(endpoint) { server, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(post("{}"))
            while endpoint.count == 0 { try await Task.sleep(for: .milliseconds(2)) }
            let start = ContinuousClock.now
            await server.shutdown(within: .milliseconds(200))
            #expect(ContinuousClock.now - start < .seconds(3))
            #expect(try await connection.isClosed())
        }
    }
}
