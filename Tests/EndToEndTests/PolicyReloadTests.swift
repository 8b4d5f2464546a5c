import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("Policies that change while the gate runs")
    struct PolicyReloadTests {
        private func refusing(_ check: String, name: String = "second") -> String {
            """
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: \(name)}
            spec: {checks: [{\(check)}]}

            """
        }

        private func revision(_ gate: GateProcess, _ stage: Stage) throws -> String {
            try #require(try gate.ask(.pod(stage.signed)).annotations["policy-revision"])
        }

        private func readiness(_ gate: GateProcess) throws -> String {
            let command = try Command.run("curl", gate.curl + ["-f", gate.origin + "/readyz?verbose"])
            #expect(command.status == 0, "a gate with old policies stays in service")
            return command.output
        }

        private func records(_ gate: GateProcess, code: String) throws -> [JSONValue] {
            try Program.run("audit", "list", "--directory", gate.files.audit, "-o", "json").outputLines.map {
                try JSONDocument(parsing: Array($0.utf8)).root
            }.filter { $0["code"]?.string == code }
        }

        @Test("on SIGHUP other policies are in force at once, for the same images, and the change is a record")
        func exchange() throws {
            try withGate { gate, stage in
                let first = try revision(gate, stage)
                try gate.files.scratch.write(refusing("forbid: {because: a recall}"), to: "policies/second.yaml")
                gate.hangUp()
                #expect(try eventually { try !gate.ask(.pod(stage.signed)).isAllowed })
                let answer = try gate.ask(.pod(stage.signed))
                #expect(answer.reason == "forbidden")
                let second = try #require(answer.annotations["policy-revision"])
                #expect(second != first)
                #expect(try readiness(gate).contains("[+]policies ok: revision \(second)\n"))
                let record = try #require(try records(gate, code: "POL01I").first)
                #expect(record["policy"]?["previous"]?.string == first)
                #expect(record["policy"]?["set"]?.string == second)
                let list = try Program.run("audit", "list", "--directory", gate.files.audit)
                #expect(list.outputLines.contains { $0.contains("  RELOAD  ") && $0.hasSuffix("policy.exchange") })
                #expect(try Program.run("audit", "verify", "--directory", gate.files.audit).status == 0)
            }
        }

        @Test(
            "P01: documents that do not load leave the policies in force as they are, and log, record, readiness say so"
        )
        func broken() throws {
            let head = "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: broken}\n"
            let broken = [
                "syntax": "apiVersion: [\n",
                "unknown field": head + "spec: {enforcment: deny, checks: [{digest: required}]}\n",
                "wrong type": head + "spec: {checks: {digest: required}}\n",
                "duplicate check": head + "spec: {checks: [{digest: required}, {digest: required}]}\n",
                "duplicate policy": refusing("digest: required", name: "known-registry"),
                "unknown version": head.replacing("v1", with: "v2") + "spec: {checks: [{digest: required}]}\n",
                "second document": refusing("digest: required") + "---\nkind: [\n",
            ]
            try withGate { gate, stage in
                let first = try revision(gate, stage)
                for (count, (fault, text)) in broken.enumerated() {
                    try gate.files.scratch.write(text, to: "policies/broken.yaml")
                    gate.hangUp()
                    let failures = "\(count + 1) loads have failed since the start"
                    #expect(try eventually { try readiness(gate).contains(failures) }, "\(fault)")
                    let told = try readiness(gate)
                    #expect(told.contains("the documents do not load, see the log"), "\(fault): \(told)")
                    #expect(try revision(gate, stage) == first, "\(fault)")
                    #expect(try gate.ask(.pod(stage.signed)).isAllowed, "\(fault)")
                    #expect(try !gate.ask(.pod(stage.unsigned)).isAllowed, "\(fault)")
                    #expect(gate.log.contains("revision \(first) stays in force"), "\(fault)")
                    #expect(gate.log.contains("\(gate.files.policies)/broken.yaml:"), "\(fault)")
                    #expect(try Program.run("policy", "lint", gate.files.policies).status == 2, "\(fault)")
                }
                let failures = try records(gate, code: "POL02E")
                #expect(failures.count == broken.count)
                #expect(
                    failures.allSatisfy { $0["policy"]?["set"]?.string == first && ($0["problems"]?.count ?? 0) > 0 })

                try gate.files.scratch.write(refusing("forbid: {because: a recall}"), to: "policies/broken.yaml")
                gate.hangUp()
                #expect(try eventually { try !gate.ask(.pod(stage.signed)).isAllowed })
                #expect(try !readiness(gate).contains("do not load"))
            }
        }

        @Test(
            "a change of the files is found without a signal, a broken one is told once, and a missing directory changes nothing"
        )
        func watching() throws {
            try withGate { gate, stage in
                let first = try revision(gate, stage)
                try gate.files.scratch.write("kind: [\n", to: "policies/broken.yaml")
                #expect(eventually { gate.log.contains("stays in force") })
                try FileManager.default.moveItem(atPath: gate.files.policies, toPath: gate.files.policies + ".away")
                #expect(eventually { gate.log.contains("the policy directory does not exist") })
                #expect(try revision(gate, stage) == first)
                try FileManager.default.moveItem(atPath: gate.files.policies + ".away", toPath: gate.files.policies)
                try gate.files.scratch.write(refusing("forbid: {because: a recall}"), to: "policies/broken.yaml")
                #expect(try eventually { try !gate.ask(.pod(stage.signed)).isAllowed })
                let told = gate.log.split(separator: "\n").count { $0.contains("expected a value here") }
                #expect(told == 1, "\(gate.log)")
            }
        }

        @Test("P06: a ConfigMap volume that is turned to other policies puts all of them in force, and none by halves")
        func configMap() throws {
            let stage = try Stage.current()
            let files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
            // As kubelet lays it out: `..data` is a link, and each file is one through it.
            let manager = FileManager.default
            try manager.moveItem(atPath: files.policies, toPath: files.path("first"))
            try manager.createDirectory(atPath: files.policies, withIntermediateDirectories: false)
            try manager.moveItem(atPath: files.path("first"), toPath: files.policies + "/..first")
            try manager.createSymbolicLink(atPath: files.policies + "/..data", withDestinationPath: "..first")
            for name in ["gate.yaml", "release.pub", "second.yaml"] {
                try manager.createSymbolicLink(
                    atPath: files.policies + "/" + name, withDestinationPath: "..data/" + name)
            }
            try files.scratch.write("# nothing yet\n", to: "policies/..first/second.yaml")
            let gate = try GateProcess(files, registry: stage.registry)
            #expect(try gate.ask(.pod(stage.signed)).isAllowed)
            try manager.copyItem(atPath: files.policies + "/..first", toPath: files.policies + "/..second")
            try files.scratch.write(refusing("forbid: {because: a recall}"), to: "policies/..second/second.yaml")
            try manager.createSymbolicLink(atPath: files.policies + "/..data_tmp", withDestinationPath: "..second")
            #expect(rename(files.policies + "/..data_tmp", files.policies + "/..data") == 0)
            #expect(try eventually { try !gate.ask(.pod(stage.signed)).isAllowed })
            #expect(gate.end() == 0, "\(gate.log)")
        }
    }
}
