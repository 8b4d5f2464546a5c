import OCI
import TestSupport
import Testing
import Trust

@testable import PolicyEngine

@Suite struct PatternVariableTests {
    private static func match(
        _ pattern: String, _ image: String, namespace: Fact<String> = .known("shop"),
        labels: Fact<NamespaceLabels> = .known([:])
    ) throws -> ImagePattern.Match {
        let facts = RequestFacts(source: .kubernetes, namespace: namespace, namespaceLabels: labels)
        return try ImagePattern(pattern).match(
            PatternSubject(MatchableReference(try ImageReference(parsing: image)), of: facts, resolved: nil))
    }

    private static let labels: NamespaceLabels = ["team": "shop", "example.com/team": "cart", "v.x": "1.2"]

    @Test(
        "a variable stands for the request's own value in a segment, or in a part of one",
        arguments: [
            ("registry.example.com/$(namespace)/app", "registry.example.com/shop/app"),
            ("registry.example.com/team-$(namespace)/**", "registry.example.com/team-shop/a/b"),
            ("registry.example.com/$(namespace)-*/**", "registry.example.com/shop-7/a"),
            ("registry.example.com/$(namespace)", "registry.example.com/shop"),
            ("registry.example.com/x/$(namespace)", "registry.example.com/x/shop"),
            ("*.example.com/$(namespace)/**", "eu.example.com/shop/a"),
            ("docker.io/$(namespace)/**", "shop/a"),
            ("registry.example.com/$(namespace):1.*", "registry.example.com/shop:1.2"),
            ("registry.example.com/$(namespace.labels.team)/**", "registry.example.com/shop/app"),
            ("registry.example.com/$(namespace.labels.example.com/team)/**", "registry.example.com/cart/app"),
            ("registry.example.com/$(namespace.labels.v.x)/**", "registry.example.com/1.2/app"),
            ("registry.example.com/$(namespace)-$(namespace.labels.v.x)/*", "registry.example.com/shop-1.2/app"),
            ("registry.example.com/*/$(namespace.labels.team)/*", "registry.example.com/a/shop/app"),
        ])
    func matches(pattern: String, image: String) throws {
        #expect(try Self.match(pattern, image, labels: .known(Self.labels)) == .matches)
    }

    @Test(
        "a variable stands for no other value, and for no more than it says",
        arguments: [
            ("registry.example.com/$(namespace)/app", "registry.example.com/shop2/app"),
            ("registry.example.com/$(namespace)/app", "registry.example.com/sho/app"),
            ("registry.example.com/$(namespace)/app", "registry.example.com/a/shop/app"),
            ("registry.example.com/$(namespace)/app", "registry.example.com/app"),
            ("registry.example.com/$(namespace)/app", "evil.example.com/shop/app"),
            ("registry.example.com/$(namespace)/**", "registry.example.com/shop"),
            ("registry.example.com/team-$(namespace)/**", "registry.example.com/shop/app"),
            ("registry.example.com/team-$(namespace)/**", "registry.example.com/team-x/app"),
            ("registry.example.com/$(namespace):1.*", "registry.example.com/shop:2"),
            ("registry.example.com/$(namespace.labels.team)/**", "registry.example.com/cart/app"),
            ("registry.example.com/$(namespace.labels.none)/**", "registry.example.com/shop/app"),
            ("registry.example.com/$(namespace.labels.none)/**", "registry.example.com/none/app"),
            ("registry.example.com/x$(namespace.labels.none)/**", "registry.example.com/x/app"),
        ])
    func doesNotMatch(pattern: String, image: String) throws {
        #expect(try Self.match(pattern, image, labels: .known(Self.labels)) == .doesNotMatch)
    }

    private static let hostile = [
        "*", "**", "***", "../x", "..", ".", "evil/repo", "evil/**", "/", "/evil", "evil/", "Evil", "EVIL", "", " ",
        "a*",
        "*il", "e*l", "$(namespace)", "evil:1", "evil@sha256:0", "evil\n", "evil\u{0}", "\u{0}", "%2A", "evil.", "é",
        "evil,shop", "[a-z]", "?", "evil\u{301}",
    ]

