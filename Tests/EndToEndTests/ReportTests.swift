import Foundation
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    @Suite("What dockgate check reports, and where")
    struct ReportTests {
        let stage: Stage
        let files: GateFiles

        init() throws {
            stage = try Stage.current()
            files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            try files.scratch.write(
                """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: prod-shop}
                spec:
                  template:
                    spec:
                      containers:
                        - name: web
                          image: \(stage.signed)
                        - name: sidecar
                          image: \(stage.unsigned)

                """, to: "deploy.yaml")
        }

        private var manifest: String { files.path("deploy.yaml") }

        private func check(
            _ arguments: [String], environment: [String: String] = [:], terminal: PseudoTerminal? = nil
        ) throws -> Command {
            try Command.run(
                Program.path, ["check", "--config", files.configuration] + arguments, environment: environment,
                terminal: terminal)
        }

        private func json(_ text: some StringProtocol) throws -> JSONValue {
            try JSONDocument(parsing: Array(text.utf8)).root
        }

        // MARK: - Formats

        @Test("all formats at once, of one decision: each in its file, and one on standard output")
        func allAtOnce() throws {
            let formats = ["plain", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown"]
            let outputs = formats.flatMap { ["-o", "\($0)=\(files.path("report.\($0)"))"] }
            let command = try check(["-f", manifest] + outputs + ["-o", "table"])
            #expect(command.status == 1)
            #expect(command.outputLines.last?.hasPrefix("2 images, 1 allowed, 1 denied in ") == true)
            func report(_ format: String) -> String { Scratch.text(files.path("report.\(format)")) }

            let plain = report("plain").split(separator: "\n").map {
                $0.split(separator: "\t", omittingEmptySubsequences: false)
            }
            #expect(plain.map { $0[0] } == ["ALLOW", "DENY"])
            #expect(plain.map { $0[3] } == ["\(manifest):9", "\(manifest):11"])
            let images = try json(report("json"))["images"]?.elements.map { $0 } ?? []
            #expect(images.map { $0["object"]?.string } == ["Deployment prod-shop/web", "Deployment prod-shop/web"])
            #expect(report("jsonl").split(separator: "\n").count == 2)
            let result = try #require(
                try json(report("sarif"))["runs"]?.elements.first { _ in true }?["results"]?.elements.first { _ in true
                })
            #expect(result["ruleId"]?.string == "signature-missing")
            let location = result["locations"]?.elements.first { _ in true }?["physicalLocation"]
            #expect(location?["region"]?["startLine"]?.integer == 11)
            #expect(
                report("junit").contains("<testsuites name=\"dockgate check\" tests=\"2\" failures=\"1\" errors=\"0\""))
            #expect(
                report("github").contains("\n2 images") && report("github").contains(",line=11,title=dockgate%3A sig"))
            let issues = try json(report("gitlab")).elements.map { $0 }
            #expect(issues.map { $0["location"]?["lines"]?["begin"]?.integer } == [11])
            #expect(report("markdown").contains("| ❌ DENY | `\(stage.unsigned)` |"))
        }

        @Test(
            "with files only, standard output stays empty; and the same report goes to standard output where it is asked for"
        )
        func standardOutput() throws {
            let file = files.path("only.sarif")
            let silent = try check(["-f", manifest, "-o", "sarif=\(file)"])
            #expect(silent.status == 1 && silent.output == "" && silent.errors == "")
            let spoken = try check(["-f", manifest, "-o", "sarif"])
            #expect(try json(spoken.output)["version"]?.string == "2.1.0")
            #expect(spoken.output.split(separator: "\n").count == 1)
        }

        @Test("an existing report is replaced as a whole, and nothing else is left beside it")
        func replaced() throws {
            let scratch = try Scratch()
            let file = try scratch.write(String(repeating: "old\n", count: 100_000), to: "report.json")
            #expect(try check(["-n", "playground", stage.unsigned, "-o", "json=\(file)"]).status == 0)
            #expect(try json(Scratch.text(file))["allowed"]?.boolean == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["report.json"])
        }

        @Test("a report that cannot be written is a mistake that names the file, and leaves nothing behind")
        func unwritable() throws {
            let scratch = try Scratch()
            try scratch.write("", to: "directory/inside")
            let target = try scratch.write("not ours", to: "target")
            let link = scratch.path + "/link"
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: target)
            for path in ["\(scratch.path)/absent/report", "\(scratch.path)/directory", link, "/dev/null"] {
                let command = try check(["-n", "playground", stage.unsigned, "-o", "json=\(path)"])
                #expect(command.status == 2)
                #expect(command.errorLines.count == 1)
                #expect(command.errors.contains("`\(path)`"), "\(command.errors)")
            }
            let other = "\(scratch.path)/directory/report"
            let command = try check(
                ["-n", "playground", stage.unsigned, "-o", "json=\(link)", "-o", "plain=\(other)", "-o", "table"])
            #expect(command.status == 2 && command.errorLines.count == 1)
            #expect(command.output.hasPrefix("ALLOW  ") && Scratch.text(other).hasPrefix("ALLOW\t"))
            #expect(Scratch.text(target) == "not ours")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: scratch.path).sorted() == [
                    "directory", "link", "target",
                ])
        }

        @Test("`--warn-exit-code` tells that something warns, of which the exit code says nothing otherwise")
        func warnExitCode() throws {
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: no-moving-tags}
                spec: {enforcement: warn, checks: [{tags: {deny: ["1.0"]}}]}

                """, to: "policies/warn.yaml")
            #expect(try check(["-n", "prod-shop", stage.signed]).status == 0)
            let warned = try check(["-n", "prod-shop", stage.signed, "--warn-exit-code", "17"])
            #expect(warned.status == 17)
            #expect(warned.output.contains("warning: policy no-moving-tags"), "\(warned.output)")
            #expect(try check(["-n", "playground", stage.unsigned, "--warn-exit-code", "17"]).status == 0)
            #expect(try check(["-n", "prod-shop", stage.unsigned, "--warn-exit-code", "17"]).status == 1)
        }

        @Test(
            "hostile names and messages are harmless in every format",
            arguments: [
                "table", "plain", "json", "jsonl", "sarif", "junit", "github", "gitlab", "markdown",
            ])
        func hostile(format: String) throws {
            let text = #"::error file=a,line=1::\e[31m\r\n::set-output name=x::y %0A`|<script>[a](http://b) ##[group]"#
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: hostile}
                spec:
                  enforcement: deny
                  checks: [{tags: {deny: [latest]}, message: "\(text)"}]

                """, to: "policies/hostile.yaml")
            let manifest = """
                apiVersion: v1
                kind: Pod
                metadata: {name: "\(text)", namespace: playground}
                spec:
                  containers:
                    - {name: a, image: "\(text)"}
                    - {name: b, image: "\(stage.image("latest"))"}

                """
            let file = try files.scratch.write(manifest, to: "::error::\u{1b}[31m,=1.yaml")
            let command = try check(["-f", file, "-o", format])
            #expect(command.status == 1, "\(command.errors)")
            let report = command.output.replacing("\t", with: "")
            #expect(report.isHarmless && command.errors.isHarmless)
            #expect(!report.contains("##["))
            for line in report.split(separator: "\n") where line.drop(while: \.isWhitespace).hasPrefix("::") {
                #expect(format == "github" && line.hasPrefix("::error file="), "\(line)")
            }
        }

        @Test("a mistake whose place is called like a workflow command is none")
        func hostilePlace() throws {
            let file = try files.scratch.write("kind: [", to: "broken.yaml")
            let link = "::error::broken.yaml"
            let command = try Command.run(
                "sh",
                ["-c", "cd \"$1\" && ln -s \"$2\" \"$3\" && exec \"$0\" check --config \"$4\" -f \"$3\""]
                    + [files.scratch.path, file, link, files.configuration].map { $0 }, environment: [:])
            #expect(command.status != 0)
            #expect(!command.errors.hasPrefix("::"), "\(command.errors)")
        }

        // MARK: - Terminals

        @Test("only a terminal gets colour, with symbol and word; `NO_COLOR` and `TERM=dumb` turn it off")
        func colour() throws {
            func shown(_ environment: [String: String]) throws -> String {
                let terminal = try PseudoTerminal(for: .output)
                let command = try check(["-f", manifest], environment: environment, terminal: terminal)
                #expect(command.status == 1)
                return terminal.read()
            }
            let coloured = try shown(["TERM": "xterm", "NO_COLOR": ""])
            #expect(coloured.hasPrefix("\u{1b}[1;32m✓ ALLOW\u{1b}[0m  \(stage.signed)"), "\(coloured)")
            #expect(coloured.contains("\n\u{1b}[1;31m✗ DENY\u{1b}[0m   \(stage.unsigned)"))
            for environment in [["TERM": "xterm", "NO_COLOR": "1"], ["TERM": "dumb", "NO_COLOR": ""]] {
                let plain = try shown(environment)
                #expect(plain.isHarmless)
                #expect(plain.hasPrefix("✓ ALLOW  \(stage.signed)") && plain.contains("\n✗ DENY   \(stage.unsigned)"))
            }
            #expect(try check(["-f", manifest], environment: ["TERM": "xterm"]).output.hasPrefix("ALLOW  "))
        }

        @Test("a slow check tells on a terminal how far it is, on a line that is gone at the end")
        func progress() async throws {
            try await withRegistrySimulator(isSilent: true) { registry in
                let files = try GateFiles(registry: registry.authority, releaseKey: stage.releaseKey)
                let image = "\(registry.authority)/shop/web:1.0"
                func shown(_ options: [String], environment: [String: String] = ["TERM": "xterm"]) throws -> String {
                    let terminal = try PseudoTerminal(for: .errors)
                    let command = try Command.run(
                        Program.path,
                        ["check", "--config", files.configuration, "-n", "prod-shop", "--timeout", "1", image]
                            + options,
                        environment: environment, terminal: terminal)
                    #expect(command.status == 3)
                    #expect(command.output.hasPrefix("DENY   \(image)"), "\(command.output)")
                    return terminal.read()
                }
                let told = try shown([])
                #expect(told.contains("\rchecked 0 of 1, now \(image)\u{1b}[K"), "\(told.debugDescription)")
                #expect(told.hasSuffix("\r\u{1b}[K"), "\(told.debugDescription)")
                #expect(!told.contains("\n"))
                #expect(try shown(["-q"]) == "")
                #expect(try shown([], environment: ["TERM": "dumb"]) == "")
            }
        }

        @Test("a quick check says nothing on a terminal, and none says anything where there is no terminal")
        func noProgress() throws {
            let terminal = try PseudoTerminal(for: .errors)
            let arguments = ["-n", "prod-shop", "registry.example.com/a:1"]
            #expect(try check(arguments, environment: ["TERM": "xterm"], terminal: terminal).status == 1)
            #expect(terminal.read() == "")
            #expect(try check(arguments, environment: ["TERM": "xterm"]).errors == "")
        }

        @Test("`--quiet` leaves warnings of policies out, and mistakes in")
        func quiet() throws {
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: Exemption
                metadata: {name: system}
                spec: {namespaces: [kube-system], because: it must start, owner: platform, reviewBy: 2001-01-01}

                """, to: "policies/exemption.yaml")
            #expect(try check(["-n", "playground", stage.unsigned]).errors.contains("`reviewBy` is past"))
            #expect(try check(["-n", "playground", stage.unsigned, "--quiet"]).errors == "")
            #expect(try check(["-q", "-f", files.path("absent.yaml")]).errorLines.count == 1)
        }
    }
}
