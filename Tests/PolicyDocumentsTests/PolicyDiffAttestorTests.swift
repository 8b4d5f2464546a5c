import Cryptography
import OCI
import PolicyEngine
import Sigstore
import Testing
import Timestamp
import Trust

@testable import PolicyDocuments

@Suite("What is different between two sets of policies that ask other attestors")
struct PolicyDiffAttestorTests {
    private static let keys = ["a", "b"].map { ($0, (try? PrivateKey.generate(.ecdsaP256).publicKeyPEM) ?? []) }

    /// An attestor of cosign, by the keys with these letters.
    private static func cosign(
        _ name: String, _ keys: String, identity: String = "repository", log: String = "notRequired"
    ) -> String {
        let files = keys.map { "{file: \($0).pub}" }.joined(separator: ", ")
        return """
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: \(name)}
            spec: {cosign: {keys: [\(files)], transparencyLog: \(log), identity: \(identity)}}
            ---

            """
    }

    private static func policy(_ check: String, name: String = "p") -> String {
        ComparedPolicies.policy("{checks: [\(check)]}", name: name)
    }

    private static func compared(_ old: String, _ new: String) throws -> PolicyComparison {
        func load(_ text: String) throws -> LoadedPolicies {
            var source = MemorySource(["policies/a.yaml": text])
            for (name, key) in keys { source.files["policies/\(name).pub"] = key }
            return try PolicyDocuments.load(
                directory: "policies", formats: [CosignFormat(), RuleFormat()], now: ComparedPolicies.now, from: source)
        }
        return try load(old).compared(with: load(new), at: ComparedPolicies.now, probes: 1_000)
    }

    @Test("the same keys for another name are told without an example, if a check asks them")
    func name() throws {
        for (check, names) in [("{signature: {by: k}}", ["k"]), ("{digest: required}", [])] {
            let comparison = try Self.compared(
                Self.cosign("k", "a") + Self.policy(check),
                Self.cosign("k", "a", identity: "{exactRepository: registry.example.com/a}") + Self.policy(check))
            #expect(comparison.unprobedAttestors == names && comparison.isEmpty == names.isEmpty)
            #expect(comparison.differences.isEmpty && comparison.documents.count == 1)
        }
    }

    @Test("a check that turns to a laxer attestor with the same key is told, also where that is new")
    func laxer() throws {
        let (strict, lax) = (Self.cosign("strict", "a"), Self.cosign("lax", "a", identity: "ignore"))
        let (before, after) = (Self.policy("{signature: {by: strict}}"), Self.policy("{signature: {by: lax}}"))
        for (old, new) in [(strict + lax + before, strict + lax + after), (strict + before, lax + after)] {
            let comparison = try Self.compared(old, new)
            #expect(comparison.differences.isEmpty && comparison.unprobedAttestors == ["lax", "strict"])
        }
        // Who turns to the same one by another name, or changes the words for people, turns to nobody else.
        let renamed = try Self.compared(
            strict + before, Self.cosign("named", "a") + Self.policy("{message: x, signature: {by: named}}"))
        #expect(renamed.isEmpty)
    }

    @Test("an attestor that loses a key and asks for less of the other one is told, beside what is refused now")
    func fewerKeys() throws {
        let policy = Self.policy("{signature: {by: r}}")
        let comparison = try Self.compared(
            Self.cosign("r", "ab") + policy, Self.cosign("r", "a", identity: "ignore") + policy)
        #expect(comparison.unprobedAttestors == ["r"])
        #expect(Set(comparison.differences.map(\.effect)) == [.tightened])
    }

    @Test("the check of a policy that comes, beside one that asks something else of the same key")
    func beside() throws {
        let attestors = Self.cosign("strict", "a") + Self.cosign("lax", "a", identity: "ignore")
        let lax = Self.policy("{signature: {by: lax}}", name: "q")
        let comparison = try Self.compared(
            attestors + lax, attestors + lax + Self.policy("{signature: {by: strict}, enforcement: warn}"))
        #expect(comparison.unprobedAttestors == ["strict"])
    }

    @Test("an attestor that nobody can list the signers of has one stand-in, and what it believes is told as unknown")
    func rules() throws {
        func rule(_ name: String, _ rule: String) -> String {
            """
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: \(name)}
            spec: {rules: {rule: "\(rule)"}}
            ---

            """
        }
        let policy = Self.policy("{signature: {by: r}}")
        let changed = try Self.compared(rule("r", "x") + policy, rule("r", "y") + policy)
        #expect(changed.differences.isEmpty && changed.unprobedAttestors == ["r"])
        let renamed = try Self.compared(
            rule("r", "x") + policy, rule("s", "x") + Self.policy("{signature: {by: s}}"))
        #expect(renamed.isEmpty)
        let exchanged = try Self.compared(
            rule("r", "x") + rule("s", "y") + policy, rule("r", "y") + rule("s", "x") + policy)
        #expect(Set(exchanged.differences.map(\.effect)) == [.loosened, .tightened])
    }
}
