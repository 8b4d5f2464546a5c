import OCI
import PolicyEngine
import TestSupport
import Testing
import Timestamp
import Trust

@testable import PolicyDocuments

@Suite("What is different between two sets of policies, wherever the words stand that make it so")
struct PolicyDiffWordsTests {
    /// Two sets, which way the change goes, and an image or namespace that has to be among the examples.
    struct Case: CustomTestStringConvertible {
        let testDescription: String
        let old: String
        let new: String
        let effect: PolicyDifference.Effect
        var shown = ""

        init(
            _ name: String, _ old: String, _ new: String, _ effect: PolicyDifference.Effect = .loosened,
            shows: String = ""
        ) {
            (testDescription, self.old, self.new, self.effect, shown) = (name, old, new, effect, shows)
        }

        /// Beside a policy that trusts one registry, as `p`.
        static func beside(
            _ name: String, _ old: String, _ new: String, _ effect: PolicyDifference.Effect = .loosened,
            shows: String = ""
        ) -> Case {
            Case(name, sources + policy(old), sources + policy(new), effect, shows: shows)
        }
    }

    private static func policy(_ text: String, name: String = "p") -> String {
        ComparedPolicies.policy(text, name: name)
    }

    private static let sources = policy(
        "{checks: [{trustedRegistries: [\"registry.example.com/**\"]}]}", name: "sources")

    private static func listed(_ texts: some Sequence<String>) -> String {
        texts.map { "\"\($0)\"" }.joined(separator: ", ")
    }

    private static func names(_ numbers: some Sequence<Int>) -> String { listed(numbers.map { "team-\($0)" }) }

    private static func digest(_ number: Int) -> String { "\(Digest.sha256(of: [UInt8(number)]))" }

    // MARK: - Words that move

    private static func staged(_ deny: Range<Int>, _ warn: Range<Int>) -> String {
        "{enforcement: {default: audit, deny: [{namespaces: {names: [\(names(deny))]}}], "
            + "warn: [{namespaces: {names: [\(names(warn))]}}]}, checks: [{digest: required}]}"
    }

    private static func excluded(_ excluded: String) -> String {
        "{match: {namespaces: {names: [\(names(0..<30))]}}, exclude: [{namespaces: {names: [\(excluded)]}}], "
            + "checks: [{digest: required}]}"
    }

    private static func tagged(_ hard: Range<Int>, _ soft: Range<Int>) -> String {
        func tags(_ numbers: Range<Int>) -> String { "tags: {deny: [\(listed(numbers.map { "t\($0)" }))]}" }
        return "{checks: [{name: hard, \(tags(hard))}, {name: soft, enforcement: audit, \(tags(soft))}]}"
    }

    private static func recalled(_ enforced: Range<Int>, _ audited: Range<Int>) -> String {
        func digests(_ numbers: Range<Int>) -> String { "{digests: [\(listed(numbers.map(digest)))]}" }
        return "{match: \(digests(0..<20)), enforcement: {default: warn, deny: [\(digests(enforced))], "
            + "audit: [\(digests(audited))]}, checks: [{forbid: {because: x}}]}"
    }

    private static let moves: [Case] = [
        .beside(
            "a name goes from one stage to another", staged(0..<40, 40..<41), staged(0..<39, 39..<41),
            shows: "team-39"),
        .beside(
            "a name of many is excluded too", excluded("team-1"), excluded("team-1, team-29"), shows: "team-29"),
        .beside(
            "a tag goes to a check that only records", tagged(0..<30, 30..<31), tagged(0..<29, 29..<31),
            shows: "registry.example.com/x:t29"),
        .beside("a digest goes to a stage that only records", recalled(0..<19, 19..<20), recalled(0..<18, 18..<20)),
        Case(
            "a tag that is written like a namespace",
            sources + policy("{match: {namespaces: {names: [latest]}}, checks: [{tags: {deny: [latest]}}]}"),
            sources + policy("{match: {namespaces: {names: [latest]}}, checks: [{tags: {deny: [other]}}]}"),
            shows: "latest"),
    ]

    // MARK: - Words of several documents together

    private static func document(_ kind: String, _ specification: String) -> String {
        "apiVersion: dockgate.dev/v1\nkind: \(kind)\nmetadata: {name: x}\nspec: \(specification)\n---\n"
    }

