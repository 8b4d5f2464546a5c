import Foundation
import Synchronization
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A gate under pressure")
    struct PressureTests {
        // MARK: - Memory

        /// What a Pod with that limit may hold.
        private static let memoryLimit = 128 * 1024

        @Test("T12: a mix of the largest and strangest requests at once never takes 128 MiB, and answers go on")
        func memory() async throws {
            let digits = "[" + String(repeating: "1,", count: 4_000_000) + "1"
            let objects = "[" + String(repeating: #"{"a":{}},"#, count: 800_000) + "1"
            let text = #"{"a":""# + String(repeating: "x", count: 7 << 20)
            let deep = String(repeating: "[", count: 8 << 20)
            let bodies = [digits, objects, text, deep].map { Array($0.utf8) }
            try await withServingGate { gate, stage in
                let (client, port, known) = (try gate.client(), gate.port, AdmissionReview.pod(stage.signed))
                let live = try await client.connect(port: port)
                let before = gate.peakKilobytes
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for worker in 0..<12 {
                        group.addTask {
                            for round in 0..<2 {
                                let body = bodies[(worker + round) % bodies.count]
                                let connection = try await client.connect(port: port)
                                connection.push(Array(PressureTests.head(body.count).utf8) + body)
                                let answer = try await connection.answer(within: .seconds(60))
                                #expect([400, 408, 503].contains(answer?.status))
                                connection.close()
                            }
                        }
                    }
                    group.addTask {
                        for _ in 0..<10 {
                            let answer = try await live.ask(known)
                            #expect(answer.isAllowed)
                        }
                    }
                    try await group.waitForAll()
                }
                let peak = gate.peakKilobytes
                #expect(
                    peak > 0 && peak < PressureTests.memoryLimit,
                    "it took \(peak) KiB at the most, \(before) KiB before")
            }
        }

        private static func head(_ length: Int) -> String {
            "POST /validate HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: \(length)\r\n\r\n"
        }

        // MARK: - Processors

        @Test("T13: on one processor, 200 images that have to be looked at do not keep the known ones waiting")
        func oneProcessor() async throws {
            try await withRegistrySimulator(isSilent: true) { silent in
                let launcher = ["taskset", "--cpu-list", "0"]
                try await withServingGate(registry: silent.authority, launcher: launcher) { gate, _ in
                    // Nobody has to have signed it there.
                    let known = AdmissionReview.pod("\(silent.authority)/shop/web:1.0", in: "playground")
                    let live = try await gate.connect()
                    #expect(try await live.ask(known).isAllowed)
                    let containers = (0..<200).map {
                        #"{"name":"c\#($0)","image":"\#(silent.authority)/shop/web:\#($0)"}"#
                    }
                    let cold = AdmissionReview(
                        namespace: "prod-shop",
                        members: """
                            "object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":\
                            [\(containers.joined(separator: ","))]}}
                            """)
                    let waiting = try await gate.connect()
                    try await waiting.send(cold.request(timeout: "8s"))
                    var answered = 0
                    while answered < 50, !waiting.hasAnswer {
                        #expect(try await live.ask(known).isAllowed)
                        answered += 1
                    }
                    // One may have been on its way already; who waits for the unknown ones gets no second answer.
                    #expect(answered > 2, "the known image waited for the unknown ones")
                    let refused = try #require(try await waiting.answer(within: .seconds(40)))
                    let admission = try AdmissionAnswer(refused.body)
                    #expect(!admission.isAllowed)
                    #expect(admission.uid == cold.uid)
                }
            }
        }

        // MARK: - Descriptors

        @Test("T15: a gate without descriptors refuses with a reason, and goes on when there are some again")
        func descriptors() async throws {
            try await withServingGate(launcher: ["prlimit", "--nofile=64:64"]) { gate, stage in
                let client = try gate.client()
                let live = try await client.connect(port: gate.port)
                #expect(try await live.ask(.pod("registry.example.com/a:1")).reason == "source-untrusted")
                var held: [TLSConnection] = []
                for _ in 0..<80 { held.append(try await TLSConnection.openPlain(port: gate.port)) }
                #expect(eventually { gate.openDescriptors >= 64 }, "\(gate.openDescriptors) are open")
                // What is known needs none; a registry cannot be reached without.
                #expect(try await live.ask(.pod("registry.example.com/a:1")).reason == "source-untrusted")
                let refused = try await live.ask(.pod(stage.unsigned), timeout: "3s")
                #expect(!refused.isAllowed)
                #expect(
                    ["registry-unavailable", "deadline-exceeded", "audit-unavailable"].contains(refused.reason),
                    "\(refused.message)")
                for connection in held { connection.close() }
                #expect(eventually { gate.openDescriptors < 50 })
                let next = try await client.connect(port: gate.port)
                let answer = try await next.ask(.pod(stage.signed))
                #expect(answer.isAllowed, "\(answer.message)")
                #expect(try gate.isReady())
            }
        }

        // MARK: - The end

        private final class Counter: Sendable {
            private let count = Atomic(0)
            var value: Int { count.load(ordering: .relaxed) }
            func add() { count.add(1, ordering: .relaxed) }
        }

        @Test("T14, A24: SIGTERM under load loses no request, and the gate ends with 0 within 15 s")
        func terminated() async throws {
            let stage = try Stage.current()
            let files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            let gate = try GateProcess(files, registry: stage.registry)
            defer { gate.kill() }
            let (client, port) = (try gate.client(), gate.port)
            let answers = Counter()
            var asked = ContinuousClock.now
            try await withThrowingTaskGroup(of: Void.self) { group in
                for worker in 0..<6 {
                    let review = AdmissionReview.pod(worker % 2 == 0 ? stage.signed : stage.unsigned)
                    group.addTask {
                        // Until nobody listens any more.
                        while let connection = try? await client.connect(port: port),
                            try await connection.protocolName() != nil
                        {
                            var isLast = false
                            while !isLast {
                                try await connection.send(review.request())
                                let answer = try #require(try await connection.answer(), "a request was lost")
                                #expect(try AdmissionAnswer(answer.body).uid == review.uid)
                                answers.add()
                                isLast = answer.closes
                            }
                            connection.close()
                        }
                    }
                }
                while answers.value < 30 { try await Task.sleep(for: .milliseconds(5)) }
                gate.askToEnd()
                asked = ContinuousClock.now
                try await group.waitForAll()
            }
            #expect(gate.end() == 0)
            #expect(ContinuousClock.now - asked < .seconds(15))
            let verified = try Program.run("audit", "verify", "--directory", files.audit, "-o", "json")
            #expect(verified.status == 0)
            #expect(verified.output.contains("\"records\":\(answers.value),"), "\(verified.output)")
        }
    }
}
