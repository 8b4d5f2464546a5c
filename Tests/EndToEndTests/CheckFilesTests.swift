import Foundation
import OCI
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    @Suite("dockgate check on Dockerfiles and Compose files")
    struct CheckFilesTests {
        let stage: Stage
        let files: GateFiles

        init() throws {
            stage = try Stage.current()
            files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
        }

        private func check(_ arguments: String..., input: String = "") throws -> Command {
            try Command.run(
                Program.path, ["check", "--config", files.configuration, "-n", "prod-shop"] + arguments,
                input: Array(input.utf8))
        }

        /// What was judged, as `WORD PLACE`.
        private func verdicts(_ command: Command) -> [String] {
            command.outputLines.dropLast().filter { !$0.hasPrefix(" ") }.map { line in
                let words = line.split(separator: " ")
                return "\(words.first ?? "") \(words.last ?? "")"
            }
        }

        @Test("each image of a Dockerfile is judged at its line, stages are not")
        func dockerfile() throws {
            let file = try files.scratch.write(
                """
                # syntax=\(stage.signed)
                ARG TAG=1.0
                FROM \(stage.registry)/\(Stage.path):${TAG} AS build
                RUN <<EOF
                FROM not/an/image
                EOF
                COPY --from=\(stage.unsigned) /a /a
                FROM build
                COPY --from=build /a /a

                """, to: "Dockerfile")
            let command = try check("-f", file)
            #expect(command.status == 1)
            #expect(verdicts(command) == ["ALLOW \(file):1", "ALLOW \(file):3", "DENY \(file):7"])
            #expect(command.errorLines.contains("\(file):3: warning: `TAG` is not given, its default `1.0` counts"))
            let given = try check("-f", file, "--build-arg", "TAG=1.1")
            #expect(verdicts(given) == ["ALLOW \(file):1", "DENY \(file):3", "DENY \(file):7"])
            #expect(given.errorLines.count == 1, "\(given.errors)")
        }

        @Test("each image of a Compose file is judged at its line, and what names none is told")
        func compose() throws {
            let file = try files.scratch.write(
                """
                services:
                  web:
                    image: ${REGISTRY}/\(Stage.path):${TAG:-1.0}
                  api:
                    build: ./api
                  worker:
                    image: \(stage.unsigned)

                """, to: "compose.yaml")
            let environment = try files.scratch.write("REGISTRY=\(stage.registry)\n", to: "prod.env")
            let command = try check("-f", file, "--env-file", environment)
            #expect(command.status == 1)
            #expect(verdicts(command) == ["ALLOW \(file):3", "DENY \(file):7"])
            #expect(
                command.errorLines == [
                    "\(file):3:12: warning: `TAG` is not given, its default `1.0` counts",
                    "\(file):5:12: warning: the service `api` is built and names no image, so none is judged: check its Dockerfile, and the image once it has a name",
                ])
            let unknown = try check("-f", file)
            #expect(unknown.status == 2)
            #expect(unknown.output == "")
            #expect(unknown.errors.hasPrefix("\(file):3:12: error: "), "\(unknown.errors)")
            #expect(unknown.errors.contains("uses `REGISTRY`, which has no value"))
            let later = try files.scratch.write("TAG=1.1\n", to: "later.env")
            #expect(
                verdicts(try check("-f", file, "--env-file", environment, "--env-file", later))
                    == ["DENY \(file):3", "DENY \(file):7"])
            let wrong = try files.scratch.write("TAG=1.1\n\nTAG: 2\n", to: "wrong.env")
            #expect(
                try check("-f", file, "--env-file", wrong).errors.hasPrefix("\(wrong):3: error: expected `NAME=value`"))
        }

        @Test("the environment of the process gives no variable its value")
        func environment() throws {
            let file = try files.scratch.write("services: {web: {image: '$HOME/a:1'}}\n", to: "compose.yaml")
            #expect(try check("-f", file).status == 2)
        }

        @Test("a file `.env` beside a Compose file is told where a default counts, and is not read")
        func environmentBeside() throws {
            let defaulted = "services: {web: {image: '\(stage.registry)/\(Stage.path):${TAG:-1.0}'}}\n"
            let file = try files.scratch.write(defaulted, to: "beside/compose.yaml")
            let place = "\(file):1:25: warning: `TAG` is not given, its default `1.0` counts"
            #expect(try check("-f", file).errorLines == [place])
            let environment = try files.scratch.write("TAG=1.1\n", to: "beside/.env")
            let told = try check("-f", file)
            #expect(told.status == 0)
            #expect(
                told.errorLines == [
                    place, "\(file): warning: `\(environment)` is not read: give it with --env-file if it counts",
                ])
            #expect(try check("-f", file, "--quiet").errors == "")
            let given = try check("-f", file, "--env-file", environment)
            #expect(given.status == 1)
            #expect(given.errors == "")
            let plain = try files.scratch.write("services: {web: {image: \"\(stage.signed)\"}}\n", to: "beside/b.yaml")
            #expect(try check("-f", plain).errors == "")
        }

        @Test("a file that Compose puts over another by itself is told, unless it is checked as well")
        func overrideBeside() throws {
            let base = "services: {web: {image: \"\(stage.signed)\"}}\n"
            let file = try files.scratch.write(base, to: "override/compose.yaml")
            let other = try files.scratch.write(base, to: "override/other.yaml")
            let over = try files.scratch.write(
                "services: {web: {ports: ['1:1']}, spy: {image: \"\(stage.unsigned)\"}}\n",
                to: "override/compose.override.yaml")
            let alone = try check("-f", file)
            #expect(alone.status == 0)
            #expect(
                alone.errorLines == [
                    "\(file): warning: `\(over)` is not read, which Compose puts over this file: check it as well"
                ])
            #expect(try check("-f", other).errors == "")
            let both = try check("-f", file, "-f", over)
            #expect(both.status == 1)
            #expect(both.errorLines.count == 1, "\(both.errors)")
            #expect(both.errors.contains("the service `web` has neither `image` nor `build`"))
        }

        @Test("a Compose file in which nothing names an image is a mistake and not an allow")
        func nothing() throws {
            let command = try check("-f", "-", input: "services: {api: {build: .}}\n")
            #expect(command.status == 2)
            #expect(command.errorLines.first?.hasPrefix("stdin:1:25: warning: the service `api` is built") == true)
            #expect(
                command.errorLines.last == "error: no service in `stdin` names an image, so there is none to judge")
            let scratch = try check("-f", "-", input: "FROM scratch\nCOPY . /\n")
            #expect(scratch.status == 0)
            #expect(scratch.errorLines == ["stdin: warning: names no image, so none is judged"])
        }

        @Test("the kind of a file is found by name and content, and can be said")
        func kinds() throws {
            let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: \"\(stage.signed)\"}]}\n"
            let dockerfile = "\u{feff}# a comment\n\nfrom \(stage.signed)\n"
            let compose = "services: {a: {image: \"\(stage.signed)\"}}\n"
            for input in [pod, dockerfile, compose, "\u{feff}from \(stage.signed)\n"] {
                #expect(try check("-f", "-", input: input).status == 0, "\(input)")
            }
            #expect(try check("-f", "-", "--kind", "compose", input: compose).status == 0)
            #expect(try check("-f", "-", "--kind", "dockerfile", input: dockerfile).status == 0)
            #expect(try check("-f", "-", "--kind", "kubernetes", input: pod).status == 0)
            #expect(
                try check("-f", "-", "--kind", "compose", input: pod).errors.hasPrefix(
                    "stdin:1:1: error: there are no `services`"))
            #expect(
                try check("-f", "-", "--kind", "kubernetes", input: compose).errors.hasPrefix(
                    "stdin:1:1: error: not a Kubernetes object"))
            #expect(try check("-f", "-", "--kind", "dockerfile", input: compose).status == 2)
            #expect(try check("-f", "-", "--kind", "archive", input: compose).status == 2)
            #expect(try check("-f", "-", "--kind", "tar", input: compose).status == 2)
            // Named like one, whatever is in it.
            let named = try files.scratch.write(compose, to: "prod.Dockerfile")
            #expect(try check("-f", named).errors.hasPrefix("\(named):1: error: `services:` is no instruction"))
            for both in ["apiVersion: v1\nkind: ConfigMap\n" + compose, compose + "kind: ConfigMap\napiVersion: v1\n"] {
                let command = try check("-f", "-", input: both)
                #expect(command.status == 2)
                #expect(command.errors.contains("say which with --kind"), "\(command.errors)")
            }
            let two = try check("-f", "-", input: compose + "---\n" + compose)
            #expect(
                two.errors.hasPrefix("stdin:3: error: a Compose file of several documents is not read"), "\(two.errors)"
            )
        }

        @Test("files of several kinds are judged together")
        func together() throws {
            let dockerfile = try files.scratch.write("FROM \(stage.signed)\n", to: "a/Dockerfile")
            let compose = try files.scratch.write("services: {a: {image: \"\(stage.unsigned)\"}}\n", to: "compose.yaml")
            let command = try check(stage.signed, "-f", dockerfile, "-f", compose)
            #expect(command.status == 1)
            #expect(command.outputLines.last?.hasPrefix("3 images, 2 allowed, 1 denied in ") == true)
        }

        @Test("with --audit the record says which file named the images")
        func recorded() throws {
            let log = files.path("check-audit")
            let file = try files.scratch.write("FROM \(stage.signed)\n", to: "Dockerfile")
            #expect(try check("-f", file, "--audit", log).status == 0)
            let listed = try Program.run("audit", "list", "--directory", log, "-o", "json")
            let record = try JSONDocument(parsing: Array(listed.output.utf8)).root
            #expect(record["target"]?["kind"]?.string == "Dockerfile")
            #expect(record["target"]?["name"]?.string == file)
            #expect(record["images"]?.elements.first { _ in true }?["path"]?.string == "FROM")
        }

        @Test("each report has the file and the line, and no object that is only a file")
        func reports() throws {
            let file = try files.scratch.write("FROM \(stage.signed)\nFROM \(stage.unsigned)\n", to: "Dockerfile")
            let json = try JSONDocument(parsing: Array(try check("-f", file, "-o", "json").output.utf8)).root
            let images = try #require(json["images"]).elements.map { $0 }
            #expect(images.map { $0["place"]?.string } == ["\(file):1", "\(file):2"])
            #expect(images.allSatisfy { $0["object"] == nil && $0["path"]?.string == "FROM" })
            let sarif = try check("-f", file, "-o", "sarif").output
            #expect(sarif.contains(#""startLine":2"#) && !sarif.contains(#""startLine":1"#))
            #expect(try check("-f", file, "-o", "github").output.contains("line=2"))
            #expect(try check("-f", file, "-o", "gitlab").output.contains(#""begin":2"#))
            #expect(try check("-f", file, "-o", "plain").outputLines.last?.contains("\t\(file):2\t") == true)
        }

        @Test(
            "options that mean nothing are mistakes",
            arguments: [
                ["--build-arg", "A"], ["--build-arg", "=1"], ["--build-arg", "A-B=1"], ["--as", "a b"], ["--as", ""],
                ["--as", "a@sha256:0000000000000000000000000000000000000000000000000000000000000000"],
                ["--as", "registry.example.com/a:1"],
            ])
        func misuse(arguments: [String]) throws {
            let command = try Command.run(
                Program.path, ["check", "--config", files.configuration, "-n", "a", stage.signed] + arguments)
            #expect(command.status == 2, "\(command.output)")
            #expect(command.output == "")
        }

        @Test("hostile text in a file never reaches the terminal as it is", arguments: ["table", "json"])
        func hostileText(format: String) throws {
            let hostile = "evil.example/a\u{1b}[31m\u{9b}2J\u{202e}b:1"
            for input in [
                "FROM \(hostile)\n", "FROM a\n\(hostile)\n", "FROM a AS \(hostile)\n", "ARG X='\(hostile)'\nFROM $X\n",
                "FROM a:$\(hostile)\n", "FROM a\nRUN <<\(hostile)\n", "# syntax=\(hostile)\nFROM a\n",
                "# escape=\(hostile)\nFROM a\n",
            ] {
                let command = try check("-o", format, "-f", "-", "--kind", "dockerfile", input: input)
                #expect(command.status == 1 || command.status == 2)
                #expect(command.output.isHarmless && command.errors.isHarmless, "\(input)")
            }
            let quoted = #""evil.example/a\e[31m\x9b2J\u202e\nALLOW b:1""#
            for input in [
                "services: {web: {image: \(quoted)}}\n", "services: {\(quoted): {build: .}}\n",
                "services: {\(quoted): 7}\n", "services: {web: {image: \"${A:-\(quoted.dropFirst())}}}\n",
            ] {
                let command = try check("-o", format, "-f", "-", input: input)
                #expect(command.status == 1 || command.status == 2)
                #expect(command.output.isHarmless && command.errors.isHarmless, "\(input)")
                #expect(!command.outputLines.contains { $0.hasPrefix("ALLOW") })
            }
        }

        @Test("recorded Dockerfiles are read to the end")
        func recordings() throws {
            for file in try RecordedDockerfiles.files() {
                let command = try check("-f", file)
                #expect(command.status == 1, "\(file): \(command.errors)")
                #expect(command.outputLines.contains { $0.hasPrefix("DENY") })
            }
        }
    }
}

/// Dockerfiles as people write them. The folder is `DOCKGATE_RECORDED`, else `../shared/recorded` beside the package.
private enum RecordedDockerfiles {
    static func files() throws -> [String] {
        let recorded = ProcessInfo.processInfo.environment["DOCKGATE_RECORDED"]
        let folder =
            (recorded.map { URL(fileURLWithPath: $0) }
            ?? URL(fileURLWithPath: Program.package + "/../shared/recorded").standardizedFileURL)
            .appendingPathComponent("dockerfiles").path
        guard recorded != nil || FileManager.default.fileExists(atPath: folder) else {
            print("skipped: no recorded Dockerfiles; set DOCKGATE_RECORDED to the folder of recordings")
            return []
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
        try #require(!names.isEmpty)
        print("recorded Dockerfiles: \(names.count)/\(names.count)")
        return names.map { "\(folder)/\($0)" }
    }
}
