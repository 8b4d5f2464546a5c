import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("A start that finds the policies broken")
    struct LastGoodPoliciesTests {
        private func files() throws -> (GateFiles, Stage) {
            let stage = try Stage.current()
            return (try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey), stage)
        }

        /// Runs `body` with a gate on these files, which are there before and afterwards.
        private func serve<Value>(
            _ files: GateFiles, _ stage: Stage, _ body: (GateProcess) throws -> Value
        ) throws -> Value {
            let gate = try GateProcess(files, registry: stage.registry)
            let result = Result { try body(gate) }
            #expect(gate.end() == 0, "\(gate.log)")
            return try result.get()
        }

        private func readiness(_ gate: GateProcess) throws -> String {
            let command = try Command.run("curl", gate.curl + ["-f", gate.origin + "/readyz?verbose"])
            #expect(command.status == 0, "\(command.output)")
            return command.output
        }

        private func revision(_ gate: GateProcess, _ stage: Stage) throws -> String {
            try #require(try gate.ask(.pod(stage.signed)).annotations["policy-revision"])
        }

        private func records(_ files: GateFiles) throws -> [JSONValue] {
            try Program.run("audit", "list", "--directory", files.audit, "-o", "json").outputLines.map {
                try JSONDocument(parsing: Array($0.utf8)).root
            }
        }

        private let recall = """
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: recall}
            spec: {checks: [{forbid: {because: a recall}}]}

            """

        @Test(
            "it goes on with the set that was last in force, keys included, and says so everywhere; what is mended counts from then on, and the old set never comes back"
        )
        func restart() throws {
            let (files, stage) = try files()
            let first = try serve(files, stage) { try revision($0, stage) }

            try files.scratch.write("kind: [\n", to: "policies/broken.yaml")
            try FileManager.default.removeItem(atPath: files.policies + "/release.pub")
            try serve(files, stage) { gate in
                #expect(try revision(gate, stage) == first)
                #expect(try gate.ask(.pod(stage.signed)).isAllowed)
                #expect(try !gate.ask(.pod(stage.unsigned)).isAllowed)
                let told = try readiness(gate)
                #expect(told.contains("[+]policies ok: revision \(first), the last good set, saved "), "\(told)")
                #expect(told.contains("the documents do not load, see the log"), "\(told)")
                #expect(gate.log.contains("\(files.policies)/broken.yaml:"), "\(gate.log)")
                #expect(gate.log.contains("release.pub` does not exist"), "\(gate.log)")
                #expect(gate.log.contains("is in force until they are mended, revision \(first)"), "\(gate.log)")
                let record = try #require(try records(files).first { $0["code"]?.string == "POL03E" })
                #expect(record["policy"]?["set"]?.string == first)
                #expect(record["policy"]?["saved"]?.string != nil)
                #expect((record["problems"]?.count ?? 0) == 2)
                let list = try Program.run("audit", "list", "--directory", files.audit)
                #expect(list.outputLines.contains { $0.contains("  RELOAD  ") && $0.hasSuffix("policy.restore") })

                try files.scratch.write(stage.releaseKey, to: "policies/release.pub")
                try files.scratch.write(recall, to: "policies/broken.yaml")
                #expect(try eventually { try !gate.ask(.pod(stage.signed)).isAllowed })
                let mended = try readiness(gate)
                #expect(!mended.contains("last good") && !mended.contains("do not load"), "\(mended)")
            }

            try files.scratch.write("kind: [\n", to: "policies/gate.yaml")
            try serve(files, stage) { gate in
                let answer = try gate.ask(.pod(stage.signed))
                #expect(answer.reason == "forbidden")
                #expect(answer.annotations["policy-revision"] != first)
            }
            #expect(try Program.run("audit", "verify", "--directory", files.audit).status == 0)
        }

        @Test("a policy directory that is gone is a broken one; mended as it was, it counts as mended")
        func goneDirectory() throws {
            let (files, stage) = try files()
            let first = try serve(files, stage) { try revision($0, stage) }
            try FileManager.default.moveItem(atPath: files.policies, toPath: files.policies + ".away")
            try serve(files, stage) { gate in
                #expect(try revision(gate, stage) == first)
                #expect(gate.log.contains("the policy directory does not exist"), "\(gate.log)")
                try FileManager.default.moveItem(atPath: files.policies + ".away", toPath: files.policies)
                #expect(try eventually { try !readiness(gate).contains("last good") })
                #expect(try readiness(gate).contains("revision \(first), 1 loads have failed since the start"))
            }
        }

        @Test("without a saved set, and with one that is damaged, a gate does not start with broken documents")
        func nothingSaved() throws {
            let (files, stage) = try files()
            try serve(files, stage) { _ in }
            try files.scratch.write("kind: [\n", to: "policies/broken.yaml")
            let saved = files.path("state/last-good-policies")
            var bytes = Scratch.bytes(saved)
            #expect(bytes.count > 1_000)
            bytes[bytes.count - 1] ^= 1
            try files.scratch.write(bytes, to: "state/last-good-policies")
            let damaged = try Program.run("serve", "--config", files.configuration)
            #expect(damaged.status == 2)
            #expect(damaged.errors.contains("\(files.policies)/broken.yaml:2:1: error:"), "\(damaged.errors)")
            #expect(
                damaged.errors.contains("the saved policies: the file does not have the checksum"), "\(damaged.errors)")
            try FileManager.default.removeItem(atPath: saved)
            let nothing = try Program.run("serve", "--config", files.configuration)
            #expect(nothing.status == 2)
            #expect(nothing.errors.contains("\(files.policies)/broken.yaml:2:1: error:"), "\(nothing.errors)")
            #expect(!nothing.errors.contains("saved"), "\(nothing.errors)")
        }

        @Test("`state.directory` says where; what is kept there is its owner's alone, and `check` does not use it")
        func place() throws {
            var (files, stage) = try files()
            files.settings.specification = ["state: {directory: memory}"]
            let told = try serve(files, stage) { try readiness($0) }
            #expect(!told.contains("not kept"))
            let saved = files.path("memory/last-good-policies")
            #expect(!FileManager.default.fileExists(atPath: files.path("state")))
            let attributes = try FileManager.default.attributesOfItem(atPath: saved)
            #expect(attributes[.posixPermissions] as? Int == 0o600)
            #expect(Scratch.text(saved).contains("kind: ImagePolicy"))
            #expect(Scratch.text(saved).contains("-----BEGIN PUBLIC KEY-----"))
            try files.scratch.write("kind: [\n", to: "policies/broken.yaml")
            let check = try Program.run("check", "--config", files.configuration, stage.signed)
            #expect(check.status == 2, "\(check.output)")
        }

        @Test("a gate that cannot keep anything serves all the same, and says so")
        func noState() throws {
            var (files, stage) = try files()
            try files.scratch.write("a file", to: "occupied")
            files.settings.specification = ["state: {directory: occupied/state}"]
            try serve(files, stage) { gate in
                let (answer, told) = (try gate.ask(.pod(stage.signed)), try readiness(gate))
                #expect(answer.isAllowed)
                #expect(gate.log.contains("nothing is remembered between runs: cannot create"), "\(gate.log)")
                #expect(told.contains("not kept for the next start, see the log"), "\(told)")
            }
        }
    }
}
