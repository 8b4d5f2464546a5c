import Cryptography
import Sigstore
import TestSupport
import Testing
import Timestamp

/// What a whole simulated Sigstore signs passes, in the form of every age; with one fact wrong it is refused, and for that
/// very fact.
@Suite struct SigstoreLieTests {
    private static let image = Array("an image manifest".utf8)
    /// Making its keys costs more than signing with them.
    private static let simulated = Result { try SigstoreSimulator() }

    private var sigstore: SigstoreSimulator {
        get throws { try SigstoreLieTests.simulated.get() }
    }

    private func expect(_ verdict: Verdict, of material: SignedMaterial, _ order: SigningOrder) throws {
        let judged = try material.verdict(as: order.demand)
        #expect(judged.verdict == verdict, "\(order): \(judged.words)")
    }

    @Test("signatures of every age pass, by those who hold a key and by those who do not")
    func passes() throws {
        var sigstore = try sigstore
        for order in SigningOrder.everyAge(key: try PrivateKey.generate(.ecdsaP256)) {
            try expect(.verified, of: sigstore.sign(SigstoreLieTests.image, order), order)
        }
    }

    @Test(
        "signatures by keys of other kinds pass, with and without a certificate",
        arguments: [KeyAlgorithm.ecdsaP384, .ecdsaP521, .rsa(bits: 2_048)])
    func otherKeys(algorithm: KeyAlgorithm) throws {
        var sigstore = try sigstore
        sigstore.leafAlgorithm = algorithm
        let key = SigningOrder.Signer.key(try PrivateKey.generate(algorithm))
        let orders: [SigningOrder] = [
            .message(), .bundle(), .bundleV2(), .signatureLayer(), .message(by: key, version: .v01), .bundle(by: key),
            .bundleV2(by: key), .signatureLayer(by: key), .attestationLayer(by: key),
        ]
        for order in orders {
            try expect(.verified, of: sigstore.sign(SigstoreLieTests.image, order), order)
        }
    }

    @Test("what witnesses add to a checkpoint, and a certificate log to its promise, does no harm")
    func additions() throws {
        var sigstore = try sigstore
        sigstore.rekorV2.witnesses = [("witness.example", try PrivateKey.generate(.ed25519))]
        sigstore.certificateLog.extensions = [0, 0, 5, 0, 0, 0, 0, 42]
        sigstore.timestampAuthority.isSignerListed = false
        try expect(.verified, of: sigstore.sign(SigstoreLieTests.image, .bundleV2()), .bundleV2())
    }

    @Test("the hint of a key is for finding it: a wrong one does no harm, and a right one makes no other key believed")
    func hints() throws {
        let (key, other) = (try PrivateKey.generate(.ecdsaP256), try PrivateKey.generate(.ecdsaP256))
        let order = SigningOrder.bundle(by: .key(key))
        var sigstore = try sigstore
        var material = try sigstore.sign(SigstoreLieTests.image, order)
        material.bundle?["verificationMaterial"]?["publicKey"]?["hint"] = "another"
        try expect(.verified, of: material, order)
        material.bundle?["verificationMaterial"]?["publicKey"]?["hint"] = .base64(other.publicKey.fingerprint)
        material.expected = .key(pem: try other.publicKeyPEM)
        try expect(.refused(.signature), of: material, order)
    }

    @Test("a bundle of version 0.1 passes without an inclusion proof, by the log's promise alone")
    func oldBundle() throws {
        let order = SigningOrder.message(version: .v01)
        let material = try sigstore.sign(SigstoreLieTests.image, order, telling: .log(.proofMissing))
        try expect(.verified, of: material, order)
    }

    @Test("S44: what is trusted until a second is trusted in that second, and not in the next")
    func windows() throws {
        let order = SigningOrder.bundle().timestamped
        var sigstore = try sigstore
        let honest = try sigstore.sign(SigstoreLieTests.image, order)
        // The certificate's promise, the log's and the timestamp are of these seconds after `now`.
        let cases: [(String, isLog: Bool, second: Int, SigstoreStep)] = [
            ("ctlogs", true, 0, .certificateTransparency), ("tlogs", true, 2, .log),
            ("certificateAuthorities", false, 3, .chain), ("timestampAuthorities", false, 3, .timestamp),
        ]
        for (name, isLog, second, step) in cases {
            for (end, verdict) in [(second, Verdict.verified), (second - 1, .refused(step))] {
                var material = honest
                let time = JSONTree.string((sigstore.now + .seconds(end)).rfc3339InSeconds)
                if isLog {
                    material.trustedRoot[name]?[0]?["publicKey"]?["validFor"]?["end"] = time
                } else {
                    material.trustedRoot[name]?[0]?["validFor"]?["end"] = time
                }
                try expect(verdict, of: material, order)
            }
        }
    }

    @Test("each lie is told in orders that pass without it")
    func ordersPass() throws {
        let honest = Set(SigningOrder.everyAge(key: try PrivateKey.generate(.ecdsaP256)).map(\.description))
        for lie in Lie.allCases {
            #expect(!lie.orders.isEmpty, "\(lie)")
            for order in lie.orders { #expect(honest.contains(order.description), "\(lie): \(order)") }
        }
    }

    @Test(
        """
        S06, S11-S13, S15-S23, S40-S42, S44, attacks 4, 6, 7 and 9: one wrong fact is refused, at the step that looks at it
        """, arguments: Lie.allCases)
    func refuses(lie: Lie) throws {
        for order in lie.orders {
            let material = try sigstore.sign(SigstoreLieTests.image, order, telling: lie)
            try expect(lie.verdict(in: order), of: material, order)
        }
    }

    @Test("and so is one about a signature by a key", arguments: Lie.allCases.filter(\.concernsKeys))
    func refusesByKey(lie: Lie) throws {
        var order = try #require(lie.orders.first)
        order.signer = .key(try PrivateKey.generate(.ecdsaP256))
        let material = try sigstore.sign(SigstoreLieTests.image, order, telling: lie)
        try expect(lie.verdict(in: order), of: material, order)
    }
}
