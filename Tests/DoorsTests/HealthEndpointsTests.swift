import Synchronization
import TestSupport
import Testing
import Timestamp

@testable import Doors

@Suite("Probes")
struct HealthEndpointsTests {
    private func probe(_ target: String, method: String = "GET", _ checks: [ReadinessCheck]) async throws
        -> (status: Int, text: String)?
    {
        var result: (status: Int, text: String)?
        try await withServer(readiness: checks) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(get(target, method: method))
            result = try await connection.answer().map { ($0.status, $0.text) }
        }
        return result
    }

    private let good = ReadinessCheck("policies") { nil }
    private let bad = ReadinessCheck("audit-log") { "no space left" }

    @Test("ready while every check holds, and not after")
    func ready() async throws {
        let ready = try #require(try await probe("/readyz", [good]))
        #expect(ready == (200, "ok\n"))
        let notReady = try #require(try await probe("/readyz", [good, bad]))
        #expect(notReady == (503, "[-]audit-log failed: no space left\nnot ready\n"))
    }

    @Test(
        "every check is listed when asked for",
        arguments: ["/readyz?verbose", "/readyz?verbose=1", "/readyz?a&verbose"])
    func verbose(_ target: String) async throws {
        let answer = try #require(try await probe(target, [good, bad]))
        #expect(
            answer == (
                503,
                "[+]shutdown ok\n[+]certificate ok\n[+]policies ok\n[-]audit-log failed: no space left\nnot ready\n"
            ))
    }

    @Test("what else there is to say of a check that holds is said only when asked for, and fails nothing")
    func remark() async throws {
        let check = ReadinessCheck("policies", remark: { "revision 1" }, problem: { nil })
        let verbose = try #require(try await probe("/readyz?verbose", [check]))
        #expect(verbose == (200, "[+]shutdown ok\n[+]certificate ok\n[+]policies ok: revision 1\nok\n"))
        let plain = try #require(try await probe("/readyz", [check]))
        #expect(plain == (200, "ok\n"))
    }

    @Test("alive whatever the checks say")
    func alive() async throws {
        let answer = try #require(try await probe("/livez", [bad]))
        #expect(answer == (200, "ok\n"))
    }

    @Test("A23: a probe tells nothing of decisions, and there is no other path to ask")
    func nothingOfDecisions() async throws {
        try await withDoor { fixture, _, port in
            let connection = try await TLSConnection.open(port: port)
            #expect(try await ask(connection, pod("evil.example/secret:1")).status == 200)
            for target in ["/livez", "/readyz", "/readyz?verbose"] {
                try await connection.send(get(target))
                let answer = try #require(try await connection.answer())
                #expect(answer.status == 200)
                #expect(answer.text.split(separator: "\n").allSatisfy { $0 == "ok" || $0.hasPrefix("[+]") })
                #expect(!answer.text.contains("evil") && !answer.text.contains("secret"))
            }
            for target in ["/metrics", "/debug/pprof/", "/audit", "/config", "/"] {
                try await connection.send(get(target))
                #expect(try await connection.answer()?.status == 404)
            }
            #expect(try fixture.records().count == 1, "a probe is no decision")
        }
    }

    @Test("T09: not ready while the serving certificate is not valid, since no caller would believe it")
    func certificate() async throws {
        let now = Mutex(GateFixture.now)
        try await withServer(clock: { now.withLock { $0 } }) { _, port in
            let connection = try await TLSConnection.open(port: port)
            for (time, isReady) in [
                (GateFixture.now, true), (Instant(secondsSince1970: 4_000_000_000), false),
                (Instant(secondsSince1970: 1_000_000_000), false), (GateFixture.now, true),
            ] {
                now.withLock { $0 = time }
                try await connection.send(get("/readyz"))
                let answer = try #require(try await connection.answer())
                #expect(answer.status == (isReady ? 200 : 503))
                #expect(answer.text.contains("[-]certificate failed: the serving certificate ") != isReady)
            }
        }
    }

    @Test("a check is asked anew for every probe")
    func recovery() async throws {
        let flag = Flag()
        try await withServer(readiness: [ReadinessCheck("policies") { flag.isSet ? nil : "none loaded" }]) { _, port in
            let connection = try await TLSConnection.open(port: port)
            try await connection.send(get("/readyz"))
            #expect(try await connection.answer()?.status == 503)
            flag.set()
            try await connection.send(get("/readyz"))
            #expect(try await connection.answer()?.status == 200)
        }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)
        var isSet: Bool { value.load(ordering: .relaxed) }
        func set() { value.store(true, ordering: .relaxed) }
    }
}
