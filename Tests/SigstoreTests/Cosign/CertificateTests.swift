import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// Certificates of an organisation's own authority, which knows nothing of Fulcio.
@Suite struct CertificateTests {
    var image: PublishedImage
    var fields: CertificateFields
    private let holder = SimulatedIdentity(issuer: "", name: .email("release@acme.example"))

    init() throws {
        image = try PublishedImage()
        fields = try CertificateFields(image.sigstore)
    }

    private mutating func sign(
        _ identity: SimulatedIdentity? = nil, timestamped: Bool = true
    ) throws {
        let order = SigningOrder.signatureLayer(by: .keyless(identity ?? holder))
        image.signatureTag = .tagged([try image.layer(timestamped ? order.timestamped : order)])
    }

    private func refusal() throws -> Refusal? { try image.outcome(by: try fields.load()).violation }

    @Test("a signature by a certificate of one's own authority passes, and signer and root are named")
    mutating func passes() throws {
        try sign()
        let signers = try image.passes(by: try fields.load()).map(\.signer)
        #expect(signers == [.identity(issuer: "CN=sigstore,O=sigstore.example", subject: "release@acme.example")])
    }

    @Test(
        "the name may be a URI or a host, and a pattern may name it",
        arguments: [
            (GeneralName.uri("https://ci.acme.example/build/7"), "https://ci.acme.example/build/*"),
            (.dns("ci.acme.example"), "ci.acme.example"),
        ])
    mutating func names(name: GeneralName, pattern: String) throws {
        try sign(SimulatedIdentity(issuer: "", name: name))
        #expect(try refusal()?.reason == .identityUntrusted)
        fields.subjects = ["release@acme.example", pattern]
        #expect(try refusal() == nil)
    }

    @Test("another holder of the same authority is refused, with what was found and expected")
    mutating func otherHolder() throws {
        try sign(SimulatedIdentity(issuer: "", name: .email("somebody@acme.example")))
        let refusal = try #require(try refusal())
        #expect(refusal.reason == .identityUntrusted && refusal.found.contains("`somebody@acme.example`"))
        #expect(refusal.expected.contains("`release@acme.example` as its certificate has it"))
        #expect(refusal.cure?.contains("`subjects`") == true)
    }

    @Test("the same name from another authority is refused")
    mutating func otherAuthority() throws {
        image.sigstore.fulcio = try SimulatedFulcio(from: image.sigstore.start)
        try sign()
        let refusal = try #require(try refusal())
        #expect(refusal.reason == .certificateInvalid && refusal.cure?.contains("`roots`") == true)
    }

    @Test("an authority below the root may come from the policy or with the signature, and is needed")
    mutating func intermediate() throws {
        let whole = try image.layer(.signatureLayer(by: .keyless(holder)).timestamped)
        var bare = whole
        bare.annotations[SimulatedLayer.chainKey] = nil
        for (layer, intermediates, passes) in [
            (whole, nil, true), (bare, fields.intermediates, true), (bare, nil, false),
        ] {
            fields.intermediates = intermediates
            image.signatureTag = .tagged([layer])
            #expect(try refusal()?.reason == (passes ? nil : .certificateInvalid))
        }
    }

    @Test("without a timestamp nothing passes, whatever a log that is not asked says")
    mutating func noTimestamp() throws {
        try sign(timestamped: false)
        #expect(try refusal()?.reason == .timestampInvalid)
    }

    @Test("a timestamp of an authority that is not named is refused")
    mutating func otherTimestampAuthority() throws {
        image.sigstore.timestampAuthority = try SimulatedTimestampAuthority(from: image.sigstore.start)
        try sign()
        #expect(try refusal()?.reason == .timestampInvalid)
    }

