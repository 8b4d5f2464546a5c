import OCI
import Testing
import Trust

@testable import PolicyEngine

@Suite struct NamespaceLabelTests {
    private let image = "registry.example.com/app:1"
    private let production: FieldValue = ["namespaces": ["labels": .dictionary(["env": "production"])]]

    private func trusting(_ fields: (name: String, value: FieldValue)...) throws -> ImagePolicy {
        let checks: FieldValue = [["trustedRegistries": ["registry.example.com/**"]]]
        return try PolicyFixture.policy(
            "sources", FieldValue(.object(fields + [(name: "checks", value: checks)]), at: PolicyFixture.here))
    }

    private func pinning(_ fields: (name: String, value: FieldValue)...) throws -> ImagePolicy {
        let checks: FieldValue = [["digest": "required"]]
        return try PolicyFixture.policy(
            "pinned", FieldValue(.object(fields + [(name: "checks", value: checks)]), at: PolicyFixture.here))
    }

    private func decide(
        _ policies: ImagePolicy..., namespace: Fact<String> = .known("shop"), labels: Fact<NamespaceLabels>?
    ) throws -> ImageDecision {
        try PolicyFixture.decide(image, by: policies, namespace: namespace, labels: labels)
    }

    @Test("a policy is about a namespace that has all of its labels, and about no other")
    func known() throws {
        let one = try trusting((name: "match", value: production))
        #expect(try decide(one, labels: .known(["env": "production"])).isAllowed)
        #expect(try decide(one, labels: .known(["team": "shop", "env": "production", "a": ""])).isAllowed)
        for other: NamespaceLabels in [
            [:], ["env": "test"], ["env": ""], ["env": "Production"], ["env": "production2"], ["Env": "production"],
            ["production": "env"], ["env": "*"], ["env": "prod*"], ["*": "production"], ["env": "../production"],
            ["env": "production/"], ["env": "production\n"], ["": "production"],
        ] {
            #expect(try decide(one, labels: .known(other)).verdict == .refused(.notVouched), "\(other)")
        }
        let two = try trusting(
            (name: "match", value: ["namespaces": ["labels": .dictionary(["env": "production", "canary": ""])]]))
        #expect(try decide(two, labels: .known(["env": "production", "canary": ""])).isAllowed)
        #expect(try !decide(two, labels: .known(["env": "production"])).isAllowed)
        #expect(try !decide(two, labels: .known(["canary": ""])).isAllowed)
    }

    @Test("labels are compared as bytes: what only looks alike is another label")
    func bytes() {
        let labels: NamespaceLabels = ["caf\u{E9}": "x", "env": "e\u{301}"]
        #expect(labels["caf\u{E9}"] == "x" && labels["cafe\u{301}"] == nil)
        #expect(labels["env"]?.utf8.elementsEqual("\u{E9}".utf8) == false)
        #expect(labels[""] == nil && labels["en"] == nil && labels["envx"] == nil && labels["zzz"] == nil)
    }

    @Test("names and labels must both hold")
    func namesAndLabels() throws {
        let both = try trusting(
            (
                name: "match",
                value: ["namespaces": ["names": ["prod-*"], "labels": .dictionary(["env": "production"])]]
            ))
        let labels: NamespaceLabels = ["env": "production"]
        #expect(try decide(both, namespace: .known("prod-a"), labels: .known(labels)).isAllowed)
        #expect(try !decide(both, namespace: .known("test"), labels: .known(labels)).isAllowed)
        #expect(try !decide(both, namespace: .known("prod-a"), labels: .known([:])).isAllowed)
        #expect(try !decide(both, namespace: .known("prod-a"), labels: .unknown).isAllowed)
        #expect(try !decide(both, namespace: .unknown, labels: .known(labels)).isAllowed)
        // The name alone tells that it is about another namespace: nobody needs the labels for that.
        let elsewhere = try decide(both, namespace: .known("test"), labels: .absent)
        #expect(elsewhere.verdict == .refused(.notVouched) && elsewhere.passedOver.isEmpty)
    }

