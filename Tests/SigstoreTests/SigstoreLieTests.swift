import Cryptography
import Sigstore
import TestSupport
import Testing

/// What a whole simulated Sigstore signs passes, in the form of every age; with one fact wrong it is refused, and for that
/// fact.
@Suite struct SigstoreLieTests {
    static let image = Array("an image manifest".utf8)

    @Test("bundles of every age are read")
    func reads() throws {
        var sigstore = try SigstoreSimulator()
        for order in SigningOrder.everyAge(key: try PrivateKey.generate(.ecdsaP256)) {
            let material = try sigstore.sign(SigstoreLieTests.image, order)
            if let bundle = material.bundle {
                #expect(throws: Never.self, "\(order)") { try SigstoreBundle(parsing: bundle.bytes) }
            }
        }
    }
}
