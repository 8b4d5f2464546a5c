import Foundation
import StrictJSON
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A trusted root that lies at a mirror")
    struct TrustedRootMirrorTests {
        @Test("it is fetched once for two attestors, kept, and enough to start without a network")
        func offlineStart() async throws {
            try await withMirroredGate { (world) throws in
                try world.publish()
                try world.serve { (gate) throws in
                    #expect(try eventually { try gate.ask(world.image).isAllowed }, "\(gate.log)")
                    #expect(world.askedTimes == 1)
                    let told = try gate.readiness()
                    #expect(told.contains("[+]trusted-roots ok: `trusted_root.json` of `"), "\(told)")
                    #expect(told.contains("` is trusted (root 1, timestamp 2, snapshot 2, targets 2)"), "\(told)")
                    #expect(told.contains("expires at 2040-01-01T00:00:00Z, refreshed at "), "\(told)")
                    #expect(!told.contains("WARNING"), "\(told)")
                }
                world.takeAway()
                try world.serve { (gate) throws in
                    #expect(try gate.ask(world.image).isAllowed, "\(gate.log)")
                    #expect(try eventually { try gate.readiness().contains("it is not: `127.0.0.1:") })
                    #expect(try gate.ask(world.image).isAllowed)
                }
            }
        }

        @Test("another root that the mirror publishes counts without a restart, for the same images, and is a record")
        func rotation() async throws {
            try await withMirroredGate { (world) throws in
                try world.publish()
                try world.serve { (gate) throws in
                    #expect(try eventually { try gate.ask(world.image).isAllowed }, "\(gate.log)")
                    let first = try gate.ask(world.image).annotations["policy-revision"]
                    let former = world.repository.root.keys
                    world.repository.root.keys = try SimulatedTUFRepository.keys(3)
                    world.repository.root.version = 2
                    try world.repository.publishRoot(alsoBy: former)
                    try world.publishOther()
                    gate.hangUp()
                    #expect(try eventually { try !gate.ask(world.image).isAllowed })
                    let answer = try gate.ask(world.image)
                    #expect(answer.reason == "log-entry-invalid" || answer.reason == "certificate-invalid")
                    #expect(answer.annotations["policy-revision"] != first)
                    #expect(try gate.readiness().contains("(root 2, timestamp 3, "))
                    let list = try Program.run("audit", "list", "--directory", world.files.audit)
                    #expect(list.outputLines.contains { $0.hasSuffix("policy.exchange") }, "\(list.output)")
                    try world.publishOwn()
                    gate.hangUp()
                    #expect(try eventually { try gate.ask(world.image).isAllowed })
                    #expect(try gate.ask(world.image).annotations["policy-revision"] == first)
                }
            }
        }

        @Test("a mirror that lies changes nothing of what is trusted, and log and readiness say what is wrong")
        func lies() async throws {
            try await withMirroredGate { (world) throws in
                try world.publish()
                try world.serve { (gate) throws in
                    #expect(try eventually { try gate.ask(world.image).isAllowed }, "\(gate.log)")
                    world.repository.timestamp.signers = try SimulatedTUFRepository.keys(1)
                    try world.publishOther()
                    gate.hangUp()
                    let problem = "the mirror gives what is wrong: `timestamp.json`: found valid signatures by 0"
                    #expect(try eventually { try gate.readiness().contains(problem) })
                    #expect(gate.log.contains(problem), "\(gate.log)")
                    #expect(try gate.ask(world.image).isAllowed)
                }
            }
        }

        @Test("where nothing is kept and nobody answers it is undetermined; all else works, and an answer mends it")
        func nothing() async throws {
            try await withMirroredGate { (world) throws in
                world.takeAway()
                try world.serve { (gate) throws in
                    let answer = try gate.ask(world.image)
                    #expect(!answer.isAllowed && answer.reason == "trust-root-unavailable", "\(answer.message)")
                    #expect(answer.annotations["undetermined"] != nil)
                    #expect(answer.message.contains("see that the gate reaches `"), "\(answer.message)")
                    #expect(try gate.ask(world.unsigned, in: "shop").isAllowed)
                    #expect(try gate.readiness().contains("WARNING: `trusted_root.json` of `"))
                    world.simulator.clearFaults()
                    try world.publish()
                    gate.hangUp()
                    #expect(try eventually { try gate.ask(world.image).isAllowed }, "\(gate.log)")
                }
            }
        }

        @Test(
            "what has expired and cannot be renewed is undetermined, after an alarm, also while newer documents are broken"
        )
        func expiry() async throws {
            try await withMirroredGate { (world) throws in
                let end = MirroredGate.time(in: 8)
                world.repository.timestamp.expires = end
                try world.publish()
                try world.serve { (gate) throws in
                    #expect(try eventually { try gate.ask(world.image).isAllowed }, "\(gate.log)")
                    #expect(gate.log.contains("`: `timestamp.json` expires at \(end)"), "\(gate.log)")
                    #expect(try gate.readiness().contains("WARNING: `timestamp.json` expires at \(end)"))
                    world.takeAway()
                    try world.files.scratch.write("kind: [\n", to: "policies/mirror.yaml")
                    #expect(try eventually { try gate.ask(world.image).reason == "trust-root-expired" }, "\(gate.log)")
                    let answer = try gate.ask(world.image)
                    #expect(answer.annotations["undetermined"] != nil)
                    #expect(answer.message.contains("`timestamp.json` expired at \(end)"), "\(answer.message)")
                    #expect(try gate.readiness().contains("counts no more: `timestamp.json` expired at \(end)"))
                    world.simulator.clearFaults()
                    world.repository.timestamp.expires = SimulatedTUFRepository.later
                    try world.publish()
                    gate.hangUp()
                    #expect(try eventually { try gate.ask(world.image).isAllowed }, "\(gate.log)")
                }
            }
        }

        @Test("people who have to sign anew are told two weeks before")
        func alarm() async throws {
            try await withMirroredGate { (world) throws in
                let end = MirroredGate.time(in: 13 * 86_400)
                world.repository.targets.expires = end
                try world.publish()
                try world.serve { (gate) throws in
                    let alarm =
                        "`trusted_root.json` of `\(world.simulator.origin)/tuf`: `targets.json` expires at \(end)"
                    #expect(eventually { gate.log.contains(alarm) }, "\(gate.log)")
                    #expect(try gate.readiness().contains("WARNING: `targets.json` expires at \(end)"))
                    #expect(try eventually { try gate.ask(world.image).isAllowed })
                }
            }
        }

        @Test("a target that is no trusted root is undetermined, says so, and keeps no gate from starting")
        func unusable() async throws {
            try await withMirroredGate { (world) throws in
                world.repository.content["trusted_root.json"] = Array("{}".utf8)
                try world.publish()
                try world.serve { (gate) throws in
                    #expect(
                        try eventually { try gate.ask(world.image).message.contains("it is no trusted root: ") },
                        "\(gate.log)")
                    #expect(try gate.ask(world.image).reason == "trust-root-unavailable")
                    #expect(try gate.ask(world.unsigned, in: "shop").isAllowed)
                }
            }
        }

        @Test("`check` asks the mirror and keeps nothing; what it cannot find out ends with 3")
        func check() async throws {
            try await withMirroredGate { (world) throws in
                try world.publish()
                let arguments = ["check", "--config", world.files.configuration, "-n", "mirrored", world.image]
                let allowed = try Command.run(Program.path, arguments)
                #expect(allowed.status == 0, "\(allowed.output)\(allowed.errors)")
                #expect(!FileManager.default.fileExists(atPath: world.files.path("state")))
                world.takeAway()
                let undetermined = try Command.run(Program.path, arguments)
                #expect(undetermined.status == 3)
                #expect(undetermined.output.contains("trust-root-unavailable"), "\(undetermined.output)")
            }
        }

        @Test(
            "`policy lint`, `explain`, `test` and `diff` ask nobody; a pinned root that is none is told where it stands"
        )
        func offlineCommands() async throws {
            try await withMirroredGate { (world) throws in
                let policies = world.files.policies
                try world.files.scratch.write(
                    """
                    apiVersion: dockgate.dev/v1
                    kind: PolicyTests
                    metadata: {name: mirror}
                    spec:
                      defaults:
                        time: 2026-11-26
                        namespace: mirrored
                        digest: "sha256:\(String(repeating: "0", count: 64))"
                      cases:
                        - name: signed by both
                          image: "\(world.image)"
                          evidence: {signatures: [workflow, other-workflow]}
                          expect: {verdict: allow}
                        - name: the mirror is away
                          image: "\(world.image)"
                          evidence:
                            signatures:
                              - {by: workflow, undetermined: trust-root-unavailable}
                              - {by: other-workflow, undetermined: trust-root-unavailable}
                          expect: {verdict: deny, reason: trust-root-unavailable}

                    """, to: "policies/mirror.tests.yaml")
                let lint = try Program.run("policy", "lint", policies)
                #expect(lint.status == 0, "\(lint.errors)\(lint.output)")
                let tests = try Program.run("policy", "test", policies)
                #expect(tests.status == 0, "\(tests.errors)\(tests.output)")
                let explained = try Program.run("policy", "explain", policies)
                #expect(explained.output.contains("`trusted_root.json` of `\(world.simulator.origin)/tuf`"))
                let diff = try Program.run("policy", "diff", policies, policies)
                #expect(diff.status == 0, "\(diff.errors)")
                #expect(world.simulator.requests.isEmpty)

                var forged = world.repository
                forged.root.signers = try SimulatedTUFRepository.keys(3)
                try forged.publishRoot()
                try world.files.scratch.write(forged.pinnedRoot, to: "policies/root.json")
                let mistaken = try Program.run("policy", "lint", policies)
                #expect(mistaken.status == 2)
                #expect(mistaken.output.contains("`root.json` is no root metadata that can be believed: "))
                #expect(mistaken.output.contains("found valid signatures by 0 of the role's keys, expected 2"))
            }
        }
    }
}