    private static func exemption(_ images: String) -> String {
        document(
            "Exemption",
            "{namespaces: [ops], images: [\(images)], because: x, owner: o, reviewBy: 2099-01-01}")
    }

    private static let recalled = policy(
        "{match: {digests: [\(digest(1))]}, checks: [{forbid: {because: x}}]}", name: "recalled")
    private static let exception = document(
        "PolicyException",
        "{lifts: {policy: team, check: t}, images: [registry.example.com/shop/app], owner: o, approvedBy: a, reason: r, "
            + "from: 2026-11-01, expires: 2026-12-05}")
    private static let team = policy(
        "{checks: [{trustedRegistries: [\"registry.example.com/$(namespace.labels.team)/**\"]}, {name: t, tags: {deny: [latest]}}]}",
        name: "team")
    private static let perNamespace = policy(
        "{checks: [{trustedRegistries: [\"registry.example.com/a-$(namespace)/**\"]}]}", name: "own")
    private static let labelled = policy(
        "{match: {namespaces: {labels: {env: production}}}, checks: [{signature: {by: a}}]}", name: "v")
    private static let narrow = policy("{checks: [{trustedRegistries: [\"eu.example.com/shop/*\"]}]}", name: "v")

    private static func constraint(_ images: String, _ check: String = "digest: required") -> String {
        policy("{match: {images: [\"\(images)\"]}, checks: [{\(check)}]}", name: "c")
    }

    private static let together: [Case] = [
        Case(
            "an exemption lets in what is recalled", sources + recalled,
            sources + recalled + exemption("\"registry.example.com/**\"")),
        Case(
            "an exemption lets in a tag that is denied", sources + policy("{checks: [{tags: {deny: [\"*-dev\"]}}]}"),
            sources + policy("{checks: [{tags: {deny: [\"*-dev\"]}}]}") + exemption("\"registry.example.com/**\"")),
        Case(
            "an exception for an image of one team", team, team + exception,
            shows: "registry.example.com/shop/app:latest"),
        Case("an image of one team is free", team + constraint("registry.example.com/shop/*"), team),
        Case(
            "an image of one namespace is free", perNamespace + constraint("registry.example.com/a-shop/*"),
            perNamespace, shows: "shop"),
        Case(
            "what a policy without patterns vouches for is free", labelled + constraint("registry.example.com/**"),
            labelled),
        Case(
            "what two patterns have in common", narrow + constraint("*.example.com/*/cart-*", "tags: {deny: [latest]}"),
            narrow, shows: "eu.example.com/shop/cart-x:latest"),
    ]

    // MARK: - What stands for wildcards

    private static let wildcards: [Case] = [
        .beside("a tag", "{checks: [{tags: {deny: [\"*-dev\"]}}]}", "{checks: [{tags: {deny: [\"x*-dev\"]}}]}"),
        Case(
            "a segment", policy("{checks: [{trustedRegistries: [\"ghcr.io/team/*\"]}]}"),
            policy("{checks: [{trustedRegistries: [\"ghcr.io/team/*-*\", ghcr.io/team/x, ghcr.io/team/z9]}]}"),
            .tightened),
        Case(
            "the source of a build", policy(provenance("https://github.com/acme/*")),
            policy(provenance("https://github.com/acme/x*")), .tightened),
        .beside(
            "a namespace", "{match: {namespaces: {names: [\"prod-*\"]}}, checks: [{digest: required}]}",
            "{match: {namespaces: {names: [\"prod-x*\", \"prod-z*\", \"prod-e*\"]}}, checks: [{digest: required}]}"),
    ]

    private static func provenance(_ source: String) -> String {
        "{checks: [{attestation: {predicateType: \"https://slsa.dev/provenance/v1\", by: a, provenance: {source: \"\(source)\"}}}]}"
    }

    @Test(
        "a word makes a difference in another place, beside another document, by what it stands for",
        arguments: moves + together + wildcards)
    func found(diffCase: Case) throws {
        let there = try ComparedPolicies(diffCase.old, diffCase.new)
        let examples = there.differences(diffCase.effect).flatMap(\.examples)
        #expect(!examples.isEmpty, "\(there.comparison.differences)")
        if !diffCase.shown.isEmpty {
            #expect(examples.contains { $0.image == diffCase.shown || $0.namespace == diffCase.shown }, "\(examples)")
        }
        #expect(try there.confirm() > 0)
        let back = try ComparedPolicies(diffCase.new, diffCase.old)
        #expect(!back.differences(diffCase.effect == .loosened ? .tightened : .loosened).isEmpty)
        try back.confirm()
    }

