import Foundation
import OCI
import StrictJSON
import Testing

extension EndToEnd {
    @Suite("dockgate check")
    struct CheckCommandTests {
        let stage: Stage
        let files: GateFiles

        init() throws {
            stage = try Stage.current()
            files = try GateFiles(registry: stage.registry, releaseKey: stage.releaseKey)
        }

        private func check(_ arguments: String..., input: String = "") throws -> Command {
            try Command.run(
                Program.path, ["check", "--config", files.configuration] + arguments, input: Array(input.utf8))
        }

        @Test("the exit code tells allowed, denied, undetermined and misused apart")
        func exitCodes() throws {
            #expect(try check("-n", "prod-shop", stage.signed).status == 0)
            #expect(try check("-n", "prod-shop", stage.unsigned).status == 1)
            #expect(try check("-n", "prod-shop", stage.tampered).status == 1)
            #expect(try check("-n", "prod-shop", stage.signed, stage.forged).status == 1)
            #expect(try check("-n", "prod-shop").status == 2)
            #expect(try check("-n", "prod-shop", "--timeout", "0", stage.signed).status == 2)
        }

        @Test("what could not be looked at is undetermined, unless something else is denied")
        func undetermined() throws {
            let registry = "127.0.0.1:\(try FreePort.any())"
            let files = try GateFiles(registry: registry, releaseKey: stage.releaseKey)
            let image = "\(registry)/shop/web:1.0"
            let arguments = ["check", "--config", files.configuration, "-n", "prod-shop", image]
            let alone = try Command.run(Program.path, arguments)
            #expect(alone.status == 3, "\(alone.output)\(alone.errors)")
            #expect(alone.output.contains("[registry-unavailable]"))
            #expect(try Command.run(Program.path, arguments + ["registry.example.com/a:1"]).status == 1)
        }

        @Test("without a namespace, a policy that asks for one is no answer but a mistake")
        func namespaceNeeded() throws {
            let command = try check(stage.signed)
            #expect(command.status == 2)
            #expect(command.output == "")
            #expect(
                command.errorLines == [
                    "error: policy `signed-production` asks for a namespace; say which one with --namespace"
                ])
        }

        @Test(
            "without labels, a policy that asks for some is no answer but a mistake that names policy, labels and option"
        )
        func labelsNeeded() throws {
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: production}
                spec:
                  match: {namespaces: {labels: {env: production, tier: "1"}}}
                  checks: [{digest: required}]

