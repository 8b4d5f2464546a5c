import Cryptography
import OCI
import PolicyEngine
import Testing
import Timestamp
import Trust

@testable import PolicyDocuments

/// A field of the schema that has no effect is a defect. So each has a case: two documents in which it alone differs, and of
/// which one lets in what the other refuses. A field that is without one fails here.
@Suite("Every field of the schema has an effect")
struct EveryFieldTests {
    /// No check that there is has findings with names, or moves with time, so whoever writes these is told that they would
    /// have no effect.
    private static let refused = [
        "PolicyException: lifts.only", "ImagePolicy: checks.alreadyAdmitted",
        "ImagePolicy: checks.alreadyAdmitted.warn",
    ]

    @Test(
        "each field of a policy, an exception and an exemption has a case, and no case is of a field that is not there")
    func walk() {
        let paths =
            ImagePolicy.specification.paths.map { "ImagePolicy: \($0)" }
            + PolicyException.specification.paths.map { "PolicyException: \($0)" }
            + Exemption.specification.paths.map { "Exemption: \($0)" }
        let cases = FieldCase.all.map(\.path)
        #expect(Set(paths).symmetricDifference(cases + Self.refused).sorted() == [])
        #expect(Set(cases).count == cases.count)
    }

    @Test("the field alone flips the verdict", arguments: FieldCase.all.filter { !$0.isText })
    func flips(fieldCase: FieldCase) throws {
        #expect(try Judged(fieldCase.one, fieldCase.image).isAllowed, "\(fieldCase.one)")
        #expect(try !Judged(fieldCase.other, fieldCase.image).isAllowed, "\(fieldCase.other)")
    }

    @Test("the field's text is told", arguments: FieldCase.all.filter(\.isText))
    func isTold(fieldCase: FieldCase) throws {
        #expect(try Judged(fieldCase.one).told != Judged(fieldCase.other).told, "\(fieldCase.one)")
    }
}

/// Two sets of documents in which one field differs.
struct FieldCase: CustomTestStringConvertible, Sendable {
    let path: String
    /// Lets the image in that is asked about.
    let one: String
    /// Refuses it.
    let other: String
    /// Whether the field is text for people, which changes no verdict but what is told about it.
    let isText: Bool
    /// The image that is asked about.
    var image = "registry.example.com/a:1.0"

    var testDescription: String { path }

    static let all = policies + lastKnown + selectors + signatures + attestations + exemptions + exceptions

    /// - Parameters:
    ///   - template: documents with a `%` in the place of the field's value.
    ///   - trusted: whether another policy vouches for the image.
    private static func of(
        _ path: String, _ template: String, _ one: String, _ other: String, trusted: Bool = true, isText: Bool = false
    ) -> FieldCase {
        let head = "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: p}\nspec:\n"
        let base = trusted ? trusting : ""
        return FieldCase(
            path: "ImagePolicy: " + path, one: base + head + template.replacing("%", with: one),
            other: base + head + template.replacing("%", with: other), isText: isText)
    }

    fileprivate static let trusting =
        "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: trusting}\nspec:\n"
        + "  checks: [{trustedRegistries: [\"registry.example.com/**\"]}]\n---\n"

    private static let policies = [
        of("enforcement", "  enforcement: %\n  checks: [{forbid: {because: x}}]", "warn", "deny"),
        of(
            "enforcement.default",
            "  enforcement: {default: %, warn: [{namespaces: {names: [dev]}}]}\n  checks: [{forbid: {because: x}}]",
            "audit", "deny"),
        of("checks.name", "  checks: [{name: %, forbid: {because: x}}]", "a", "b", isText: true),
        of("checks.enforcement", "  checks: [{enforcement: %, forbid: {because: x}}]", "audit", "deny"),
        of("checks.message", "  checks: [{message: %, forbid: {because: x}}]", "a", "b", isText: true),
        of(
            "checks.trustedRegistries", "  checks: [{trustedRegistries: [%]}]", "registry.example.com/a",
            "registry.example.com/b", trusted: false),
        of("checks.digest", "  checks: [{%}]", "tags: {deny: [other]}", "digest: required"),
        of("checks.tags.deny", "  checks: [{tags: {deny: [%]}}]", "\"2.*\"", "\"1.*\""),
        of("checks.forbid.because", "  checks: [{forbid: {because: %}}]", "a", "b", isText: true),
        of(
            "checks.insecureAcceptAnything.because", "  checks: [{insecureAcceptAnything: {because: %}}]", "a", "b",
            isText: true),
    ]

