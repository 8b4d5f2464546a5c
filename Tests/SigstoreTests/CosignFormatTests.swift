import Cryptography
import OCI
import Sigstore
import Testing
import Trust

@Suite struct CosignFormatTests {
    let key: PrivateKey
    var fields: PolicyFields

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256)
        fields = try PolicyFields([key])
    }

    private func problems() -> [FieldProblem] {
        do throws(FieldProblems) {
            _ = try CosignFormat().load(fields.value)
            return []
        } catch {
            return error.problems
        }
    }

    @Test("every field has a summary, and whom to believe is said by `keys`, `keyless` or `certificates`")
    func description() {
        let format = CosignFormat()
        #expect(format.name == "cosign" && !format.summary.isEmpty)
        #expect(
            format.fields.fields.map(\.name) == [
                "keys", "transparencyLog", "keyless", "certificates", "repository", "identity", "subject",
            ])
        #expect(format.fields.exactlyOneOf == [["keys", "keyless", "certificates"]])
        #expect(format.fields.fields.allSatisfy { !$0.summary.isEmpty && !$0.summary.hasSuffix(".") })
    }

    @Test("the least that has to be written loads")
    func loads() {
        #expect(problems().isEmpty)
    }

    @Test("no key is an error")
    mutating func noKeys() {
        fields.keys = []
        #expect(problems().map(\.position.line) == [9])
        #expect(throws: FieldProblems.self) {
            try CosignFormat().load(FieldValue(.object([]), at: SourcePosition(file: "a.yaml", line: 1, column: 1)))
        }
    }

    @Test("S27: every key is a file that is read with the policies, so no key service can be out of reach later")
    func keysAreFiles() throws {
        let keys = try #require(CosignFormat().fields.fields.first { $0.name == "keys" })
        guard case .list(.object(let key)) = keys.type, let file = key.fields.first(where: { $0.name == "file" }),
            case .file = file.type
        else {
            Issue.record("keys are no files")
            return
        }
        #expect(file.isRequired)
    }

    @Test("more keys than the bound are an error")
    mutating func tooManyKeys() throws {
        let pem = try key.publicKeyPEM
        fields.keys = (0..<17).map { ("\($0).pub", pem) }
        #expect(problems().map(\.message) == ["found 17 keys, expected 1 to 16 in `keys`"])
    }

    @Test("attack 8: the same key in two files is an error that names the first")
    mutating func sameKeyTwice() throws {
        fields.keys = [("a.pub", try key.publicKeyPEM), ("b.pub", try key.publicKeyPEM + [0x0a])]
        #expect(problems().map(\.message) == ["`b.pub` holds the same key as `a.pub`: remove one of them"])
        #expect(problems().map(\.position.line) == [11])
    }

    @Test("every unreadable key is reported, each at its place, and a private key is named as one")
    mutating func unreadableKeys() throws {
        fields.keys = [
            ("a.pub", Array("hello".utf8)), ("b.pub", try key.publicKeyPEM), ("release.key", try key.privateKeyPEM),
        ]
        let problems = problems()
        #expect(problems.map(\.position.line) == [10, 12])
        #expect(problems.last?.message.hasPrefix("`release.key`: found a private key, expected a public key") == true)
    }

    @Test("that no transparency log is asked for has to be written")
    mutating func transparencyLogAbsent() {
        fields.transparencyLog = nil
        #expect(problems().map(\.position.line) == [5])
        #expect(problems().first?.message.contains("write `{trustedRoot: {file: …}}`, or `notRequired`") == true)
    }

    @Test("a transparency log that is asked for in other words is an error, not taken for none")
    mutating func transparencyLogInvalid() {
        for other in [.text("required"), .text(""), .text("notrequired"), .boolean(false)] as [FieldValue.Content] {
            fields.transparencyLog = other
            #expect(problems().map(\.position.line) == [30])
            #expect(problems().first?.message == "expected `trustedRoot` with `file` or `tuf`")
        }
    }

    @Test("a repository that is none is an error", arguments: ["", "Team/App", "registry.example.com/app:1", "a b"])
    mutating func repositoryInvalid(text: String) {
        fields.repository = text
        #expect(problems().map(\.position.line) == [31])
    }

    @Test("an unknown rule for the identity is an error", arguments: ["", "exact", "Ignore", "repository "])
    mutating func identityInvalid(text: String) {
        fields.identity = text
        #expect(problems().map(\.message) == ["expected `repository` or `ignore` in `identity`"])
    }

    @Test(
        "a name that signatures must be for and that is none is an error where it stands",
        arguments: [
            ("exactRepository", "registry.example.com/team/app:1"), ("exactRepository", "Team/App"),
            ("exactReference", "registry.example.com/team/app"), ("exactReference", "nginx"),
            ("exactReference", "Team/App:1"), ("exactReference", ""),
        ])
    mutating func signedNameInvalid(field: String, text: String) {
        fields.identityFields = [(field, text)]
        #expect(problems().map(\.position.line) == [40])
        #expect(problems().first?.message.hasPrefix("`\(field)` ") == true)
    }

    @Test(
        "a prefix that is no registry is an error where it stands",
        arguments: ["", "team", "nginx/app", "registry.example.com/", "registry.example.com/app:1", "a b.example"])
    mutating func prefixInvalid(text: String) {
        fields.identityFields = [("prefix", text), ("signedPrefix", "vendor.example")]
        #expect(problems().map(\.position.line) == [40])
        fields.identityFields = [("prefix", "mirror.example"), ("signedPrefix", text)]
        #expect(problems().map(\.position.line) == [41])
    }
}

