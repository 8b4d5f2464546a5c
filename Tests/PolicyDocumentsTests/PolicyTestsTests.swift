import Cryptography
import PolicyDocuments
import PolicyEngine
import Testing
import Trust

/// Documents of kind `PolicyTests`: what each field states, and what is said about mistakes.
@Suite struct PolicyTestsTests {
    private static let digest = "sha256:" + String(repeating: "ab", count: 32)

    /// A source with two registries of which one signs, a policy of two people, one of stages, and one bad build.
    private static let policies = """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: signed}
        spec:
          exclude: [{images: ["registry.example.com/pay/**"]}]
          checks:
            - {name: source, trustedRegistries: ["registry.example.com/**", "docker.io/library/*"]}
            - {name: by-release, signature: {anyOf: [release, {by: old, until: 2026-06-01}]}}
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: two-people}
        spec:
          match: {images: ["registry.example.com/pay/**"]}
          checks: [{signature: {atLeast: 2, of: [release, security, vault]}}]
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: pinned}
        spec:
          enforcement: {default: audit, warn: [{namespaces: {names: [test]}}], deny: [{containers: [init]}, {sources: [pipeline]}]}
          checks: [{digest: required}]
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: stopped}
        spec:
          match: {digests: ["\(digest)"]}
          checks: [{forbid: {because: it lost orders}}]
        ---
        apiVersion: dockgate.dev/v1
        kind: Exemption
        metadata: {name: system}
        spec: {namespaces: [kube-system], because: it must start, owner: us, reviewBy: 2027-01-01}
        """

