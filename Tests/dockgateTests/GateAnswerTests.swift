import Admission
import PolicyEngine
import Testing
import Trust
import YAMLDocument

@testable import dockgate

@Suite("What a running gate answers")
struct GateAnswerTests {
    private let question: ImageQuestion

    init() throws {
        question = try ImageQuestion.named("registry.example.com/app:1", in: "shop")
    }

    private func answer(
        to question: ImageQuestion? = nil, allowed: Bool, uid: String? = nil, annotations: String = ""
    ) -> GateAnswer {
        let question = question ?? self.question
        let text = """
            {"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","response":{"uid":"\(uid ?? question.uid)",\
            "allowed":\(allowed),"auditAnnotations":{\(annotations)}}}
            """
        return GateAnswer(parsing: Array(text.utf8), to: question, from: "gate.example.com")
    }

    private func isGiven(_ answer: GateAnswer) -> Bool {
        if case .given = answer { true } else { false }
    }

    @Test("an allowance counts if it is a decision, and not if nothing was judged")
    func allowance() {
        #expect(isGiven(answer(allowed: true, annotations: #""decision-id":"01ARZ3NDEKTSV4RRFFQ69G5FAV""#)))
        #expect(!isGiven(answer(allowed: true)))
        #expect(!isGiven(answer(allowed: true, annotations: #""decision-id":7"#)))
    }

    @Test("only a word in a template may pass without a decision: any webhook lets all images of a Deployment pass")
    func placeholders() throws {
        for (kind, image, isBelieved) in [
            ("PodTemplate", "auto", true), ("PodTemplate", "registry.example.com/app", false),
            ("PodTemplate", "app:1", false), ("PodTemplate", "app@sha256:0", false), ("Pod", "auto", false),
        ] {
            let question = try ImageQuestion.named(image, in: "shop", kind)
            #expect(isGiven(answer(to: question, allowed: true)) == isBelieved, "\(kind) \(image)")
        }
    }

    @Test("a refusal counts whoever makes it")
    func refusal() {
        #expect(isGiven(answer(allowed: false)))
    }

    @Test("a reason is a code, of this version or another; what is none makes no rule of a report, and no answer")
    func reasons() {
        let decided = #""decision-id":"01ARZ3NDEKTSV4RRFFQ69G5FAV","reason":"#
        let longest = String(repeating: "a", count: 64)
        for allowed in [true, false] {
            for reason in ReasonCode.allCases.map(\.rawValue) + ["later-2", longest] {
                let answer = answer(allowed: allowed, annotations: "\(decided)\"\(reason)\"")
                guard case .given(let verdict) = answer else {
                    Issue.record("\(reason): \(answer)")
                    continue
                }
                #expect(verdict.isAllowed == allowed && verdict.reason == reason)
            }
            for text in [
                "", " ", "Forbidden", "tag_denied", "tag denied", "é", "a\\u0301", "a\\u0000", "a\\n",
                "](https://evil.example)", longest + "a",
            ] {
                #expect(!isGiven(answer(allowed: allowed, annotations: "\(decided)\"\(text)\"")), "\(text)")
            }
            for other in ["7", "null", "[\"forbidden\"]"] {
                #expect(!isGiven(answer(allowed: allowed, annotations: decided + other)), "\(other)")
            }
        }
    }

    @Test("an answer to another question counts for nothing")
    func otherQuestion() {
        let decided = #""decision-id":"01ARZ3NDEKTSV4RRFFQ69G5FAV""#
        #expect(!isGiven(answer(allowed: true, uid: "another", annotations: decided)))
        #expect(!isGiven(answer(allowed: false, uid: "another")))
    }
}

extension ImageQuestion {
    fileprivate static func named(_ image: String, in namespace: String) throws -> ImageQuestion {
        try first(
            of: CheckRequest(images: [image], namespace: NamedNamespace(namespace), source: .pipeline, deadline: .now))
    }

    /// Of a Pod, or of a template for Pods.
    fileprivate static func named(_ image: String, in namespace: String, _ kind: String) throws -> ImageQuestion {
        let containers = "spec: {containers: [{name: a, image: '\(image)'}]}"
        let text = "{apiVersion: v1, kind: \(kind), \(kind == "Pod" ? containers : "template: {\(containers)}")}"
        let document = try #require(try YAMLStream.parse(Array(text.utf8)).first)
        let workload = try Workload(document, in: "a.yaml", placeholders: [])
        return try first(
            of: CheckRequest(workload, namespace: NamedNamespace(namespace), source: .kubernetes, deadline: .now))
    }

    private static func first(of item: CheckRequest) throws -> ImageQuestion {
        try #require(try item.request.images.map { try ImageQuestion($0, of: item) }.first)
    }
}
