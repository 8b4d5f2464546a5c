import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("dockgate policy lint")
    struct PolicyLintTests {
        @Test("the sample policies are in order")
        func samples() throws {
            let command = try Program.run("policy", "lint", Program.package + "/policies")
            #expect(command.status == 0)
            #expect(command.outputLines.count == 1)
            #expect(command.output.contains("policies, ") && command.output.contains("revision sha256:"))
        }

        private func brokenDirectory() throws -> Scratch {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: first}
                spec:
                  enforcement: refuse
                  checks:
                    - name: signed
                      signature: {by: nobody}

                """, to: "a.yaml")
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolcy
                metadata: {name: second}
                spec: {}
                ---
                apiVersion: dockgate.dev/v1
                kind: Attestor
                metadata: {name: third}
                spec:
                  cosign:
                    keys: [{file: absent.pub}]

                """, to: "b.yaml")
            try scratch.write("apiVersion: [\n", to: "c.yaml")
            return scratch
        }

        @Test("every mistake of a directory is told at once, each with file, line and column")
        func mistakes() throws {
            let scratch = try brokenDirectory()
            let command = try Program.run("policy", "lint", scratch.path)
            #expect(command.status == 2)
            for place in ["a.yaml:5:", "a.yaml:8:", "b.yaml:2:", "b.yaml:11:", "c.yaml:"] {
                let mistake = command.outputLines.first { $0.hasPrefix(scratch.path + "/" + place) }
                #expect(mistake?.contains(": error: ") == true, "nothing at \(place) in:\n\(command.output)")
            }
        }

        @Test("JSON names the same mistakes at the same places")
        func json() throws {
            let scratch = try brokenDirectory()
            let table = try Program.run("policy", "lint", scratch.path)
            let command = try Program.run("policy", "lint", scratch.path, "-o", "json")
            #expect(command.status == 2)
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["valid"]?.boolean == false)
            let lines = try #require(root["diagnostics"]).elements.map { diagnostic -> String in
                let file = diagnostic["file"]?.string ?? ""
                let line = diagnostic["line"]?.integer ?? 0
                let column = diagnostic["column"]?.integer ?? 0
                let severity = diagnostic["severity"]?.string ?? ""
                let message = diagnostic["message"]?.string ?? ""
                return "\(file):\(line):\(column): \(severity): \(message)"
            }
            #expect(lines == table.outputLines)
        }

        @Test("what loads and is not meant is a warning with an image that shows it, and no mistake")
        func warnings() throws {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: first}
                spec:
                  checks:
                    - trustedRegistries: ["registry.example.com/team*"]

                """, to: "a.yaml")
            let lint = try Program.run("policy", "lint", scratch.path)
            #expect(lint.status == 0)
            #expect(
                lint.outputLines.first?.hasPrefix("\(scratch.path)/a.yaml:6:27: warning: ") == true, "\(lint.output)")
            #expect(lint.outputLines.first?.contains("`registry.example.com/team-evil`") == true)
            // It is as the warning says, and the gate itself does not nag.
            let check = try Program.run("check", "--policies", scratch.path, "registry.example.com/team-evil")
            #expect(check.status == 0 && check.errors == "", "\(check.output)\(check.errors)")
        }

        @Test("P07: a directory without policies is a warning, and admits nothing")
        func empty() throws {
            let scratch = try Scratch()
            let lint = try Program.run("policy", "lint", scratch.path)
            #expect(lint.status == 0)
            #expect(
                lint.outputLines.first?.hasSuffix("there are no policies in this directory, so no image is admitted")
                    == true)
            let check = try Program.run("check", "--policies", scratch.path, "nginx:1.27")
            #expect(check.status == 1)
            #expect(check.output.contains("[not-vouched]"))
        }

        @Test("a directory that is not there is a mistake")
        func absent() throws {
            #expect(try Program.run("policy", "lint", Program.package + "/no-such-directory").status == 2)
        }

        @Test("instead of a directory the configuration that names one, and not both")
        func configuration() throws {
            let scratch = try Scratch()
            let file = try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: GateConfiguration
                metadata: {name: gate}
                spec:
                  policies: {directory: rules}

                """, to: "gate.yaml")
            try scratch.write("apiVersion: [\n", to: "rules/a.yaml")
            let named = try Program.run("policy", "lint", "--config", file)
            let direct = try Program.run("policy", "lint", scratch.path + "/rules")
            #expect(named.status == 2 && named.output == direct.output)
            for arguments in [["policy", "lint"], ["policy", "lint", scratch.path, "--config", file]] {
                let command = try Command.run(Program.path, arguments)
                #expect(command.status == 2 && command.errors.contains("give a directory of policies, or --config"))
            }
            let absent = try Program.run("policy", "lint", "--config", scratch.path + "/no.yaml")
            #expect(absent.status == 2 && absent.output.contains("/no.yaml:1:1: error: "))
        }

        @Test("on a terminal the line is shown with a mark, by lint and by what refuses to start with such policies")
        func terminal() throws {
            let scratch = try brokenDirectory()
            let gate = try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: GateConfiguration
                metadata: {name: gate}
                spec:
                  policies: {directory: .}
                  listen: {address: "127.0.0.1:8443", certificate: {file: tls.crt}, key: {file: tls.crt}}
                  audit: {directory: audit}

                """, to: "gate/gate.yaml")
            try scratch.write("", to: "gate/tls.crt")
            try scratch.write("", to: "gate/audit/.keep")
            try scratch.write(Scratch.text(scratch.path + "/a.yaml"), to: "gate/a.yaml")
            let shown = "  5 |   enforcement: refuse\n    |                ^\n"
            func output(_ stream: PseudoTerminal.Stream, _ arguments: String...) throws -> String {
                let terminal = try PseudoTerminal(for: stream)
                let command = try Command.run(
                    Program.path, arguments, environment: ["TERM": "xterm", "NO_COLOR": "1"], terminal: terminal)
                #expect(command.status == 2)
                return terminal.read()
            }
            #expect(try output(.output, "policy", "lint", scratch.path).contains(shown))
            #expect(try output(.errors, "check", "--policies", scratch.path, "nginx").contains(shown))
            #expect(try output(.errors, "serve", "--config", gate).contains(shown))
            let piped = try Program.run("policy", "lint", scratch.path)
            #expect(!piped.output.contains("^"))
        }

        @Test("several reports at once, and a code of one's own for warnings")
        func reports() throws {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: first}
                spec:
                  checks:
                    - trustedRegistries: ["registry.example.com/team*"]

                """, to: "rules/a.yaml")
            let sarif = scratch.path + "/a.sarif"
            let lint = try Program.run(
                "policy", "lint", scratch.path + "/rules", "-o", "sarif=\(sarif)", "-o", "github",
                "--warn-exit-code", "7")
            #expect(lint.status == 7)
            #expect(lint.output.hasPrefix("::warning file=") && lint.output.contains(",line=6,col=27,title="))
            let log = try JSONDocument(parsing: Scratch.bytes(sarif)).root
            #expect(log["runs"]?.elements.first { _ in true }?["results"]?.elements.map { $0 }.count == 1)
            try scratch.write("apiVersion: [\n", to: "rules/b.yaml")
            let broken = try Program.run("policy", "lint", scratch.path + "/rules", "--warn-exit-code", "7")
            #expect(broken.status == 2)
        }

        @Test(
            "hostile text of a policy never reaches the terminal as it is",
            arguments: ["table", "json", "sarif", "github"])
        func hostileText(format: String) throws {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: "\\e[2J\\x9b31m\\u202eevil\\n"}
                spec: {"enforcement\\e]0;title\\a\\u2066": deny, checks: []}

                """, to: "policy.yaml")
            let command = try Program.run("policy", "lint", scratch.path, "-o", format)
            #expect(command.status == 2)
            #expect(command.output.isHarmless && command.errors.isHarmless)
        }
    }
}
