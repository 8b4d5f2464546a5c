import Cryptography

/// What a signature check costs on the way that every cosign verification takes: `PublicKey.verify` with its hash and
/// its contexts. `openssl speed ecdsap256` measures the bare elliptic curve arithmetic beside it.
enum SignatureBenchmark {
    /// ECDSA P-256 verifications per second of processor time, over a payload as long as cosign's.
    ///
    /// Processor time rather than wall time, so that other work on the machine does not count. Throws if no key can be
    /// made; a verification that fails ends the measurement with `UnexpectedRefusal`.
    static func verificationsPerProcessorSecond(rounds: Int = 20_000) throws -> Double {
        let key = try PrivateKey.generate(.ecdsaP256)
        let payload = [UInt8](repeating: UInt8(ascii: "x"), count: 254)
        let signature = try key.sign(payload, scheme: .ecdsa(.sha256))
        let publicKey = key.publicKey
        let start = ProcessorTime.seconds
        for _ in 0..<rounds {
            guard publicKey.verify(signature, over: payload, scheme: .ecdsa(.sha256)) != nil else {
                throw UnexpectedRefusal()
            }
        }
        return Double(rounds) / (ProcessorTime.seconds - start)
    }
}

/// A signature that has to hold did not.
struct UnexpectedRefusal: Error {}
