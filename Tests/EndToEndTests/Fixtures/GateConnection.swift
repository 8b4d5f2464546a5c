import Foundation
import TestSupport
import Testing

extension GateProcess {
    /// Who trusts this gate's authority, as it stands in its files now.
    func client() throws -> TLSClient { try TLSClient(trusting: Scratch.bytes(files.authority)) }

    func connect() async throws -> TLSConnection { try await client().connect(port: port) }

    /// How many descriptors it has open.
    var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(identifier)/fd").count) ?? 0
    }

    /// The most that it ever held in memory, in KiB.
    var peakKilobytes: Int { status("VmHWM") }
}

extension AdmissionReview {
    /// The bytes of the whole request.
    func request(timeout: String = "10s") -> String {
        """
        POST /validate?timeout=\(timeout) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
        Content-Length: \(json.utf8.count)\r\n\r\n\(json)
        """
    }
}

extension TLSConnection {
    func ask(_ review: AdmissionReview, timeout: String = "10s") async throws -> AdmissionAnswer {
        try await send(review.request(timeout: timeout))
        let answer = try #require(try await answer(within: .seconds(40)), "closed without an answer")
        try #require(answer.status == 200, "\(answer.text)")
        return try AdmissionAnswer(answer.body)
    }
}

/// `withGate` for a `body` that waits.
func withServingGate<Value>(
    registry: String? = nil, launcher: [String] = [], settings: GateFiles.Settings = GateFiles.Settings(),
    prepare: (GateFiles) throws -> Void = { _ in }, _ body: (GateProcess, Stage) async throws -> Value
) async throws -> Value {
    let stage = try Stage.current()
    let registry = registry ?? stage.registry
    var files = try GateFiles(registry: registry, releaseKey: stage.releaseKey)
    files.settings = settings
    try prepare(files)
    let gate = try GateProcess(files, registry: registry, launcher: launcher)
    do {
        let value = try await body(gate, stage)
        #expect(gate.end() == 0, "SIGTERM is an orderly end; the gate said:\n\(gate.log)")
        return value
    } catch {
        gate.kill()
        throw error
    }
}
