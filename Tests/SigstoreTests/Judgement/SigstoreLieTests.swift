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

    @Test("each lie is a finding, and each finding has lies")
    func findings() {
        for finding in Finding.allCases { #expect(!finding.lies.isEmpty, "\(finding)") }
    }

    /// One wrong fact is refused, at the step that looks at it.
    private func refuses(_ lie: Lie) throws {
        for order in lie.orders {
            let material = try sigstore.sign(SigstoreLieTests.image, order, telling: lie)
            try expect(lie.verdict, of: material, order)
        }
    }

    @Test(
        "S06, attack 6: what was signed and cannot be read as a statement of this image vouches for nothing",
        arguments: Finding.unreadableContent.lies)
    func unreadable(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S02, attack 7: what somebody else signed, or signed of something else, is no signature of this image",
        arguments: Finding.otherContent.lies)
    func other(lie: Lie) throws { try refuses(lie) }

    @Test(
        "attack 4: a genuine statement of another type is none of the type that is demanded",
        arguments: Finding.otherStatement.lies)
    func otherStatement(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S11, attack 9: every certificate up to the root was valid at every time that is proved",
        arguments: Finding.otherTime.lies)
    func times(lie: Lie) throws { try refuses(lie) }

    @Test("S12: a time that the log has not signed is no time", arguments: Finding.unprovedTime.lies)
    func unprovedTime(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S13, attack 9: a timestamp is over this signature, by an authority that is trusted and may make it",
        arguments: Finding.timestamp.lies)
    func timestamps(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S15, attack 7: a genuine entry of another signature, artifact or signer is refused",
        arguments: Finding.splicedEntry.lies)
    func entries(lie: Lie) throws { try refuses(lie) }

    @Test("S16: a promise is of this log, and over this body, time and index", arguments: Finding.promise.lies)
    func promises(lie: Lie) throws { try refuses(lie) }

    @Test("S17: an inclusion proof leads from this entry to the signed root", arguments: Finding.proof.lies)
    func proofs(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S18: a checkpoint is signed by this log, and written as the specification has it",
        arguments: Finding.checkpoint.lies)
    func checkpoints(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S19, attack 8: an entry that proves no time needs a timestamp, and the same entry twice is refused",
        arguments: Finding.countedTwice.lies)
    func counts(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S20: a certificate log that is trusted promised to publish this certificate, by this issuer",
        arguments: Finding.certificatePromise.lies)
    func certificatePromises(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S21: a certificate is for an end, for code signing, with a key that may sign, and nothing critical is unknown",
        arguments: Finding.certificateUse.lies)
    func uses(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S21: an authority is trusted, signed it, and may issue for that purpose and that name",
        arguments: Finding.authority.lies)
    func authorities(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S22: a certificate has exactly one name, and it is the one that is believed",
        arguments: Finding.certificateName.lies)
    func names(lie: Lie) throws { try refuses(lie) }

    @Test("S23: the issuer is the one that is believed, and both extensions name it", arguments: Finding.issuers.lies)
    func issuers(lie: Lie) throws { try refuses(lie) }

    @Test("S40: a bundle has what its version demands, once, and nothing else", arguments: Finding.bundleRules.lies)
    func bundles(lie: Lie) throws { try refuses(lie) }

    @Test("S41: a bundle of a version that nobody has defined is refused", arguments: Finding.bundleVersion.lies)
    func versions(lie: Lie) throws { try refuses(lie) }

    @Test("S42: base64 has one form", arguments: Finding.encoding.lies)
    func encodings(lie: Lie) throws { try refuses(lie) }

    @Test(
        "S44: nobody counts before or after the time in which a trusted root believes them",
        arguments: Finding.trustedWindow.lies)
    func trust(lie: Lie) throws { try refuses(lie) }

    @Test("a lie about a signature by a key is refused likewise", arguments: Lie.allCases.filter(\.concernsKeys))
    func refusesByKey(lie: Lie) throws {
        var order = try #require(lie.orders.first)
        order.signer = .key(try PrivateKey.generate(.ecdsaP256))
        let material = try sigstore.sign(SigstoreLieTests.image, order, telling: lie)
        try expect(lie.verdict, of: material, order)
    }
}
