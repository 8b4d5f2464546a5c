import Cryptography
import Testing
import TransparencyLog

@Suite struct LeafHashTests {
    @Test("the hash of the empty entry is the one that RFC 6962 implementations agree on")
    func emptyEntry() {
        #expect(LeafHash.of([]).hexadecimal == "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d")
    }

    @Test("an entry is hashed with a zero byte before it, so it is not its own SHA-256")
    func domainSeparation() {
        let entry = Array("entry".utf8)
        #expect(LeafHash.of(entry) == SHA2.sha256([0x00] + entry))
        #expect(LeafHash.of(entry) != SHA2.sha256(entry))
        #expect(LeafHash.of(entry) != SHA2.sha256([0x01] + entry))
    }
}
