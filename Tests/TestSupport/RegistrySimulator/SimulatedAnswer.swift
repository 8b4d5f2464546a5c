import OCI
import Synchronization

/// An answer before faults: written to the socket byte for byte, so that a fault can write what no HTTP library would.
struct SimulatedAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    static func status(_ status: Int, headers: [(name: String, value: String)] = [], body: String = "") -> Self {
        SimulatedAnswer(status: status, headers: headers, body: Array(body.utf8))
    }

    static func unauthorized(challenges: [String]) -> Self {
        .status(401, headers: challenges.map { ("WWW-Authenticate", $0) }, body: #"{"errors":[]}"#)
    }

    /// Status line and header, with the length of the body unless a header field of the answer frames it.
    var head: String {
        var text = "HTTP/1.1 \(status) Simulated\r\n"
        for header in headers { text += "\(header.name): \(header.value)\r\n" }
        let isFramed = headers.contains { ["content-length", "transfer-encoding"].contains($0.name.lowercased()) }
        if !isFramed { text += "Content-Length: \(body.count)\r\n" }
        return text + "\r\n"
    }

    mutating func set(_ name: String, _ value: String) {
        headers.removeAll { $0.name.lowercased() == name.lowercased() }
        headers.append((name, value))
    }
}

extension RegistrySimulator {
    /// Logs the request and says what to do about it.
    func plan(for request: LoggedRequest) -> (answer: SimulatedAnswer, fault: ScriptedFault.Action?) {
        let fault = state.withLock { state -> ScriptedFault.Action? in
            state.requests.append(request)
            for index in state.faults.indices where state.faults[index].fits(request.target) {
                return state.faults[index].action
            }
            return nil
        }
        return (answer(to: request), fault)
    }

    private func answer(to request: LoggedRequest) -> SimulatedAnswer {
        let path = request.target.split(separator: "?").first.map(String.init) ?? "/"
        if path == "/token" { return token(for: request) }
        if let file = file(path) { return file }
        if let refusal = refusal(of: request) { return refusal }
        if let trustData = trustData(path) { return trustData }
        guard path.hasPrefix("/v2/"), request.method == "GET" else {
            return path == "/v2/" ? .status(200) : .status(404)
        }
        if let list = referrers(path, request.target) ?? tags(path, request.target) { return list }
        let key = String(path.dropFirst("/v2/".count))
        let (manifest, blob) = state.withLock { ($0.manifests[key], $0.blobs[key]) }
        if let manifest {
            return SimulatedAnswer(
                status: 200,
                headers: [
                    ("Content-Type", manifest.mediaType),
                    ("Docker-Content-Digest", digest(of: manifest.bytes).description),
                ], body: manifest.bytes)
        }
        if let blob {
            return SimulatedAnswer(
                status: 200, headers: [("Content-Type", "application/octet-stream")], body: blob.bytes)
        }
        return .status(
            404, headers: [("Content-Type", "text/html")], body: "<html><body>nothing here</body></html>")
    }
}
