import Cryptography
import OCI
import PolicyEngine
import TestSupport
import Timestamp
import Trust

@testable import PolicyDocuments

/// Small sets of documents, left to chance.
enum GeneratedPolicies {
    private static let patterns = [
        "registry.example.com/**", "registry.example.com/a/*", "\"*.example.com/**\"", "docker.io/library/*",
        "registry.example.com/a/b", "docker.io/library/nginx:1.*",
    ]
    private static let checks = [
        "trustedRegistries: [registry.example.com/**, docker.io/library/*]", "trustedRegistries: [docker.io/library/*]",
        "signature: {by: k0}", "signature: {anyOf: [k1, k2]}", "signature: {allOf: [k0, k1]}",
        "signature: {atLeast: 2, of: [k0, k1, k2]}", "digest: required", "tags: {deny: [latest]}",
        "insecureAcceptAnything: {because: a test}", "forbid: {because: a test}",
    ]
    private static let keys: [String: [UInt8]] = Dictionary(
        uniqueKeysWithValues: ["k0", "k1"].map {
            ("\($0).pub", (try? PrivateKey.generate(.ecdsaP256).publicKeyPEM) ?? [])
        })

    /// Three attestors, of which two share a key, up to five policies and an exemption.
    static func documents(_ generator: inout SplitMix) -> [String] {
        func oneOf(_ values: [String]) -> String { values.randomElement(using: &generator) ?? "" }
        func document(_ kind: String, _ name: String, _ specification: String) -> String {
            "apiVersion: dockgate.dev/v1\nkind: \(kind)\nmetadata: {name: \(name)}\nspec: \(specification)\n"
        }
        var documents = [("k0", "k0"), ("k1", "k1"), ("k2", "k1")].map { name, key in
            document("Attestor", name, "{cosign: {keys: [{file: \(key).pub}]}}")
        }
        for number in 0..<Int.random(in: 1...5, using: &generator) {
            let selectors = [
                "", "images: [\(oneOf(patterns))]", "namespaces: {names: [\"prod-*\"]}", "containers: [init]",
            ]
            let enforcement = oneOf([
                "deny", "deny", "warn", "audit", "{default: warn, deny: [{namespaces: {names: [prod-a]}}]}",
            ])
            let chosen = checks.shuffled(using: &generator).prefix(Int.random(in: 1...3, using: &generator))
            let named = chosen.enumerated().map { "{name: c\($0.offset), \($0.element)}" }.joined(separator: ", ")
            documents.append(
                document(
                    "ImagePolicy", "p\(number)",
                    "{enforcement: \(enforcement), match: {\(oneOf(selectors))}, checks: [\(named)]}"))
        }
        if Bool.random(using: &generator) {
            documents.append(
                document(
                    "Exemption", "e", "{namespaces: [system], because: it must start, owner: us, reviewBy: 2030-01-01}")
            )
        }
        return documents
    }

    /// The documents in their order, spread over up to three files at chance.
    static func load(_ documents: [String], _ generator: inout SplitMix) throws -> PolicySet {
        try loaded(documents, &generator).policySet
    }

    static func loaded(_ documents: [String], _ generator: inout SplitMix) throws -> LoadedPolicies {
        var source = MemorySource([:])
        for (name, key) in keys { source.files["policies/" + name] = key }
        for document in documents {
            let file = "policies/\(["a", "b", "c"].randomElement(using: &generator) ?? "a").yaml"
            source.files[file, default: []] += Array("---\n\(document)".utf8)
        }
        return try PolicyDocuments.load(directory: "policies", formats: [KeyFormat()], now: .earliest, from: source)
    }

    /// An image in a request, and what is known about it by the names of attestors, which may have other places.
    struct Question: Evidence, CustomStringConvertible {
        private let image: String
        private let namespace: String?
        private let container: ContainerKind
        private let outcomes: [String: VerificationOutcome]

        var description: String { "\(image) in \(namespace ?? "no namespace"), \(container): \(outcomes)" }

        init(_ generator: inout SplitMix) {
            let names = [
                "nginx", "nginx:1.27", "registry.example.com/a/b", "registry.example.com/a/b:1", "ghcr.io/x/y:1",
            ]
            image = names.randomElement(using: &generator) ?? "nginx"
            namespace = [nil, "shop", "prod-a", "prod-b", "system"].randomElement(using: &generator) ?? nil
            container = ContainerKind.allCases.randomElement(using: &generator) ?? .main
            let possible: [VerificationOutcome] = [
                .passed(signers: [.key(fingerprint: [1])]), .passed(signers: [.key(fingerprint: [2])]),
                .violated(Refusal(.signatureMissing, found: "nothing", expected: "a signature")),
                .undetermined(Refusal(.registryUnavailable, found: "no answer", expected: "an answer")),
            ]
            var outcomes: [String: VerificationOutcome] = [:]
            for name in ["k0", "k1", "k2"] { outcomes[name] = possible.randomElement(using: &generator) }
            self.outcomes = outcomes
        }

        func resolution(of reference: ImageReference) -> Resolution? { .resolved(.sha256(of: [])) }

        func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
            outcomes[attestor.name]
        }

        /// The verdict, and what came of each check, in an order of its own.
        func decide(by policies: PolicySet) -> [String] {
            guard let reference = try? ImageReference(parsing: image) else { return ["no reference"] }
            let evaluation = Evaluator(policies: policies).evaluate(
                reference, in: container,
                of: RequestFacts(source: .kubernetes, namespace: namespace.map(Fact.known) ?? .absent), with: self,
                at: .earliest)
            guard case .decided(let decision) = evaluation else { return ["missing"] }
            let findings = decision.findings.map {
                "\($0.policy ?? ""), \($0.check): \($0.outcome.word), \($0.refusal?.reason.rawValue ?? "")"
            }
            return ["allowed: \(decision.isAllowed)"] + findings.sorted() + decision.passedOver.map { "\($0)" }.sorted()
        }
    }
}
