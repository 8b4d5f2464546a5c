import Foundation
import Testing

extension EndToEnd {
    @Suite("Starts that must fail, and say why")
    struct StartTests {
        let files: GateFiles
        let stage: Stage

        init() throws {
            stage = try Stage.current()
            files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            try files.configure(registry: stage.registry, port: try FreePort.any())
        }

        private func serve() throws -> Command { try Program.run("serve", "--config", files.configuration) }

        @Test("a policy that does not load ends it with 2 and file:line:column")
        func brokenPolicy() throws {
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: broken}
                spec:
                  enforcment: deny
                  checks: []

                """, to: "policies/broken.yaml")
            let ended = try serve()
            #expect(ended.status == 2)
            #expect(ended.output == "")
            let mistake = try #require(ended.errorLines.first { $0.contains("enforcment") })
            #expect(mistake.contains("\(files.policies)/broken.yaml:5:3: error: "), "\(mistake)")
            #expect(mistake.contains("`enforcement`"), "the nearest word: \(mistake)")
        }

        @Test("a configuration that does not load ends it with 2 and file:line:column")
        func brokenConfiguration() throws {
            let text = Scratch.text(files.configuration).replacing("certs/tls.key", with: "certs/absent.key")
            try files.scratch.write(text, to: "gate.yaml")
            let ended = try serve()
            #expect(ended.status == 2)
            #expect(ended.errorLines.count == 1)
            #expect(ended.errors.hasPrefix("\(files.configuration):6:"), "\(ended.errors)")
        }

        @Test("two gates never write one log: the second ends with 2, the first goes on")
        func secondGate() throws {
            let first = try GateProcess(files, registry: stage.registry)
            defer { #expect(first.end() == 0) }
            try files.configure(registry: stage.registry, port: try FreePort.any())
            let second = try serve()
            #expect(second.status == 2)
            #expect(
                second.errors.contains("error: the audit log is already being written by process \(first.identifier)"))
            #expect(try first.ask(.pod(stage.signed)).isAllowed)
        }

        @Test("a port that is taken ends it with 2, and lets go of the log")
        func portTaken() throws {
            let first = try GateProcess(files, registry: stage.registry)
            defer { #expect(first.end() == 0) }
            let other = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            try other.configure(registry: stage.registry, port: first.port)
            let second = try Program.run("serve", "--config", other.configuration)
            #expect(second.status == 2)
            let mistake = try #require(second.errorLines.last)
            #expect(mistake == "error: cannot listen at `127.0.0.1:\(first.port)`: Address already in use")
            // Nothing was recorded, and another gate may have the log at once.
            let third = try GateProcess(other, registry: stage.registry)
            #expect(third.end() == 0)
        }
    }
}
