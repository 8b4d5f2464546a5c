import Foundation
import Testing

/// A running `dockgate serve`.
final class GateProcess {
    let files: GateFiles
    let port: Int
    private let process: RunningCommand

    /// Starts a gate and waits until it says that it is ready.
    ///
    /// - Parameter launcher: a command before `dockgate serve …`, which ends by executing it.
    init(_ files: GateFiles, registry: String, launcher: [String] = []) throws {
        self.files = files
        var problem = ""
        // The configuration takes no port 0, so another process may be faster at the port that was free.
        for _ in 0..<5 {
            let port = try FreePort.any()
            try files.configure(registry: registry, port: port)
            let command = launcher + [Program.path, "serve", "--config", files.configuration]
            let process = try RunningCommand(
                command[0], Array(command.dropFirst()), scratch: files.scratch, name: "gate-\(port)")
            let hasSpoken = eventually {
                process.errors.contains("ready, listening at 127.0.0.1:\(port)") || !process.isRunning
            }
            if hasSpoken, process.isRunning {
                (self.process, self.port) = (process, port)
                return
            }
            process.kill()
            problem = process.errors
            guard problem.contains("cannot listen") else { break }
        }
        throw CommandFailure("the gate did not become ready: \(problem)")
    }

    var log: String { process.errors }
    var identifier: Int32 { process.identifier }
    var isRunning: Bool { process.isRunning }

    /// What it holds in memory, in KiB.
    var residentKilobytes: Int { status("VmRSS") }

    /// A number of `/proc/PID/status`.
    func status(_ field: String) -> Int {
        let line = Scratch.text("/proc/\(identifier)/status").split(separator: "\n").first { $0.hasPrefix(field + ":") }
        return line?.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0
    }

    func askToEnd() { process.signal(SIGTERM) }

    /// SIGHUP: read again what is read again.
    func hangUp() { process.signal(SIGHUP) }

    /// Waits for its end; the exit status, or nil if it had to be killed.
    func end() -> Int32? {
        askToEnd()
        guard process.hasEnded(within: 25) else {
            process.kill()
            return nil
        }
        return process.status
    }

    func kill() { process.kill() }
}

/// Runs `body` with a gate of its own. Afterwards the gate must end orderly when it is asked to.
func withGate<Value>(
    registry: String? = nil, launcher: [String] = [], settings: GateFiles.Settings = GateFiles.Settings(),
    _ body: (GateProcess, Stage) throws -> Value
) throws -> Value {
    let stage = try Stage.current()
    let registry = registry ?? stage.registry
    var files = try GateFiles(registry: registry, releaseKey: stage.releaseKey)
    files.settings = settings
    let gate = try GateProcess(files, registry: registry, launcher: launcher)
    let result = Result { try body(gate, stage) }
    #expect(gate.end() == 0, "SIGTERM is an orderly end; the gate said:\n\(gate.log)")
    return try result.get()
}