    /// Nobody can look for the signatures of `silent`, and an hour ago it had signed.
    private static let lastKnown = [
        ("", "%", "{lastKnownGood: {for: 24h}}", "deny"),
        (".lastKnownGood.for", "{lastKnownGood: {for: %}}", "24h", "30m"),
    ].map { end, template, one, other in
        var fieldCase = of(
            "checks.onUndetermined" + end, "  checks: [{signature: {by: silent}, onUndetermined: \(template)}]", one,
            other,
            trusted: false)
        fieldCase.image = "registry.example.com/a@\(Judged.digest)"
        return fieldCase
    }

    /// Each selector, in each place where selectors stand: a value that fits the image, and one that does not.
    private static let selectors = [
        ("images", "images: [registry.example.com/a]", "images: [registry.example.com/b]"),
        ("digests", "digests: [\(Judged.digest)]", "digests: [sha256:\(String(repeating: "0", count: 64))]"),
        ("namespaces.names", "namespaces: {names: [\"pr*\"]}", "namespaces: {names: [dev]}"),
        ("namespaces.labels", "namespaces: {labels: {env: a}}", "namespaces: {labels: {env: b}}"),
        ("containers", "containers: [main]", "containers: [init]"),
        ("sources", "sources: [kubernetes]", "sources: [pipeline]"),
    ].flatMap { field, fitting, other in
        [
            of("match.\(field)", "  match: {%}\n  checks: [{forbid: {because: x}}]", other, fitting),
            of("exclude.\(field)", "  exclude: [{%}]\n  checks: [{forbid: {because: x}}]", fitting, other),
            of(
                "enforcement.deny.\(field)",
                "  enforcement: {default: audit, deny: [{%}]}\n  checks: [{forbid: {because: x}}]", other, fitting),
            of(
                "enforcement.warn.\(field)",
                "  enforcement: {default: deny, warn: [{%}]}\n  checks: [{forbid: {because: x}}]", fitting, other),
            of(
                "enforcement.audit.\(field)",
                "  enforcement: {default: deny, audit: [{%}]}\n  checks: [{forbid: {because: x}}]", fitting, other),
        ]
    }

    /// What is called `signed` is signed, each by a signer of its own; `unsigned` is not.
    private static let signatures =
        [
            signature("by", "{by: %}", "signed", "unsigned"),
            signature("atLeast", "{atLeast: %, of: [signed, unsigned]}", "1", "2"),
        ]
        + [
            ("anyOf", "{anyOf: [%]}"), ("allOf", "{allOf: [signed-first, %]}"),
            ("of", "{atLeast: 2, of: [signed-first, %]}"),
        ].flatMap { word, template in
            entries.map { end, entry, one, other in
                signature(word + end, template.replacing("%", with: entry), one, other)
            }
        }

    /// What may stand in a combination: the field, and the entry with a `%` in the place of its value.
    private static let entries = [
        ("", "%", "signed", "unsigned"), (".by", "{by: %}", "signed", "unsigned"),
        (".until", "{by: signed, until: %}", "2100-01-01", "2000-01-01"),
        (".anyOf", "{anyOf: [%]}", "signed", "unsigned"), (".anyOf.by", "{anyOf: [{by: %}]}", "signed", "unsigned"),
        (".anyOf.until", "{anyOf: [{by: signed, until: %}]}", "2100-01-01", "2000-01-01"),
        (".allOf", "{allOf: [%]}", "signed", "unsigned"), (".allOf.by", "{allOf: [{by: %}]}", "signed", "unsigned"),
        (".allOf.until", "{allOf: [{by: signed, until: %}]}", "2100-01-01", "2000-01-01"),
        (".atLeast", "{atLeast: %, of: [signed, unsigned]}", "1", "2"),
        (".of", "{atLeast: 1, of: [%]}", "signed", "unsigned"),
        (".of.by", "{atLeast: 1, of: [{by: %}]}", "signed", "unsigned"),
        (".of.until", "{atLeast: 1, of: [{by: signed, until: %}]}", "2100-01-01", "2000-01-01"),
    ]

    private static func signature(_ path: String, _ template: String, _ one: String, _ other: String) -> FieldCase {
        of("checks.signature.\(path)", "  checks: [{signature: \(template)}]", one, other, trusted: false)
    }

