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
                [], ["serve"], ["check"], ["policy", "lint"], ["policy", "test"], ["audit", "list"], ["audit", "show"],
                ["audit", "verify"],
                ["certs", "create"], ["completion"], ["explain"], ["man"], ["version"], ["inspect"],
                ["inspect", "reference"], ["inspect", "manifest"], ["inspect", "certificate"], ["inspect", "bundle"],
                ["inspect", "entry"], ["inspect", "checkpoint"], ["inspect", "envelope"], ["inspect", "tuf"],
                ["verify"], ["tree"], ["trust"], ["trust", "inspect"], ["trust", "readiness"],
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
                ["verify", "nginx"], ["tree"], ["tree", "nginx", "--timeout", "0"], ["inspect", "tuf"],
                ["trust", "inspect"], ["trust", "readiness"], ["trust", "readiness", "--by", "a", "nginx"],
                ["check", "--policies", "a", "--config", "b", "nginx"], ["policy", "lint"],
                ["trust", "inspect"], ["trust", "inspect", "nginx", "--server", "http://notary.example.com"],
                ["trust", "readiness"], ["trust", "readiness", "nginx", "--by", "release-key"],
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

        /// Runs the program with its streams redirected as a shell does it.
        private func run(_ arguments: [String], _ redirection: String, input: String = "") throws -> Command {
            try Command.run(
                "sh", ["-c", #"exec "$0" "$@" \#(redirection)"#, Program.path] + arguments, input: Array(input.utf8))
        }

        @Test("what cannot be written to standard output is a mistake: half a report must not look like a whole one")
        func fullDisk() throws {
            for arguments in [
                ["version"], ["explain", "-o", "json"], ["completion", "bash"], ["inspect", "reference", "a"],
                ["--help"],
                ["check", "--help"], ["--version"],
            ] {
                let command = try run(arguments, ">/dev/full")
                #expect(command.status == 2)
                #expect(command.errorLines == ["error: cannot write to standard output: No space left on device"])
                #expect(try run(arguments, ">&-").errors.contains("cannot write to standard output"))
            }
        }

        @Test("a reader that does not read to the end is no mistake")
        func closedPipe() throws {
            let script = #"trap "" PIPE; { "$0" explain; echo $? >&2; } | :"#
            #expect(try Command.run("sh", ["-c", script, Program.path]).errors == "0\n")
        }

        @Test("what is meant for a stream that is closed gets into no file that took its number")
        func closedStreams() throws {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: Exemption
                metadata: {name: system}
                spec: {namespaces: [kube-system], because: it must start, owner: platform, reviewBy: 2001-01-01}

                """, to: "policies/exemption.yaml")
            let image = "registry.example.com/a@sha256:" + String(repeating: "0", count: 64)
            let check = ["check", "--policies", scratch.path + "/policies", "-n", "a"]
            let audit = scratch.path + "/audit"
            let command = try run(check + ["--audit", audit, image], "<&- >&- 2>&-")
            #expect(command.status == 2, "the report is written nowhere")
            let files = FileManager.default.enumerator(atPath: audit)?.compactMap { $0 as? String } ?? []
            #expect(files.contains("lock"))
            for file in files { #expect(!Scratch.text("\(audit)/\(file)").contains("warning"), "\(file)") }
            #expect(try Program.run("audit", "verify", "--directory", audit).status == 0)
            let input = try run(check + ["-f", "-"], "<&-")
            #expect(input.status == 2)
            #expect(input.errors.contains("`stdin` cannot be read: Bad file descriptor"), "\(input.errors)")
        }

        @Test("a file may be a pipe, as a shell's `<(…)` and /dev/stdin are")
        func pipes() throws {
            let script = #"{ sleep 0.2; echo "FROM scratch"; } | "$0" check --policies "$1" -f /dev/stdin"#
            let command = try Command.run("sh", ["-c", script, Program.path, Program.package + "/policies"])
            #expect(command.status == 0)
            #expect(command.outputLines.last?.hasPrefix("0 images") == true, "\(command.errors)")
            #expect(try Program.run("inspect", "certificate", "/dev/zero").errors.contains("neither a file nor a pipe"))
        }

        @Test("a reader who takes his time gets everything, also where writing to him does not wait")
        func slowReader() throws {
            let pipe = Pipe()
            let writing = pipe.fileHandleForWriting.fileDescriptor
            // 1031 is `F_SETPIPE_SZ`, a macro that Swift does not see.
            try #require(fcntl(writing, 1_031, 4_096) == 4_096 && fcntl(writing, F_SETFL, O_NONBLOCK) == 0)
            let process = Process()
            process.executableURL = URL(fileURLWithPath: Program.path)
            process.arguments = ["completion", "bash"]
            process.standardOutput = pipe
            try process.run()
            try? pipe.fileHandleForWriting.close()
            usleep(300_000)
            let output = try pipe.fileHandleForReading.readToEnd()
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(String(decoding: output ?? Data(), as: UTF8.self) == (try Program.run("completion", "bash").output))
        }

        @Test("--timeout holds for a pipe that brings nothing, too")
        func silentPipe() throws {
            let script = #"sleep 3 | "$0" check --policies "$1" --timeout 1 -f -"#
            let command = try Command.run("sh", ["-c", script, Program.path, Program.package + "/policies"])
            #expect(command.status == 3)
            #expect(command.errors.hasSuffix("error: `stdin` is not read to its end in time; --timeout gives more\n"))
        }

        @Test("hostile arguments never come back as they are")
        func hostileArguments() throws {
            let command = try Program.run("version", "\u{1b}[2J\u{9b}31m\u{202e}\nError: nothing")
            #expect(command.status == 2)
            #expect(command.errors.isHarmless)
        }
    }
}