    @Test(
        "attack 19: with labels that could not be had a policy constrains and does not vouch; without any it is passed over"
    )
    func unknownAndAbsent() throws {
        let vouching = try trusting((name: "match", value: production))
        #expect(try decide(vouching, labels: .unknown).verdict == .refused(.notVouched))
        let absent = try decide(vouching, labels: .absent)
        #expect(absent.verdict == .refused(.notVouched))
        #expect(absent.passedOver == [PassedOver(policy: "sources", fact: .namespaceLabels)])

        let trusted = try trusting()
        let constraining = try pinning((name: "match", value: production))
        #expect(try decide(trusted, constraining, labels: .known([:])).isAllowed)
        #expect(
            try decide(trusted, constraining, labels: .known(["env": "production"])).verdict
                == .refused(.digestRequired))
        let unknown = try decide(trusted, constraining, labels: .unknown)
        #expect(unknown.verdict == .refused(.digestRequired) && unknown.passedOver.isEmpty)
        let passed = try decide(trusted, constraining, labels: .absent)
        #expect(passed.isAllowed && passed.passedOver == [PassedOver(policy: "pinned", fact: .namespaceLabels)])
    }

    @Test("an exclude entry takes out only what certainly has its labels")
    func exclude() throws {
        let trusted = try trusting()
        let pinned = try pinning((name: "exclude", value: [production]))
        #expect(try decide(trusted, pinned, labels: .known(["env": "production"])).isAllowed)
        #expect(try !decide(trusted, pinned, labels: .known(["env": "test"])).isAllowed)
        #expect(try !decide(trusted, pinned, labels: .unknown).isAllowed)
        let absent = try decide(trusted, pinned, labels: .absent)
        #expect(absent.verdict == .refused(.digestRequired))
        #expect(absent.passedOver == [PassedOver(policy: "pinned", fact: .namespaceLabels)])
        // Of a policy that may be about others it is not known that it may vouch.
        let vouching = try trusting((name: "exclude", value: [production]))
        #expect(try decide(vouching, labels: .known([:])).isAllowed)
        #expect(try !decide(vouching, labels: .unknown).isAllowed)
    }

    @Test("a stage of enforcement by labels counts where they are known, and only makes stricter where they are not")
    func stages() throws {
        let trusted = try trusting()
        let stricter = try pinning((name: "enforcement", value: ["default": "audit", "deny": [production]]))
        #expect(try !decide(trusted, stricter, labels: .known(["env": "production"])).isAllowed)
        #expect(try decide(trusted, stricter, labels: .known([:])).isAllowed)
        #expect(try !decide(trusted, stricter, labels: .unknown).isAllowed)
        let absent = try decide(trusted, stricter, labels: .absent)
        #expect(!absent.isAllowed)
        #expect(absent.passedOver == [PassedOver(policy: "pinned", fact: .namespaceLabels)])

        let milder = try pinning((name: "enforcement", value: ["default": "deny", "warn": [production]]))
        #expect(try decide(trusted, milder, labels: .known(["env": "production"])).isAllowed)
        #expect(try !decide(trusted, milder, labels: .known([:])).isAllowed)
        #expect(try !decide(trusted, milder, labels: .unknown).isAllowed)
        #expect(try !decide(trusted, milder, labels: .absent).isAllowed)
    }

    @Test("where a namespace does not exist, it is the namespace that the answer misses")
    func noNamespace() throws {
        let facts = RequestFacts(source: .pipeline, namespace: .absent)
        guard case .absent = facts.namespaceLabels else {
            Issue.record("labels without a namespace")
            return
        }
        let both = try trusting(
            (name: "match", value: ["namespaces": ["names": ["a"], "labels": .dictionary(["env": "production"])]]))
        #expect(
            try decide(both, namespace: .absent, labels: nil).passedOver
                == [PassedOver(policy: "sources", fact: .namespace)])
        guard case .unknown = RequestFacts(source: .kubernetes, namespace: .known("shop")).namespaceLabels else {
            Issue.record("a door that has no labels knows some")
            return
        }
    }

    @Test(
        "what Kubernetes takes for a label is one",
        arguments: [
            ("env", "production"), ("env", ""), ("a", "b"), ("app.kubernetes.io/part-of", "v1.2_3-x"), ("A_b.c-d", "X"),
            ("kubernetes.io/metadata.name", "shop"), ("1", "2"),
            (String(repeating: "a", count: 63), String(repeating: "b", count: 63)),
            (String(repeating: "a.", count: 126) + "a/x", ""),
        ])
    func valid(key: String, value: String) throws {
        let label = try NamespaceLabel(key: key, value: value)
        #expect(label.key == key && label.value == value)
    }

    @Test(
        "what Kubernetes takes for no label is refused, and the message says which part is wrong",
        arguments: [
            ("", "x", "key"), ("-env", "x", "key"), ("env-", "x", "key"), ("e nv", "x", "key"), ("/env", "x", "key"),
            ("a/b/c", "x", "key"), ("a/", "x", "key"), ("Example.com/env", "x", "key"), ("a..b/env", "x", "key"),
            ("-a/env", "x", "key"), ("a_b/env", "x", "key"), ("env*", "x", "key"), ("$(env)", "x", "key"),
            ("café", "x", "key"), (String(repeating: "a", count: 64), "x", "key"),
            (String(repeating: "a.", count: 127) + "a/x", "", "key"),
            ("env", "*", "value"), ("env", "prod-*", "value"), ("env", "../x", "value"), ("env", "evil/repo", "value"),
            ("env", ".", "value"), ("env", "-a", "value"), ("env", "a-", "value"), ("env", "a b", "value"),
            ("env", "é", "value"), ("env", String(repeating: "b", count: 64), "value"),
        ])
    func invalid(key: String, value: String, part: String) {
        let error = #expect(throws: PatternError.self) { try NamespaceLabel(key: key, value: value) }
        let wrong = part == "key" ? key : value
        #expect(error?.description.hasPrefix("`\(wrong)` cannot be the \(part) of a label") == true)
    }
}