/// Each field is there to change a verdict.
@Suite struct CosignFormatMeaningTests {
    let key: PrivateKey
    var fields: PolicyFields
    var image: SignedImage

    init() throws {
        key = try PrivateKey.generate(.ecdsaP256)
        fields = try PolicyFields([key])
        image = try SignedImage()
    }

    @Test("`keys` decides who is believed")
    mutating func keys() throws {
        try image.sign(with: key)
        #expect(image.outcome(by: try fields.load()).signers?.count == 1)
        fields = try PolicyFields([PrivateKey.generate(.ecdsaP256)])
        #expect(image.outcome(by: try fields.load()).violation?.reason == .signatureInvalid)
    }

    @Test("S03: `identity: ignore` accepts what was signed for another repository, nothing and `repository` do not")
    mutating func identity() throws {
        try image.sign(with: key, payload: image.payload(reference: "registry.example.com/staging/app"))
        for (rule, isAccepted) in [(nil, false), ("repository", false), ("ignore", true)] as [(String?, Bool)] {
            fields.identity = rule
            #expect((image.outcome(by: try fields.load()).signers != nil) == isAccepted, "\(rule ?? "default")")
        }
    }

    /// Whether a signature for `reference` is accepted under the rule, for an image in `registry.example.com/team/app`.
    private func isAccepted(signedAs reference: String, _ rule: (name: String, text: String)...) throws -> Bool {
        var image = image
        var fields = fields
        fields.identityFields = rule
        try image.sign(with: key, payload: image.payload(reference: reference))
        let outcome = image.outcome(by: try fields.load())
        if outcome.signers == nil { #expect(outcome.violation?.reason == .signatureForOtherRepository) }
        return outcome.signers != nil
    }

    @Test("`exactRepository` accepts what was signed for that repository, with any tag, and nothing else")
    func exactRepository() throws {
        let rule = ("exactRepository", "vendor.example/app")
        #expect(try isAccepted(signedAs: "vendor.example/app", rule))
        #expect(try isAccepted(signedAs: "vendor.example/app:1.0", rule))
        #expect(try isAccepted(signedAs: "Vendor.example:443/app", rule))
        for other in ["registry.example.com/team/app", "vendor.example/app2", "vendor.example/team/app", "app", ""] {
            #expect(try !isAccepted(signedAs: other, rule), "\(other)")
        }
    }

    @Test("`exactReference` accepts what was signed with that tag or digest, and nothing else")
    mutating func exactReference() throws {
        let rule = ("exactReference", "registry.example.com/team/app:1.0")
        #expect(try isAccepted(signedAs: "registry.example.com/team/app:1.0", rule))
        for other in [
            "registry.example.com/team/app", "registry.example.com/team/app:1.1", "registry.example.com/team/app2:1.0",
            "registry.example.com/team/app:1.0@\(image.subject.digest)",
            "registry.example.com/team/app@\(image.subject.digest)",
        ] {
            #expect(try !isAccepted(signedAs: other, rule), "\(other)")
        }
        let byDigest = "vendor.example/app@\(image.subject.digest)"
        #expect(try isAccepted(signedAs: byDigest, ("exactReference", byDigest)))
        #expect(try !isAccepted(signedAs: "vendor.example/app:1.0", ("exactReference", byDigest)))
        #expect(try isAccepted(signedAs: "nginx:latest", ("exactReference", "docker.io/library/nginx:latest")))
        #expect(try !isAccepted(signedAs: "nginx", ("exactReference", "docker.io/library/nginx:latest")))
    }

    @Test("`prefix` and `signedPrefix` accept a copy under the name that it was copied from, and nothing else")
    func movedPrefix() throws {
        func isAccepted(_ reference: String, _ prefix: String, _ signedPrefix: String) throws -> Bool {
            try self.isAccepted(signedAs: reference, ("prefix", prefix), ("signedPrefix", signedPrefix))
        }
        let own = "registry.example.com/team/app"
        #expect(try isAccepted("vendor.example/team/app:1.0", "registry.example.com", "vendor.example"))
        #expect(try isAccepted("vendor.example/a/b/app", "registry.example.com/team", "vendor.example/a/b"))
        #expect(try isAccepted("vendor.example/app", own, "vendor.example/app"))
        #expect(try isAccepted("team/app", "registry.example.com", "docker.io"))
        // The image is no copy: it is signed under its own name.
        for prefix in ["other.example", "registry.example.com:5000", "registry.example.com/tea", "\(own)/below"] {
            #expect(try isAccepted(own, prefix, "vendor.example"), "\(prefix)")
            #expect(try !isAccepted("vendor.example/team/app", prefix, "vendor.example"), "\(prefix)")
        }
        // It is one: under its own name it is not signed, nor under any other.
        for other in [own, "vendor.example/app", "vendor.example/team/app2", "vendor.example.com/team/app"] {
            #expect(try !isAccepted(other, "registry.example.com", "vendor.example"), "\(other)")
        }
        // Moved there it has no name, so nothing can be signed for it.
        for nothing in ["vendor.example", own, "docker.io/library/app", "app"] {
            #expect(try !isAccepted(nothing, own, "vendor.example"), "\(nothing)")
            #expect(try !isAccepted(nothing, "registry.example.com/team", "docker.io"), "\(nothing)")
        }
    }

    @Test("a refusal says which name was wanted")
    mutating func wantedName() throws {
        try image.sign(with: key, payload: image.payload(reference: "vendor.example/app"))
        for (name, value, wanted) in [
            ("exactRepository", "vendor.example/other", "vendor.example/other"),
            ("exactReference", "vendor.example/app:2", "vendor.example/app:2"),
            ("prefix", "registry.example.com/team", "vendor.example/x/app"),
        ] {
            fields.identityFields = [(name, value)]
            if name == "prefix" { fields.identityFields.append(("signedPrefix", "vendor.example/x")) }
            let refusal = image.outcome(by: try fields.load()).violation
            #expect(refusal?.found == "1 signature, by this key but for `vendor.example/app` and not `\(wanted)`")
            #expect(refusal?.cure == "sign the image as `\(wanted)`, or correct `identity` of the attestor")
        }
    }

    @Test("`identity: ignore` still wants the image's own digest")
    mutating func identityIgnored() throws {
        fields.identity = "ignore"
        try image.sign(with: key, payload: image.payload(digest: "sha256:00"))
        #expect(image.outcome(by: try fields.load()).violation?.reason == .signatureForOtherImage)
    }

    @Test("`repository` decides where signatures are looked for, and only there")
    mutating func repository() throws {
        try image.sign(with: key)
        image.signatureRepository = try Repository(parsing: "signatures.example.com/all")
        #expect(image.outcome(by: try fields.load()).violation?.reason == .signatureMissing)
        fields.repository = "signatures.example.com/all"
        #expect(image.outcome(by: try fields.load()).signers?.count == 1)
        image.signatureRepository = image.subject.repository
        #expect(image.outcome(by: try fields.load()).violation?.reason == .signatureMissing)
    }

    @Test("a fingerprint tells attestors apart by whatever can change a verdict, and by nothing else")
    mutating func fingerprint() throws {
        let other = try PrivateKey.generate(.ecdsaP256)
        var variants = [fields, fields, fields, try PolicyFields([other]), try PolicyFields([key, other])]
        variants[1].identity = "ignore"
        variants[2].repository = "signatures.example.com/all"
        for rule in [
            [("exactRepository", "a.example/b")], [("exactReference", "a.example/b:c")],
            [("prefix", "a.example"), ("signedPrefix", "b.example")],
            [("prefix", "b.example"), ("signedPrefix", "a.example")],
        ] as [[(name: String, text: String)]] {
            var variant = fields
            variant.identityFields = rule
            variants.append(variant)
        }
        #expect(Set(try variants.map { try $0.load().fingerprint }).count == variants.count)

        fields.identity = "repository"
        fields.keys[0].path = "another/path.pub"
        #expect(try fields.load().fingerprint == variants[0].load().fingerprint)
        #expect(try PolicyFields([other, key]).load().fingerprint == variants[4].load().fingerprint)
    }
}
