import Cryptography
import PolicyDocuments
import PolicyEngine
import Testing
import Timestamp

@Suite("Warnings of lint, each with an image that shows it")
struct PolicyLintTests {
    private func warnings(_ specifications: String..., documents: String = "") throws -> [String] {
        let policies = specifications.enumerated().map { index, specification in
            """
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: p\(index)}
            spec: \(specification)

            """
        }
        var source = MemorySource(["policies/a.yaml": policies.joined(separator: "---\n") + documents])
        source.files["policies/release.pub"] = try PrivateKey.generate(.ecdsaP256).publicKeyPEM
        let loaded = try PolicyDocuments.load(
            directory: "policies", formats: [KeyFormat()], now: Self.now, from: source)
        #expect(loaded.warnings.isEmpty)
        return loaded.lint(at: Self.now).map { $0.description.replacing("policies/a.yaml", with: "a.yaml") }
    }

    private static let now = Instant(secondsSince1970: 1_795_000_000)

    private func trusting(_ pattern: String) -> String { "{checks: [{trustedRegistries: [\"\(pattern)\"]}]}" }

    @Test(
        "M23: a pattern that lets in images of strangers is told with one of them",
        arguments: [
            (
                "registry.example.com/team*",
                "`registry.example.com/team*` also lets in `registry.example.com/team-evil`, a name that only begins alike;"
                    + " end it before the `*`, with `/` or `-`"
            ),
            (
                "registry.example.com/team*/app:1.*",
                "`registry.example.com/team*/app:1.*` also lets in `registry.example.com/team-evil/app:1.x`, a name that"
                    + " only begins alike; end it before the `*`, with `/` or `-`"
            ),
            (
                "registry.example.*/**",
                "`registry.example.*/**` also lets in `registry.example.evil/x`, a host that anybody can set up; wildcards"
                    + " belong before a domain of your own"
            ),
            (
                "*.io:5000/**",
                "`*.io:5000/**` also lets in `evil.io:5000/x`, a host that anybody can set up; wildcards belong before a"
                    + " domain of your own"
            ),
            (
                "*.azurecr.io/app",
                "`*.azurecr.io/app` also lets in `evil.azurecr.io/app`, a registry that anybody can open there; name your"
                    + " own"
            ),
            (
                "docker.io/**",
                "`docker.io/**` also lets in `docker.io/somebody/app`, which anybody with an account there can push; name"
                    + " the accounts that you trust"
            ),
            (
                "ghcr.io/*/app",
                "`ghcr.io/*/app` also lets in `ghcr.io/somebody/app`, which anybody with an account there can push; name"
                    + " the accounts that you trust"
            ),
        ])
    func strangers(pattern: String, message: String) throws {
        #expect(try warnings(trusting(pattern)) == ["a.yaml:4:38: warning: \(message)"])
    }

    @Test(
        "a pattern that is no wider than it looks is not warned of",
        arguments: [
            "registry.example.com/team/*", "registry.example.com/team-*", "registry.example.com/**",
            "*.example.com/**", "registry.*.example.com/team/app", "*.internal/**", "docker.io/library/*",
            "ghcr.io/acme/**", "gcr.io/distroless/**", "europe-docker.pkg.dev/acme/**", "acme.azurecr.io/**",
            "localhost:5000/**", "build*:5000/**", "10.0.0.*:5000/**", "docker.io/library/redis:7.*",
            "registry.example.com/team*@sha256:0000000000000000000000000000000000000000000000000000000000000000",
        ])
    func narrow(pattern: String) throws {
        #expect(try warnings(trusting(pattern)) == [])
    }

