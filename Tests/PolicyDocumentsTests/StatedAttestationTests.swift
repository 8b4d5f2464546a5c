import Cryptography
import PolicyDocuments
import PolicyEngine
import Testing
import Trust

/// What `evidence.attestations` states in tests of policies.
@Suite struct StatedAttestationTests {
    private static let provenance = "https://slsa.dev/provenance/v1"

    private static let policies = """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: built}
        spec:
          match: {images: ["registry.example.com/built/**"]}
          checks:
            - attestation:
                predicateType: \(provenance)
                by: ci
                maxAge: 7d
                provenance:
                  builder: https://ci.example.com/build@v2
                  buildType: https://ci.example.com/make/v1
                  source: https://git.example.com/acme/*
                  sourceRef: refs/heads/main
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: listed}
        spec:
          match: {images: ["registry.example.com/listed/**"]}
          checks: [{attestation: {predicateType: "https://spdx.dev/Document", by: vault}}]
        ---
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: signed}
        spec:
          match: {images: ["registry.example.com/signed/**"]}
          checks: [{signature: {by: ci}}]

        """

    private func load(_ cases: String) throws(LoadFailure) -> [PolicyTests] {
        var source = MemorySource([
            "policies/a.yaml": Self.policies
                + ["ci", "security", "vault"].map { name in
                    "---\napiVersion: dockgate.dev/v1\nkind: Attestor\nmetadata: {name: \(name)}\n"
                        + "spec: {cosign: {keys: [{file: \(name == "ci" ? "ci" : "security").pub}]}}\n"
                }.joined(),
            "policies/a.tests.yaml":
                "apiVersion: dockgate.dev/v1\nkind: PolicyTests\nmetadata: {name: tests}\nspec:\n  cases:\n\(cases)\n",
        ])
        for name in ["ci.pub", "security.pub"] {
            source.files["policies/" + name] = try? PrivateKey.generate(.ecdsaP256).publicKeyPEM
        }
        return try PolicyTests.load(files: ["policies/a.tests.yaml"], formats: [KeyFormat()], from: source)
    }

    private func lines(_ image: String, _ evidence: String) -> String {
        """
            - name: a
              time: 2026-11-26
              image: registry.example.com/\(image)/app@sha256:\(String(repeating: "0", count: 64))
              evidence: {\(evidence)}
              expect: allow
        """
    }

    /// `allow`, or the reason for which it is refused.
    private func verdict(_ image: String, _ evidence: String) throws -> String? {
        let tests = try load(lines(image, evidence))
        let result = tests.first.flatMap { tests in tests.cases.first.map { tests.run($0) } }
        return result?.decision.map { decision in
            if case .refused(let reason) = decision.verdict { reason.rawValue } else { decision.testVerdict.rawValue }
        }
    }

    private func mistakes(_ evidence: String) -> [String] {
        do {
            _ = try load(lines("built", evidence))
            return []
        } catch {
            return error.diagnostics.map(\.message)
        }
    }

    // MARK: - What is stated

    private func built(
        by attestor: String = "ci", type: String = provenance, age: String = "age: 1d,",
        _ words: [String: String] = [:], without: String = ""
    ) -> String {
        let said = [
            "builder": "https://ci.example.com/build@v2", "buildType": "https://ci.example.com/make/v1",
            "source": "https://git.example.com/acme/app", "sourceRef": "refs/heads/main",
        ].merging(words) { $1 }.filter { $0.key != without }
        let facts = said.map { "\($0.key): \"\($0.value)\"" }.sorted().joined(separator: ", ")
        return "{by: \(attestor), predicateType: \"\(type)\", \(age) provenance: {\(facts)}}"
    }

    @Test("each field of an attestation alone changes what is decided")
    func everyField() throws {
        func verdict(_ attestation: String) throws -> String? {
            try self.verdict("built", "attestations: [\(attestation)]")
        }
        #expect(try verdict(built()) == "allow")
        #expect(try verdict(built(by: "security")) == "attestation-missing")
        #expect(try verdict(built(type: "https://slsa.dev/provenance/v0.2")) == "attestation-missing")
        #expect(try verdict(built(age: "age: 604799s,")) == "allow")
        #expect(try verdict(built(age: "age: 7d,")) == "attestation-unfit")
        #expect(try verdict(built(age: "")) == "attestation-unfit")
        for (field, other) in [
            ("builder", "https://ci.example.com/build@v3"), ("buildType", "https://ci.example.com/make/v2"),
            ("source", "https://git.example.com/evil/app"), ("sourceRef", "refs/heads/other"),
        ] {
            #expect(try verdict(built([field: other])) == "attestation-unfit", "\(field)")
            #expect(try verdict(built(without: field)) == "attestation-unfit", "\(field)")
        }
        #expect(try verdict("{by: ci, predicateType: \"\(Self.provenance)\", age: 1d}") == "attestation-unfit")
        #expect(try verdict("{by: ci, violated: log-entry-invalid}") == "log-entry-invalid")
        #expect(try verdict("{by: ci, undetermined: registry-denied}") == "registry-denied")
    }