    private static func attestor(_ name: String, _ files: String...) -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: Attestor
        metadata: {name: \(name)}
        spec: {cosign: {keys: [\(files.map { "{file: \($0)}" }.joined(separator: ", "))]}}
        """
    }

    private static let head = "apiVersion: dockgate.dev/v1\nkind: PolicyTests\nmetadata: {name: tests}\nspec:\n"

    /// The spec's lines are indented by two.
    private func load(_ specification: String, policies: String = policies) throws(LoadFailure) -> [PolicyTests] {
        var source = MemorySource([
            "policies/signed.yaml": policies,
            "policies/attestors.yaml": [
                Self.attestor("release", "release.pub"), Self.attestor("old", "old.pub"),
                Self.attestor("security", "security.pub"), Self.attestor("vault", "security.pub"),
            ].joined(separator: "\n---\n"),
            "policies/a.tests.yaml": Self.head + specification, "policies/../elsewhere/b.yaml": Self.elsewhere,
        ])
        for name in ["release.pub", "old.pub", "security.pub"] {
            source.files["policies/" + name] = try? PrivateKey.generate(.ecdsaP256).publicKeyPEM
        }
        return try PolicyTests.load(files: ["policies/a.tests.yaml"], formats: [KeyFormat()], from: source)
    }

    private static let elsewhere = """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: elsewhere}
        spec: {checks: [{insecureAcceptAnything: {because: it is a test}}]}
        """

    /// What comes of each case, in order.
    private func results(_ specification: String) throws -> [PolicyTestResult] {
        try load(specification).flatMap { tests in tests.cases.map { tests.run($0) } }
    }

    /// What is decided in a case; `words` are its fields, in flow style.
    private func verdict(_ words: String, _ specification: String = "") throws -> String? {
        let result = try results(
            "  defaults: {namespace: shop}\n  \(specification)\n"
                + "  cases: [{name: one, time: 2026-11-26, \(words), expect: allow}]\n")
        return result.first?.decision.map { decision in
            if case .refused(let reason) = decision.verdict { reason.rawValue } else { decision.testVerdict.rawValue }
        }
    }

    private func mistakes(_ specification: String) -> [String] {
        do {
            _ = try load(specification)
            return []
        } catch {
            return error.diagnostics.map { "\($0.position.line):\($0.position.column) \($0.message)" }
        }
    }

    // MARK: - What is stated

    @Test("an image of which nothing is stated is not signed, and comes in when it is stated to be")
    func signed() throws {
        let image = "image: registry.example.com/shop/cart:1.2, digest: \"sha256:\(String(repeating: "0", count: 64))\""
        #expect(try verdict(image) == "signature-missing")
        #expect(try verdict("\(image), evidence: {signatures: [release]}") == "allow")
        #expect(try verdict("\(image), evidence: {signatures: [{by: release}]}") == "allow")
        #expect(try verdict("\(image), evidence: {signatures: [security]}") == "signature-missing")
        let copied = "\(image), evidence: {signatures: [{by: release, violated: signature-for-other-image}]}"
        #expect(try verdict(copied) == "signature-for-other-image")
        let late = "\(image), evidence: {signatures: [{by: release, undetermined: deadline-exceeded}]}"
        #expect(try verdict(late) == "deadline-exceeded")
    }

    @Test("a tag of which nothing is stated stands for nothing: such a case fails where that is asked, and only there")
    func unstatedDigest() throws {
        let cases = [
            "{name: a, image: \"nginx:1\", expect: {verdict: deny, reason: signature-missing}}",
            "{name: b, image: \"nginx:1\", evidence: {registry: unreachable}, expect: {verdict: deny, reason: registry-unavailable}}",
            "{name: c, image: \"nginx:1\", evidence: {registry: missing}, expect: {verdict: deny, reason: image-not-found}}",
            "{name: d, image: \"ghcr.io/x/y:1\", expect: {verdict: deny, check: source, reason: source-untrusted}}",
            "{name: e, image: \"nginx@\(Self.digest)\", expect: {verdict: deny, check: forbid, reason: forbidden}}",
        ]
        let results = try results("  defaults: {time: 2026-11-26}\n  cases: [\(cases.joined(separator: ", "))]\n")
        #expect(results.map(\.hasPassed) == [false, true, true, true, true])
        #expect(results.map { $0.decision == nil } == [true, false, false, false, false])
    }

    @Test("each circumstance alone changes what is decided")
    func circumstances() throws {
        let zeros = "sha256:" + String(repeating: "0", count: 64)
        let signed = "image: \"nginx:1\", evidence: {signatures: [release]}, digest: \"\(zeros)\""
        #expect(try verdict(signed) == "allow")
        #expect(try verdict("\(signed), namespace: test") == "warn")
        #expect(try verdict("\(signed), namespace: kube-system") == "exempt")
        #expect(try verdict("\(signed), container: init") == "digest-required")
        #expect(try verdict("\(signed), source: pipeline") == "digest-required")
        #expect(try verdict(signed.replacing(zeros, with: Self.digest)) == "forbidden")
        let old = signed.replacing("release", with: "old")
        #expect(try verdict(old) == "signature-missing")
        let before = "  cases: [{name: one, time: 2026-05-31T23:59:59Z, namespace: shop, \(old), expect: allow}]\n"
        #expect(try results(before).map(\.hasPassed) == [true])
    }

    @Test("labels of a namespace are known, none where none are stated, unknown, or absent without a namespace")
    func labels() throws {
        let labelled = Self.policies.replacing(
            "metadata: {name: signed}\nspec:",
            with: "metadata: {name: signed}\nspec:\n  match: {namespaces: {labels: {env: production}}}")
        let image = "image: \"nginx@sha256:\(String(repeating: "0", count: 64))\", evidence: {signatures: [release]}"
        func passes(_ words: String, _ expectation: String, _ defaults: String = "") throws -> Bool? {
            let specification =
                "  defaults: {time: 2026-11-26\(defaults)}\n  cases: [{name: a, \(image), \(words) expect: \(expectation)}]\n"
            return try load(specification, policies: labelled).first.flatMap { tests in
                tests.cases.first.map { tests.run($0).hasPassed }
            }
        }
        let nobody = "{verdict: deny, check: vouching}"
        #expect(try passes("namespace: shop, namespaceLabels: {env: production},", "allow") == true)
        #expect(try passes("namespace: shop, namespaceLabels: {env: test},", nobody) == true)
        #expect(try passes("namespace: shop,", nobody) == true)
        // Its checks must hold, and that they do lets nothing in.
        #expect(try passes("namespace: shop, unknown: [namespaceLabels],", nobody) == true)
        #expect(try passes("namespace: shop,", "allow", ", namespaceLabels: {env: production}") == true)
        #expect(try passes("namespace: shop,", "allow", ", unknown: [namespaceLabels]") == false)
        #expect(
            try passes("namespace: shop, namespaceLabels: {env: production},", "allow", ", unknown: [namespaceLabels]")
                == true)
        #expect(try passes("", nobody, ", namespaceLabels: {env: production}") == true)
        let both = "namespace: shop, namespaceLabels: {env: production}, unknown: [namespaceLabels]"
        #expect(mistakes("  cases: [{name: a, time: 2026-11-26, image: nginx, \(both), expect: deny}]\n").count == 1)
        let nowhere = "namespaceLabels: {env: production}"
        #expect(mistakes("  cases: [{name: a, time: 2026-11-26, image: nginx, \(nowhere), expect: deny}]\n").count == 1)
        let wild = "namespace: shop, namespaceLabels: {env: \"*\"}"
        #expect(mistakes("  cases: [{name: a, time: 2026-11-26, image: nginx, \(wild), expect: deny}]\n").count == 1)
    }

    @Test("a namespace has the label that says its name, and no other value under it can be stated")
    func nameLabel() throws {
        let labelled = Self.policies.replacing(
            "metadata: {name: signed}\nspec:",
            with:
                "metadata: {name: signed}\nspec:\n  match: {namespaces: {labels: {kubernetes.io/metadata.name: shop}}}")
        let image = "image: \"nginx@sha256:\(String(repeating: "0", count: 64))\", evidence: {signatures: [release]}"
        func passes(_ words: String, _ expectation: String) throws -> Bool? {
            let specification = "  cases: [{name: a, time: 2026-11-26, \(image), \(words), expect: \(expectation)}]\n"
            return try load(specification, policies: labelled).first.flatMap { tests in
                tests.cases.first.map { tests.run($0).hasPassed }
            }
        }
        let nobody = "{verdict: deny, check: vouching}"
        #expect(try passes("namespace: shop", "allow") == true)
        #expect(try passes("namespace: shop, namespaceLabels: {kubernetes.io/metadata.name: shop}", "allow") == true)
        #expect(try passes("namespace: other", nobody) == true)
        #expect(try passes("namespace: shop, unknown: [namespaceLabels]", nobody) == true)
        let other = "namespace: other, namespaceLabels: {kubernetes.io/metadata.name: shop}"
        #expect(
            mistakes("  cases: [{name: a, time: 2026-11-26, image: nginx, \(other), expect: deny}]\n") == [
                "5:118 `kubernetes.io/metadata.name` of the namespace `other` is its name, and cannot be `shop`"
            ])
    }

    // MARK: - What is remembered

    /// The check that looks for signatures, with a day during which its last known good result stands in.
    private static let remembering = policies.replacing(
        "until: 2026-06-01}]}}", with: "until: 2026-12-01}]}, onUndetermined: {lastKnownGood: {for: 24h}}}")
    private static let pinned = "nginx@sha256:" + String(repeating: "0", count: 64)

    /// What becomes of the pinned image while its registry is away, if that is remembered.
    private func remembered(
        _ words: String, image: String = pinned, time: String = "2026-11-26T12:00:00Z",
        registry: String = "unreachable",
        policies: String = remembering, expect: String = "warn"
    ) throws -> Bool? {
        let specification = """
              cases:
                - name: a
                  time: \(time)
                  namespace: shop
                  image: "\(image)"
                  evidence: {registry: \(registry)\(words.isEmpty ? "" : ", remembered: [\(words)]")}
                  expect: \(expect)

            """
        return try load(specification, policies: policies).first.flatMap { tests in
            tests.cases.first.map { tests.run($0).hasPassed }
        }
    }

    private let morning = "{policy: signed, check: by-release, passed: 2026-11-26T06:00:00Z"
    private let relieved =
        "{verdict: warn, policy: signed, check: by-release, reason: registry-unavailable, relief: lastKnownGood}"
    private let refused = "{verdict: deny, policy: signed, check: by-release, reason: registry-unavailable}"

    @Test("what is remembered of a check stands in while nobody can look, within its time, for its digest")
    func remembers() throws {
        #expect(try remembered(morning + "}", expect: relieved) == true)
        #expect(try remembered("", expect: refused) == true)
        #expect(try remembered(morning + "}", time: "2026-11-27T05:59:59Z", expect: relieved) == true)
        #expect(try remembered(morning + "}", time: "2026-11-27T06:00:00Z", expect: refused) == true)
        // What is later than the decision has not happened yet.
        #expect(try remembered(morning + "}", time: "2026-11-26T05:59:59Z", expect: refused) == true)
        #expect(try remembered(morning + "}", image: "nginx:1", expect: refused) == true)
        #expect(
            try remembered(morning + "}", registry: "answers", expect: "{verdict: deny, reason: signature-missing}")
                == true)
    }

    @Test("a violation that was seen later ends it, from that time on")
    func remembersViolation() throws {
        let ended = morning + ", violated: 2026-11-26T09:00:00Z}"
        #expect(try remembered(ended, expect: refused) == true)
        #expect(try remembered(ended, time: "2026-11-26T08:59:59Z", expect: relieved) == true)
        #expect(try remembered(ended, time: "2026-11-26T09:00:00Z", expect: refused) == true)
    }

    @Test("a result of attestors of which one no longer counts does not stand in")
    func remembersAttestors() throws {
        let evening = "{policy: signed, check: by-release, passed: 2026-11-30T20:00:00Z}"
        #expect(try remembered(evening, time: "2026-11-30T23:59:59Z", expect: relieved) == true)
        #expect(try remembered(evening, time: "2026-12-01T00:00:00Z", expect: refused) == true)
    }

    @Test("the relief that is expected must be the one there is")
    func expectedRelief() throws {
        #expect(try remembered(morning + "}", expect: "{verdict: warn, relief: exception}") == false)
        #expect(
            try remembered(morning + "}", expect: "{verdict: warn, policy: pinned, relief: lastKnownGood}") == false)
        let trial = Self.remembering.replacing("{default: audit,", with: "{default: warn,")
        let only = "{verdict: warn, check: digest, relief: lastKnownGood}"
        #expect(try remembered(morning + "}", policies: trial, expect: only) == false)
    }

    @Test("of a check that remembers nothing, or that there is not, nothing can be stated; nor twice, nor backwards")
    func mistakenMemory() {
        func mistakes(_ words: String, expect: String = "deny") -> [String] {
            let evidence = "{remembered: [\(words)]}"
            let specification =
                "  cases:\n    - {name: a, time: 2026-11-26, image: nginx, expect: \(expect),\n       evidence: \(evidence)}\n"
            do {
                _ = try load(specification, policies: Self.remembering)
                return []
            } catch {
                return error.diagnostics.map { "\($0.position.line):\($0.position.column) \($0.message)" }
            }
        }
        let time = "passed: 2026-11-25"
        #expect(
            mistakes("{policy: signed, check: source, \(time)}") == [
                "7:56 nothing is remembered of `source`, which has no `onUndetermined: {lastKnownGood: …}`"
            ])
        #expect(
            mistakes("{policy: sigend, check: source, \(time)}")
                == ["7:41 there is no ImagePolicy named `sigend`, did you mean `signed`?"])
        #expect(
            mistakes("{policy: signed, check: by-relase, \(time)}")
                == ["7:56 there is no check named `by-relase`, did you mean `by-release`?"])
        let good = "{policy: signed, check: by-release, \(time)}"
        #expect(mistakes("\(good), \(good)").map { $0.hasSuffix(" `by-release` is listed twice") } == [true])
        #expect(
            mistakes("{policy: signed, check: by-release, \(time), violated: 2026-11-25}").map {
                $0.hasSuffix(" `violated` is not later than `passed`, so it ends nothing")
            } == [true])
        #expect(mistakes("{policy: signed, check: by-release}").count == 1)
        #expect(
            mistakes(good, expect: "{verdict: deny, relief: lastKnownGood}").map {
                $0.hasSuffix(" `relief` cannot stand beside `verdict: deny`")
            } == [true])
        #expect(
            mistakes(good, expect: "{verdict: warn, exception: e, relief: lastKnownGood}").contains {
                $0.hasSuffix(" `exception` cannot stand beside `relief: lastKnownGood`")
            })
    }

    @Test("what `defaults` say counts for cases that do not say it themselves, as a whole")
    func defaults() throws {
        let results = try results(
            """
              defaults: {time: 2026-11-26, namespace: test, digest: "sha256:\(String(repeating: "0", count: 64))", evidence: {signatures: [release]}}
              cases:
                - {name: a, image: "nginx:1", expect: warn}
                - {name: b, image: "nginx:1", namespace: shop, expect: allow}
                - {name: c, image: "nginx:1", evidence: {registry: answers}, expect: {verdict: deny, reason: signature-missing}}
                - {name: d, image: "nginx:1", digest: "\(Self.digest)", expect: {verdict: deny, policy: stopped}}
                - {name: e, image: "nginx@\(Self.digest)", expect: {verdict: deny, policy: stopped}}

            """)
        #expect(results.map(\.hasPassed) == [true, true, true, true, true], "\(results)")
    }

    @Test("`policies` are the files that it lists, those of the directories that it lists, or those beside it")
    func policies() throws {
        let image = "image: \"ghcr.io/x/y:1\""
        #expect(try verdict(image) == "source-untrusted")
        #expect(try verdict(image, "policies: [../elsewhere/b.yaml]") == "allow")
        #expect(try verdict(image, "policies: [../elsewhere/, ../elsewhere/b.yaml]") == "allow")
    }

    @Test("a key that two attestors have counts once, and a signature with it is one of both")
    func sharedKey() throws {
        let image = "image: \"registry.example.com/pay/app:1\", digest: \"sha256:\(String(repeating: "0", count: 64))\""
        #expect(try verdict("\(image), evidence: {signatures: [release, security]}") == "allow")
        #expect(try verdict("\(image), evidence: {signatures: [security, vault]}") == "too-few-signers")
        let results = try results(
            "  cases: [{name: a, time: 2026-11-26, \(image), evidence: {signatures: [vault]}, expect: deny}]\n")
        let found = results.first?.decision?.refusing.first?.refusal?.found ?? ""
        #expect(found.hasPrefix("1 different signer"), "\(found)")
    }

    // MARK: - What is expected

    @Test("a verdict, a policy, a check and a reason must all be as expected")
    func expectations() throws {
        func passes(_ expectation: String, namespace: String = "shop") throws -> Bool? {
            try results(
                "  cases: [{name: a, time: 2026-11-26, namespace: \(namespace), image: \"nginx:1\", "
                    + "digest: \"sha256:\(String(repeating: "0", count: 64))\", evidence: {signatures: [release]}, expect: \(expectation)}]\n"
            ).first?.hasPassed
        }
        for good in [
            "allow", "{verdict: allow}", "{verdict: allow, policy: signed}", "{verdict: allow, check: by-release}",
            "{verdict: allow, policy: pinned, check: digest, reason: digest-required}",
        ] { #expect(try passes(good) == true, "\(good)") }
        for bad in [
            "warn", "deny", "exempt", "{verdict: allow, policy: pinned}", "{verdict: allow, policy: two-people}",
            "{verdict: allow, policy: pinned, reason: tag-denied}", "{verdict: allow, reason: source-untrusted}",
        ] { #expect(try passes(bad) == false, "\(bad)") }
        #expect(
            try passes("{verdict: warn, policy: pinned, check: digest, reason: digest-required}", namespace: "test")
                == true)
        #expect(try passes("{verdict: warn, policy: signed}", namespace: "test") == false)
        #expect(try passes("{verdict: exempt, exemption: system}", namespace: "kube-system") == true)
        #expect(try passes("exempt", namespace: "kube-system") == true)
        #expect(try passes("allow", namespace: "kube-system") == false)
    }

    @Test("that nobody vouches is the check `vouching` of no policy, and weighs as `notVouched` says")
    func vouching() throws {
        let trial = Self.policies.replacing("spec:\n  exclude", with: "spec:\n  enforcement: audit\n  exclude")
        for (word, verdict) in [("deny", "deny"), ("warn", "warn"), ("audit", "allow")] {
            let specification =
                "  notVouched: \(word)\n  cases: [{name: a, time: 2026-11-26, image: \"ghcr.io/x/y@sha256:\(String(repeating: "0", count: 64))\", "
                + "expect: {verdict: \(verdict), check: vouching, reason: not-vouched}}]\n"
            let results = try load(specification, policies: trial).flatMap { tests in tests.cases.map { tests.run($0) }
            }
            #expect(results.map(\.hasPassed) == [true], "\(word): \(results)")
        }
    }

    // MARK: - Mistakes

    @Test("all mistakes are told at once, each at its place")
    func mistakes() {
        let found = mistakes(
            """
              defaults: {tme: 2026-11-26}
              cases:
                - {name: a, image: "nginx:1", expect: allow}
                - {name: a, time: 2026-11-26, image: "Nginx", digest: "sha256:1", expect: refuse}
                - name: b
                  time: 2026-11-26
                  image: "nginx@\(Self.digest)"
                  digest: "\(Self.digest)"
                  namespace: "prod-*"
                  evidence: {registry: missing, signatures: [relase, release, {by: old, violated: signature-invalid}, {by: old, undetermined: overloaded}]}
                  expect: {verdict: exempt, policy: sigend, exemption: sytem, check: source, reason: forbidden}
                - name: c
                  time: 2026-11-26
                  image: nginx
                  evidence: {signatures: [{by: old, violated: signature-invalid, undetermined: overloaded}]}
                  expect: {verdict: allow, policy: signed, check: digest, exemption: system}

            """)
        #expect(
            found == [
                "5:14 unknown field `tme`, did you mean `time`?",
                "7:7 the field `time` is missing: the time of the decision, here or in `defaults`",
                "8:79 expected `allow`, `warn`, `deny` or `exempt`, found text `refuse`",
                "12:15 `registry: missing` says that no digest is known, leave `digest` out",
                "12:15 the image names its digest itself, leave `digest` out",
                "13:18 `prod-*` holds a wildcard; a request comes from one namespace",
                "14:50 there is no Attestor named `relase`, did you mean `release`?",
                "14:58 an image that the registry does not have has no signatures",
                "14:112 `old` is listed twice",
                "15:41 `policy` cannot stand beside `verdict: exempt`",
                "15:41 there is no ImagePolicy named `sigend`, did you mean `signed`?",
                "15:60 there is no Exemption named `sytem`, did you mean `system`?",
                "15:74 `check` cannot stand beside `verdict: exempt`",
                "15:90 `reason` cannot stand beside `verdict: exempt`",
                "19:84 `undetermined` cannot stand beside `violated`, give one of them",
                "20:55 there is no check named `digest`",
                "20:74 `exemption` cannot stand beside `verdict: allow`",
            ], "\(found.joined(separator: "\n"))")
    }

    @Test("no case, no policy, another kind and two documents of one name are mistakes")
    func shape() {
        #expect(mistakes("  cases: []\n") == ["5:10 expected at least one element, found an empty list"])
        #expect(mistakes("  defaults: {time: 2026-11-26}\n").count == 1)
        #expect(
            mistakes("  policies: [absent.yaml]\n  cases: [{name: a, time: 2026-11-26, image: nginx, expect: deny}]\n")
                == ["1:1 the file does not exist"])
        #expect(
            mistakes(
                "  policies: [attestors.yaml]\n  cases: [{name: a, time: 2026-11-26, image: nginx, expect: deny}]\n")
                == ["5:13 there are no policies to test"])
        #expect(
            mistakes("  policies: [../nothing/]\n  cases: [{name: a, time: 2026-11-26, image: nginx, expect: deny}]\n")
                == ["5:13 there are no policies to test"])
        let twice = "  cases: [{name: a, time: 2026-11-26, image: nginx, expect: deny}]\n"
        #expect(
            mistakes(twice + "---\n" + Self.head + twice) == ["9:18 there are two documents named `tests` in this file"]
        )
        #expect(
            mistakes(twice + "---\n" + Self.elsewhere).map { $0.prefix { $0 != ";" } }
                == ["7:1 expected the kind `PolicyTests`, found `ImagePolicy`"])
    }

    @Test("mistakes in the policies are told with those in the tests")
    func brokenPolicies() {
        do {
            _ = try load("  cases: [{name: a, image: nginx, expect: deny}]\n", policies: "kind: ImagePolicy\n")
            Issue.record("loaded")
        } catch {
            #expect(error.diagnostics.map(\.position.file) == ["policies/a.tests.yaml", "policies/signed.yaml"])
        }
    }

    // MARK: - Coverage

    @Test(
        "a check is covered when it was seen to pass and to fail; what cannot pass, or cannot fail, needs the other only"
    )
    func coverage() throws {
        func uncovered(
            _ cases: String, policies: String = "", of documents: String = Self.policies
        ) throws -> [String] {
            var coverage = PolicyCoverage()
            let specification = "  defaults: {time: 2026-11-26}\(policies)\n  cases:\n\(cases)\n"
            for tests in try load(specification, policies: documents) {
                coverage.add(tests)
                for test in tests.cases {
                    if let decision = tests.run(test).decision { coverage.count(decision, by: tests) }
                }
            }
            return coverage.uncovered.map { "\($0.policy)/\($0.check): \($0.missing.joined(separator: " "))" }
        }
        let zeros = "sha256:" + String(repeating: "0", count: 64)
        let first = "    - {name: a, image: \"nginx@\(zeros)\", evidence: {signatures: [release]}, expect: allow}"
        #expect(
            try uncovered(first) == [
                "signed/source: violated", "signed/by-release: violated", "two-people/signature: passed violated",
                "pinned/digest: violated", "stopped/forbid: violated",
            ])
        let more = """
                - {name: b, image: "nginx@\(Self.digest)", expect: deny}
                - {name: c, image: "nginx:1", digest: "\(zeros)", expect: deny}
                - {name: d, image: "ghcr.io/x/y:1", expect: deny}
                - {name: e, image: "registry.example.com/pay/x:1", digest: "\(zeros)", expect: deny}
            """
        #expect(try uncovered(first + "\n" + more) == ["two-people/signature: passed"])
        // What could not be looked at was not seen, whatever stands in for it.
        let relieved =
            "    - {name: f, image: \"\(Self.pinned)\", evidence: {registry: unreachable, remembered: [{policy: signed, check: by-release, passed: 2026-11-25T12:00:00Z}]}, expect: warn}"
        #expect(
            try uncovered(relieved, of: Self.remembering).contains("signed/by-release: passed violated"))
        let unknown =
            "    - {name: f, image: \"registry.example.com/pay/x:1\", evidence: {registry: unreachable}, expect: deny}"
        #expect(try uncovered(unknown).contains("two-people/signature: passed violated"))
        #expect(
            try uncovered(
                "    - {name: a, image: nginx, expect: allow}", policies: "\n  policies: [../elsewhere/b.yaml]") == [])
    }
}
