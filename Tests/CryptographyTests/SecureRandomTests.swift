import Cryptography
import Testing

@Suite struct SecureRandomTests {
    @Test("as many bytes as asked for, and never the same twice")
    func length() {
        #expect(SecureRandom.bytes(0).isEmpty)
        #expect(SecureRandom.bytes(-1).isEmpty)
        let drawn = (0..<64).map { _ in SecureRandom.bytes(16) }
        #expect(drawn.allSatisfy { $0.count == 16 })
        #expect(Set(drawn).count == drawn.count)
    }
}
