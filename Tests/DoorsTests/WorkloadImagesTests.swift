import PolicyEngine
import StrictJSON
import Testing

@testable import Doors

/// What stands in an object, as `kind path=text` lines.
private func images(
    in json: String, since oldJSON: String? = nil, placeholders: [String] = []
) throws -> [String] {
    let object = try JSONDocument(parsing: Array(json.utf8)).root
    guard let oldJSON else {
        return try WorkloadImages.find(in: object, placeholders: placeholders).map(\.description)
    }
    let oldObject = try JSONDocument(parsing: Array(oldJSON.utf8)).root
    return try WorkloadImages.find(in: object, notIn: oldObject, placeholders: placeholders).map(\.description)
}

/// An object of a kind around a pod spec.
struct Workload: Sendable, CustomStringConvertible {
    let apiVersion: String
    let kind: String
    let prefix: String
    let opening: String
    let closing: String

    func json(_ spec: String, metadata: String = #"{"name":"x"}"#) -> String {
        #"{"apiVersion":"\#(apiVersion)","kind":"\#(kind)","metadata":\#(metadata),\#(opening)\#(spec)\#(closing)}"#
    }

    var description: String { "\(apiVersion) \(kind)" }
    var isPod: Bool { kind == "Pod" }

    private static func templated(_ apiVersion: String, _ kind: String) -> Workload {
        Workload(
            apiVersion: apiVersion, kind: kind, prefix: "spec.template.spec.", opening: #""spec":{"template":{"spec":"#,
            closing: "}}")
    }

