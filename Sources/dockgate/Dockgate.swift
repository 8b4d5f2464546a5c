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
            ServeCommand.self, CheckCommand.self, InspectCommand.self, PolicyCommand.self, AuditCommand.self,
            ExplainCommand.self, CertsCommand.self, VersionCommand.self,
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
        switch error {
        case let outcome as Outcome:
            outcome.exit()
        case let error as UsageError:
            print(error.lines, endingWith: .usage)
        case let error as RefusedInput:
            print([error.line], endingWith: .denied)
        case _ where exitCode(for: error) == .success:
            exit(withError: error)
        case _ where exitCode(for: error) == .validationFailure:
            print(fullMessage(for: error).split(separator: "\n").map(String.init), endingWith: .usage)
        default:
            print(["error: \(error)"], endingWith: .internalError)
        }
    }

    private static func print(_ lines: [String], endingWith outcome: Outcome) -> Never {
        for line in lines { StandardError.write(line.printable) }
        outcome.exit()
    }
}
