import OCI
import PolicyEngine
import Testing
import Timestamp
import Trust

@testable import PolicyDocuments

@Suite("What is different between two sets of policies that ask for attestations")
struct PolicyDiffEvidenceTests {
    private static let slsa = "https://slsa.dev/provenance/v1"
    private static let spdx = "https://spdx.dev/Document"

    private static func policy(_ checks: String, name: String = "p", match: String = "") -> String {
        ComparedPolicies.policy("{\(match)checks: [\(checks)]}", name: name)
    }

    private static func attestation(_ type: String, _ more: String = "") -> String {
        "{attestation: {predicateType: \"\(type)\", by: a\(more)}}"
    }

    private static func from(_ host: String) -> String { "match: {images: [\"\(host).example.com/**\"]}, " }

    /// Documents of which one direction alone must be told, or both, and every case be seen again.
    private static func expect(
        _ old: String, _ new: String, _ effects: Set<PolicyDifference.Effect>,
        _ location: Testing.SourceLocation = #_sourceLocation
    ) throws {
        let opposite = Set(effects.map { [.loosened: .tightened, .tightened: .loosened][$0] ?? $0 })
        for (compared, effects) in [
            (try ComparedPolicies(old, new), effects), (try ComparedPolicies(new, old), opposite),
        ] {
            #expect(
                compared.effects.subtracting([.reasons]) == effects, "\(compared.comparison.differences)",
                sourceLocation: location)
            try compared.confirm(location)
        }
    }

    @Test("what only one of the sets asks to be attested is attested for both")
    func otherCheck() throws {
        let trusted = "{trustedRegistries: [\"registry.example.com/**\"]}"
        try Self.expect(
            Self.policy("\(trusted), \(Self.attestation(Self.spdx))"),
            Self.policy("\(trusted), {tags: {deny: [latest]}}"),
            [.loosened, .tightened])
        let attested = try ComparedPolicies(
            Self.policy("\(trusted), \(Self.attestation(Self.spdx))"),
            Self.policy("\(trusted), {tags: {deny: [latest]}}"))
        let example = try #require(attested.differences(.tightened).first?.examples.first)
        #expect(example.attestations.map(\.statement.predicateType) == [Self.spdx])
    }

    @Test("a condition that another policy still has is missed")
    func droppedCondition() throws {
        let builder = "builder: \"https://b.example.com/x\""
        let long = Self.attestation(Self.slsa, ", provenance: {\(builder), sourceRef: refs/heads/main}")
        let short = Self.attestation(Self.slsa, ", provenance: {\(builder)}")
        let other = Self.policy(long, name: "q", match: Self.from("b"))
        try Self.expect(
            Self.policy(long, match: Self.from("a")) + other, Self.policy(short, match: Self.from("a")) + other,
            [.loosened])
    }

    @Test("two policies that exchange what they ask for")
    func exchanged() throws {
        func both(_ one: String, _ other: String) -> String {
            Self.policy(Self.attestation(one), match: Self.from("a"))
                + Self.policy(Self.attestation(other), name: "q", match: Self.from("b"))
        }
        try Self.expect(both(Self.slsa, Self.spdx), both(Self.spdx, Self.slsa), [.loosened, .tightened])
    }

    @Test("a signature is no attestation, and the texts say which there is")
    func signatureOrAttestation() throws {
        let (signature, attestation) = (Self.policy("{signature: {by: a}}"), Self.policy(Self.attestation(Self.spdx)))
        try Self.expect(signature, attestation, [.loosened, .tightened])
        let compared = try ComparedPolicies(signature, attestation)
        let attested = try #require(compared.differences(.loosened).first?.examples.first)
        #expect(attested.signatures.isEmpty && attested.isUnsigned && attested.attestations.count == 1)
        let signed = try #require(compared.differences(.tightened).first?.examples.first)
        #expect(signed.signatures.count == 1 && signed.isUnattested && signed.attestations.isEmpty)
    }

    @Test("how old it may be, and the example says how old it is")
    func age() throws {
        let (old, new) = (Self.attestation(Self.spdx, ", maxAge: 3d"), Self.attestation(Self.spdx, ", maxAge: 30d"))
        try Self.expect(Self.policy(old), Self.policy(new), [.loosened])
        let compared = try ComparedPolicies(Self.policy(old), Self.policy(new))
        let example = try #require(compared.differences(.loosened).first?.examples.first)
        let attestation = try #require(example.attestations.first)
        #expect(attestation.age >= .seconds(3 * 86_400) && "\(attestation)".hasSuffix("d before"))
    }
}
