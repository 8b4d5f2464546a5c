/// `/livez`: the process lives, and an event loop has time to say so. Nothing else: restarting us mends no registry.
struct LivenessEndpoint: Endpoint {
    var accepts: Acceptance { .probes }

    func answer(_ request: Request, _ reply: Reply) {
        reply.send(.text(.ok, "ok"))
    }
}

/// `/readyz`: whether requests should be sent here. `?verbose` lists every check, as the API server's own does.
struct ReadinessEndpoint: Endpoint {
    private let checks: [ReadinessCheck]

    init(checks: [ReadinessCheck], draining: Draining) {
        self.checks = [ReadinessCheck("shutdown") { draining.hasBegun ? "shutting down" : nil }] + checks
    }

    var accepts: Acceptance { .probes }

    func answer(_ request: Request, _ reply: Reply) {
        let results = checks.map { (check: $0, problem: $0.problem()) }
        let failed = results.filter { $0.problem != nil }
        let isVerbose = request.query.map(ReadinessEndpoint.asksForAll) ?? false
        var lines = (isVerbose ? results : failed).map { check, problem in
            if let problem { return "[-]\(check.name) failed: \(problem)" }
            return "[+]\(check.name) ok" + (check.remark().map { ": \($0)" } ?? "")
        }
        lines.append(failed.isEmpty ? "ok" : "not ready")
        reply.send(
            .text(failed.isEmpty ? .ok : .serviceUnavailable, lines.joined(separator: "\n")))
    }

    private static func asksForAll(_ query: Substring.UTF8View) -> Bool {
        query.split(separator: UInt8(ascii: "&")).contains { parameter in
            parameter.elementsEqual("verbose".utf8) || parameter.starts(with: "verbose=".utf8)
        }
    }
}
