import Admission
import PolicyEngine
import Testing

@testable import dockgate

@Suite("What a running gate answers")
struct GateAnswerTests {
    private let question: ImageQuestion

    init() throws {
        question = try ImageQuestion.named("registry.example.com/app:1", in: "shop")
    }

    private func answer(allowed: Bool, uid: String? = nil, annotations: String = "") -> GateAnswer {
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

    @Test("a refusal counts whoever makes it")
    func refusal() {
        #expect(isGiven(answer(allowed: false)))
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
        let item = CheckRequest(images: [image], namespace: namespace, source: .pipeline, deadline: .now)
        return try #require(try item.request.images.map { try ImageQuestion($0, of: item) }.first)
    }
}
