import Compose
import Testing
import YAMLDocument

private let limits = YAMLLimits(aliases: .expanded(budget: 1_000), mergeKeys: .applied)

private func compose(_ text: String, _ variables: [String: String] = [:]) throws -> ComposeFile {
    let root = try #require(try YAMLStream.parse(Array(text.utf8), limits: limits).first)
    return try ComposeFile(root, variables: variables)
}

/// Each image as `LINE:COLUMN PATH TEXT`.
private func images(_ text: String, _ variables: [String: String] = [:]) throws -> [String] {
    try compose(text, variables).images.map { "\($0.position.line):\($0.position.column) \($0.path) \($0.text)" }
}

private func refusal(_ text: String, _ variables: [String: String] = [:]) throws -> String? {
    do {
        _ = try compose(text, variables)
        return nil
    } catch let error as ComposeError {
        return "\(error.position.line):\(error.position.column): \(error.message)"
    }
}

@Suite("The images that a Compose file names") struct ComposeFileTests {
    @Test("each service's image is told with its place, image volumes too")
    func services() throws {
        let file = """
            name: shop
            x-common: &common {restart: always, image: registry.example.com/shop/common:1}
            services:
              web:
                image: registry.example.com/shop/web:1.0
                profiles: [debug]
                volumes: [data:/data, {type: image, source: "registry.example.com/models/m:2", target: /m}]
              worker:
                <<: *common
              override:
                <<: [*common, {image: other}]
                image: own
            volumes: {data: {}}

            """
        #expect(
            try images(file) == [
                "5:12 services.web.image registry.example.com/shop/web:1.0",
                "7:49 services.web.volumes[1].source registry.example.com/models/m:2",
                "2:44 services.worker.image registry.example.com/shop/common:1",
                "12:12 services.override.image own",
            ])
        #expect(try compose(file).images.map(\.isVolume) == [false, true, false, false])
        #expect(try compose(file).notices.isEmpty)
    }

    @Test("what names no image is told, each with its place and reason")
    func notices() throws {
        let file = """
            include: [other.yaml]
            services:
              api: {build: ./api}
              both: {build: ./b, image: "registry.example.com/b:1"}
              base: {extends: {file: common.yaml, service: base}}
              again: {extends: both}
              twice: {extends: {service: both}}
              model: {provider: {type: model}}

            """
        let found = try compose(file)
        #expect(found.images.map(\.text) == ["registry.example.com/b:1"])
        #expect(found.notices.map(\.position.line) == [1, 3, 4, 5, 8])
        #expect(
            found.notices[1].message
                == "the service `api` is built and names no image, so none is judged: check its Dockerfile, and the image once it has a name"
        )
    }

    @Test("a service that is built and has an image is judged by the image, and the Dockerfile is told")
    func built() throws {
        let file = """
            services:
              web: {image: "registry.example.com/web:1", build: {context: ., dockerfile_inline: "FROM evil"}}
              api: {build: {dockerfile_inline: "FROM evil"}}

            """
        let found = try compose(file)
        #expect(found.images.map(\.text) == ["registry.example.com/web:1"])
        #expect(
            found.notices.map(\.message) == [
                "the Dockerfile within the service `web` is not read: put it into a file of its own and check that",
                "the service `web` is built: what is judged is the image that its registry holds under the name; check its Dockerfile as well",
                "the Dockerfile within the service `api` is not read: put it into a file of its own and check that",
                "the service `api` is built and names no image, so none is judged: check its Dockerfile, and the image once it has a name",
            ])
    }

    @Test("jobs run images as services do, beside them or alone")
    func jobs() throws {
        let jobs = "jobs: {backup: {image: 'b:${TAG}', triggers: {manual: true}}, again: {extends: web}}\n"
        #expect(
            try images(jobs + "services: {web: {image: a}}\n", ["TAG": "1"]) == [
                "2:25 services.web.image a", "1:24 jobs.backup.image b:1",
            ])
        #expect(try images("jobs: {backup: {image: b}}\n") == ["1:24 jobs.backup.image b"])
        #expect(
            try refusal("jobs: []\nservices: {web: {image: a}}\n") == "1:7: `jobs` is not a mapping of names to jobs")
    }

    @Test("a step before the start runs an image of its own where it names one")
    func initContainers() throws {
        let file = """
            services:
              web:
                image: a
                pre_start: [{command: x}, {image: "b:${TAG:-1}", command: y}, {image: null}]
                post_start: [{command: z}]
              api: {build: ., pre_start: [{image: c}]}

            """
        #expect(
            try images(file) == [
                "3:12 services.web.image a", "4:39 services.web.pre_start[1].image b:1",
                "6:39 services.api.pre_start[0].image c",
            ])
        #expect(
            try refusal("services: {web: {image: a, pre_start: {image: b}}}\n")
                == "1:39: `pre_start` of the service `web` is not a list")
    }

    @Test("an image that a build takes in the place of a name counts, however it is written")
    func contexts() throws {
        let file = """
            services:
              web:
                image: a
                build: {context: ., additional_contexts: {base: "docker-image://b:1", src: ./src, api: "service:api"}}
              api:
                build:
                  additional_contexts: ["base=docker-image://${REGISTRY}/c", "src=./src/${NONE}", "plain"]

            """
        #expect(
            try images(file, ["REGISTRY": "r.example"]) == [
                "3:12 services.web.image a", "4:53 services.web.build.additional_contexts.base b:1",
                "7:29 services.api.build.additional_contexts.base r.example/c",
            ])
        let unknown = "services: {web: {image: a, build: {additional_contexts: {base: $WHAT}}}}\n"
        #expect(try refusal(unknown)?.contains("uses `WHAT`, which has no value") == true)
        #expect(try images(unknown, ["WHAT": "docker-image://evil"]).last?.hasSuffix(" evil") == true)
        #expect(try images(unknown, ["WHAT": "./docker-image://evil"]).count == 1)
    }

    @Test("the type of a volume may be a variable, and is an image's all the same")
    func volumeType() throws {
        let file = "services: {web: {image: a, volumes: [{type: '${KIND:-image}', source: evil}]}}\n"
        #expect(try images(file).last == "1:71 services.web.volumes[0].source evil")
        #expect(try images(file, ["KIND": "bind"]).count == 1)
        #expect(try refusal(file.replacing(":-image", with: ""))?.contains("uses `KIND`, which has no value") == true)
    }

    @Test("models are told, since they are pulled and not judged")
    func models() throws {
        let found = try compose("services: {web: {image: a}}\nmodels: {llm: {model: ai/m}}\n").notices
        #expect(found.map(\.position.line) == [2])
        #expect(found.first?.message == "what `models` names is not judged: those are no container images")
    }

    @Test("a file that is put over another has services that name no image, and those are told")
    func overriding() throws {
        let file = "services:\n  web: {ports: ['1:1']}\n  api: {image: own}\n  nothing:\n"
        #expect(try images(file) == ["3:16 services.api.image own"])
        #expect(
            try compose(file).notices.map { "\($0.position.line): \($0.message)" } == [
                "2: the service `web` has neither `image` nor `build`, as in a file that is put over another: check that one as well",
                "4: the service `nothing` has neither `image` nor `build`, as in a file that is put over another: check that one as well",
            ])
    }

    @Test("as many services as a file holds are read quickly")
    func manyServices() throws {
        let limits = YAMLLimits(maximumBytes: 16 << 20, maximumNodes: 2_000_000)
        let text = "services:\n" + (1...200_000).map { "  s\($0): {extends: s200000}\n" }.joined()
        let root = try #require(try YAMLStream.parse(Array(text.utf8), limits: limits).first)
        let start = ContinuousClock.now
        #expect(try ComposeFile(root).images.isEmpty)
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test("what stands beside the services names no image, and services may be merged in")
    func beside() throws {
        let file = """
            x-a: &a {image: hidden, profiles: [never]}
            x-services: &services {web: *a}
            configs: {c: {content: "image: no"}}
            services:
              <<: *services
              api: {image: own, labels: {image: no}, environment: {IMAGE: no}, deploy: {image: no}}

            """
        #expect(try images(file) == ["6:16 services.api.image own", "1:17 services.web.image hidden"])
    }

    @Test(
        "a tag that takes an image away or puts one in is refused",
        arguments: [
            "services: {web: {image: !reset null}}", "services: {web: !override {image: a}}", "services: !x {}",
        ])
    func tags(file: String) {
        #expect(throws: YAMLError.self) { try compose(file) }
    }

    @Test(
        "another shape than Compose takes is refused with its place",
        arguments: [
            ("services: {}\n", "1:11: `services` is not a mapping"),
            ("services: [a]\n", "1:11: `services` is not a mapping"),
            ("services:\n", "1:10: `services` is not a mapping"),
            ("web: {image: a}\n", "1:1: there are no `services`"),
            ("[services]\n", "1:1: there are no `services`"),
            ("services: {web: a}\n", "1:17: the service `web` is not a mapping"),
            ("services: {web: {image: ''}}\n", "1:25: `services.web.image` is empty"),
            ("services: {web: {image: 7}}\n", "1:25: `services.web.image` is not text"),
            ("services: {web: {image: 1.27}}\n", "1:25: `services.web.image` is not text"),
            ("services: {web: {image: {name: a}}}\n", "1:25: `services.web.image` is not text"),
            ("services: {web: {image: [a]}}\n", "1:25: `services.web.image` is not text"),
            ("services: {web: {extends: other}}\n", "1:27: `extends` of the service `web` names no service"),
            ("services: {web: {extends: {}}}\n", "1:27: `extends` of the service `web` names no service"),
            ("services: {web: {image: a, volumes: {a: b}}}\n", "1:37: `volumes` of the service `web` is not a list"),
            (
                "services: {web: {image: a, volumes: [{type: image}]}}\n",
                "1:38: a volume of the service `web` is of type"
            ),
        ])
    func refused(text: String, message: String) throws {
        let found = try refusal(text)
        #expect(found?.hasPrefix(message) == true, "\(found ?? "nothing")")
    }

    @Test("more images than one request may bring are refused")
    func limit() throws {
        func file(_ count: Int) -> String {
            "services:\n" + (1...count).map { "  s\($0): {image: a}\n" }.joined()
        }
        #expect(try compose(file(256)).images.count == 256)
        #expect(try refusal(file(257)) == "258:17: the file names more than 256 images, split it")
    }

    @Test("a Compose file is told from a Kubernetes object by what is at its root")
    func recognized() throws {
        func isRecognized(_ text: String) throws -> Bool {
            ComposeFile.isRecognized(try #require(try YAMLStream.parse(Array(text.utf8)).first))
        }
        #expect(try isRecognized("services: {}"))
        #expect(try isRecognized("version: '3'\nservices: {}"))
        #expect(try !isRecognized("apiVersion: v1\nkind: Pod\nservices: {}"))
        #expect(try !isRecognized("apiVersion: v1\nkind: Pod"))
        #expect(try !isRecognized("services"))
    }
}

@Suite("Variables in a Compose file") struct InterpolationTests {
    private func image(_ text: String, _ variables: [String: String] = [:]) throws -> String? {
        try compose("services: {web: {image: '\(text)'}}", variables).images.first?.text
    }

    @Test("variables of the environment files are replaced, in every form")
    func forms() throws {
        let given = ["TAG": "1.2", "EMPTY": ""]
        #expect(try image("a:$TAG", given) == "a:1.2")
        #expect(try image("a:${TAG}-x", given) == "a:1.2-x")
        #expect(try image("a:$$TAG", given) == "a:$TAG")
        #expect(try image("a:${TAG:-3}", given) == "a:1.2")
        #expect(try image("a:${EMPTY:-3}", given) == "a:3")
        #expect(try image("a:${EMPTY-3}", given) == "a:")
        #expect(try image("a:${NONE:-3}", given) == "a:3")
        #expect(try image("a:${NONE-3}", given) == "a:3")
        #expect(try image("a:${TAG:+3}", given) == "a:3")
        #expect(try image("a${NONE:+:3}", given) == "a")
        #expect(try image("a${EMPTY+:3}", given) == "a:3")
        #expect(try image("a:${TAG:?say which}", given) == "a:1.2")
        #expect(try image("${REGISTRY:-registry.example.com}/a:${NONE:-${TAG}}", given) == "registry.example.com/a:1.2")
        #expect(try image("a:${TAG:-${NONE}}", given) == "a:1.2")
        #expect(try image("a:${TAG:-${NONE:?say which}}", given) == "a:1.2")
    }

    @Test(
        "a variable without a value, and what is no variable, is a mistake with its place",
        arguments: [
            ("a:$TAG", "`a:$TAG` uses `TAG`, which has no value"), ("a:${TAG}", "uses `TAG`, which has no value"),
            ("a:${TAG:-${B}}", "uses `B`, which has no value"), ("a:${TAG:?say which}", "needs `TAG`: say which"),
            ("a:${EMPTY:?say which}", "needs `EMPTY`: say which"), ("a:$", "has a `$` that begins no variable"),
            ("a:$1", "has a `$` that begins no variable"), ("a:${}", "has a `$` that begins no variable"),
            ("a:${1A}", "has a `$` that begins no variable"), ("a:${A B}", "has a `$` that begins no variable"),
            ("a:${A:=1}", "has a `$` that begins no variable"), ("a:${A/1/2}", "has a `$` that begins no variable"),
            ("a:${TAG", "has a `${` without `}`"), ("a:${TAG:-x", "has a `${` without `}`"),
            ("a:${TAG:-{x}}", "has a `{` within"), ("${NONE:+x}", "is empty, expected an image"),
        ])
    func refused(text: String, message: String) throws {
        let found = try refusal("services: {web: {image: '\(text)'}}", ["EMPTY": ""])
        #expect(found?.hasPrefix("1:25: ") == true && found?.contains(message) == true, "\(found ?? "nothing")")
    }

    @Test("a default that counted is told once")
    func defaults() throws {
        let file = "services:\n  a: {image: 'x:${TAG:-1}'}\n  b: {image: 'y:${TAG:-1}'}\n  c: {image: 'z:${B:-2}'}\n"
        let notices = try compose(file, ["B": "3"]).notices
        #expect(
            notices.map { "\($0.position.line): \($0.message)" } == ["2: `TAG` is not given, its default `1` counts"])
        #expect(try compose(file, ["B": "3"]).defaultedVariables == ["TAG"])
        #expect(try compose(file, ["B": "3", "TAG": "1"]).defaultedVariables.isEmpty)
    }

    @Test("values that grow are bounded")
    func bounds() throws {
        #expect(
            try refusal(
                "services: {web: {image: '\(String(repeating: "$A", count: 3))'}}",
                ["A": String(repeating: "x", count: 2_000)])?.contains("is longer than 4096 bytes") == true)
        let nested = String(repeating: "${A:-", count: 17) + String(repeating: "}", count: 17)
        #expect(try refusal("services: {web: {image: '\(nested)'}}")?.contains("nests more") == true)
        #expect(
            try refusal("services: {web: {image: '\(String(repeating: "a", count: 4_097))'}}")?
                .contains("is longer than 4096 bytes") == true)
    }
}
