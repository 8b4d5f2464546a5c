import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// Layers under cosign's tags with certificates and log entries, several ways at once, and how much evidence is asked for.
@Suite struct EvidenceTests {
    var image: PublishedImage

    init() throws { image = try PublishedImage() }

    @Test("a layer of the signature tag with certificate, chain and log entry passes, with a timestamp too")
    mutating func layers() throws {
        let attestor = try image.attestor()
        for order in [SigningOrder.signatureLayer(), .signatureLayer().timestamped] {
            image.signatureTag = .tagged([try image.layer(order)])
            let signature = try #require(try image.passes(by: attestor).first)
            #expect(signature.source == .tag(image.tagName(".sig")))
            #expect(signature.signedAt == image.sigstore.now + .seconds(2))
            #expect(signature.records.map(\.log) == ["rekor.example"])
        }
    }

    @Test("S46: an annotation that is changed, taken away or another layer's is no evidence")
    mutating func changedAnnotations() throws {
        let attestor = try image.attestor()
        let (layer, other) = (try image.layer(), try image.layer())
        for key in [
            SimulatedLayer.signatureKey, SimulatedLayer.certificateKey, SimulatedLayer.bundleKey,
        ] {
            for value in [nil, "x", other.annotations[key]] {
                var changed = layer
                changed.annotations[key] = value
                image.signatureTag = .tagged([changed])
                #expect(try image.outcome(by: attestor).violation != nil, "\(key) \(value ?? "absent")")
            }
        }
        // Annotations that say something else say nothing.
        var claiming = layer
        claiming.annotations["predicateType"] = "https://slsa.dev/provenance/v1"
        claiming.annotations["verified"] = "false"
        image.signatureTag = .tagged([claiming])
        #expect(try image.passes(by: attestor).count == 1)
    }

    @Test("signatures in several places are all judged, and each says where it was")
    mutating func severalWays() throws {
        let attestor = try image.attestor()
        let (bundle, layout) = (
            try image.bundle(), SignatureArtifact.referring(to: image.descriptor, "sig", [try image.layer()])
        )
        image.listed = [bundle, layout]
        image.signatureTag = .tagged([try image.layer()])
        let sources: Set<SignatureSource?> = [
            .referrer(bundle), .referrer(layout), .tag(image.tagName(".sig")),
        ]
        let passed = try image.passes(by: attestor)
        #expect(passed.count == 3 && Set(passed.map(\.source)) == sources && passed.signers.count == 1)
        // One that is broken takes nothing from the others.
        image.signatureTag = .tagged([try image.layer(.signatureLayer(by: .keyless(.person())))])
        #expect(try image.passes(by: attestor).count == 2)
    }

    @Test("signers of every identity that is believed are told apart")
    mutating func severalIdentities() throws {
        var fields = try image.keyless()
        fields.identities.append([
            ("issuer", .text("https://accounts.example.com")), ("subject", .text("builder@example.com")),
        ])
        image.listed = [
            try image.bundle(), try image.bundle(.bundle(by: .keyless(.person()))),
            try image.bundle(.bundle(by: .keyless(.person("other@example.com")))),
        ]
        let signers = try image.passes(by: try fields.load()).signers
        #expect(signers.count == 2)
        #expect(signers.contains(.identity(issuer: "https://accounts.example.com", subject: "builder@example.com")))
    }

    @Test("a signature by somebody else is refused, and says by whom it is")
    mutating func otherIdentity() throws {
        image.listed = [try image.bundle(.bundle(by: .keyless(.person())))]
        let refusal = try image.outcome(by: try image.attestor()).violation
        #expect(refusal?.reason == .identityUntrusted)
        #expect(refusal?.found.contains("`https://accounts.example.com`") == true)
        #expect(refusal?.expected.contains("release.yaml@refs/heads/main") == true)
    }

    @Test("S45: signatures in another repository count only for a policy that names it")
    mutating func otherRepository() throws {
        image.repository = try Repository(parsing: "signatures.example.com/all")
        image.listed = [try image.bundle()]
        image.signatureTag = .tagged([try image.layer()])
        #expect(try image.outcome(by: try image.attestor()).violation?.reason == .signatureMissing)
        var fields = try image.keyless()
        fields.others = [("repository", .text("signatures.example.com/all"))]
        #expect(try image.passes(by: try fields.load()).count == 2)
    }

    @Test("an exact name is never what a bundle was signed for, other rules take bundles as they are")
    mutating func namelessBundles() throws {
        image.listed = [try image.bundle()]
        var fields = try image.keyless()
        for (rule, passes) in [
            (WrittenValue.text("repository"), true), (.text("ignore"), true),
            (.object([("prefix", .text("registry.example.com")), ("signedPrefix", .text("vendor.example"))]), true),
            (.object([("exactRepository", .text("registry.example.com/team/app"))]), false),
            (.object([("exactReference", .text("registry.example.com/team/app:1"))]), false),
        ] {
            fields.others = [("identity", rule)]
            let outcome = try image.outcome(by: try fields.load())
            #expect((outcome.signers != nil) == passes)
            guard !passes else { continue }
            #expect(outcome.violation?.reason == .signatureForOtherRepository)
            #expect(outcome.violation?.found.hasPrefix("1 signature, by this identity but for no name") == true)
        }
        // What is attested is attested of a digest.
        image.listed = [try image.bundle(.bundle(predicateType: "https://spdx.dev/Document"))]
        #expect(try image.passes(by: try fields.load(), for: .attestation).count == 1)
    }
}

/// How many witnesses there have to be.
@Suite struct EvidenceThresholdTests {
    var image: PublishedImage
    var fields: KeylessFields

    init() throws {
        image = try PublishedImage()
        fields = try image.keyless()
    }

