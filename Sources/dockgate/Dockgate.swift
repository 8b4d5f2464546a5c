import ArgumentParser
import Logging

@main
struct Dockgate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dockgate",
        abstract: "Decide which container images may run, and prove it later.",
        discussion: """
            EXAMPLES
              dockgate check --policies policies -n prod registry.example.com/cart:1.2
              dockgate serve --config gate.yaml
              dockgate audit list --directory /var/lib/dockgate/audit --denied

            EXIT CODES
              0  allowed, verified, in order
              1  denied; for `audit verify`: tampered with
              2  usage or configuration, a policy that does not load
              3  undetermined: it could not be looked at; for `audit verify`: unreadable
              4  internal error
            """,
        version: Version.number,
        subcommands: [
            ServeCommand.self, CheckCommand.self, VerifyCommand.self, TreeCommand.self, TrustCommand.self,
            VerifyBundleCommand.self, TUFClientCommand.self, InspectCommand.self, PolicyCommand.self,
            ExceptionsCommand.self, AuditCommand.self,
            ExplainCommand.self, CertsCommand.self, CompletionCommand.self,
            ManCommand.self, VersionCommand.self,
        ])

    static func main() async {
        StandardDescriptors.reserve()
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
            print(error.lines(on: .standardError), endingWith: .usage)
        case let error as RefusedInput:
            print([error.line.printable], endingWith: .denied)
        case _ where exitCode(for: error) == .success:
            // Help, or the version, which was asked for.
            do throws(UsageError) {
                try StandardOutput.write(fullMessage(for: error) + "\n")
            } catch {
                print(error.lines(on: .standardError), endingWith: .usage)
            }
            Outcome.allowed.exit()
        case _ where exitCode(for: error) == .validationFailure:
            print(fullMessage(for: error).split(separator: "\n").map { String($0).printable }, endingWith: .usage)
        default:
            print(["error: \(error)".printable], endingWith: .internalError)
        }
    }

    /// - Parameter lines: fit to be printed.
    private static func print(_ lines: [String], endingWith outcome: Outcome) -> Never {
        for line in lines { StandardError.write(line) }
        outcome.exit()
    }
}