    @Test("an attestor may have attested several things, and nothing is attested that is not stated")
    func several() throws {
        let list = "{by: ci, predicateType: \"https://spdx.dev/Document\"}"
        #expect(try verdict("built", "attestations: [\(list), \(built())]") == "allow")
        #expect(try verdict("built", "attestations: [\(built()), \(list), \(list)]") == "allow")
        #expect(try verdict("built", "attestations: [\(list)]") == "attestation-missing")
        #expect(try verdict("built", "registry: answers") == "attestation-missing")
        #expect(try verdict("built", "registry: unreachable") == "registry-unavailable")
    }

    @Test("beside what could be looked at there may be something that could not, and that might have fitted")
    func partlyUnseen() throws {
        let list = "{by: ci, predicateType: \"https://spdx.dev/Document\"}"
        let unseen = "{by: ci, undetermined: overloaded}"
        #expect(try verdict("built", "attestations: [\(built()), \(unseen)]") == "allow")
        #expect(try verdict("built", "attestations: [\(list), \(unseen)]") == "overloaded")
        #expect(try verdict("built", "attestations: [\(unseen), \(list)]") == "overloaded")
        #expect(mistakes("attestations: [\(unseen), \(unseen)]") == ["`ci` is listed twice"])
    }

    @Test("who has signed has attested nothing, and who has attested has not signed")
    func claims() throws {
        let list = "{by: ci, predicateType: \"https://spdx.dev/Document\"}"
        #expect(try verdict("built", "signatures: [ci]") == "attestation-missing")
        #expect(try verdict("signed", "attestations: [\(list)]") == "signature-missing")
        #expect(
            try verdict("signed", "signatures: [ci], attestations: [{by: ci, violated: signature-invalid}]") == "allow")
        #expect(
            try verdict("built", "signatures: [{by: ci, violated: signature-invalid}], attestations: [\(built())]")
                == "allow")
    }

    @Test("what is attested with a key that two attestors have is attested by both")
    func sharedKey() throws {
        let list = "{by: security, predicateType: \"https://spdx.dev/Document\"}"
        #expect(try verdict("listed", "attestations: [\(list)]") == "allow")
        #expect(
            try verdict("listed", "attestations: [\(list.replacing("security", with: "ci"))]") == "attestation-missing")
    }

    // MARK: - Mistakes

    @Test("what cannot be is a mistake")
    func nonsense() {
        #expect(mistakes("attestations: [ci]").map { $0.hasPrefix("expected a mapping") } == [true])
        #expect(mistakes("attestations: [{by: ci}]") == ["the field `predicateType` is missing"])
        #expect(
            mistakes("attestations: [{by: cii, predicateType: \"https://spdx.dev/Document\"}]")
                == ["there is no Attestor named `cii`, did you mean `ci`?"])
        #expect(
            mistakes("attestations: [{by: ci, predicateType: spdxjson}]")
                == ["`spdxjson` is cosign's word, write the type itself: `https://spdx.dev/Document`"])
        #expect(
            mistakes("attestations: [\(built(type: "https://spdx.dev/Document"))]")
                == [
                    "statements of this `predicateType` say nothing of a build, `provenance` goes with "
                        + "`https://slsa.dev/provenance/v0.2` and `https://slsa.dev/provenance/v1`"
                ])
        #expect(
            mistakes("attestations: [{by: ci, violated: signature-invalid, predicateType: \"a:b\", age: 1d}]")
                == ["`predicateType` cannot stand beside `violated`", "`age` cannot stand beside `violated`"])
        #expect(
            mistakes("attestations: [{by: ci, violated: signature-invalid, undetermined: overloaded}]")
                == ["`undetermined` cannot stand beside `violated`, give one of them"])
        let failed = "{by: ci, violated: log-entry-invalid}"
        #expect(mistakes("attestations: [\(built()), \(failed)]") == ["`ci` is listed twice"])
        #expect(mistakes("attestations: [\(failed), \(built())]") == ["`ci` is listed twice"])
        #expect(
            mistakes("registry: missing, attestations: [\(built())]")
                == ["an image that the registry does not have has no attestations"])
        #expect(mistakes("attestations: [{by: ci, violated: signature-missing}]").count == 1)
        #expect(mistakes("signatures: [{by: ci, violated: attestation-missing}]").count == 1)
    }
}
