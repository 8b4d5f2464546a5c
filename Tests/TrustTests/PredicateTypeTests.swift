import Testing
import Trust

@Suite struct PredicateTypeTests {
    @Test("cosign's words stand for the types that it writes, and a URI for itself")
    func words() {
        #expect(PredicateType.uri(named: "slsaprovenance") == "https://slsa.dev/provenance/v0.2")
        #expect(PredicateType.uri(named: "slsaprovenance1") == "https://slsa.dev/provenance/v1")
        #expect(PredicateType.uri(named: "custom") == "https://cosign.sigstore.dev/attestation/v1")
        #expect(PredicateType.uri(named: "https://own.example/a") == "https://own.example/a")
        for text in ["", "SlsaProvenance", "provenance", "no type", "https://own.example/a b", ":x"] {
            #expect(PredicateType.uri(named: text) == nil, "\(text)")
        }
    }
}