    @Test("signed after the certificate had expired is refused, long-lived as the authority may be")
    mutating func expired() throws {
        let material = try image.sigstore.sign(
            image.manifest, .signatureLayer(by: .keyless(holder)).timestamped,
            telling: .certificate(.expired))
        image.signatureTag = .tagged([try #require(material.layer)])
        #expect(try refusal()?.reason == .certificateInvalid)
    }

    @Test("where a log is asked, its signed time is enough")
    mutating func log() throws {
        try sign(timestamped: false)
        fields.timestampAuthorities = nil
        fields.trustedRoot = try image.sigstore.trustedRoot.json.bytes
        let records = try image.passes(by: try fields.load()).map(\.records.count)
        #expect(records == [1])
        fields.trustedRoot = try SigstoreSimulator().trustedRoot.json.bytes
        #expect(try refusal()?.reason == .logEntryInvalid)
    }

    @Test("a certificate with two names is refused, and so is one without any")
    mutating func severalNames() throws {
        for lie in [Lie.certificate(.twoNames), .certificate(.noName)] {
            let order = SigningOrder.signatureLayer(by: .keyless(holder)).timestamped
            let material = try image.sigstore.sign(image.manifest, order, telling: lie)
            image.signatureTag = .tagged([try #require(material.layer)])
            #expect(try refusal()?.reason == .identityUntrusted)
        }
    }

    @Test("an issuer that a certificate of Fulcio names is not asked for, and its authority is not believed unasked")
    mutating func ofFulcio() throws {
        try sign(.person("release@acme.example"))
        #expect(try refusal() == nil)
        image.signatureTag = nil
        let keyless = try image.keyless().load()
        try sign()
        #expect(try image.outcome(by: keyless).violation?.reason == .identityUntrusted)
    }

    @Test("attestations pass by certificates too")
    mutating func attestation() throws {
        image.attestationTag = .tagged([try image.layer(.attestationLayer(by: .keyless(holder)).timestamped)])
        #expect(try image.passes(by: try fields.load(), for: .attestation).count == 1)
    }

    // MARK: Loading

    @Test("every mistake is told where it is written")
    func mistakes() throws {
        var wrong = fields
        wrong.roots = Array("hello".utf8)
        #expect(wrong.problems().first?.message.hasPrefix("`roots.pem` holds no certificates") == true)
        wrong = fields
        let leaf = image.sigstore.timestampAuthority.signer.pem
        wrong.roots = leaf
        #expect(
            wrong.problems().first?.message.contains("`roots.pem` holds a certificate that is no authority") == true)
        wrong = fields
        wrong.timestampAuthorities = nil
        #expect(wrong.problems().first?.message.hasPrefix("`timestampAuthorities` is missing") == true)
        wrong = fields
        wrong.subjects = ["a**"]
        #expect(wrong.problems().first?.message.hasPrefix("`subjects` is invalid") == true)
        wrong = fields
        wrong.subjects = (0...64).map { "s\($0)" }
        #expect(wrong.problems().map(\.message) == ["found 65 subjects, expected 1 to 64"])
        wrong = fields
        wrong.logField = nil
        #expect(wrong.problems().first?.message.hasPrefix("`transparencyLog` is missing") == true)
    }

    @Test("everything that may change a verdict changes the fingerprint, and nothing else does")
    func fingerprint() throws {
        var others = [fields, fields, fields, fields]
        others[0].subjects = ["b@acme.example"]
        others[1].intermediates = nil
        others[2].trustedRoot = try image.sigstore.trustedRoot.json.bytes
        others[3].roots = try SimulatedFulcio(from: image.sigstore.start).root.pem
        let fingerprints = try ([fields] + others).map { try $0.load().fingerprint }
        #expect(Set(fingerprints).count == fingerprints.count)
        var comment = fields
        comment.roots = Array("a comment\n".utf8) + fields.roots
        #expect(try comment.load().fingerprint == fingerprints[0])
    }
}

/// The fields of a `cosign` attestor with `certificates`, as the loader of policy documents hands them over.
struct CertificateFields {
    var roots: [UInt8]
    var intermediates: [UInt8]?
    var subjects = ["release@acme.example"]
    var timestampAuthorities: [UInt8]?
    /// Of `transparencyLog`; nil if no log is asked.
    var trustedRoot: [UInt8]?
    var logField: WrittenValue? = .text("notRequired")

    init(_ sigstore: SigstoreSimulator) throws {
        roots = sigstore.fulcio.root.pem
        intermediates = sigstore.fulcio.intermediate.pem
        timestampAuthorities = sigstore.timestampAuthority.chain.flatMap { pemBlock("CERTIFICATE", $0) }
    }

    var value: FieldValue {
        func files(_ path: String, _ pem: [UInt8]) -> WrittenValue { .list([.object([("file", .file(path, pem))])]) }
        var members: [(String, WrittenValue)] = [("roots", files("roots.pem", roots))]
        if let intermediates { members.append(("intermediates", files("intermediates.pem", intermediates))) }
        members.append(("subjects", .list(subjects.map(WrittenValue.text))))
        if let timestampAuthorities {
            members.append(("timestampAuthorities", files("tsa.pem", timestampAuthorities)))
        }
        var fields: [(String, WrittenValue)] = [("certificates", .object(members))]
        if let trustedRoot {
            let file = WrittenValue.object([("file", .file("trusted_root.json", trustedRoot))])
            fields.append(("transparencyLog", .object([("trustedRoot", file)])))
        } else if let logField {
            fields.append(("transparencyLog", logField))
        }
        var line = 0
        return WrittenValue.object(fields).placed(&line)
    }

    func load() throws -> any Attestor { try CosignFormat().load(value) }

    func problems() -> [FieldProblem] {
        do throws(FieldProblems) {
            _ = try CosignFormat().load(value)
            return []
        } catch {
            return error.problems
        }
    }
}