                """, to: "policies/production.yaml")
            let production = ["--namespace-labels", "env=production", "--namespace-labels", "tier=1,team=shop"]
            func run(_ arguments: [String]) throws -> Command {
                try Command.run(Program.path, ["check", "--config", files.configuration] + arguments + [stage.signed])
            }
            let command = try run(["-n", "prod-shop"])
            #expect(command.status == 2)
            #expect(
                command.errorLines == [
                    "error: policy `production` asks for labels of the namespace; "
                        + "say them with `--namespace prod-shop --namespace-labels env=…,tier=…`"
                ])
            #expect(try run(["-n", "prod-shop"] + production).status == 1)
            #expect(try run(["-n", "prod-shop", "--namespace-labels", "env=test,tier=1"]).status == 0)
            #expect(try run(["-n", "prod-shop", "--namespace-labels", ""]).status == 0)
            #expect(try run(["-n", "prod-shop", "--namespace-labels", "env"]).status == 2)
            #expect(try run(production).status == 2)
        }

        @Test("a check that turns on a label is no answer without it, and lets in the namespace's own images with it")
        func variable() throws {
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: ImagePolicy
                metadata: {name: own}
                spec: {checks: [{trustedRegistries: ["\(stage.registry)/$(namespace.labels.team)/**"]}]}

                """, to: "policies/own.yaml")
            let command = try check("-n", "prod-shop", stage.signed)
            #expect(command.status == 2)
            #expect(command.errorLines.first?.hasPrefix("error: policy `own` asks for labels of the namespace") == true)
            #expect(command.errorLines.first?.hasSuffix("--namespace-labels team=…`") == true)
            #expect(try check("-n", "prod-shop", "--namespace-labels", "team=shop", stage.signed).status == 0)
            let stranger = try check("-n", "prod-shop", "--namespace-labels", "team=pay", stage.signed)
            #expect(stranger.status == 1 && stranger.output.contains("[source-untrusted]"))
            #expect(try check("-n", "prod-shop", "--namespace-labels", "team=*", stage.signed).status == 2)
        }

        @Test("an exempt image is told with the exemption's name, reason and owner")
        func exempt() throws {
            try files.scratch.write(
                """
                apiVersion: dockgate.dev/v1
                kind: Exemption
                metadata: {name: system}
                spec: {namespaces: [kube-system], because: it must start without us, owner: platform, reviewBy: 2099-01-01}

                """, to: "policies/exemption.yaml")
            let command = try check("-n", "kube-system", "registry.example.com/pause:3")
            #expect(command.status == 0, "\(command.errors)")
            #expect(
                command.output.contains("exempt by system (because it must start without us, owner platform)"),
                "\(command.output)")
            #expect(try check("-n", "kube-system-2", "registry.example.com/pause:3").status == 1)
        }

        /// Images at lines 9, 11, 22 and 30.
        private var manifests: String {
            """
            # rendered by a chart
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: web, namespace: prod-shop}
            spec:
              template:
                spec:
                  containers:
                    - image: \(stage.signed)
                      name: web
                    - image: \(stage.unsigned)
                      name: sidecar
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: settings}
            data: {image: not-an-image}
            ---
            apiVersion: v1
            kind: Pod
            metadata: {name: job, namespace: playground}
            spec: {containers: [{name: job, image: "\(stage.unsigned)"}]}
            ---
            apiVersion: v1
            kind: List
            items:
              - apiVersion: v1
                kind: Pod
                metadata: {name: late, namespace: prod-shop}
                spec: {containers: [{name: late, image: "\(stage.tampered)"}]}

            """
        }

        private let lines = [9, 11, 22, 30]

        @Test("each image of a file of many documents is told with its file and line, and judged in its namespace")
        func places() throws {
            let file = try files.scratch.write(manifests, to: "manifests.yaml")
            let command = try check("-f", file)
            #expect(command.status == 1)
            let verdicts = command.outputLines.filter { $0.contains(" \(file):") }
            let words: [String] = verdicts.map { String($0.prefix(5)) }
            #expect(words == ["ALLOW", "DENY ", "ALLOW", "DENY "])
            let expected: [String] = lines.map { " \(file):\($0)" }
            #expect(zip(verdicts, expected).allSatisfy { $0.hasSuffix($1) }, "\(command.output)")
            #expect(command.outputLines.last?.hasPrefix("4 images, 2 allowed, 2 denied in ") == true)
        }

        @Test("JSON for programs says the same, and standard input is called stdin")
        func json() throws {
            let command = try check("-f", "-", "-o", "json", input: manifests)
            #expect(command.status == 1)
            #expect(try JSONSerialization.jsonObject(with: Data(command.output.utf8)) is [String: Any])
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            #expect(root["apiVersion"]?.string == "dockgate.dev/output/v1")
            #expect(root["allowed"]?.boolean == false)
            let images = try #require(root["images"]).elements.map { $0 }
            let places: [String] = images.map { $0["place"]?.string ?? "" }
            let expected: [String] = lines.map { "stdin:\($0)" }
            #expect(places == expected)
            let allowed: [Bool?] = images.map { $0["allowed"]?.boolean }
            #expect(allowed == [true, false, true, false])
            let reasons: [String] = images.map { $0["reason"]?.string ?? "" }
            #expect(reasons == ["", "signature-missing", "", "signature-for-other-image"])
            #expect(images.first?["digest"]?.string == stage.signedDigest.description)
        }

        @Test("a file that is no YAML, or holds a workload that cannot be understood, is a mistake with its place")
        func badManifests() throws {
            let broken = try check("-f", "-", input: "kind: Pod\nspec: {containers: [}\n")
            #expect(broken.status == 2)
            #expect(broken.errorLines.count == 1)
            #expect(broken.errors.hasPrefix("stdin:2:"), "\(broken.errors)")
            let undecodable = try check(
                "-n", "prod-shop", "-f", "-", input: "\napiVersion: v1\nkind: Pod\nspec: {containers: [{image: 7}]}\n")
            #expect(undecodable.status == 2)
            #expect(undecodable.errors.hasPrefix("stdin:2: error: "), "\(undecodable.errors)")
            let values = try check("-f", "-", input: "replicas: 2\nimage: nginx\n")
            #expect(values.status == 2)
            #expect(values.errors.hasPrefix("stdin:1:1: error: not a Kubernetes object"), "\(values.errors)")
            for nothing in ["", "---\n", "# a chart that rendered nothing\n"] {
                #expect(try check("-f", "-", input: nothing).errorLines == ["error: no Kubernetes object in `stdin`"])
            }
            let absent = try check("-f", files.path("absent.yaml"))
            #expect(absent.status == 2)
            #expect(absent.errorLines.count == 1)
        }

        @Test(
            "a list without items, or whose items are no sequence, is a mistake and not an allow",
            arguments: [
                ("{apiVersion: v1, kind: List, items: []}", "its lists are empty"),
                ("{apiVersion: v1, kind: PodList, items: []}", "its lists are empty"),
                ("{apiVersion: v1, kind: List, items: [{apiVersion: v1, kind: List, items: []}]}", "lists are empty"),
                ("{apiVersion: v1, kind: List, items: null}", "`items` of a `List`"),
                ("{apiVersion: v1, kind: List}", "`items` of a `List`"),
                ("{apiVersion: v1, kind: List, items: {a: {apiVersion: v1, kind: Pod}}}", "`items` of a `List`"),
                ("{apiVersion: apps/v1, kind: DeploymentList, items: {}}", "`items` of a `DeploymentList`"),
                ("{apiVersion: v1, kind: List, items: [{spec: {}}]}", "not a Kubernetes object"),
                ("{apiVersion: v1, kind: List, items: [7]}", "not a Kubernetes object"),
                ("{apiVersion: v1, kind: PodList, items: [7]}", "not a Kubernetes object"),
            ])
        func emptyList(manifest: String, mistake: String) throws {
            let command = try check("-n", "prod-shop", "-f", "-", input: manifest)
            #expect(command.status == 2, "\(command.output)")
            #expect(command.errors.hasPrefix("stdin:1:") && command.errors.contains(mistake), "\(command.errors)")
        }

        @Test("a custom kind that is called a list is searched as a whole")
        func customList() throws {
            let image = stage.unsigned
            let spec = "{template: {spec: {containers: [{name: a, image: \"\(image)\"}]}}}"
            for items in ["items: [], ", "items: null, ", "items: {a: 1}, ", ""] {
                let custom = "{apiVersion: example.com/v1, kind: TaskList, \(items)spec: \(spec)}"
                let command = try check("-n", "prod-shop", "-f", "-", input: custom)
                #expect(command.status == 1, "\(custom) \(command.output)\(command.errors)")
            }
            let foreign = "{apiVersion: example.com/v1, kind: List, items: [], spec: \(spec)}"
            #expect(try check("-n", "prod-shop", "-f", "-", input: foreign).status == 1)
        }

        @Test("whatever has `items` is a list to kubectl, so they are judged by themselves beside the object")
        func itemsOfAnyKind() throws {
            func pod(_ image: String, _ more: String = "") -> String {
                "apiVersion: v1, kind: Pod, \(more)spec: {containers: [{name: a, image: \"\(image)\"}]}"
            }
            let unsigned = stage.unsigned
            let inProduction = pod(unsigned, "metadata: {namespace: prod-shop}, ")
            for list in [
                "{\(pod(stage.signed)), items: [{\(pod(unsigned))}]}",
                "{\(pod(stage.signed)), items: [{spec: {containers: [{name: a, image: \"\(unsigned)\"}]}}]}",
                "{\(pod(unsigned)), items: [{\(pod(stage.signed))}]}",
            ] {
                let command = try check("-n", "prod-shop", "-f", "-", input: list)
                #expect(command.status == 1, "\(list) \(command.output)\(command.errors)")
                #expect(command.outputLines.last?.hasPrefix("2 images, 1 allowed, 1 denied in ") == true)
            }
            for type in [
                "apiVersion: v1, kind: ConfigMapList", "apiVersion: apps/v1, kind: List",
                "apiVersion: v1, kind: Secret",
            ] {
                let command = try check("-n", "playground", "-f", "-", input: "{\(type), items: [{\(inProduction)}]}")
                #expect(command.status == 1, "\(type) \(command.output)\(command.errors)")
            }
        }

        @Test(
            "a namespace that is empty or null is none, so that of the command counts",
            arguments: ["", "null", "~", "''"])
        func emptyNamespace(text: String) throws {
            let manifest = """
                apiVersion: v1
                kind: Pod
                metadata: {name: a, namespace: \(text)}
                spec: {containers: [{name: a, image: "\(stage.unsigned)"}]}

                """
            #expect(try check("-n", "prod-shop", "-f", "-", input: manifest).status == 1)
            #expect(try check("-n", "playground", "-f", "-", input: manifest).status == 0)
        }

        @Test("an image that kubectl replaces by a merged one is refused, and a merged one alone is judged")
        func mergedImage() throws {
            func pod(_ container: String) -> String {
                "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - {name: a, \(container)}\n"
            }
            let (signed, unsigned) = ("image: \"\(stage.signed)\"", "image: \"\(stage.unsigned)\"")
            let command = try check("-n", "prod-shop", "-f", "-", input: pod("\(signed), <<: {\(unsigned)}"))
            #expect(command.status == 2, "\(command.output)")
            #expect(
                command.errors.hasPrefix("stdin:5:15: error: the key `image` is given before `<<`"), "\(command.errors)"
            )
            #expect(try check("-n", "prod-shop", "-f", "-", input: pod("<<: {\(unsigned)}, \(signed)")).status == 0)
            #expect(try check("-n", "prod-shop", "-f", "-", input: pod("<<: {\(unsigned)}")).status == 1)
        }

        @Test("the items of a list of one kind are of that kind, also where they do not say so")
        func typedList() throws {
            func pods(_ image: String) -> String {
                "{apiVersion: v1, kind: PodList, items: [{spec: {containers: [{name: a, image: \"\(image)\"}]}}]}"
            }
            #expect(try check("-n", "prod-shop", "-f", "-", input: pods(stage.unsigned)).status == 1)
            #expect(try check("-n", "prod-shop", "-f", "-", input: pods(stage.signed)).status == 0)
            let withoutPodSpec = "{apiVersion: apps/v1, kind: DeploymentList, items: [{spec: {}}]}"
            #expect(try check("-n", "prod-shop", "-f", "-", input: withoutPodSpec).status == 2)
        }

        @Test("objects of JSON behind each other are each judged, with their lines and their escapes")
        func jsonObjects() throws {
            func pod(_ image: String, _ name: String = "a") -> String {
                "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"metadata\": {\"namespace\": \"prod-shop\"},\n"
                    + " \"spec\": {\"containers\": [{\"name\": \"\(name)\",\n  \"image\": \"\(image)\"}]}}"
            }
            let escaped = stage.signed.replacing("/", with: "\\u002f")
            for objects in [
                pod(stage.signed) + "\n" + pod(escaped, "\\ud83d\\ude80"), pod(stage.signed) + pod(escaped),
            ] {
                let command = try check("-f", "-", input: objects)
                #expect(command.status == 0, "\(command.errors)")
                #expect(command.outputLines.last?.hasPrefix("2 images, 2 allowed") == true)
            }
            let refused = try check("-f", "-", input: pod(stage.signed) + "\n" + pod(stage.unsigned))
            #expect(refused.status == 1)
            #expect(refused.output.contains(" stdin:6"), "\(refused.output)")
            for broken in ["x", "]", "{", "\"", "}", ", {}"] {
                let command = try check("-f", "-", input: pod(stage.signed) + broken)
                #expect(command.status == 2, "\(broken)")
                #expect(command.errors.hasPrefix("stdin:3:"), "\(command.errors)")
            }
            let twice = "{\"apiVersion\": \"v1\", \"kind\": \"Pod\", \"kind\": \"ConfigMap\"}"
            #expect(try check("-f", "-", input: twice).errors.contains("`kind`"))
        }

        @Test("a directory stands for the manifests in it, as for kubectl")
        func directory() throws {
            func pod(_ image: String) -> String {
                "apiVersion: v1\nkind: Pod\nmetadata: {namespace: prod-shop}\n"
                    + "spec: {containers: [{name: a, image: \"\(image)\"}]}\n"
            }
            let directory = files.path("manifests")
            for (name, image) in [("b.yml", stage.signed), ("a.yaml", stage.signed), ("c.json", stage.unsigned)] {
                try files.scratch.write(pod(image), to: "manifests/\(name)")
            }
            try files.scratch.write("not a manifest", to: "manifests/README.md")
            try files.scratch.write(pod(stage.tampered), to: "manifests/base/pod.yaml")
            let command = try check("-f", directory)
            #expect(command.status == 1)
            #expect(command.outputLines.last?.hasPrefix("3 images, 2 allowed, 1 denied") == true, "\(command.output)")
            #expect(command.output.contains(" \(directory)/c.json:4"))
            #expect(
                command.errorLines == [
                    "\(directory)/base: warning: is a directory within one, and is not read: give it with -f if it counts"
                ])
            #expect(try check("-f", directory + "/", "-q").errors.isEmpty)
            #expect(try check("-f", directory, "-f", directory + "/base").output.contains("4 images"))
        }

        @Test("an image that stands in no Pod template is told and not passed over in silence")
        func unjudged() throws {
            let workflow = """
                apiVersion: argoproj.io/v1alpha1
                kind: Workflow
                metadata: {namespace: prod-shop, annotations: {image: docker.io/library/nothing}}
                spec:
                  templates:
                    - container: {image: "\(stage.unsigned)"}
                    - containers: [{name: a, image: "\(stage.signed)"}]
                    - script: {image: "\(stage.signed)"}

                """
            let command = try check("-f", "-", input: workflow)
            #expect(command.status == 0)
            #expect(
                command.errorLines == [
                    "stdin:6:26: warning: `\(stage.unsigned)` is not judged: `spec.templates[0].container.image` is in no Pod template"
                ])
            #expect(try check("-q", "-f", "-", input: workflow).errors.isEmpty)
            let settings = "apiVersion: v1\nkind: ConfigMap\ndata: {image: some.text}\n"
            #expect(try check("-f", "-", "-n", "prod-shop", input: settings).errors.isEmpty)
        }

        @Test("what is no manifest yet is told what makes it one")
        func unrendered() throws {
            let template = "apiVersion: v1\nkind: Pod\nspec:\n  {{- if .Values.on }}\n  containers: []\n"
            let command = try check("-f", "-", input: template)
            #expect(command.status == 2)
            #expect(
                command.errors.contains("`helm template CHART | dockgate check -f -` renders it"), "\(command.errors)")
            let included = try check("-f", "-", input: "include: [a.yaml]\n")
            #expect(included.errors.contains("it has no `services` and only includes others"), "\(included.errors)")
        }

        @Test("with --audit the decision is recorded, and the log verifies")
        func recorded() throws {
            let log = files.path("check-audit")
            #expect(try check("-n", "prod-shop", "--audit", log, stage.signed).status == 0)
            #expect(try check("-n", "prod-shop", "--audit", log, stage.unsigned).status == 1)
            #expect(try Program.run("audit", "list", "--directory", log).outputLines.count == 2)
            #expect(try Program.run("audit", "list", "--directory", log, "--denied").outputLines.count == 1)
            #expect(try Program.run("audit", "verify", "--directory", log).status == 0)
        }

        private static let hostile = "evil.example/a\u{1b}[31m\u{9b}2J\u{202e}\u{61c}\u{200b}b:1"

        @Test("hostile text never reaches the terminal as it is", arguments: ["table", "json"])
        func hostileText(format: String) throws {
            let named = try check("-n", "prod-shop", "-o", format, CheckCommandTests.hostile + "\nALLOW everything")
            #expect(named.status == 1)
            #expect(named.output.isHarmless && named.errors.isHarmless)
            #expect(!named.outputLines.contains { $0.hasPrefix("ALLOW") })

            let quoted = #""evil.example/a\e[31m\x9b2J\u202e\u061c\u200bb:1\nALLOW everything""#
            let pod = "apiVersion: v1\nkind: Pod\nspec: {containers: [{name: a, image: \(quoted)}]}\n"
            let file = try files.scratch.write(pod, to: "\u{1b}[31m\u{202e}.yaml")
            let written = try check("-n", "prod-shop", "-o", format, "-f", file)
            #expect(written.status == 1, "\(written.errors)")
            #expect(written.output.isHarmless && written.errors.isHarmless)
            #expect(!written.outputLines.contains { $0.hasPrefix("ALLOW") })

            let twice = try check("-n", "prod-shop", "-o", format, "-f", "-", input: "{\(quoted): 1, \(quoted): 2}\n")
            #expect(twice.status == 2)
            #expect(twice.errors.contains("everything"), "it names the key: \(twice.errors)")
            #expect(twice.output.isHarmless && twice.errors.isHarmless)
        }

        @Test("hostile text escaped in JSON is still the same text")
        func hostileJSON() throws {
            let command = try check("-n", "prod-shop", "-o", "json", CheckCommandTests.hostile)
            let root = try JSONDocument(parsing: Array(command.output.utf8)).root
            let image = try #require(root["images"]?.elements.first { _ in true }?["image"]?.string)
            #expect(image.utf8.elementsEqual(CheckCommandTests.hostile.utf8))
        }
    }
}