    static let pod = Workload(apiVersion: "v1", kind: "Pod", prefix: "spec.", opening: #""spec":"#, closing: "")
    static let deployment = templated("apps/v1", "Deployment")
    static let rollout = templated("argoproj.io/v1alpha1", "Rollout")

    static let all = [
        pod, deployment, templated("apps/v1", "ReplicaSet"), templated("apps/v1", "StatefulSet"),
        templated("apps/v1", "DaemonSet"), templated("batch/v1", "Job"), templated("v1", "ReplicationController"),
        templated("extensions/v1beta1", "Deployment"),
        Workload(
            apiVersion: "batch/v1", kind: "CronJob", prefix: "spec.jobTemplate.spec.template.spec.",
            opening: #""spec":{"jobTemplate":{"spec":{"template":{"spec":"#, closing: "}}}}"),
        Workload(
            apiVersion: "v1", kind: "PodTemplate", prefix: "template.spec.", opening: #""template":{"spec":"#,
            closing: "}"),
    ]
}

@Suite("Which images a Kubernetes object holds")
struct WorkloadImagesTests {
    @Test(
        "M26: every place of an image is found in every kind that Kubernetes runs", arguments: Workload.all + [.rollout]
    )
    func everyPlace(_ workload: Workload) throws {
        let spec = """
            {"volumes":[{"name":"data","emptyDir":{}},{"name":"model","image":{"reference":"registry.example/model:1"}},
                        {"name":"disk","rbd":{"image":"not-a-container-image"}}],
             "initContainers":[{"name":"i","image":"init:1"},{"name":"side","image":"side:1","restartPolicy":"Always"}],
             "containers":[{"name":"a","image":"nginx"},{"name":"b","image":"registry.example/b@sha256:00"}],
             "ephemeralContainers":[{"name":"dbg","image":"busybox","targetContainerName":"a"}]}
            """
        let found = try Set(images(in: workload.json(spec)))
        let prefix = workload.prefix
        #expect(
            found == [
                "main \(prefix)containers[0].image=nginx",
                "main \(prefix)containers[1].image=registry.example/b@sha256:00",
                "init \(prefix)initContainers[0].image=init:1",
                "init \(prefix)initContainers[1].image=side:1",
                "ephemeral \(prefix)ephemeralContainers[0].image=busybox",
                "volume \(prefix)volumes[1].image.reference=registry.example/model:1",
            ])
    }

    @Test("the names of containers and volumes are kept")
    func names() throws {
        let json = Workload.pod.json(
            #"{"containers":[{"name":"a","image":"nginx"}],"volumes":[{"name":"m","image":{"reference":"model"}}]}"#)
        let found = try WorkloadImages.find(in: JSONDocument(parsing: Array(json.utf8)).root)
        #expect(found.map(\.container) == ["a", "m"])
    }

    @Test("M25: an ephemeral container that `kubectl debug` adds is the one new image of its Pod")
    func kubectlDebug() throws {
        let spec = #"{"containers":[{"name":"a","image":"nginx"}]"#
        let debugging =
            spec + #","ephemeralContainers":[{"name":"debugger-x7","image":"busybox","targetContainerName":"a"}]}"#
        let new = Workload.pod.json(debugging)
        let found = ["ephemeral spec.ephemeralContainers[0].image=busybox"]
        #expect(try images(in: new, since: Workload.pod.json(spec + "}")) == found)
        // The image of another container is not vouched for by that one.
        let own = new.replacing("busybox", with: "nginx")
        #expect(
            try images(in: own, since: Workload.pod.json(spec + "}"))
                == ["ephemeral spec.ephemeralContainers[0].image=nginx"])
        // A second one does not hide behind the first.
        let more = new.replacing(
            #""ephemeralContainers":["#, with: #""ephemeralContainers":[{"name":"b","image":"evil"},"#)
        #expect(try images(in: more, since: new) == ["ephemeral spec.ephemeralContainers[0].image=evil"])
    }

    @Test("M25: an ephemeral container of Kubernetes 1.20 stands in a list at the top")
    func ephemeralContainersKind() throws {
        let json = #"""
            {"kind":"EphemeralContainers","apiVersion":"v1","metadata":{"name":"p1"},
             "ephemeralContainers":[{"name":"dbg","image":"busybox"}]}
            """#
        #expect(try images(in: json) == ["ephemeral ephemeralContainers[0].image=busybox"])
        #expect(try images(in: #"{"kind":"EphemeralContainers","apiVersion":"v1","ephemeralContainers":[]}"#) == [])
    }

    @Test(
        "objects that cannot start anything hold no image",
        arguments: [
            #"{"kind":"Scale","apiVersion":"autoscaling/v1","spec":{"replicas":3},"status":{"selector":"app=x"}}"#,
            #"{"kind":"PodExecOptions","apiVersion":"v1","container":"a","command":["ls"]}"#,
            #"{"kind":"ConfigMap","apiVersion":"v1","data":{"containers":"[{\"image\":\"nginx\"}]"}}"#,
            #"{"kind":"Logo","apiVersion":"example.com/v1","spec":{"image":"https://example.com/logo.png"}}"#,
            #"{"kind":"Autoscaler","apiVersion":"example.com/v1","spec":{"containers":[{"name":"a","cpu":1}]}}"#,
            #"{"kind":"Fleet","apiVersion":"example.com/v1","spec":{"containers":3,"volumes":["a"]}}"#,
            #"{"kind":"Pod","apiVersion":"example.com/v1","spec":{"wheels":4}}"#,
        ])
    func noImages(_ json: String) throws {
        #expect(try images(in: json) == [])
    }
}

// MARK: - Shapes that Kubernetes does not have

@Suite("Objects of which the images cannot be said are refused")
struct UndecodableWorkloadTests {
    @Test("an object without the place of its containers", arguments: Workload.all)
    func missing(_ workload: Workload) {
        let bare = #"{"apiVersion":"\#(workload.apiVersion)","kind":"\#(workload.kind)","metadata":{}}"#
        #expect(throws: WorkloadError.self) { try images(in: bare) }
        for spec in ["null", "[]", #""text""#, "{}", #"{"containers":null}"#, #"{"containers":[]}"#] {
            #expect(throws: WorkloadError.self, "\(spec)") { try images(in: workload.json(spec)) }
        }
    }

    @Test(
        "M27: a list or container of another type than Kubernetes gives it",
        arguments: [
            (#"{"containers":{"image":"a"}}"#, "containers"),
            (#"{"containers":"a"}"#, "containers"),
            (#"{"containers":["a"]}"#, "containers[0]"),
            (#"{"containers":[null]}"#, "containers[0]"),
            (#"{"containers":[{"image":"a"},{"image":5}]}"#, "containers[1].image"),
            (#"{"containers":[{"image":["a"]}]}"#, "containers[0].image"),
            (#"{"containers":[{"image":{"name":"a"}}]}"#, "containers[0].image"),
            (#"{"containers":[{"image":"a"}],"initContainers":{}}"#, "initContainers"),
            (#"{"containers":[{"image":"a"}],"initContainers":[{"image":true}]}"#, "initContainers[0].image"),
            (#"{"containers":[{"image":"a"}],"ephemeralContainers":0}"#, "ephemeralContainers"),
            (#"{"containers":[{"image":"a"}],"volumes":{}}"#, "volumes"),
            (#"{"containers":[{"image":"a"}],"volumes":[3]}"#, "volumes[0]"),
            (#"{"containers":[{"image":"a"}],"volumes":[{"image":"a"}]}"#, "volumes[0].image"),
            (#"{"containers":[{"image":"a"}],"volumes":[{"image":{"reference":1}}]}"#, "volumes[0].image.reference"),
        ])
    func wrongType(_ spec: String, _ path: String) throws {
        for workload in [Workload.pod, .deployment] {
            let error = #expect(throws: WorkloadError.self) { try images(in: workload.json(spec)) }
            guard case .wrongType(workload.prefix + path, _, _) = error else {
                Issue.record("\(spec) gives \(String(describing: error))")
                continue
            }
        }
    }

    @Test(
        "M27: an image that is missing or empty",
        arguments: [
            (#"{"containers":[{"name":"a"}]}"#, "containers[0].image"),
            (#"{"containers":[{"name":"a","image":""}]}"#, "containers[0].image"),
            (#"{"containers":[{"name":"a","image":null}]}"#, "containers[0].image"),
            (#"{"containers":[{"image":"a"}],"initContainers":[{}]}"#, "initContainers[0].image"),
            (#"{"containers":[{"image":"a"}],"volumes":[{"image":{}}]}"#, "volumes[0].image.reference"),
            (#"{"containers":[{"image":"a"}],"volumes":[{"image":{"reference":""}}]}"#, "volumes[0].image.reference"),
        ])
    func noImage(_ spec: String, _ path: String) throws {
        #expect(throws: WorkloadError.noImage(path: "spec.\(path)", inTemplate: false)) {
            try images(in: Workload.pod.json(spec))
        }
        #expect(throws: WorkloadError.noImage(path: "spec.template.spec.\(path)", inTemplate: true)) {
            try images(in: Workload.deployment.json(spec))
        }
    }

    @Test("something else than an object")
    func noObject() throws {
        for json in ["null", "[]", "3", #""Pod""#] {
            #expect(throws: WorkloadError.self) { try images(in: json) }
        }
    }

    @Test("256 images are judged and 257 are refused")
    func tooMany() throws {
        func pod(_ count: Int) -> String {
            Workload.pod.json(
                #"{"containers":[\#((0..<count).map { #"{"image":"a:\#($0)"}"# }.joined(separator: ","))]}"#)
        }
        #expect(try images(in: pod(256)).count == 256)
        #expect(throws: WorkloadError.tooManyImages(limit: 256)) { try images(in: pod(257)) }
        #expect(throws: WorkloadError.tooManyImages(limit: 4_096)) { try images(in: pod(4_097)) }
    }

    @Test("an image text that no reference can be")
    func tooLong() throws {
        let text = String(repeating: "a", count: 4_097)
        #expect(throws: WorkloadError.imageTooLong(path: "spec.containers[0].image", limit: 4_096)) {
            try images(in: Workload.pod.json(#"{"containers":[{"image":"\#(text)"}]}"#))
        }
    }
}

// MARK: - Placeholders

@Suite("Placeholders in templates")
struct PlaceholderTests {
    private let spec = #"{"containers":[{"image":"auto"},{"image":"nginx"}]}"#

    @Test("a configured word is passed over in a template, and only there")
    func placeholder() throws {
        let inTemplate = try images(in: Workload.deployment.json(spec), placeholders: ["auto"])
        #expect(inTemplate == ["main spec.template.spec.containers[1].image=nginx"])
        let inPod = try images(in: Workload.pod.json(spec), placeholders: ["auto"])
        #expect(inPod == ["main spec.containers[0].image=auto", "main spec.containers[1].image=nginx"])
    }

    @Test("only the exact word counts", arguments: ["auto:1", "Auto", "auto ", "autoo", "docker.io/library/auto"])
    func exactWord(_ text: String) throws {
        let json = Workload.deployment.json(#"{"containers":[{"image":"\#(text)"}]}"#)
        #expect(try images(in: json, placeholders: ["auto"]).count == 1)
    }

    @Test("without configuration no word is a placeholder, and an empty one never is")
    func notConfigured() throws {
        #expect(try images(in: Workload.deployment.json(spec)).count == 2)
        #expect(throws: WorkloadError.self) {
            try images(in: Workload.deployment.json(#"{"containers":[{"image":""}]}"#), placeholders: [""])
        }
    }
}

// MARK: - Updates

@Suite("Which images an update brings")
struct UpdatedImagesTests {
    private func pod(_ spec: String, metadata: String = "{}") -> String { Workload.pod.json(spec, metadata: metadata) }

    @Test("none if every text stood there before", arguments: Workload.all + [.rollout])
    func unchanged(_ workload: Workload) throws {
        let spec = #"{"containers":[{"image":"nginx"}],"initContainers":[{"image":"init"}]}"#
        let labelled = workload.json(spec, metadata: #"{"labels":{"a":"b"}}"#)
        #expect(try images(in: labelled, since: workload.json(spec)) == [])
    }

    @Test("only the new text, at its path")
    func changed() throws {
        let old = pod(#"{"containers":[{"image":"nginx:1"},{"image":"side"}]}"#)
        let new = pod(#"{"containers":[{"image":"side"},{"image":"nginx:2"}]}"#)
        #expect(try images(in: new, since: old) == ["main spec.containers[1].image=nginx:2"])
    }

    @Test("A07, attack 18: a changed image of an object that is being deleted is new (CVE-2023-34091)")
    func beingDeleted() throws {
        let metadata = #"{"deletionTimestamp":"2026-11-23T00:00:00Z"}"#
        let old = pod(#"{"containers":[{"image":"nginx:1"}]}"#, metadata: metadata)
        let new = pod(#"{"containers":[{"image":"evil"}]}"#, metadata: metadata)
        #expect(try images(in: new, since: old) == ["main spec.containers[0].image=evil"])
        #expect(try images(in: old, since: old) == [])
    }

    @Test("attack 18: a changed image behind lowered replicas is new")
    func replicas() throws {
        func deployment(_ replicas: Int, _ image: String) -> String {
            #"""
            {"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":\#(replicas),
             "template":{"spec":{"containers":[{"image":"\#(image)"}]}}}}
            """#
        }
        #expect(try images(in: deployment(0, "evil"), since: deployment(3, "nginx")).count == 1)
        #expect(try images(in: deployment(0, "nginx"), since: deployment(3, "nginx")) == [])
    }

    @Test("a text that moves to another kind of container is new there")
    func moved() throws {
        let old = pod(#"{"containers":[{"image":"a"}],"initContainers":[{"image":"tool"}]}"#)
        let new = pod(#"{"containers":[{"image":"a"},{"image":"tool"}],"ephemeralContainers":[{"image":"a"}]}"#)
        #expect(
            try images(in: new, since: old) == [
                "main spec.containers[1].image=tool", "ephemeral spec.ephemeralContainers[0].image=a",
            ])
    }

    @Test("texts are compared as bytes: two normal forms of one letter are two texts")
    func bytes() throws {
        let old = pod("{\"containers\":[{\"image\":\"caf\u{e9}\"}]}")
        let new = pod("{\"containers\":[{\"image\":\"cafe\u{301}\"}]}")
        #expect(try images(in: new, since: old).count == 1)
    }

    @Test("everything, if the old object cannot be read")
    func unreadableOld() throws {
        let new = pod(#"{"containers":[{"image":"nginx"}]}"#)
        for old in ["null", "{}", pod("{}"), pod(#"{"containers":[{"image":7}]}"#)] {
            #expect(try images(in: new, since: old).count == 1)
        }
    }

    @Test("an empty image that stood there before does not keep a finalizer from being removed")
    func oldFlaw() throws {
        let flawed = Workload.deployment.json(#"{"containers":[{"image":""}]}"#, metadata: #"{"finalizers":["x"]}"#)
        let mended = Workload.deployment.json(#"{"containers":[{"image":""}]}"#)
        #expect(try images(in: mended, since: flawed) == [])
        let worse = Workload.deployment.json(#"{"containers":[{"image":""}],"initContainers":[{"image":""}]}"#)
        #expect(throws: WorkloadError.self) { try images(in: worse, since: flawed) }
    }
}

// MARK: - Lists

@Suite("Lists, as kubectl writes them")
struct WorkloadListTests {
    @Test("each item is read as its own kind")
    func items() throws {
        let list = """
            {"apiVersion":"v1","kind":"List","items":[\(Workload.pod.json(#"{"containers":[{"image":"a"}]}"#)),
            \(Workload.deployment.json(#"{"containers":[{"image":"auto"}]}"#)),
            {"apiVersion":"v1","kind":"List","items":[\(Workload.pod.json(#"{"containers":[{"image":"b"}]}"#))]}]}
            """
        #expect(
            try images(in: list, placeholders: ["auto"]) == [
                "main items[0].spec.containers[0].image=a", "main items[2].items[0].spec.containers[0].image=b",
            ])
    }

    @Test("an item that cannot be read is named by its place")
    func undecodable() throws {
        let list = #"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod"}]}"#
        #expect(throws: WorkloadError.missing(path: "items[0].spec", kind: "Pod")) { try images(in: list) }
        for items in ["3", "null", "[3]"] {
            #expect(throws: WorkloadError.self) {
                try images(in: #"{"apiVersion":"v1","kind":"List","items":\#(items)}"#)
            }
        }
    }
}
