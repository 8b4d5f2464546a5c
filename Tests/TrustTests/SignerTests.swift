import Testing
import Trust

@Suite struct SignerTests {
    @Test("a key counts once however often it signs")
    func sameKey() {
        let signers: Set<Signer> = [.key(fingerprint: [1, 2]), .key(fingerprint: [1, 2]), .key(fingerprint: [1, 3])]
        #expect(signers.count == 2)
    }

    @Test("identities that only look alike are different signers")
    func canonicalEquivalence() {
        let composed = Signer.identity(issuer: "https://issuer.example", subject: "ren\u{e9}@example.com")
        let decomposed = Signer.identity(issuer: "https://issuer.example", subject: "rene\u{301}@example.com")
        #expect(composed != decomposed)
        #expect(Set([composed, decomposed]).count == 2)
    }

    @Test("an issuer and a subject cannot be cut differently to the same signer")
    func boundary() {
        let one = Signer.identity(issuer: "ab", subject: "c")
        let other = Signer.identity(issuer: "a", subject: "bc")
        #expect(one != other)
    }

    @Test("a signer prints as its fingerprint, or as subject and issuer")
    func description() {
        #expect("\(Signer.key(fingerprint: [0xab, 0x01]))" == "SHA256:ab01")
        #expect("\(Signer.identity(issuer: "i", subject: "s"))" == "s (i)")
    }
}
