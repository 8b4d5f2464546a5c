import OCI
import PolicyEngine
import TestSupport
import Testing
import Timestamp
import Trust

@testable import PolicyDocuments

@Suite("What is different between two sets of policies")
struct PolicyDiffTests {
    private static let sources = "{checks: [{trustedRegistries: [\"registry.example.com/**\"]}]}"
    private static let both =
        ComparedPolicies.policy(sources, name: "sources")
        + ComparedPolicies.policy(
            "{match: {images: [\"registry.example.com/shop/*\"], namespaces: {labels: {env: a, team: b}}}, checks: [{digest: required}]}",
            name: "pinned")

    @Test("a set and itself are no different, and nobody is asked")
    func same() throws {
        let compared = try ComparedPolicies(Self.both, Self.both)
        #expect(compared.comparison.isEmpty && compared.comparison.documents.isEmpty)
        #expect(compared.comparison.probeCount == 0)
    }

    @Test("neither files, order, comments, spelling nor the order of fields are a difference")
    func sameMeaning() throws {
        let pinned = """
            # Production.
            spec:
              checks: [{"digest": required}]   # as agreed
              match:
                namespaces: {labels: {team: 'b', env: a}}
                images:
                  - registry.example.com/shop/*
            metadata: {annotations: {description: pinned}, name: pinned}
            kind: ImagePolicy
            apiVersion: dockgate.dev/v1
            """
        let compared = try ComparedPolicies(
            ["policies/a.yaml": Self.both],
            ["policies/b.yaml": pinned, "policies/c.yaml": ComparedPolicies.policy(Self.sources, name: "sources")])
        #expect(compared.comparison.isEmpty && compared.comparison.documents.isEmpty)
    }

    @Test("every file of the fixtures is no different from itself", arguments: FixtureTests.files("valid"))
    func fixtures(file: String) throws {
        let loaded = try FixtureTests.loaded(file)
        #expect(loaded.compared(with: loaded, at: ComparedPolicies.now).documents.isEmpty)
    }

    @Test("each field of the schema that flips a verdict is found, in either direction", arguments: FieldCase.all)
    func everyField(fieldCase: FieldCase) throws {
        let there = try ComparedPolicies(fieldCase.one, fieldCase.other)
        let back = try ComparedPolicies(fieldCase.other, fieldCase.one)
        #expect(!there.comparison.documents.isEmpty)
        if fieldCase.isText {
            #expect(there.effects.isSubset(of: [.reasons]) && back.effects.isSubset(of: [.reasons]))
        } else {
            #expect(!there.differences(.tightened).isEmpty, "\(fieldCase.other)")
            #expect(!back.differences(.loosened).isEmpty, "\(fieldCase.one)")
        }
        try there.confirm()
        try back.confirm()
    }

    /// What was edited: the old and the new `spec` of a policy that is alone, or beside one that trusts a registry.
    struct Edit: CustomTestStringConvertible {
        let testDescription: String
        let old: String
        let new: String
        let effects: Set<PolicyDifference.Effect>

        init(_ name: String, _ old: String, _ new: String, _ effects: Set<PolicyDifference.Effect>, alone: Bool = false)
        {
            testDescription = name
            let beside = alone ? "" : ComparedPolicies.policy(PolicyDiffTests.sources, name: "sources")
            self.old = ComparedPolicies.policy(old) + beside
            self.new = ComparedPolicies.policy(new) + beside
            self.effects = effects
        }

        static func trusting(_ name: String, _ old: String, _ new: String, _ effects: Set<PolicyDifference.Effect>)
            -> Edit
        {
            Edit(
                name, "{checks: [{trustedRegistries: [\(old)]}]}", "{checks: [{trustedRegistries: [\(new)]}]}", effects,
                alone: true)
        }

        static func signed(_ name: String, _ old: String, _ new: String, _ effects: Set<PolicyDifference.Effect>)
            -> Edit
        {
            Edit(name, "{checks: [{signature: \(old)}]}", "{checks: [{signature: \(new)}]}", effects, alone: true)
        }

