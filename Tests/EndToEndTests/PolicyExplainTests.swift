import StrictJSON
import Testing

extension EndToEnd {
    @Suite("dockgate policy explain")
    struct PolicyExplainTests {
        private static let policies = Program.package + "/policies"

        @Test("the samples are told in sentences: policies, exemptions, attestors with their keys")
        func directory() throws {
            let command = try Program.run("policy", "explain", Self.policies)
            #expect(command.status == 0 && command.errors == "")
            for sentence in [
                "Policy `signed-production` is about images in a namespace named `prod-*`.",
                "  The image must have a signature by `release-key` (check `signed-by-release`, the registry is asked).",
                "  If not, the request is refused.", "Exemption `system`: images in the namespaces `kube-system`",
                "Attestor `release-key` believes cosign signatures by this key, found beside the image", "  SHA256:",
                "One for which none of them vouches is refused.",
            ] {
                #expect(command.output.contains(sentence), "\(sentence)\n\(command.output)")
            }
        }

        @Test("an image is told which policies apply and why, and what would be asked, without a network")
        func image() throws {
            let command = try Program.run(
                "policy", "explain", Self.policies, "--image", "registry.example.com/shop/cart:1.2", "-n", "prod-shop")
            #expect(command.status == 0)
            for line in [
                "policy `signed-production` applies", "  namespaces.names: `prod-shop` fits `prod-*`",
                "  `known-source`: the image must come from ", "open until this is asked",
                "  registry.example.com: which digest the tag stands for",
                "  registry.example.com/shop/cart: signatures of `release-key`",
            ] {
                #expect(command.output.contains(line), "\(line)\n\(command.output)")
            }
            let other = try Program.run("policy", "explain", Self.policies, "--image", "evil.example/a:1", "-n", "test")
            #expect(other.output.contains("  namespaces.names: `test` fits none of `prod-*`"))
            #expect(other.output.contains("refused [source-untrusted], and nothing is asked"))
        }

        @Test("JSON says the same for programs")
        func json() throws {
            let all = try Program.run("policy", "explain", Self.policies, "-o", "json")
            let root = try JSONDocument(parsing: Array(all.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            #expect(root["policies"]?.elements.map { $0["name"]?.string }.contains("signed-production") == true)
            #expect(root["attestors"]?.elements.map { $0["signers"]?.count } == [1])
            let one = try Program.run(
                "policy", "explain", Self.policies, "--image", "registry.example.com/a:1", "-n", "prod-a", "-o", "json")
            let image = try JSONDocument(parsing: Array(one.output.utf8)).root
            #expect(image["image"]?.string == "registry.example.com/a:1" && image["allowed"] == nil)
            #expect(image["asksForDigest"]?.boolean == true)
            let signed = image["policies"]?.elements.first { $0["name"]?.isString("signed-production") == true }
            #expect(signed?["application"]?.string == "applies")
            let check = signed?["checks"]?.elements.first { _ in true }
            #expect(check?["outcome"]?.string == "open" && check?["asks"]?.count == 1)
        }

        @Test("time, container and door are those that are given, and mistakes in them end with 2")
        func request() throws {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: first}
                spec:
                  match: {containers: [init], sources: [kubernetes]}
                  checks:
                    - trustedRegistries: ["registry.example.com/**"]

                """, to: "a.yaml")
            func explain(_ arguments: String...) throws -> Command {
                try Command.run(Program.path, ["policy", "explain", scratch.path] + arguments)
            }
            let here = try explain(
                "--image", "registry.example.com/a", "--container", "init", "--source", "kubernetes", "--time",
                "2030-01-01")
            #expect(here.status == 0 && here.output.contains("let in, and nothing is asked"), "\(here.output)")
            let there = try explain("--image", "registry.example.com/a")
            #expect(there.output.contains("  containers: `main` fits none of `init`"), "\(there.output)")
            #expect(there.output.contains("  sources: `pipeline` fits none of `kubernetes`"))
            #expect(there.output.contains("refused [not-vouched]"))
            for wrong in [
                ["--image", "A B"], ["--image", "a", "--time", "soon"], ["--image", "a", "--container", "sidecar"],
                ["-n", "shop"], ["--image", "a", "--namespace-labels", "a=b"],
                ["--image", "a", "-n", "shop", "--namespace-labels", "a"],
            ] {
                let command = try Command.run(Program.path, ["policy", "explain", scratch.path] + wrong)
                #expect(command.status == 2, "\(wrong): \(command.output)")
            }
            try scratch.write("a: [", to: "b.yaml")
            let broken = try explain()
            #expect(broken.status == 2 && broken.errors.contains("/b.yaml:"))
        }

        @Test("hostile text of a policy never reaches the terminal as it is", arguments: ["table", "json"])
        func hostileText(format: String) throws {
            let scratch = try Scratch()
            try scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: first}
                spec: {checks: [{name: "a\\e[2J", forbid: {because: "\\e]0;title\\a\\u2066\\n::error::x"}, message: "\\x9b31m"}]}

                """, to: "policy.yaml")
            for image in [[], ["--image", "nginx"]] {
                let command = try Command.run(
                    Program.path, ["policy", "explain", scratch.path, "-o", format] + image)
                #expect(command.status == 0)
                #expect(command.output.isHarmless && !command.output.contains("\n::"))
            }
        }
    }
}