    /// Whether a bundle that was ordered so passes, and why it does not.
    private mutating func verdict(_ order: SigningOrder) throws -> ReasonCode? {
        image.listed = [try image.bundle(order)]
        let outcome = try image.outcome(by: try fields.load())
        return outcome.signers == nil ? try #require(outcome.violation?.reason) : nil
    }

    @Test("`transparencyLogs: 2` wants entries of two logs")
    mutating func twoLogs() throws {
        let both = SigningOrder.bundle().logged(as: .dsse, .hashedRekordV2)
        #expect(try verdict(.bundle()) == nil && verdict(both) == nil)
        fields.evidence = [("transparencyLogs", .integer(2))]
        #expect(try verdict(both) == nil)
        #expect(try verdict(.bundle()) == .logEntryInvalid)
    }

    @Test("`timestamps: 1` wants a timestamp")
    mutating func timestamps() throws {
        fields.evidence = [("timestamps", .integer(1))]
        #expect(try verdict(.bundle().timestamped) == nil)
        #expect(try verdict(.bundle()) == .timestampInvalid)
    }

    @Test("`transparencyLogs: 0` takes signatures that no log has, if an authority proves their time")
    mutating func noLog() throws {
        var unlogged = SigningOrder.bundle(version: .v01).timestamped
        unlogged.entries = []
        #expect(try verdict(unlogged) == .logEntryInvalid)
        fields.evidence = [("transparencyLogs", .integer(0)), ("timestamps", .integer(1))]
        #expect(try verdict(unlogged) == nil)
        image.listed = [try image.bundle(unlogged)]
        let signature = try #require(try image.passes(by: try fields.load()).first)
        #expect(signature.records.isEmpty && signature.signedAt == image.sigstore.now + .seconds(3))
    }

    @Test("`certificateLogs: 0` takes certificates that no certificate log has promised to publish")
    mutating func noCertificateLog() throws {
        let strangers = try SigstoreSimulator().trustedRoot.json["ctlogs"]
        fields.trustedRoot["ctlogs"] = strangers
        #expect(try verdict(.bundle()) == .certificateInvalid)
        fields.evidence = [("certificateLogs", .integer(0))]
        #expect(try verdict(.bundle()) == nil)
    }

    @Test("`trustedRoot` decides who is believed")
    mutating func otherRoot() throws {
        #expect(try verdict(.bundle()) == nil)
        for name in ["tlogs", "certificateAuthorities", "ctlogs"] {
            var changed = try image.keyless()
            changed.trustedRoot[name] = try SigstoreSimulator().trustedRoot.json[name]
            fields = changed
            #expect(try verdict(.bundle()) != nil, "\(name)")
        }
    }

    @Test("of what is not asked for nothing spoils a signature by a key, and nothing of it is told")
    mutating func keysWithoutLog() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let attestor = try attestor(believing: key)
        var layer = try image.layer(.signatureLayer(by: .key(key)).timestamped)
        for annotation in [SimulatedLayer.bundleKey, SimulatedLayer.timestampKey] {
            layer.annotations[annotation] = "x"
        }
        image.signatureTag = .tagged([layer])
        image.listed = [
            try image.bundle(.bundle(by: .key(key)).timestamped), try image.bundle(.message(by: .key(key))),
        ]
        let passed = try image.passes(by: attestor)
        #expect(passed.count == 3)
        #expect(passed.allSatisfy { $0.signedAt == nil && $0.records.isEmpty })
    }

    @Test("keys with a log take what the log has, and nothing else")
    mutating func keysWithLog() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        var keys = try PolicyFields([key])
        keys.transparencyLog = log()
        image.signatureTag = .tagged([try image.layer(.signatureLayer(by: .key(key)))])
        image.listed = [try image.bundle(.bundle(by: .key(key)))]
        let passed = try image.passes(by: try keys.load())
        #expect(passed.count == 2 && passed.signers == [.key(fingerprint: key.publicKey.fingerprint)])
        #expect(passed.allSatisfy { $0.records.count == 1 && $0.signedAt != nil })
        // Unlogged it is genuine, and not enough.
        var layer = try image.layer(.signatureLayer(by: .key(key)))
        layer.annotations[SimulatedLayer.bundleKey] = nil
        image.signatureTag = .tagged([layer])
        image.listed = nil
        #expect(try image.outcome(by: try keys.load()).violation?.reason == .logEntryInvalid)
        keys.transparencyLog = .text("notRequired")
        #expect(try image.passes(by: try keys.load()).count == 1)
    }

    @Test("`evidence` of keys counts: two logs, or a timestamp")
    mutating func keysWithEvidence() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        var keys = try PolicyFields([key])
        let once = try image.bundle(.bundle(by: .key(key)))
        for (evidence, order) in [
            ("transparencyLogs", SigningOrder.bundle(by: .key(key)).logged(as: .dsse, .hashedRekordV2)),
            ("timestamps", .bundle(by: .key(key)).timestamped),
        ] {
            keys.transparencyLog = log(evidence: [(evidence, .integer(evidence == "timestamps" ? 1 : 2))])
            image.listed = [once]
            #expect(try image.outcome(by: try keys.load()).violation != nil, "\(evidence)")
            image.listed = [try image.bundle(order)]
            #expect(try image.passes(by: try keys.load()).count == 1, "\(evidence)")
        }
    }

    private func log(evidence: [(String, WrittenValue)]? = nil) -> FieldValue.Content {
        var members: [(String, WrittenValue)] = [
            ("trustedRoot", .object([("file", .file("trusted_root.json", fields.trustedRoot.bytes))]))
        ]
        if let evidence { members.append(("evidence", .object(evidence))) }
        var line = 50
        return WrittenValue.object(members).placed(&line).content
    }
}
