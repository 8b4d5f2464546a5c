import Foundation

/// A program that is run to its end, with a deadline, and what it said.
struct Command {
    let status: Int32
    let output: String
    let errors: String

    var outputLines: [String] { output.split(separator: "\n").map(String.init) }
    var errorLines: [String] { errors.split(separator: "\n").map(String.init) }

    /// Runs `program`, which is looked for on the `PATH` unless it is a path.
    ///
    /// - Throws: `CommandFailure` if it cannot be started or is not done after `seconds`; then it is killed.
    ///
    /// - Parameters:
    ///   - environment: variables beside those of the tests.
    ///   - terminal: what its output and errors go to instead of a file; then they are empty here.
    static func run(
        _ program: String, _ arguments: [String], input: [UInt8] = [], seconds: Double = 30,
        environment: [String: String] = [:], terminal: PseudoTerminal? = nil
    ) throws -> Command {
        let scratch = try Scratch()
        let running = try RunningCommand(
            program, arguments, input: input, scratch: scratch, name: "command", environment: environment,
            terminal: terminal)
        guard running.hasEnded(within: seconds) else {
            running.kill()
            throw CommandFailure("`\(program) \(arguments.joined(separator: " "))` was not done after \(seconds) s")
        }
        return Command(status: running.status, output: running.output, errors: running.errors)
    }

    static func exists(_ program: String) -> Bool { path(of: program) != nil }

    static func path(of program: String) -> String? {
        if program.contains("/") { return program }
        let directories = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        return directories.map { "\($0)/\(program)" }.first(where: FileManager.default.isExecutableFile)
    }
}

/// A program that runs. Its output goes to files, so it never waits for a reader.
final class RunningCommand {
    private let process = Process()
    private let ended = DispatchSemaphore(value: 0)
    private let outputFile: String
    private let errorFile: String

    init(
        _ program: String, _ arguments: [String], input: [UInt8] = [], scratch: Scratch, name: String,
        environment: [String: String] = [:], terminal: PseudoTerminal? = nil
    ) throws {
        guard let path = Command.path(of: program) else { throw CommandFailure("there is no program `\(program)`") }
        outputFile = try scratch.write([], to: name + ".out")
        errorFile = try scratch.write([], to: name + ".err")
        process.executableURL = URL(fileURLWithPath: path)
        process.arguments = arguments
        let input = FileHandle(forReadingAtPath: try scratch.write(input, to: name + ".in"))
        let output = FileHandle(forWritingAtPath: outputFile)
        let errors = FileHandle(forWritingAtPath: errorFile)
        process.standardInput = input
        process.standardOutput = terminal?.output ?? output
        process.standardError = terminal?.errors ?? errors
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { _, new in new }
        process.terminationHandler = { [ended] _ in ended.signal() }
        try process.run()
        // Foundation's `Process` reads beyond its buffer where this process has some 1,360 descriptors open.
        for handle in [input, output, errors] { try? handle?.close() }
    }

    var identifier: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var status: Int32 { process.terminationStatus }
    var output: String { Scratch.text(outputFile) }
    var errors: String { Scratch.text(errorFile) }

    func signal(_ number: Int32) { Foundation.kill(process.processIdentifier, number) }

    func kill() {
        signal(SIGKILL)
        _ = hasEnded(within: 10)
    }

    func hasEnded(within seconds: Double) -> Bool {
        guard ended.wait(timeout: .now() + seconds) == .success else { return false }
        // For whoever asks again.
        ended.signal()
        return true
    }
}

struct CommandFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}

/// Whether `condition` came true within `seconds`.
func eventually(within seconds: Double = 20, _ condition: () throws -> Bool) rethrows -> Bool {
    let end = Date(timeIntervalSinceNow: seconds)
    while Date() < end {
        if try condition() { return true }
        usleep(5_000)
    }
    return try condition()
}