        static func pinned(_ name: String, _ old: String, _ new: String, _ effects: Set<PolicyDifference.Effect>)
            -> Edit
        {
            Edit(name, "{\(old)checks: [{digest: required}]}", "{\(new)checks: [{digest: required}]}", effects)
        }
    }

    private static let edits: [Edit] = [
        .trusting("a pattern is widened", "docker.io/library/nginx", "docker.io/library/*", [.loosened]),
        .trusting("a pattern is narrowed", "\"*.example.com/**\"", "registry.example.com/**", [.tightened]),
        .trusting("a pattern gets a literal beginning", "ghcr.io/acme/*", "ghcr.io/acme/x*", [.tightened]),
        .trusting("a pattern reaches deeper", "ghcr.io/acme/*", "ghcr.io/acme/**", [.loosened]),
        .trusting("a pattern gets a tag", "docker.io/library/redis", "docker.io/library/redis:7.*", [.tightened]),
        .trusting("a port is another", "\"localhost:5000/**\"", "\"localhost:5001/**\"", [.loosened, .tightened]),
        .trusting("a source is added", "ghcr.io/acme/*", "ghcr.io/acme/*, quay.io/acme/*", [.loosened]),
        .trusting("a source is removed", "ghcr.io/acme/*, quay.io/acme/*", "ghcr.io/acme/*", [.tightened]),
        .trusting(
            "a variable is another", "\"ghcr.io/$(namespace.labels.team)/**\"",
            "\"ghcr.io/$(namespace.labels.squad)/**\"",
            [.loosened, .tightened]),
        .trusting("a variable is a star", "\"ghcr.io/$(namespace)/**\"", "\"ghcr.io/*/**\"", [.loosened]),
        .pinned(
            "a namespace is added", "match: {namespaces: {names: [a]}}, ", "match: {namespaces: {names: [a, b]}}, ",
            [.tightened]),
        .pinned(
            "a name gets a star", "match: {namespaces: {names: [prod]}}, ",
            "match: {namespaces: {names: [\"prod*\"]}}, ", [.tightened]),
        .pinned(
            "a label is another", "match: {namespaces: {labels: {env: a}}}, ",
            "match: {namespaces: {labels: {env: b}}}, ", [.loosened, .tightened]),
        .pinned(
            "a label is added", "match: {namespaces: {labels: {env: a}}}, ",
            "match: {namespaces: {labels: {env: a, team: b}}}, ", [.loosened]),
        .pinned("an exclusion is added", "", "exclude: [{images: [registry.example.com/sandbox/*]}], ", [.loosened]),
        .pinned("it is enforced", "enforcement: warn, ", "", [.tightened]),
        .pinned("it is on trial", "", "enforcement: audit, ", [.loosened]),
        .pinned("a warning is a record", "enforcement: warn, ", "enforcement: audit, ", [.reasons]),
        .pinned(
            "it is staged", "enforcement: warn, ", "enforcement: {default: warn, deny: [{namespaces: {names: [a]}}]}, ",
            [.tightened]),
        Edit(
            "a check is removed", "{checks: [{digest: required}, {tags: {deny: [latest]}}]}",
            "{checks: [{digest: required}]}", [.loosened]),
        Edit(
            "a check is added", "{checks: [{digest: required}]}",
            "{checks: [{digest: required}, {tags: {deny: [latest]}}]}", [.tightened]),
        Edit(
            "a tag is added", "{checks: [{tags: {deny: [latest]}}]}", "{checks: [{tags: {deny: [latest, \"*-dev\"]}}]}",
            [.tightened]),
        Edit(
            "a digest is another", "{match: {digests: [\(digest("a"))]}, checks: [{forbid: {because: x}}]}",
            "{match: {digests: [\(digest("b"))]}, checks: [{forbid: {because: x}}]}", [.loosened, .tightened]),
        .signed("a threshold is higher", "{atLeast: 1, of: [a, b, c]}", "{atLeast: 2, of: [a, b, c]}", [.tightened]),
        .signed("one is enough", "{allOf: [a, b]}", "{anyOf: [a, b]}", [.loosened]),
        .signed("another signs", "{by: a}", "{by: b}", [.loosened, .tightened]),
        .signed(
            "an end is moved", "{anyOf: [a, {by: b, until: 2027-01-01}]}", "{anyOf: [a, {by: b, until: 2027-02-01}]}",
            [.loosened]),
        Edit(
            "what was known counts", "{checks: [{signature: {by: a}}]}",
            "{checks: [{signature: {by: a}, onUndetermined: {lastKnownGood: {for: 24h}}}]}", [.loosened]),
        Edit(
            "an audited signature is asked for", "{checks: [{tags: {deny: [latest]}}]}",
            "{checks: [{tags: {deny: [latest]}}, {signature: {by: a}, enforcement: audit}]}", [.reasons]),
    ]

