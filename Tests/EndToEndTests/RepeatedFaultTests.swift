import Foundation
import TestSupport
import Testing

extension EndToEnd {
    @Suite("What a registry that fails all the time costs the gate")
    struct RepeatedFaultTests {
        /// Refused images; `DOCKGATE_REPEATS` raises it.
        private static let repeats =
            ProcessInfo.processInfo.environment["DOCKGATE_REPEATS"].flatMap { Int($0) } ?? 1000

        private static let faults: [(path: String, action: ScriptedFault.Action)] = [
            ("wrong", .wrongBytes),
            ("gzip", .header(name: "Content-Encoding", value: "gzip")),
            ("away", .redirect(to: "http://169.254.169.254/")),
            ("limit", .status(429, headers: [("Retry-After", "3600")])),
            ("cut", .raw("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nab")),
            ("broken", .status(500)),
        ]

        @Test("memory and descriptors stay flat, every image is refused, and each answer is in time")
        func flat() async throws {
            try await withRegistrySimulator { registry in
                for fault in Self.faults { registry.script(ScriptedFault("/v2/\(fault.path)/", do: fault.action)) }
                let settings = GateFiles.Settings(registry: ["requestsPerMinute: 1000000"])
                try withGate(registry: registry.authority, settings: settings) { gate, _ in
                    let warmUp = 4
                    var before = (memory: 0, descriptors: 0)
                    let rounds = max(2, Self.repeats / (Self.faults.count * 20))
                    for round in 0..<(warmUp + rounds) {
                        if round == warmUp { before = (gate.residentKilobytes, gate.descriptors) }
                        try ask(gate, about: registry, round)
                    }
                    #expect(gate.residentKilobytes < before.memory + 32 * 1024)
                    #expect(eventually { gate.descriptors <= before.descriptors + 8 })
                }
            }
        }

        /// One Pod with twenty images for each fault, none of which was ever asked about.
        private func ask(_ gate: GateProcess, about registry: RegistrySimulator, _ round: Int) throws {
            let images = Self.faults.flatMap { fault in
                (0..<20).map { "\(registry.authority)/\(fault.path):\(round)-\($0)" }
            }
            let containers = images.enumerated().map { #"{"name":"c\#($0)","image":"\#($1)"}"# }
            let review = AdmissionReview(
                namespace: "prod-shop",
                members: """
                    "object":{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},\
                    "spec":{"containers":[\(containers.joined(separator: ","))]}}
                    """)
            let answer = try gate.post(Array(review.json.utf8), timeout: "10s")
            #expect(answer.seconds < 10)
            let admission = try AdmissionAnswer(answer.body)
            #expect(!admission.isAllowed)
        }
    }
}

extension GateProcess {
    /// How many it has open.
    fileprivate var descriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count) ?? 0
    }
}
