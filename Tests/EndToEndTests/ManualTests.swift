import Foundation
import Testing

extension EndToEnd {
    @Suite("Manual pages and completions")
    struct ManualTests {
        /// The commands below one, as its help lists them.
        private func subcommands(of command: [String]) throws -> [String] {
            let help = try Command.run(Program.path, command + ["--help"]).output
            guard let start = help.range(of: "SUBCOMMANDS:\n") else { return [] }
            return help[start.upperBound...].prefix { $0 != "\0" }.split(
                separator: "\n", omittingEmptySubsequences: false
            )
            .prefix { !$0.isEmpty }.filter { $0.hasPrefix("  ") && !$0.hasPrefix("   ") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        }

        private func commands(_ command: [String] = []) throws -> [[String]] {
            [command] + (try subcommands(of: command).flatMap { try commands(command + [$0]) })
        }

        @Test("there is a page for each command, and it names every option that the help names")
        func pages() throws {
            let scratch = try Scratch()
            let written = try Program.run("man", scratch.path + "/man1")
            #expect(written.status == 0, "\(written.errors)")
            let commands = try commands()
            #expect(commands.contains(["audit", "verify"]))
            let names = Set(commands.map { (["dockgate"] + $0).joined(separator: "-") + ".1" })
            #expect(Set(try FileManager.default.contentsOfDirectory(atPath: scratch.path + "/man1")) == names)
            #expect(Set(written.outputLines) == Set(names.map { "\(scratch.path)/man1/\($0)" }))
            for command in commands {
                let name = (["dockgate"] + command).joined(separator: "-")
                let page = Scratch.text("\(scratch.path)/man1/\(name).1")
                #expect(page.hasPrefix(".TH \(name.uppercased().replacing("-", with: "\\-")) 1 "), "\(page.prefix(80))")
                for section in ["NAME", "SYNOPSIS", "EXAMPLES", "OPTIONS", "SEE ALSO"] {
                    #expect(page.contains("\n.SH \(section)\n"), "\(name) has no \(section)")
                }
                let help = try Command.run(Program.path, command + ["--help"]).output
                for option in help.matches(of: /(?m)^  (?:-[a-z], )?(--[a-z-]+)/) {
                    let text = String(option.output.1).replacing("-", with: "\\-")
                    #expect(page.contains("\\fB\(text)\\fR"), "\(name) does not name \(option.output.1)")
                }
                #expect(!page.split(separator: "\n").contains { $0.hasPrefix("'") }, "\(name)")
            }
        }

        @Test(
            "groff has nothing to say against a page", .enabled(if: Command.exists("groff"), "groff is not installed"))
        func groff() throws {
            let scratch = try Scratch()
            let pages = try Program.run("man", scratch.path + "/man1").outputLines
            #expect(!pages.isEmpty)
            for page in pages {
                let command = try Command.run("groff", ["-man", "-ww", "-z", "-Tutf8", page])
                #expect(command.status == 0 && command.errors == "", "\(page): \(command.errors)")
            }
        }

        @Test("pages are written anew over older ones, and not where they cannot be")
        func again() throws {
            let scratch = try Scratch()
            let page = try scratch.write("old", to: "man1/dockgate.1")
            #expect(try Program.run("man", scratch.path + "/man1").status == 0)
            #expect(Scratch.text(page).hasPrefix(".TH DOCKGATE 1 "))
            let refused = try Program.run("man", page)
            #expect(refused.status == 2)
            #expect(refused.errorLines.count == 1)
        }

        private func script(_ shell: String, in scratch: Scratch) throws -> String {
            let command = try Program.run("completion", shell)
            #expect(command.status == 0)
            return try scratch.write(command.output, to: "completion.\(shell)")
        }

        @Test("each shell that is here reads its script without a complaint", arguments: ["bash", "zsh", "fish"])
        func syntax(shell: String) throws {
            let scratch = try Scratch()
            let script = try script(shell, in: scratch)
            #expect(Scratch.text(script).contains("dockgate"))
            guard Command.exists(shell) else {
                print("\(shell) is not installed: its completions are not read by it")
                return
            }
            let command = try Command.run(shell, ["-n", script])
            #expect(command.status == 0 && command.errors == "", "\(command.errors)")
        }

        @Test(
            "bash completes commands, options and the words that options take",
            .enabled(if: Command.exists("bash"), "bash is not installed"))
        func bash() throws {
            let scratch = try Scratch()
            let script = try script("bash", in: scratch)
            func completed(_ words: String...) throws -> [String] {
                let line = words.joined(separator: " ")
                let program = """
                    source "$0"; shopt -s extglob; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="\(line)"
                    COMP_POINT=${#COMP_LINE}; complete=$(complete -p dockgate); complete=${complete#*-F }
                    ${complete%% *} dockgate "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
                    printf '%s\\n' "${COMPREPLY[@]}"
                    """
                return try Command.run("bash", ["-c", program, script] + words).outputLines
            }
            #expect(try completed("dockgate", "ch").contains { $0.hasPrefix("check") })
            #expect(try completed("dockgate", "check", "--ca").contains { $0.hasPrefix("--ca-file") })
            #expect(try completed("dockgate", "check", "-o", "sa").contains { $0.hasPrefix("sarif") })
            #expect(try completed("dockgate", "completion", "f").contains { $0.hasPrefix("fish") })
        }

        @Test("another shell is a mistake that names those there are")
        func unknownShell() throws {
            let command = try Program.run("completion", "tcsh")
            #expect(command.status == 2)
            #expect(command.errors.contains("bash") && command.errors.contains("fish"), "\(command.errors)")
        }
    }
}
