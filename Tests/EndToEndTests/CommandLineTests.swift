import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("The command line itself")
    struct CommandLineTests {
        @Test("version as JSON is JSON, and the same as --version")
        func version() throws {
            let json = try Program.run("version", "-o", "json")
            #expect(json.status == 0)
            let root = try JSONDocument(parsing: Array(json.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            let number = try #require(root["version"]?.string)
            #expect(try Program.run("version").output == "dockgate \(number)\n")
            #expect(try Program.run("--version").output == "\(number)\n")
        }

        @Test(
            "help is data, not a mistake",
            arguments: [
                [], ["serve"], ["check"], ["policy", "lint"], ["audit", "list"], ["audit", "show"],
                ["audit", "verify"],
                ["certs", "create"], ["completion"], ["explain"], ["man"], ["version"], ["inspect"],
                ["inspect", "reference"], ["inspect", "manifest"], ["inspect", "certificate"],
            ])
        func help(command: [String]) throws {
            let help = try Command.run(Program.path, command + ["--help"])
            #expect(help.status == 0)
            #expect(help.output.contains("USAGE: dockgate"))
            // Examples come first, each on a line of its own that is not broken.
            let lines = help.output.split(separator: "\n", omittingEmptySubsequences: false)
            let first = try #require(lines.firstIndex(of: "EXAMPLES"))
            #expect(lines[..<first].count { $0.isEmpty } == 1, "only the abstract comes before: \(help.output)")
            let examples = lines[(first + 1)...].prefix { !$0.isEmpty }
            #expect(!examples.isEmpty && examples.allSatisfy { $0.hasPrefix("  ") }, "\(help.output)")
            #expect(help.errors == "")
        }

        @Test(
            "what is unknown or missing is a mistake: exit 2, told on standard error only",
            arguments: [
                ["frobnicate"], ["--frobnicate"], ["version", "--frobnicate"], ["version", "-o", "xml"], ["serve"],
                ["audit", "verify"], ["audit", "list", "--directory", ".", "--limit", "0"], ["check", "nginx"],
                ["check", "--policies", "a", "--config", "b", "nginx"], ["policy", "lint"],
            ])
        func misuse(arguments: [String]) throws {
            let command = try Command.run(Program.path, arguments)
            #expect(command.status == 2)
            #expect(command.output == "")
            #expect(command.errors.hasPrefix("Error: "), "\(command.errors)")
            #expect(!command.errors.contains("(") || !command.errors.contains("Error("), "\(command.errors)")
        }

        @Test("each mistake is one line on standard error, without the names of types")
        func plainMistakes() throws {
            let scratch = try Scratch()
            let absent = scratch.path + "/absent"
            for arguments in [
                ["serve", "--config", absent], ["check", "--config", absent, "nginx"],
                ["check", "--policies", absent, "nginx"],
                [
                    "check", "--policies", Program.package + "/policies", "-n", "a", "--audit", absent + "/audit",
                    "nginx",
                ],
            ] {
                let command = try Command.run(Program.path, arguments)
                #expect(command.status == 2)
                #expect(command.errorLines.count == 1)
                #expect(command.errors.contains("error: "))
                #expect(!command.errors.contains("Error"), "\(command.errors)")
            }
        }

        @Test("hostile arguments never come back as they are")
        func hostileArguments() throws {
            let command = try Program.run("version", "\u{1b}[2J\u{9b}31m\u{202e}\nError: nothing")
            #expect(command.status == 2)
            #expect(command.errors.isHarmless)
        }
    }
}