    @Test("attack: whoever labels namespaces widens no pattern, whatever the value", arguments: hostile)
    func hostileValues(value: String) throws {
        let patterns = [
            "registry.example.com/$(namespace.labels.team)/**", "registry.example.com/$(namespace.labels.team)/*",
            "registry.example.com/team-$(namespace.labels.team)/**", "registry.example.com/$(namespace.labels.team)",
            "registry.example.com/*$(namespace.labels.team)/**", "docker.io/$(namespace.labels.team)/**",
            "registry.example.com/$(namespace.labels.team)$(namespace.labels.team)/app",
        ]
        let images = [
            "evil/repo", "evil/app", "registry.example.com/evil/repo", "registry.example.com/evil/repo/x",
            "registry.example.com/evil", "registry.example.com/team-evil/app", "registry.example.com/team-x/evil/repo",
            "registry.example.com/a/b", "registry.example.com/evilevil/app", "evil.example.com/evil/repo",
        ]
        for (pattern, image) in patterns.flatMap({ pattern in images.map { (pattern, $0) } }) {
            #expect(
                try Self.match(pattern, image, labels: .known(["team": value])) == .doesNotMatch, "\(pattern) \(image)")
            // The namespace's own name is no better, should a door hand one on that is none.
            let named = pattern.replacing("$(namespace.labels.team)", with: "$(namespace)")
            #expect(try Self.match(named, image, namespace: .known(value)) == .doesNotMatch, "\(named) \(image)")
        }
    }

    @Test("a segment that is one variable fits exactly those references whose segment is the value", arguments: 1...300)
    func literal(seed: Int) throws {
        var generator = SplitMix(seed: UInt64(seed))
        let values = Self.hostile + ["evil", "shop", "a", "a-b", "a.b", "evil-repo", "repo"]
        for _ in 0..<20 {
            let value = values.randomElement(using: &generator) ?? ""
            let path = (0..<Int.random(in: 1...4, using: &generator)).map { _ in
                ["evil", "shop", "a", "a-b", "a.b", "repo", "x", "x-a", "x-evil", "evil-repo"].randomElement(
                    using: &generator) ?? "x"
            }
            let image = "registry.example.com/" + path.joined(separator: "/")
            let below = try Self.match(
                "registry.example.com/$(namespace.labels.team)/**", image, labels: .known(["team": value]))
            #expect(
                (below == .matches) == (path.count > 1 && path[0].utf8.elementsEqual(value.utf8)), "\(value) \(image)")
            // Text beside the variable is the author's, with its wildcards.
            let part = try Self.match(
                "registry.example.com/*-$(namespace.labels.team)", image, labels: .known(["team": value]))
            let ends = !value.isEmpty && path[0].utf8.count > value.utf8.count && path[0].hasSuffix("-" + value)
            #expect((part == .matches) == (path.count == 1 && ends), "\(value) \(image)")
        }
    }

    @Test("a value that is not known, or does not exist, decides only where all else fits")
    func unknownAndAbsent() throws {
        let pattern = "registry.example.com/$(namespace)/x-$(namespace.labels.team)/*"
        func match(_ image: String, _ namespace: Fact<String>, _ labels: Fact<NamespaceLabels>) throws
            -> ImagePattern.Match
        {
            try Self.match(pattern, image, namespace: namespace, labels: labels)
        }
        let image = "registry.example.com/shop/x-y/app"
        #expect(try match(image, .known("shop"), .known(["team": "y"])) == .matches)
        #expect(try match(image, .known("shop"), .unknown) == .unknown(.namespaceLabels))
        #expect(try match(image, .unknown, .unknown) == .unknown(.namespace))
        #expect(try match(image, .known("shop"), .absent) == .noSuchFact(.namespaceLabels))
        #expect(try match(image, .absent, .absent) == .noSuchFact(.namespace))
        #expect(try match(image, .unknown, .absent) == .noSuchFact(.namespaceLabels))
        for other in [
            "registry.example.com/shop/y-y/app", "registry.example.com/shop/x-y", "evil.example.com/shop/x-y/app",
        ] {
            for labels in [Fact<NamespaceLabels>.unknown, .absent] {
                #expect(try match(other, .unknown, labels) == .doesNotMatch)
            }
        }
        // What is known speaks against it already.
        #expect(try match("registry.example.com/cart/x-y/app", .known("shop"), .unknown) == .doesNotMatch)
        #expect(try match("registry.example.com/cart/x-y/app", .known("shop"), .absent) == .doesNotMatch)
    }

    @Test("a tag beside a digest does not begin to count for want of a value")
    func tagBesideDigest() throws {
        let image = "registry.example.com/shop/app:1@\(PolicyFixture.digest("image"))"
        let pattern = "registry.example.com/$(namespace)/app:1"
        #expect(try Self.match(pattern, image) == .onlyByTagBesideDigest)
        #expect(try Self.match(pattern, image, namespace: .unknown) == .onlyByTagBesideDigest)
        #expect(try Self.match(pattern, image, namespace: .known("x")) == .doesNotMatch)
        #expect(try Self.match(pattern, "registry.example.com/shop/app:2", namespace: .unknown) == .doesNotMatch)
    }

    @Test(
        "a variable where it could not mean what it seems to is refused, with what to write",
        arguments: [
            (
                "$(namespace).example.com/app",
                "`$(namespace)` in pattern `$(namespace).example.com/app` stands in its host or port; a variable stands for "
                    + "a segment of the path, or for a part of one"
            ),
            (
                "registry.example.com:$(namespace)/app",
                "`$(namespace)` in pattern `registry.example.com:$(namespace)/app` stands in its host or port; a variable "
                    + "stands for a segment of the path, or for a part of one"
            ),
            (
                "registry.example.com/app:$(namespace.labels.a/b)",
                "`$(namespace.labels.a/b)` in pattern `registry.example.com/app:$(namespace.labels.a/b)` stands in its tag; "
                    + "a variable stands for a segment of the path, or for a part of one"
            ),
            (
                "registry.example.com/$(namespace)/app@$(namespace.labels.a)",
                "`$(namespace.labels.a)` in pattern `registry.example.com/$(namespace)/app@$(namespace.labels.a)` stands in "
                    + "its digest; a variable stands for a segment of the path, or for a part of one"
            ),
            (
                "$(namespace)/app",
                "pattern `$(namespace)/app` has no registry; write it fully qualified, as `docker.io/$(namespace)/app`"
            ),
            (
                "$(namespace)",
                "pattern `$(namespace)` has no registry; write it fully qualified, as `docker.io/library/$(namespace)`"
            ),
            (
                "registry.example.com/$(namespac)/app",
                "pattern `registry.example.com/$(namespac)/app`: there is no variable `$(namespac)`, did you mean "
                    + "`$(namespace)`?"
            ),
            (
                "registry.example.com/$(namespace.label.team)/app",
                "pattern `registry.example.com/$(namespace.label.team)/app`: there is no variable "
                    + "`$(namespace.label.team)`, did you mean `$(namespace.labels.team)`?"
            ),
            (
                "registry.example.com/$(namespace.labels)/app",
                "pattern `registry.example.com/$(namespace.labels)/app`: there is no variable `$(namespace.labels)`, "
                    + "expected `$(namespace)` or `$(namespace.labels.KEY)`"
            ),
            (
                "registry.example.com/$(namespace.labels.)/app",
                "pattern `registry.example.com/$(namespace.labels.)/app`: there is no variable `$(namespace.labels.)`, "
                    + "expected `$(namespace)` or `$(namespace.labels.KEY)`"
            ),
            (
                "registry.example.com/$(request.user)/app",
                "pattern `registry.example.com/$(request.user)/app`: there is no variable `$(request.user)`, expected "
                    + "`$(namespace)` or `$(namespace.labels.KEY)`"
            ),
            (
                "registry.example.com/$(namespace/app",
                "the `$(` in pattern `registry.example.com/$(namespace/app` has no `)`; write it as `$(namespace)`"
            ),
            (
                "registry.example.com/${namespace}/app",
                "the `$` in pattern `registry.example.com/${namespace}/app` begins no variable; variables are "
                    + "`$(namespace)` and `$(namespace.labels.KEY)`"
            ),
            (
                "registry.example.com/app$",
                "the `$` in pattern `registry.example.com/app$` begins no variable; variables are `$(namespace)` and "
                    + "`$(namespace.labels.KEY)`"
            ),
            (
                "registry.example.com/A$(namespace)/app",
                "pattern `registry.example.com/A$(namespace)/app` has upper case in its path; repositories are lower case"
            ),
            (
                "registry.example.com/x/.$(namespace)",
                "`.$(namespace)` in pattern `registry.example.com/x/.$(namespace)` cannot be a path segment"
            ),
            (
                "registry.example.com/$(namespace)**/app",
                "`**` in pattern `registry.example.com/$(namespace)**/app` stands for everything below, and only as the "
                    + "last segment"
            ),
            (
                "docker.io/$(namespace.labels.example.com/team)",
                "pattern `docker.io/$(namespace.labels.example.com/team)` can only be a namespace on docker.io; everything "
                    + "in it is `docker.io/$(namespace.labels.example.com/team)/**`, the official image is "
                    + "`docker.io/library/$(namespace.labels.example.com/team)`"
            ),
        ])
    func refused(pattern: String, message: String) {
        let error = #expect(throws: PatternError.self) { try ImagePattern(pattern) }
        #expect(error?.description == message)
    }

    @Test("the key of a label in a variable is one that a label can have")
    func key() {
        let error = #expect(throws: PatternError.self) { try ImagePattern("a.b/$(namespace.labels.-x)/**") }
        #expect(error?.description.contains("`-x` cannot be the key of a label") == true)
    }
}
