import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("Exceptions on the command line")
    struct ExceptionsCommandTests {
        private let scratch: Scratch

        /// One in force for `registry.example.com/pay/app` in `prod-pay`, that ends tomorrow.
        init() throws {
            scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: production}
                spec:
                  checks:
                    - trustedRegistries: ["registry.example.com/**"]
                    - tags: {deny: [latest]}
                ---
                apiVersion: dockgate.dev/v1
                kind: PolicyException
                metadata: {name: inc-4711}
                spec:
                  lifts: {policy: production, check: tags}
                  images: ["registry.example.com/pay/app"]
                  namespaces: [prod-pay]
                  owner: pay@example.com
                  approvedBy: security@example.com
                  reason: the fix ships on Monday
                  from: \(Self.time(-86_400))
                  expires: \(Self.time(86_400))
                ---
                apiVersion: dockgate.dev/v1
                kind: PolicyException
                metadata: {name: over}
                spec:
                  lifts: {policy: production, check: tags}
                  images: ["registry.example.com/**"]
                  owner: pay@example.com
                  approvedBy: security@example.com
                  reason: the fix ships on Monday
                  from: \(Self.time(-86_400 * 3))
                  expires: \(Self.time(-86_400))

                """, to: "policies/a.yaml")
        }

        private static func time(_ seconds: TimeInterval) -> String {
            Date().addingTimeInterval(seconds).formatted(.iso8601)
        }

        private func check(_ arguments: String...) throws -> Command {
            try Command.run(
                Program.path,
                ["check", "--policies", scratch.path + "/policies", "registry.example.com/pay/app"] + arguments)
        }

        @Test("what an exception lifts is allowed with a warning; elsewhere, and without a namespace, it is not")
        func lifted() throws {
            let allowed = try check("-n", "prod-pay", "--audit", scratch.path + "/audit")
            #expect(allowed.status == 0, "\(allowed.output)\(allowed.errors)")
            #expect(allowed.output.hasPrefix("WARN   registry.example.com/pay/app"))
            #expect(allowed.output.contains("         relief     exception inc-4711 until "))
            #expect(allowed.errors.contains("the date of `expires` is past, so this exception has no effect"))
            #expect(try check("-n", "prod-pay", "--warn-exit-code", "7").status == 7)
            for arguments in [["-n", "shop"], []] {
                let other = try Command.run(
                    Program.path,
                    ["check", "--policies", scratch.path + "/policies", "registry.example.com/pay/app"] + arguments)
                #expect(other.status == 1 && !other.output.contains("inc-4711"))
            }
            let list = try Program.run("audit", "list", "--directory", scratch.path + "/audit")
            let id = try #require(list.outputLines.first?.split(separator: " ").first { $0.count == 26 })
            let show = try Program.run("audit", "show", String(id), "--directory", scratch.path + "/audit")
            #expect(show.output.contains("    relief   kind=exception name=inc-4711 expires=20"), "\(show.output)")
        }

        @Test("the list names those that are in force and those that are over, or only what ends soon")
        func list() throws {
            let policies = scratch.path + "/policies"
            let all = try Program.run("exceptions", "list", "--policies", policies)
            #expect(all.status == 0 && all.errors == "")
            let headings = all.outputLines.filter { !$0.hasPrefix(" ") && !$0.isEmpty }
            #expect(headings.first == "exception over  expired 24 hours ago", "\(all.output)")
            #expect(headings.dropFirst().first?.hasPrefix("exception inc-4711  ! active, 23 hours left") == true)
            #expect(headings.last == "2 exceptions, 1 of them expires soon, 0 exemptions")
            let soon = try Program.run(
                "exceptions", "list", "--policies", policies, "--expiring-within", "2d", "-o", "json")
            #expect(soon.status == 0)
            let names = try JSONDocument(parsing: Array(soon.output.utf8)).root["exceptions"]?.elements
                .map { $0["name"]?.string }
            #expect(names == ["inc-4711"])
        }

        @Test("the configuration names the policies; what does not load is a mistake")
        func configuration() throws {
            let file = try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: GateConfiguration
                metadata: {name: gate}
                spec:
                  policies: {directory: policies}

                """, to: "gate.yaml")
            let named = try Program.run("exceptions", "list", "--config", file)
            #expect(named.status == 0 && named.output.contains("inc-4711"))
            try scratch.write("apiVersion: [\n", to: "policies/b.yaml")
            let broken = try Program.run("exceptions", "list", "--config", file)
            #expect(broken.status == 2 && broken.output == "" && broken.errors.contains("policies/b.yaml:"))
            #expect(try Command.run(Program.path, ["exceptions", "list"]).status == 2)
        }
    }
}
