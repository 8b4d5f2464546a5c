import Cryptography
import OCI
import PolicyDocuments
import PolicyEngine
import Testing
import Timestamp
import Trust

/// Attestors of several formats in one check: the policy engine knows none of them.
@Suite struct SignatureFormatTests {
    private static let now = Instant(secondsSince1970: 1_795_000_000)
    private static let formats: [any AttestorFormat] = [KeyFormat(name: "cosign"), KeyFormat(name: "notation")]

    private func load(_ signature: String, formats: [any AttestorFormat] = formats) throws(LoadFailure)
        -> LoadedPolicies
    {
        var source = MemorySource([
            "policies/a.yaml": """
            {apiVersion: dockgate.dev/v1, kind: Attestor, metadata: {name: by-key}, spec: {cosign: {keys: [{file: a.pub}]}}}
            ---
            {apiVersion: dockgate.dev/v1, kind: Attestor, metadata: {name: by-certificate}, spec: {notation: {keys: [{file: a.pub}]}}}
            ---
            {apiVersion: dockgate.dev/v1, kind: Attestor, metadata: {name: other}, spec: {notation: {keys: [{file: a.pub}]}}}
            ---
            apiVersion: dockgate.dev/v1
            kind: ImagePolicy
            metadata: {name: p}
            spec: {checks: [{signature: \(signature)}]}
            """
        ])
        source.files["policies/a.pub"] = try? PrivateKey.generate(.ecdsaP256).publicKeyPEM
        return try PolicyDocuments.load(directory: "policies", formats: formats, now: Self.now, from: source)
    }

    private struct Signed: Evidence {
        let signers: [String: [Signer]]

        func resolution(of reference: ImageReference) -> Resolution? { .resolved(Digest.sha256(of: [])) }

        func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
            signers[attestor.name].map { .passed(signers: $0) }
                ?? .violated(Refusal(.signatureMissing, found: "no signature", expected: "one"))
        }
    }

    private func isAllowed(_ signature: String, _ signers: [String: [Signer]]) throws -> Bool {
        let evaluation = Evaluator(policies: try load(signature).policySet).evaluate(
            try ImageReference(parsing: "registry.example.com/app:1"), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: .known("shop")), with: Signed(signers: signers),
            at: Self.now)
        guard case .decided(let decision) = evaluation else { return false }
        return decision.isAllowed
    }

    private let key = Signer.key(fingerprint: [1])
    private let ann = Signer.identity(issuer: "https://ca.example.com", subject: "ann")
    private let bob = Signer.identity(issuer: "https://ca.example.com", subject: "bob")

    @Test("each word combines attestors of two formats, and counts a key and an identity apart")
    func combined() throws {
        let all = "{allOf: [by-key, by-certificate]}"
        #expect(try isAllowed(all, ["by-key": [key], "by-certificate": [ann]]))
        #expect(try !isAllowed(all, ["by-key": [key]]))
        let any = "{anyOf: [by-key, by-certificate]}"
        #expect(try isAllowed(any, ["by-certificate": [ann]]))
        let nested = "{atLeast: 2, of: [by-key, {anyOf: [by-certificate, other]}]}"
        #expect(try isAllowed(nested, ["by-key": [key], "other": [bob]]))
        #expect(try !isAllowed(nested, ["by-certificate": [ann], "other": [bob]]))
        let two = "{atLeast: 2, of: [by-certificate, other]}"
        #expect(try isAllowed(two, ["by-certificate": [ann], "other": [bob]]))
        #expect(try !isAllowed(two, ["by-certificate": [ann], "other": [ann]]))
    }

    @Test("a format that is not built in is an error that lists those that are, near word or not")
    func notBuiltIn() throws {
        func messages(_ formats: [any AttestorFormat]) -> [String] {
            do {
                _ = try load("{by: by-key}", formats: formats)
                return []
            } catch {
                return error.diagnostics.map(\.message)
            }
        }
        #expect(
            messages([KeyFormat(name: "cosign")])
                == Array(repeating: "unknown signature format `notation`, this version has `cosign`", count: 2))
        #expect(
            messages([KeyFormat(name: "cosign"), KeyFormat(name: "notations")])
                == Array(
                    repeating:
                        "unknown signature format `notation`, this version has `cosign` and `notations`; did you mean `notations`?",
                    count: 2))
    }
}
