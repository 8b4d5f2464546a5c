import Foundation
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("dockgate policy test")
    struct PolicyTestTests {
        private func directory(expecting verdict: String) throws -> Scratch {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: sources}
                spec:
                  checks:
                    - trustedRegistries: ["registry.example.com/**"]

                """, to: "sources.yaml")
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: PolicyTests
                metadata: {name: sources}
                spec:
                  defaults: {time: 2026-11-26}
                  cases:
                    - {name: "\\e[2Jours", image: "registry.example.com/shop/cart@sha256:\(String(repeating: "0", count: 64))", expect: allow}
                    - {name: a stranger, image: "ghcr.io/somebody/cart:1", expect: \(verdict)}

                """, to: "sources.tests.yaml")
            return scratch
        }

        @Test("the samples pass their tests, and every check is covered")
        func samples() throws {
            let command = try Program.run("policy", "test", Program.package + "/policies", "--require-coverage")
            #expect(command.status == 0, "\(command.output)\(command.errors)")
            #expect(command.outputLines.dropLast().allSatisfy { $0.hasPrefix("PASS ") })
            #expect(command.outputLines.last?.contains(" 0 failed; ") == true)
        }

        @Test("all cases as they say: 0; one otherwise: 1, with what was expected and found; reports go into files")
        func verdicts() throws {
            let good = try directory(expecting: "deny")
            let passed = try Program.run("policy", "test", good.path)
            #expect(passed.status == 0 && passed.output.isHarmless)
            let bad = try directory(expecting: "allow")
            let failed = try Program.run(
                "policy", "test", bad.path, "-o", "table", "-o", "junit=\(bad.path)/report.xml", "-o",
                "json=\(bad.path)/report.json")
            #expect(failed.status == 1)
            #expect(failed.output.contains("FAIL   a stranger  \(bad.path)/sources.tests.yaml:8:7"))
            #expect(failed.output.contains("expected   allow\n"))
            #expect(
                failed.output.contains(
                    "found      deny by policy sources, check trustedRegistries, reason source-untrusted"))
            #expect(Scratch.text(bad.path + "/report.xml").contains("tests=\"2\" failures=\"1\""))
            let root = try JSONDocument(parsing: Array(Scratch.text(bad.path + "/report.json").utf8)).root
            #expect(root["passed"]?.boolean == false)
            // The one that failed is left out.
            #expect(try Program.run("policy", "test", bad.path, "--filter", "ours").status == 0)
            #expect(try Program.run("policy", "test", bad.path, "--filter", "stranger").status == 1)
        }

        @Test("checks that were never seen to pass or to fail end the program with 1 only if that is required")
        func coverage() throws {
            let scratch = try directory(expecting: "deny")
            let file = scratch.path + "/sources.tests.yaml"
            try scratch.write(
                Scratch.text(file).split(separator: "\n").dropLast().joined(separator: "\n"), to: "sources.tests.yaml")
            #expect(try Program.run("policy", "test", file).status == 0)
            let listed = try Program.run("policy", "test", file, "--coverage")
            #expect(listed.status == 0)
            let line = "\(scratch.path)/sources.yaml:6:7: policy sources, check trustedRegistries: never violated"
            #expect(listed.outputLines.contains { $0 == line }, "\(listed.output)")
            #expect(try Program.run("policy", "test", file, "--require-coverage").status == 1)
        }

        @Test("tests or policies that do not load, no tests, no such path and no such case are mistakes")
        func mistakes() throws {
            let scratch = try directory(expecting: "refuse")
            let command = try Program.run("policy", "test", scratch.path)
            #expect(command.status == 2 && command.output == "")
            #expect(command.errors.contains("sources.tests.yaml:8:"), "\(command.errors)")
            let empty = try Scratch()
            #expect(try Program.run("policy", "test", empty.path).errors.contains("holds no tests"))
            for path in [empty.path, empty.path + "/absent", scratch.path + "/absent.tests.yaml"] {
                #expect(try Program.run("policy", "test", path).status == 2, "\(path)")
            }
            let good = try directory(expecting: "deny")
            #expect(try Program.run("policy", "test", good.path, "--filter", "nobody").status == 2)
            #expect(try Program.run("policy", "test", good.path, "--filter", "a", "--require-coverage").status == 2)
        }

        @Test(
            "tests are found at any depth, in what a link leads to only if the link was named, and not in hidden ones")
        func found() throws {
            let scratch = try directory(expecting: "deny")
            for directory in ["a/b", ".hidden", "outside"] {
                try FileManager.default.createDirectory(
                    atPath: scratch.path + "/tree/" + directory, withIntermediateDirectories: true)
                for file in ["sources.yaml", "sources.tests.yaml"] {
                    try scratch.write(Scratch.text(scratch.path + "/" + file), to: "tree/\(directory)/\(file)")
                }
            }
            try FileManager.default.moveItem(atPath: scratch.path + "/tree/outside", toPath: scratch.path + "/outside")
            try FileManager.default.createSymbolicLink(
                atPath: scratch.path + "/tree/link", withDestinationPath: scratch.path + "/outside")
            let tree = try Program.run("policy", "test", scratch.path + "/tree")
            #expect(tree.status == 0 && tree.outputLines.last?.hasPrefix("2 cases, ") == true, "\(tree.output)")
            #expect(try Program.run("policy", "test", scratch.path + "/tree/link").status == 0)
            // The same file, named twice, is tested once.
            let file = scratch.path + "/sources.tests.yaml"
            #expect(try Program.run("policy", "test", file, file).outputLines.last?.hasPrefix("2 cases, ") == true)
        }
    }
}