    // MARK: - Many words

    private static func trusting(_ patterns: some Sequence<String>, _ more: String = "") -> String {
        policy("{\(more)checks: [{trustedRegistries: [\(listed(patterns))]}]}")
    }

    @Test("a registry that comes with many new names of another one is shown")
    func registry() throws {
        let compared = try ComparedPolicies(
            Self.trusting((0..<52).map { "old.example.com/app-\($0)" }),
            Self.trusting((0..<52).map { "new.example.com/app-\($0)" } + ["docker.io/**"]))
        let examples = compared.differences(.loosened).flatMap(\.examples)
        #expect(examples.contains { $0.image.hasPrefix("docker.io/") })
        #expect(examples.contains { $0.image.hasPrefix("new.example.com/") })
        #expect(!compared.differences(.tightened).isEmpty)
        try compared.confirm()
    }

    @Test(
        "more patterns than there is room for are a sample of both sides, however many facts there are, and soon ready")
    func manyPatterns() throws {
        let staged =
            "enforcement: {default: deny, audit: [{namespaces: {names: [\(Self.names(0..<16))], labels: {a: b, c: d}}}]}, "
        let compared = try ComparedPolicies(
            Self.trusting((0..<600).map { "registry.example.com/a\($0)/app/**" }, staged),
            Self.trusting((0..<600).map { "registry.example.com/b\($0)/app/**" }, staged), probes: 10_000)
        #expect(compared.effects.isSuperset(of: [.loosened, .tightened]))
        #expect(compared.comparison.probeCount < compared.comparison.possibleProbes)
        #expect(compared.comparison.probeCount <= 2_500)
    }

    @Test("what there is no room for is counted, so that nothing found is told as a sample")
    func counted() throws {
        let labels = (0..<100).map { "{namespaces: {labels: {env: e\($0)}}}" }
        func excluding(_ message: String) -> String {
            Self.policy(
                "{exclude: [\(labels.joined(separator: ", "))], checks: [{message: \(message), digest: required}]}")
        }
        let compared = try ComparedPolicies(excluding("a"), excluding("b"), probes: 100_000)
        #expect(compared.comparison.isEmpty)
        #expect(compared.comparison.probeCount < compared.comparison.possibleProbes)
    }

    @Test("any three of six signers, of whom three others are enough elsewhere")
    func signers() throws {
        let names = ["a", "b", "c", "signed", "signed-first", "unsigned"].joined(separator: ", ")
        let compared = try ComparedPolicies(
            Self.policy("{checks: [{signature: {atLeast: 3, of: [\(names)]}}]}"),
            Self.policy("{checks: [{signature: {anyOf: [{allOf: [a, b, c]}, {atLeast: 4, of: [\(names)]}]}}]}"))
        #expect(compared.effects.contains(.tightened) && !compared.effects.contains(.loosened))
        try compared.confirm()
    }

    @Test("a namespace that a pattern speaks of is none that stands for any")
    func anyNamespace() throws {
        let compared = try ComparedPolicies(
            Self.sources,
            Self.policy(
                "{match: {namespaces: {names: [\"any-*\"]}}, checks: [{trustedRegistries: [\"registry.example.com/**\"]}]}",
                name: "sources"))
        let examples = compared.differences(.tightened).flatMap(\.examples)
        #expect(examples.contains { $0.isAnyNamespace && $0.namespace?.hasPrefix("any-") == false })
        let exempt = try ComparedPolicies(
            Self.sources,
            Self.sources
                + Self.document(
                    "Exemption", "{namespaces: [any-namespace], because: x, owner: o, reviewBy: 2099-01-01}"))
        let exempted = try #require(exempt.differences(.loosened).first?.examples.first)
        #expect(exempted.namespace == "any-namespace" && !exempted.isAnyNamespace)
    }

    @Test("no namespace is told that cannot be")
    func possibleNamespaces() throws {
        let compared = try ComparedPolicies(
            Self.sources,
            Self.sources + Self.policy("{match: {namespaces: {names: [\"prod-*\"]}}, checks: [{digest: required}]}"))
        let names = compared.comparison.differences.flatMap(\.examples).compactMap(\.namespace)
        #expect(names.contains("prod-x") && !names.contains { $0.hasSuffix("-") })
    }
}
