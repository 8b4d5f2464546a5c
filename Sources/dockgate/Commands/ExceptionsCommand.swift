import ArgumentParser
import PolicyDocuments
import Timestamp

struct ExceptionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "exceptions", abstract: "See what policies do not ask for the time being.",
        discussion: """
            EXAMPLES
              dockgate exceptions list --config gate.yaml
              dockgate exceptions list --policies policies --expiring-within 14d
            """,
        subcommands: [ExceptionsListCommand.self])
}

struct ExceptionsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List exceptions by when they expire, and exemptions by when they are reviewed.",
        discussion: """
            EXAMPLES
              dockgate exceptions list --config gate.yaml
              dockgate exceptions list --policies policies --expiring-within 14d
              dockgate exceptions list --policies policies -o json

            Marked is what expires within 14 days, or within the time of --expiring-within, and what nobody has reviewed in \
            time. Ends with 0 whatever there is, and with 2 if the policies do not load.
            """)

    @Option(help: "The GateConfiguration document whose policies are meant.", completion: .file())
    var config: String?

    @Option(help: "A directory of policies, instead of a configuration.", completion: .directory)
    var policies: String?

    @Option(
        help: ArgumentHelp(
            "Only exceptions that expire within this time and exemptions that are to be reviewed by then, such as 14d.",
            valueName: "duration"),
        transform: ExceptionsListCommand.duration)
    var expiringWithin: Duration?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (config == nil) != (policies == nil) else {
            throw ValidationError("give one of --config and --policies")
        }
    }

    func run() throws {
        let now = SystemClock.now()
        let directory = try config.map { try GateConfiguration.loaded(from: $0).policyDirectory } ?? policies ?? "."
        let loaded = try LoadedPolicies.loaded(from: directory, at: now)
        let list = ExceptionList(of: loaded.policySet, at: now, endingWithin: expiringWithin)
        switch output.format {
        case .table: try StandardOutput.write(list.text(on: .standardOutput))
        case .json: try StandardOutput.write(json: list.json)
        }
    }

    private static func duration(_ text: String) throws -> Duration {
        do { return try Duration(text: text) } catch {
            throw ValidationError(
                error == .tooLong ? "the duration `\(text)` \(error)" : "`\(text)` is not a duration, \(error)")
        }
    }
}