    /// What is called `signed` attested two statements, an hour and two days ago.
    private static let attestations = [
        attestation("predicateType", "https://spdx.dev/Document", "https://spdx.dev/Document2") {
            "predicateType: \"\($0)\", by: signed"
        },
        attestation("by", "signed", "unsigned") { "predicateType: \"https://spdx.dev/Document\", by: \($0)" },
        attestation("maxAge", "3d", "2d") {
            "predicateType: \"https://spdx.dev/Document\", by: signed, maxAge: \($0)"
        },
        provenance("builder", "https://ci.example.com/*", "https://ci.example.net/*"),
        provenance("buildType", "https://ci.example.com/make/v1", "https://ci.example.com/make/v2"),
        provenance("source", "https://git.example.com/acme/*", "https://git.example.com/*"),
        provenance("sourceRef", "refs/heads/main", "refs/heads/*/main"),
    ]

    private static func provenance(_ path: String, _ one: String, _ other: String) -> FieldCase {
        attestation("provenance.\(path)", one, other) {
            "predicateType: \"https://slsa.dev/provenance/v1\", by: signed, provenance: {\(path): \"\($0)\"}"
        }
    }

    private static func attestation(
        _ path: String, _ one: String, _ other: String, _ fields: (String) -> String
    ) -> FieldCase {
        func check(_ value: String) -> String { "  checks: [{attestation: {\(fields(value))}}]" }
        return of("checks.attestation.\(path)", "%", check(one), check(other), trusted: false)
    }

    private static let exemptions = [
        exemption("namespaces", "prod", "dev") { "namespaces: [\($0)]" },
        exemption("images", "registry.example.com/a", "registry.example.com/b") {
            "namespaces: [prod], images: [\($0)]"
        },
        exemption("because", "a", "b", isText: true) { "namespaces: [dev], because: \($0)" },
        exemption("owner", "a", "b", isText: true) { "namespaces: [dev], owner: \($0)" },
        exemption("reviewBy", "2090-01-01", "2091-01-01", isText: true) { "namespaces: [dev], reviewBy: \($0)" },
    ]

    private static func exemption(
        _ path: String, _ one: String, _ other: String, isText: Bool = false, _ fields: (String) -> String
    ) -> FieldCase {
        func documents(_ value: String) -> String {
            var written = fields(value)
            for (name, text) in [("because", "x"), ("owner", "x"), ("reviewBy", "2099-01-01")]
            where !written.contains(name) {
                written += ", \(name): \(text)"
            }
            return "apiVersion: dockgate.dev/v1\nkind: Exemption\nmetadata: {name: e}\nspec: {\(written)}\n"
        }
        return FieldCase(path: "Exemption: " + path, one: documents(one), other: documents(other), isText: isText)
    }
}

extension FieldCase {
    /// A policy with two checks, of which one refuses the image, and an exception that lifts it.
    fileprivate static let exceptions = [
        exception("lifts.policy", "p", "q"), exception("lifts.check", "stop", "tags"),
        exception("images", "registry.example.com/a", "registry.example.com/b"),
        exception("namespaces", "prod", "dev"), exception("from", "2026-01-01", "2026-12-01"),
        exception("expires", "2026-12-31", "2026-10-01"), exception("owner", "a", "b", isText: true),
        exception("approvedBy", "a", "b", isText: true), exception("reason", "a", "b", isText: true),
        exception("ticket", "a", "b", isText: true),
    ]

    private static func exception(
        _ path: String, _ one: String, _ other: String, isText: Bool = false
    ) -> FieldCase {
        func documents(_ value: String) -> String {
            func field(_ name: String, _ otherwise: String) -> String { path == name ? value : otherwise }
            let checks = "checks: [{name: stop, forbid: {because: x}}, {tags: {deny: [other]}}]"
            let policies = ["p", "q"].map { name in
                "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: \(name)}\nspec:\n"
                    + (name == "q" ? "  match: {namespaces: {names: [dev]}}\n" : "") + "  \(checks)\n---\n"
            }
            return trusting + policies.joined() + """
                apiVersion: dockgate.dev/v1
                kind: PolicyException
                metadata: {name: e}
                spec:
                  lifts: {policy: \(field("lifts.policy", "p")), check: \(field("lifts.check", "stop"))}
                  images: [\(field("images", "registry.example.com/**"))]
                  namespaces: [\(field("namespaces", "prod"))]
                  owner: \(field("owner", "x"))
                  approvedBy: \(field("approvedBy", "x"))
                  reason: \(field("reason", "x"))
                  ticket: \(field("ticket", "x"))
                  from: \(field("from", "2026-01-01"))
                  expires: \(field("expires", "2026-12-31"))

                """
        }
        return FieldCase(path: "PolicyException: " + path, one: documents(one), other: documents(other), isText: isText)
    }
}

