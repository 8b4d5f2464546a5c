import Admission
import PolicyEngine
import StrictJSON
import Testing
import YAMLDocument

@testable import dockgate

@Suite("What a running gate is asked")
struct ImageQuestionTests {
    private func questions(_ item: CheckRequest) throws -> [ImageQuestion] {
        try item.request.images.map { try ImageQuestion($0, of: item) }
    }

    private func question(of manifest: String, source: RequestSource = .kubernetes) throws -> ImageQuestion {
        let document = try #require(try YAMLStream.parse(Array(manifest.utf8), limits: YAMLLimits()).first)
        let workload = try Workload(document, in: "a.yaml", placeholders: [])
        return try #require(
            try questions(CheckRequest(workload, namespace: NamedNamespace("shop"), source: source, deadline: .now))
                .last)
    }

    private static let deployment = """
        {apiVersion: apps/v1, kind: Deployment, metadata: {name: a},
         spec: {template: {spec: {containers: [{name: a, image: "a:1"}]}}}}
        """
    private static let pod = """
        {apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: "a:1"}]}}
        """

    @Test("only what Kubernetes makes Pods of is a template: no Pod, no other door, no image that is only named")
    func template() throws {
        let deployment = try question(of: ImageQuestionTests.deployment)
        #expect(deployment.isTemplate)
        #expect(try !question(of: ImageQuestionTests.pod).isTemplate)
        #expect(try !question(of: ImageQuestionTests.deployment, source: .pipeline).isTemplate)
        for source in RequestSource.allCases {
            let named = CheckRequest(images: ["a:1"], namespace: NamedNamespace("shop"), source: source, deadline: .now)
            #expect(try questions(named).map(\.isTemplate) == [false])
            for kind: InputKind in [.compose, .dockerfile] {
                let written = NamedImages(layout: [(text: "a:1", path: "FROM")], of: kind, in: "file")
                let item = CheckRequest(written, namespace: NamedNamespace("shop"), source: source, deadline: .now)
                #expect(try questions(item).map(\.isTemplate) == [false])
            }
        }
    }

    @Test("the question about a template is about a Pod template, any other about a Pod")
    func object() throws {
        for (manifest, kind) in [(ImageQuestionTests.deployment, "PodTemplate"), (ImageQuestionTests.pod, "Pod")] {
            let request = try #require(
                try JSONDocument(parsing: question(of: manifest).review).root["request"])
            #expect(request["kind"]?["kind"]?.string == kind)
            let object = request["object"]
            #expect(object?["kind"]?.string == kind)
            let specification = kind == "Pod" ? object?["spec"] : object?["template"]?["spec"]
            let images = specification?["containers"]?.elements.compactMap { $0["image"]?.string }
            #expect(images == ["a:1"])
            #expect(request["dryRun"]?.boolean == true)
        }
    }

    @Test("the same image in the same place is one question, and in another place, namespace or kind another one")
    func distinct() throws {
        let first = try question(of: ImageQuestionTests.pod)
        #expect(first == (try question(of: ImageQuestionTests.pod)))
        for other in [
            ImageQuestionTests.pod.replacing("a:1", with: "a:2"),
            ImageQuestionTests.pod.replacing("{name: a}", with: "{name: a, namespace: other}"),
            ImageQuestionTests.deployment,
            ImageQuestionTests.pod.replacing(
                "}]}", with: "}], initContainers: [{name: b, image: \"a:1\"}]}"),
        ] {
            #expect(try question(of: other) != first, "\(other)")
        }
    }

    @Test("an image in no namespace is a mistake that says how to name one")
    func namespace() throws {
        let item = CheckRequest(images: ["a:1"], namespace: NamedNamespace(nil), source: .pipeline, deadline: .now)
        do throws(UsageError) {
            for image in item.request.images { _ = try ImageQuestion(image, of: item) }
            Issue.record("it was asked")
        } catch {
            #expect(error.lines(on: .none).contains { $0.contains("--namespace") })
        }
    }
}