    @Test("what another policy or another check refuses is not warned of")
    func refusedElsewhere() throws {
        let wide = trusting("docker.io/**")
        #expect(try warnings(wide).count == 1)
        #expect(try warnings(wide, trusting("docker.io/library/*")) == [])
        #expect(
            try warnings(
                "{enforcement: warn, checks: [{trustedRegistries: [\"docker.io/**\"]}]}", trusting("ghcr.io/acme/*"))
                == [])
        let signed =
            "{match: {images: [\"docker.io/**\"]}, checks: [{trustedRegistries: [\"docker.io/**\"]}, {signature: {by: k}}]}"
        #expect(try warnings(signed, documents: Self.attestor) == [])
    }

    private static let attestor = """
        ---
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: k}
        spec: {cosign: {keys: [{file: release.pub}]}}
        """

    @Test("a set in which nothing in force vouches refuses everything, and says so")
    func nothingVouches() throws {
        for specification in [
            "{checks: [{digest: required}]}",
            "{enforcement: warn, checks: [{trustedRegistries: [\"ghcr.io/acme/**\"]}]}",
            "{checks: [{trustedRegistries: [\"ghcr.io/acme/**\"], enforcement: audit}]}",
        ] {
            #expect(
                try warnings(specification) == [
                    "policies:1:1: warning: no policy in force vouches for any image, so every one is refused, such as"
                        + " `docker.io/library/nginx:1.27`"
                ])
        }
        #expect(
            try warnings(
                "{enforcement: {default: warn, deny: [{sources: [kubernetes]}]}, checks: [{trustedRegistries: [\"ghcr.io/acme/**\"]}]}"
            )
                == [])
    }

    @Test("a policy that accepts anything anywhere is told, and one that is narrowed is not")
    func anything() throws {
        let accepts = "insecureAcceptAnything: {because: a test}"
        #expect(
            try warnings("{checks: [{\(accepts)}]}") == [
                "a.yaml:4:17: warning: this lets in whatever no other policy refuses, such as"
                    + " `docker.io/somebody/miner:latest`; narrow the policy with `match`"
            ])
        #expect(try warnings("{match: {namespaces: {names: [sandbox]}}, checks: [{\(accepts)}]}") == [])
        #expect(try warnings("{checks: [{\(accepts)}]}", trusting("ghcr.io/acme/*")) == [])
    }

    @Test("a signature that is looked for wherever a workload's author says is told, and a trusted source ends it")
    func anyRegistry() throws {
        let signed = "{checks: [{signature: {by: k}}]}"
        #expect(
            try warnings(signed, documents: Self.attestor) == [
                "a.yaml:4:17: warning: any registry is asked for signatures, such as that of"
                    + " `registry.attacker.example/app:1`; put `trustedRegistries` beside this check, or narrow the policy"
                    + " with `match.images`"
            ])
        #expect(try warnings(signed, trusting("ghcr.io/acme/*"), documents: Self.attestor) == [])
        #expect(
            try warnings(
                "{match: {images: [\"ghcr.io/acme/*\"]}, checks: [{signature: {by: k}}]}", documents: Self.attestor)
                == [])
    }

    @Test("what an attestation alone vouches for can pass, whatever it has to say")
    func attested() throws {
        let conditions = """
            {checks: [{attestation: {predicateType: "https://slsa.dev/provenance/v1", by: k, maxAge: 1s, provenance: \
            {builder: "https://ci.example.com/*@v*", buildType: "a*", source: "https://*/*/*", sourceRef: "*"}}}]}
            """
        let match = "{match: {images: [\"ghcr.io/acme/*\"]}, "
        #expect(try warnings(match + conditions.dropFirst(), documents: Self.attestor) == [])
        let pinned = "{checks: [{digest: required}]}"
        #expect(try warnings(match + conditions.dropFirst(), pinned, documents: Self.attestor) == [])
        let sbom = "{attestation: {predicateType: \"https://spdx.dev/Document\", by: k}}"
        #expect(try warnings(match + "checks: [\(sbom), {signature: {by: k}}]}", documents: Self.attestor) == [])
    }

    @Test("a pattern with a tag beside `digest: required` is told, since it never counts")
    func tagsBesideDigests() throws {
        let pinned = "{checks: [{trustedRegistries: [\"ghcr.io/acme/app:7.*\"]}, {digest: required}]}"
        let found = try warnings(pinned)
        #expect(found.count == 1)
        #expect(
            found.first?.hasPrefix(
                "a.yaml:4:38: warning: beside `digest: required` this pattern never counts, since beside a digest a tag may"
                    + " say anything: `ghcr.io/acme/app:7.x@sha256:") == true, "\(found)")
        #expect(
            try warnings("{checks: [{trustedRegistries: [\"ghcr.io/acme/app\"]}, {digest: required}]}") == [])
    }

    @Test("a policy for a namespace that is exempt is told, with what comes in there unjudged")
    func exempt() throws {
        let exemption = """
            ---
            apiVersion: dockgate.dev/v1
            kind: Exemption
            metadata: {name: system}
            spec: {namespaces: [kube-system], because: a, owner: b, reviewBy: 2099-01-01}
            """
        func policy(_ namespaces: String) -> String {
            "{match: {namespaces: {names: [\(namespaces)]}}, checks: [{trustedRegistries: [\"ghcr.io/acme/*\"]}]}"
        }
        #expect(
            try warnings(policy("shop, kube-system"), documents: exemption) == [
                "a.yaml:4:43: warning: the Exemption `system` takes this namespace out, so that"
                    + " `registry.unknown.example/app:1` comes in there unjudged"
            ])
        #expect(try warnings(policy("shop, \"kube-*\""), documents: exemption) == [])
        let narrow = exemption.replacing("kube-system],", with: "kube-system], images: [\"registry.k8s.io/**\"],")
        #expect(try warnings(policy("kube-system"), documents: narrow) == [])
    }
}
