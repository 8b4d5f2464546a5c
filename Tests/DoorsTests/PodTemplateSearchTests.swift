import StrictJSON
import Testing

@testable import Doors

private func images(in json: String) throws -> [String] {
    try WorkloadImages.find(in: JSONDocument(parsing: Array(json.utf8)).root).map(\.description)
}

private func custom(_ spec: String) -> String {
    #"{"apiVersion":"example.com/v1","kind":"Thing","metadata":{"name":"x"},"spec":\#(spec)}"#
}

@Suite("Pod templates in objects of unknown kinds")
struct PodTemplateSearchTests {
    @Test("are found wherever they stand")
    func found() throws {
        let json = custom(
            #"""
            {"template":{"spec":{"containers":[{"image":"a"}]}},
             "roles":[{"name":"x"},{"pod":{"initContainers":[{"image":"b"}],"volumes":[{"image":{"reference":"c"}}]}}],
             "example.com/odd key":{"ephemeralContainers":[{"image":"d"}]}}
            """#)
        #expect(
            try images(in: json) == [
                "main spec.template.spec.containers[0].image=a",
                "init spec.roles[1].pod.initContainers[0].image=b",
                "volume spec.roles[1].pod.volumes[0].image.reference=c",
                #"ephemeral spec.["example.com/odd key"].ephemeralContainers[0].image=d"#,
            ])
    }

    @Test("at the top of the object, without a spec")
    func atTheTop() throws {
        #expect(
            try images(in: #"{"apiVersion":"x.io/v1","kind":"T","containers":[{"image":"a"}]}"#) == [
                "main containers[0].image=a"
            ])
    }

    @Test("are not looked for in the object's own metadata, which cannot hold one")
    func metadata() throws {
        let json = #"""
            {"apiVersion":"x.io/v1","kind":"T","metadata":{"managedFields":[{"containers":[{"image":"a"}]}]},
             "spec":{"metadata":{"containers":[{"image":"b"}]}}}
            """#
        #expect(try images(in: json) == ["main spec.metadata.containers[0].image=b"])
    }

    @Test("are read strictly once one container names an image")
    func strict() throws {
        #expect(throws: WorkloadError.noImage(path: "spec.containers[1].image", inTemplate: true)) {
            try images(in: custom(#"{"containers":[{"image":"a"},{"name":"b"}]}"#))
        }
        #expect(throws: WorkloadError.self) { try images(in: custom(#"{"containers":[{"image":"a"},{"image":2}]}"#)) }
    }

    @Test("an object without a kind is searched like one of an unknown kind")
    func noKind() throws {
        #expect(try images(in: #"{"spec":{"containers":[{"image":"a"}]}}"#) == ["main spec.containers[0].image=a"])
    }

    @Test("keys that are anybody's text do not reach a message unescaped")
    func hostileKeys() throws {
        let json = custom(
            #"{"\u001b[2J\u202e":{"containers":[{"image":"a"}]},"\#(String(repeating: "k", count: 5_000))":{"containers":[{"image":"b"}]}}"#
        )
        let found = try images(in: json)
        #expect(found.count == 2)
        #expect(found.allSatisfy { $0.utf8.allSatisfy { (0x20..<0x7F).contains($0) } && $0.utf8.count < 200 })
    }

    @Test("an object with too many values is refused, not searched in part")
    func tooManyValues() throws {
        let many = "[" + String(repeating: "1,", count: 1_000_001) + "1]"
        #expect(throws: WorkloadError.tooManyValues(limit: 1_000_000)) { try images(in: custom(#"{"list":\#(many)}"#)) }
    }
}
