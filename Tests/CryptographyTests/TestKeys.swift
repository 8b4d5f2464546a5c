import Cryptography

/// Keys made when the tests run. RSA keys take long to make, so all tests share two of them.
enum TestKeys {
    private static let rsa = Result { try PrivateKey.generate(.rsa(bits: 2_048)) }
    private static let otherRSA = Result { try PrivateKey.generate(.rsa(bits: 2_048)) }

    static func one(_ algorithm: KeyAlgorithm) throws -> PrivateKey {
        algorithm == .rsa(bits: 2_048) ? try rsa.get() : try PrivateKey.generate(algorithm)
    }

    static func another(_ algorithm: KeyAlgorithm) throws -> PrivateKey {
        algorithm == .rsa(bits: 2_048) ? try otherRSA.get() : try PrivateKey.generate(algorithm)
    }
}