    private static func digest(_ text: String) -> Digest { Digest.sha256(of: Array(text.utf8)) }

    @Test("an edit is found, with the direction that it has and no other", arguments: edits)
    func found(edit: Edit) throws {
        let compared = try ComparedPolicies(edit.old, edit.new)
        #expect(
            compared.effects.subtracting([.reasons]) == edit.effects.subtracting([.reasons]),
            "\(compared.comparison.differences)")
        #expect(!compared.comparison.isEmpty)
        try compared.confirm()
        let back = try ComparedPolicies(edit.new, edit.old)
        let opposite = Set(edit.effects.map { [.loosened: .tightened, .tightened: .loosened][$0] ?? $0 })
        #expect(back.effects.subtracting([.reasons]) == opposite.subtracting([.reasons]))
    }

    @Test("an attestor with another key believes other signatures, and both are told")
    func key() throws {
        let policy = ComparedPolicies.policy("{checks: [{signature: {by: k}}]}")
        let compared = try ComparedPolicies(
            policy + ComparedPolicies.attestor("k", key: "a"), policy + ComparedPolicies.attestor("k", key: "other"))
        #expect(compared.effects == [.loosened, .tightened])
        let gone = try #require(compared.differences(.tightened).first?.examples.first?.signatures.first)
        #expect(gone.before.contains("k") && !gone.after.contains("k"))
        #expect("\(gone)".contains("`k` of the old set"))
        try compared.confirm()
    }

    private static let exemption = """
        apiVersion: dockgate.dev/v1
        kind: Exemption
        metadata: {name: system}
        spec: {namespaces: [kube-system], because: x, owner: y, reviewBy: 2099-01-01}
        ---

        """

    @Test("an exemption lets in unjudged what was refused, and where nothing was, says so of what came in")
    func exempt() throws {
        let compared = try ComparedPolicies(Self.both, Self.exemption + Self.both)
        let loosened = try #require(compared.differences(.loosened).first)
        #expect(loosened.after.aspects == [.exemption("system")])
        #expect(loosened.examples.first?.namespace == "kube-system")
        try compared.confirm()
        let images = Self.exemption.replacing("because: x", with: "images: [registry.example.com/x], because: x")
        let sources = ComparedPolicies.policy(Self.sources, name: "sources")
        let admitted = try ComparedPolicies(sources, images + sources)
        #expect(admitted.effects == [.reasons])
        try admitted.confirm()
    }

    private static func exception(_ from: String, _ expires: String) -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: PolicyException
        metadata: {name: hole}
        spec:
          lifts: {policy: pinned, check: digest}
          images: [registry.example.com/shop/cart]
          owner: x
          approvedBy: y
          reason: z
          from: \(from)
          expires: \(expires)
        ---

        """
    }

    @Test("an exception loosens while it is in force, and one that has expired is no difference")
    func exceptions() throws {
        let added = try ComparedPolicies(Self.both, Self.exception("2026-11-01", "2026-12-01") + Self.both)
        let loosened = try #require(added.differences(.loosened).first)
        #expect(
            loosened.after.aspects.map(\.description) == ["`pinned/digest` does not count: exception `hole` lifts it"])
        #expect(loosened.examples.first?.image == "registry.example.com/shop/cart:1")
        try added.confirm()
        let moved = try ComparedPolicies(
            Self.exception("2026-11-01", "2026-12-01") + Self.both,
            Self.exception("2026-11-01", "2026-11-10") + Self.both)
        #expect(moved.effects == [.tightened])
        // Before now it differs all the same.
        let later = try ComparedPolicies(
            Self.exception("2026-12-01", "2026-12-24") + Self.both,
            Self.exception("2026-12-01", "2027-01-01") + Self.both)
        let example = try #require(later.differences(.loosened).first?.examples.first)
        #expect(!example.isNow && example.time >= Instant(secondsSince1970: 1_798_070_400))
    }

    @Test("a policy that changes nothing but words differs as a document, and not in meaning")
    func words() throws {
        let compared = try ComparedPolicies(
            ComparedPolicies.policy("{checks: [{digest: required, message: a}]}"),
            ComparedPolicies.policy("{checks: [{digest: required, message: b}]}"))
        #expect(compared.comparison.isEmpty && compared.comparison.probeCount > 0)
        #expect(compared.comparison.documents == [DocumentChange(kind: "ImagePolicy", name: "p", change: .changed)])
    }

    @Test("each pattern that is new has an example of its own")
    func examples() throws {
        let compared = try ComparedPolicies(
            ComparedPolicies.policy("{checks: [{trustedRegistries: [a.example.com/x]}]}"),
            ComparedPolicies.policy(
                "{checks: [{trustedRegistries: [a.example.com/x, b.example.com/y, c.example.com/z]}]}"))
        let images = compared.differences(.loosened).flatMap(\.examples).map(\.image)
        #expect(images.contains("b.example.com/y:1") && images.contains("c.example.com/z:1"))
    }

    @Test("more than the bound is a sample, the same one every time, and says of how many")
    func sample() throws {
        func wide(_ end: String) -> String {
            let patterns = (0..<40).map { "h\($0).example.com/a/*" }.joined(separator: ", ")
            let names = (0..<12).map { "n\($0)-*" }.joined(separator: ", ")
            return ComparedPolicies.policy(
                "{match: {namespaces: {names: [\(names)]}, containers: [init]}, checks: [{trustedRegistries: [\(patterns), \(end)]}, {signature: {atLeast: 2, of: [a, b, c]}}]}"
            )
        }
        let once = try ComparedPolicies(wide("x.example.com/a"), wide("y.example.com/a"), probes: 3_000).comparison
        #expect(once.probeCount == 3_000 && once.possibleProbes > 100_000)
        #expect(
            once.differences.contains { $0.effect == .loosened }
                && once.differences.contains { $0.effect == .tightened })
        let again = try ComparedPolicies(wide("x.example.com/a"), wide("y.example.com/a"), probes: 3_000).comparison
        #expect(once.differences.map(\.examples) == again.differences.map(\.examples))
    }

    @Test(
        "every text of the schema is one that probes are made of, that is attested, or that no image differs by"
    )
    func nouns() {
        let types = [ImagePolicy.specification, Exemption.specification, PolicyException.specification]
        let found = Set(types.flatMap { FieldType.object($0).nouns })
        let others = [
            "a name", "a message", "a reason", "the name of an Attestor", "an owner", "the name of an ImagePolicy",
            "the name of a check", "the name of a finding", "a ticket", "an approver",
        ]
        // Of these each check makes a statement that fits it.
        let attested = ["a URI", "a text, or a pattern with `*`"]
        #expect(Set(Vocabulary.nouns).isSubset(of: found))
        #expect(found.subtracting(Vocabulary.nouns).subtracting(others + attested).sorted() == [])
    }
}

extension FieldType {
    /// What its texts are called.
    fileprivate var nouns: [String] {
        switch self {
        case .text(let noun): [noun]
        case .list(let element): element.nouns
        case .object(let object): object.fields.flatMap(\.type.nouns)
        case .either(let scalar, let object): scalar.nouns + FieldType.object(object).nouns
        case .boolean, .integer, .duration, .date, .word, .file, .dictionary: []
        }
    }
}
