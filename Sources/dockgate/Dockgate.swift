import ArgumentParser
import Logging

@main
struct Dockgate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dockgate",
        abstract: "Decide which container images may run, and prove it later.",
        discussion: """
            EXIT CODES
              0  allowed, or done
              1  denied, or tampered with
              2  usage, configuration or policy error
              3  could not decide: something could not be looked at (refused, but trying again may help)
              4  internal error
            """,
        version: Version.number,
        subcommands: [
            ServeCommand.self, CheckCommand.self, PolicyCommand.self, AuditCommand.self, CertsCommand.self,
            VersionCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            exit(after: error)
        }
    }

    /// The argument parser's own codes are those of BSD's sysexits; ours are the table above.
    private static func exit(after error: any Error) -> Never {
        if let outcome = error as? Outcome {
            outcome.exit()
        }
        let parserCode = exitCode(for: error)
        guard parserCode != .success else { exit(withError: error) }
        StandardError.write(fullMessage(for: error))
        Outcome.usage.exit()
    }
}
