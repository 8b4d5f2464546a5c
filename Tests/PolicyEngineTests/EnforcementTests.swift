import OCI
import Testing
import Trust

@testable import PolicyEngine

@Suite struct EnforcementTests {
    private let image = "registry.example.com/app:1"

    private func trusting(_ enforcement: FieldValue = "deny") throws -> ImagePolicy {
        try PolicyFixture.policy(
            "sources",
            ["enforcement": enforcement, "checks": [["trustedRegistries": ["registry.example.com/**"]]]])
    }

    private func pinning(_ fields: (name: String, value: FieldValue)) throws -> ImagePolicy {
        let checks: FieldValue = [["digest": "required"]]
        return try PolicyFixture.policy(
            "pinned", FieldValue(.object([fields, (name: "checks", value: checks)]), at: PolicyFixture.here))
    }

    @Test("a stage that asks for a namespace where there is none is told of, and counts if it is stricter")
    func stageWithoutNamespace() throws {
        let production: FieldValue = ["default": "audit", "deny": [["namespaces": ["names": ["prod-*"]]]]]
        let policies = [try trusting(), try pinning(("enforcement", production))]
        let absent = try PolicyFixture.decide(image, by: policies, namespace: .absent)
        #expect(absent.verdict == .refused(.digestRequired))
        #expect(absent.passedOver == [PassedOver(policy: "pinned", fact: .namespace)])
        let other = try PolicyFixture.decide(image, by: policies, namespace: .known("test"))
        #expect(other.isAllowed && other.passedOver.isEmpty)

        let sandbox: FieldValue = ["default": "deny", "audit": [["namespaces": ["names": ["sandbox"]]]]]
        let strict = [try trusting(), try pinning(("enforcement", sandbox))]
        let milder = try PolicyFixture.decide(image, by: strict, namespace: .absent)
        #expect(milder.verdict == .refused(.digestRequired))
        #expect(milder.passedOver == [PassedOver(policy: "pinned", fact: .namespace)])
    }

    @Test("a policy that is in force only for want of a namespace vouches for nothing")
    func raisedDoesNotVouch() throws {
        let production: FieldValue = ["default": "audit", "deny": [["namespaces": ["names": ["prod-*"]]]]]
        let raised = try PolicyFixture.decide(image, by: [try trusting(production)], namespace: .absent)
        #expect(raised.verdict == .refused(.notVouched))
        let sandbox: FieldValue = ["default": "deny", "audit": [["namespaces": ["names": ["sandbox"]]]]]
        #expect(try PolicyFixture.decide(image, by: [try trusting(sandbox)], namespace: .absent).isAllowed)
    }

    @Test("an exclude entry that asks for a namespace where there is none is told of, and its policy applies")
    func excludeWithoutNamespace() throws {
        let policies = [try trusting(), try pinning(("exclude", [["namespaces": ["names": ["dev"]]]]))]
        let absent = try PolicyFixture.decide(image, by: policies, namespace: .absent)
        #expect(absent.verdict == .refused(.digestRequired))
        #expect(absent.passedOver == [PassedOver(policy: "pinned", fact: .namespace)])
        #expect(try PolicyFixture.decide(image, by: policies, namespace: .known("dev")).passedOver.isEmpty)

        let elsewhere: FieldValue = [["namespaces": ["names": ["dev"]], "images": ["docker.io/**"]]]
        let other = [try trusting(), try pinning(("exclude", elsewhere))]
        #expect(try PolicyFixture.decide(image, by: other, namespace: .absent).passedOver.isEmpty)
    }

    @Test("the order of stages does not matter: certain ones decide, uncertain ones only raise")
    func stageOrder() throws {
        let reference = try PolicyFixture.image(image)
        func selector(_ fields: FieldValue) throws -> Selector { try Selector(fields) }
        let certain = try selector(["images": ["registry.example.com/**"]])
        let uncertain = try selector(["namespaces": ["names": ["prod"]]])
        for namespace in [Fact<String>.unknown, .absent] {
            let judged = ImageUnderJudgement(
                MatchableReference(reference), container: .main,
                facts: RequestFacts(source: .kubernetes, namespace: namespace))
            func resolved(
                _ otherwise: Enforcement, _ stages: [(enforcement: Enforcement, selector: Selector)]
            ) -> [Enforcement] {
                [stages, stages.reversed()].map {
                    StagedEnforcement(otherwise, stages: $0).resolved(for: judged).enforcement
                }
            }
            #expect(resolved(.deny, [(.warn, uncertain), (.audit, certain)]) == [.warn, .warn])
            #expect(resolved(.deny, [(.audit, uncertain), (.warn, certain)]) == [.warn, .warn])
            #expect(resolved(.audit, [(.deny, uncertain), (.warn, certain)]) == [.deny, .deny])
            #expect(resolved(.deny, [(.warn, uncertain), (.audit, uncertain)]) == [.deny, .deny])
            #expect(resolved(.audit, [(.warn, uncertain)]) == [.warn, .warn])
        }
    }
}
