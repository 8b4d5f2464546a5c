import PolicyEngine
import Testing

@testable import dockgate

@Suite("The namespace that the command line names")
struct NamedNamespaceTests {
    private func labels(_ facts: RequestFacts) -> NamespaceLabels? {
        if case .known(let labels) = facts.namespaceLabels { labels } else { nil }
    }

    @Test("labels are those of the namespace with that name, and of no other")
    func facts() throws {
        let named = try NamedNamespace("shop", labels: ["env=production,team=", "example.com/a=b"])
        for own in [nil, "shop"] {
            let stated = try #require(labels(named.facts(of: .kubernetes, in: own)))
            #expect(stated["env"] == "production" && stated["team"] == "" && stated["example.com/a"] == "b")
            #expect(stated["kubernetes.io/metadata.name"] == "shop")
            #expect(stated["other"] == nil)
        }
        guard case .absent = named.facts(of: .kubernetes, in: "other").namespaceLabels else {
            Issue.record("another namespace has the same labels")
            return
        }
    }

    @Test("an empty text says that there are no labels, which is more than saying nothing")
    func none() throws {
        let none = try NamedNamespace("shop", labels: [""])
        #expect(labels(none.facts(of: .pipeline))?["env"] == nil)
        #expect(labels(none.facts(of: .pipeline))?["kubernetes.io/metadata.name"] == "shop")
        guard case .absent = NamedNamespace("shop").facts(of: .pipeline).namespaceLabels else {
            Issue.record("labels that nobody stated")
            return
        }
        guard case .absent = NamedNamespace(nil).facts(of: .pipeline).namespace else {
            Issue.record("a namespace that nobody named")
            return
        }
    }

    @Test(
        "what is no label, is there twice, or contradicts the name, is a mistake that says so",
        arguments: [
            ("env", "`env` is no label; write it as `env=production`"),
            ("env=a,", "`` is no label; write it as `env=production`"),
            ("env=a,env=a", "`env` is there twice"),
            ("=a", "`` cannot be the key of a label"),
            ("env=a=b", "`a=b` cannot be the value of a label"),
            ("env=*", "`*` cannot be the value of a label"),
            ("env=evil/repo", "`evil/repo` cannot be the value of a label"),
            ("env= a", "` a` cannot be the value of a label"),
            (
                "kubernetes.io/metadata.name=other",
                "`kubernetes.io/metadata.name` of the namespace `shop` is its name, and cannot be `other`"
            ),
        ])
    func mistakes(text: String, message: String) throws {
        let error = #expect(throws: UsageError.self) { try NamedNamespace("shop", labels: [text]) }
        #expect(
            error?.lines(on: .none).first?.hasPrefix("error: --namespace-labels: " + message) == true,
            "\(error?.lines(on: .none) ?? [])")
    }
}
