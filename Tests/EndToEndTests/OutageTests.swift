import Foundation
import TestSupport
import Testing

extension EndToEnd {
    @Suite("What the gate says when something is down")
    struct OutageTests {
        @Test("a registry that is down refuses as registry-unavailable, before the caller gives up")
        func registryDown() throws {
            let registry = "127.0.0.1:\(try FreePort.any())"
            try withGate(registry: registry) { gate, _ in
                let review = AdmissionReview.pod("\(registry)/shop/web:1.0")
                let answer = try gate.post(Array(review.json.utf8), timeout: "3s")
                #expect(answer.seconds < 3)
                let admission = try AdmissionAnswer(answer.body)
                #expect(!admission.isAllowed)
                #expect(admission.reason == "registry-unavailable", "\(admission.message)")
                // What needs no registry is decided as ever.
                #expect(try gate.ask(.pod("registry.example.com/shop/web:1.0")).reason == "source-untrusted")
                #expect(try gate.ask(.pod("\(registry)/shop/web:1.0", in: "playground")).isAllowed)
            }
        }

        @Test("a registry that never answers costs the caller's patience and no more")
        func registrySilent() async throws {
            try await withRegistrySimulator(isSilent: true) { registry in
                try withGate(registry: registry.authority) { gate, _ in
                    let review = AdmissionReview.pod("\(registry.authority)/shop/web:1.0")
                    let answer = try gate.post(Array(review.json.utf8), timeout: "2s")
                    #expect(answer.seconds < 2)
                    let admission = try AdmissionAnswer(answer.body)
                    #expect(!admission.isAllowed)
                    #expect(
                        ["deadline-exceeded", "registry-unavailable"].contains(admission.reason), "\(admission.message)"
                    )
                }
            }
        }

        @Test(
            "T16: a name service that is dead refuses within the caller's patience, and the others are answered",
            .enabled(if: MountNamespace.unshare != nil, "no program here can give a gate its own resolv.conf"))
        func deadNameService() throws {
            let registry = "registry.dockgate.example:5000"
            let silence = SilentNameService()
            let scratch = try Scratch()
            let file = try scratch.write("nameserver \(silence.address)\noptions timeout:5\n", to: "resolv.conf")
            let launcher = try #require(MountNamespace.launcher(replacing: "/etc/resolv.conf", by: file))
            try withGate(registry: registry, launcher: launcher) { gate, _ in
                for _ in 0..<2 {
                    let review = AdmissionReview.pod("\(registry)/shop/web:1.0")
                    let answer = try gate.post(Array(review.json.utf8), timeout: "2s")
                    #expect(answer.seconds < 2)
                    let admission = try AdmissionAnswer(answer.body)
                    #expect(!admission.isAllowed)
                    #expect(
                        ["registry-unavailable", "deadline-exceeded"].contains(admission.reason), "\(admission.message)"
                    )
                }
                // What needs no name is decided as ever.
                #expect(try gate.ask(.pod("\(registry)/shop/web:1.0", in: "playground")).isAllowed)
            }
        }

        @Test("T14: SIGTERM waits for the answer that is under way")
        func draining() async throws {
            try await withRegistrySimulator(isSilent: true) { registry in
                try withGate(registry: registry.authority) { gate, _ in
                    let scratch = try Scratch()
                    let review = AdmissionReview.pod("\(registry.authority)/shop/web:1.0")
                    let call = try RunningCommand(
                        "curl",
                        gate.curl + [
                            "-H", "Content-Type: application/json", "-d", review.json,
                            gate.origin + "/validate?timeout=3s",
                        ], scratch: scratch, name: "call")
                    usleep(1_000_000)
                    gate.askToEnd()
                    #expect(call.hasEnded(within: 10))
                    let answer = try AdmissionAnswer(Array(call.output.utf8))
                    #expect(answer.uid == review.uid)
                    #expect(!answer.isAllowed)
                    let shown = try Program.run(
                        "audit", "show", try #require(answer.decision), "--directory", gate.files.audit)
                    #expect(shown.status == 0)
                }
            }
        }

        @Test(
            "L01: a full disk refuses as audit-unavailable; with space again, everything goes on and verifies",
            .enabled(if: SmallDisk.isAvailable, "no program here can fill a disk"))
        func fullDisk() throws {
            let disk = try #require(SmallDisk.available)
            try withGate(launcher: disk.launcher) { gate, stage in
                #expect(try gate.ask(.pod(stage.signed)).isAllowed)
                try disk.fill(gate)
                // The last page of the log may have room for a few records.
                var refused = try gate.ask(.pod(stage.signed))
                for _ in 0..<20 where refused.isAllowed { refused = try gate.ask(.pod(stage.signed)) }
                #expect(!refused.isAllowed)
                #expect(refused.reason == "audit-unavailable", "\(refused.message)")
                #expect(refused.head == nil)
                #expect(gate.isRunning)
                #expect(try !gate.isReady())
                try disk.makeRoom(gate)
                #expect(try eventually { try gate.isReady() })
                let allowed = try gate.ask(.pod(stage.signed))
                #expect(allowed.isAllowed, "\(allowed.message)")
                let verified = try Program.run(
                    "audit", "verify", "--directory", disk.audit(of: gate), "--head", try #require(allowed.head))
                #expect(verified.status == 0, "\(verified.output)")
            }
        }
    }
}