/// What becomes of one image under some documents: `registry.example.com/a:1.0`, of a main container in the namespace `prod`
/// with the label `env: a`, asked about by Kubernetes.
private struct Judged {
    static let digest = Digest.sha256(of: Array("image".utf8))
    static let now = Instant(secondsSince1970: 1_795_000_000)
    private let decision: ImageDecision
    private let policies: PolicySet

    init(_ documents: String, _ image: String = "registry.example.com/a:1.0") throws {
        var source = MemorySource(["policies/a.yaml": documents])
        for name in ["signed", "signed-first", "unsigned", "silent"] {
            source.files["policies/\(name).yaml"] = Array(
                """
                apiVersion: dockgate.dev/v1
                kind: Attestor
                metadata: {name: \(name)}
                spec: {cosign: {keys: [{file: \(name).pub}]}}
                """.utf8)
            source.files["policies/\(name).pub"] = try PrivateKey.generate(.ecdsaP256).publicKeyPEM
        }
        policies = try PolicyDocuments.load(
            directory: "policies", formats: [KeyFormat()], now: Self.now, from: source
        ).policySet
        let evaluation = Evaluator(policies: policies).evaluate(
            try ImageReference(parsing: image), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: .known("prod"), namespaceLabels: .known(["env": "a"])),
            with: SignedByName(), at: Self.now)
        guard case .decided(let decision) = evaluation else { throw Undecided() }
        self.decision = decision
    }

    var isAllowed: Bool { decision.isAllowed }

    /// All that a person gets to read of it.
    var told: String {
        "\(decision.findings)\n\(policies.policies.map(\.explanation))\n"
            + "\(policies.exceptions)"
            + policies.exemptions.map { "\($0.explanation) \($0.reason) \($0.owner) \($0.reviewBy)" }.joined()
    }

    private struct Undecided: Error {}
}

private struct SignedByName: Evidence {
    func resolution(of reference: ImageReference) -> Resolution? { .resolved(Judged.digest) }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        if attestor.name == "silent" {
            return .undetermined(Refusal(.registryUnavailable, found: "no answer", expected: "an answer"))
        }
        guard attestor.name.hasPrefix("signed") else {
            return .violated(Refusal(.signatureMissing, found: "no signature", expected: "a signature"))
        }
        let signer = Signer.key(fingerprint: Array(attestor.name.utf8))
        return attestor.claim == .signature
            ? .passed(signers: [signer]) : .passed(SignedByName.attestations(by: signer))
    }

    func lastKnownGood(_ image: CheckedImage) -> Instant? { Judged.now - .seconds(3_600) }

    private static func attestations(by signer: Signer) -> [VerifiedSignature] {
        let build = Provenance(
            builder: "https://ci.example.com/build", buildType: "https://ci.example.com/make/v1",
            source: "https://git.example.com/acme/app", sourceRef: "refs/heads/main")
        return [
            VerifiedSignature(
                by: signer, signedAt: Judged.now - .seconds(2 * 86_400),
                statement: VerifiedStatement(predicateType: "https://spdx.dev/Document")),
            VerifiedSignature(
                by: signer, signedAt: Judged.now - .seconds(3_600),
                statement: VerifiedStatement(
                    predicateType: "https://slsa.dev/provenance/v1", facts: .provenance(build))),
        ]
    }
}

extension ObjectType {
    /// Every field that holds a value, with those above it: `match.namespaces.names`.
    fileprivate var paths: [String] { fields.flatMap { field in field.type.paths.map { field.name + $0 } } }
}

extension FieldType {
    /// The ends of the paths; empty for the value itself.
    fileprivate var paths: [String] {
        switch self {
        case .object(let object): object.paths.map { "." + $0 }
        case .list(let element): element.paths
        case .either(let scalar, let object): scalar.paths + object.paths.map { "." + $0 }
        case .text, .boolean, .integer, .duration, .date, .word, .file, .dictionary: [""]
        }
    }
}
