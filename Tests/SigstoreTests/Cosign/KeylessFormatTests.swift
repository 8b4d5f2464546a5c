import Cryptography
import OCI
import Sigstore
import TestSupport
import Testing
import Trust

/// Mistakes in `keyless`, each told where it stands.
@Suite struct KeylessFormatTests {
    var fields: KeylessFields

    init() throws { fields = try PublishedImage().keyless() }

    private var keyless: FieldValue? { fields.value["keyless"] }
    private var identity: FieldValue? { keyless?["identities"]?.elements.first }

    private func isRefused(_ message: String, at value: FieldValue?) throws {
        let problems = fields.problems()
        #expect(problems.map(\.message) == [message])
        #expect(problems.map(\.position) == [try #require(value).position])
    }

    @Test("the least that has to be written loads")
    func loads() {
        #expect(fields.problems().isEmpty)
    }

    @Test("a trusted root that is none is an error that says what is wrong with it")
    mutating func trustedRoot() throws {
        fields.trustedRoot = ["mediaType": "none"]
        let problems = fields.problems()
        #expect(problems.map(\.position) == [try #require(keyless?["trustedRoot"]?["file"]).position])
        #expect(problems.first?.message.hasPrefix("`trusted_root.json` is no trusted root: ") == true)
        #expect(problems.first?.message.contains("`none`") == true)
    }

    @Test("a trusted root by which nothing could pass is an error")
    mutating func insufficientRoot() throws {
        let whole = fields.trustedRoot
        fields.trustedRoot["certificateAuthorities"] = []
        try isRefused("the trusted root has no certificate authority", at: keyless?["trustedRoot"])
        for (list, name) in [("tlogs", "transparencyLogs"), ("ctlogs", "certificateLogs")] {
            fields.trustedRoot = whole
            fields.trustedRoot[list] = []
            try isRefused(
                "`\(name)` asks for 1, and the trusted root has 0 of different operators", at: keyless?["trustedRoot"])
        }
        fields.trustedRoot = whole
        fields.evidence = [("timestamps", .integer(2))]
        try isRefused(
            "`timestamps` asks for 2, and the trusted root has 1 of different operators", at: keyless?["evidence"])
    }

    @Test("attack 8: logs of one operator are one witness")
    mutating func operators() throws {
        fields.evidence = [("transparencyLogs", .integer(2))]
        #expect(fields.problems().isEmpty)
        for index in 0...1 { fields.trustedRoot["tlogs"]?[index]?["operator"] = "one.example" }
        try isRefused(
            "`transparencyLogs` asks for 2, and the trusted root has 1 of different operators", at: keyless?["evidence"]
        )
    }

    @Test("attack 8: one key under two names is one witness")
    mutating func oneKey() throws {
        let sigstore = try SigstoreSimulator()
        let rekor = sigstore.rekorV2
        var root = try sigstore.trustedRoot
        var log = root.transparencyLogs[1]
        root.transparencyLogs = [log]
        (log.baseURL, log.id) = (
            "https://other.example", try NoteSigner.longKeyID(rekor.key, name: "other.example", type: 1)
        )
        root.transparencyLogs.append(log)
        fields.trustedRoot = root.json
        fields.evidence = [("transparencyLogs", .integer(2))]
        #expect(
            fields.problems().map(\.message) == [
                "`transparencyLogs` asks for 2, and the trusted root has 1 of different operators"
            ])
        fields.evidence = [("transparencyLogs", .integer(1))]
        #expect(fields.problems().isEmpty)
    }

    @Test("evidence that proves no time is an error")
    mutating func noTime() throws {
        fields.evidence = [("transparencyLogs", .integer(0))]
        try isRefused(
            "`evidence` proves no time: at least one of `transparencyLogs` and `timestamps` must be above 0",
            at: keyless?["evidence"])
        fields.evidence?.append(("timestamps", .integer(1)))
        #expect(fields.problems().isEmpty)
    }

    @Test("the description has a bound for every number, and a summary for every field")
    func description() throws {
        let keyless = try #require(CosignFormat().fields["keyless"])
        var names: [String] = []
        func visit(_ field: Field) {
            names.append(field.name)
            #expect(!field.summary.isEmpty && !field.summary.hasSuffix("."), "\(field.name)")
            var type = field.type
            if case .list(let element) = type { type = element }
            if case .object(let object) = type { object.fields.forEach(visit) }
            if case .integer(let range) = type { #expect(range == 0...8) }
        }
        visit(keyless)
        #expect(
            names == [
                "keyless", "trustedRoot", "file", "tuf", "mirror", "root", "target", "identities", "issuer",
                "issuerRegex",
                "subject", "subjectRegex", "extensions", "github", "owner", "workflow", "refs", "runner", "evidence",
                "transparencyLogs", "timestamps", "certificateLogs",
            ])
    }

    @Test("attack 10: no identity, or more than the bound, is an error")
    mutating func identities() throws {
        fields.identities = []
        try isRefused("found 0 identities, expected 1 to 64 in `identities`", at: keyless?["identities"])
        fields.identities = Array(repeating: KeylessFields.workflow, count: 65)
        try isRefused("found 65 identities, expected 1 to 64 in `identities`", at: keyless?["identities"])
        fields.identities = Array(repeating: KeylessFields.workflow, count: 64)
        #expect(fields.problems().isEmpty)
    }

    @Test("attack 10: a subject needs the issuer that calls it so, said in one way")
    mutating func issuer() throws {
        let message = "expected one of `issuer` and `issuerRegex`: the same subject by another issuer is somebody else"
        fields.identities = [[("subject", .text("a@b.example"))]]
        try isRefused(message, at: identity)
        fields.identities[0] += [("issuer", .text("https://a.example")), ("issuerRegex", .text("https://a.example"))]
        try isRefused(message, at: identity)
    }

    @Test(
        "a pattern or an expression that is none is an error where it stands",
        arguments: [
            ("issuer", "https://**"), ("subject", "a**b"), ("issuerRegex", "("), ("subjectRegex", "[a"),
            ("subjectRegex", "(?=a)b"), ("subjectRegex", #"(a)\1"#),
        ])
    mutating func patterns(name: String, text: String) throws {
        let other =
            name.hasPrefix("issuer") ? ("subject", WrittenValue.text("a")) : ("issuer", .text("https://a.example"))
        fields.identities = [[other, (name, .text(text))]]
        let problems = fields.problems()
        #expect(problems.map(\.position) == [try #require(identity?[name]).position])
        #expect(problems.first?.message.hasPrefix("`\(name)` is invalid: ") == true)
    }

    @Test("every extension that does not exist or has no pattern is told, with the nearest that does")
    mutating func extensions() throws {
        fields.identities[0].append(
            (
                "extensions",
                .dictionary([
                    ("sourceRepositoryUri", "https://github.com/acme/app"), ("colour", "blue"), ("buildTrigger", ""),
                ])
            ))
        let problems = fields.problems()
        let entries = try #require(identity?["extensions"]).entries
        #expect(
            problems.map(\.position) == [entries[0].key.position, entries[1].key.position, entries[2].value.position])
        #expect(
            problems.first?.message
                == "there is no extension `sourceRepositoryUri`, did you mean `sourceRepositoryURI`?")
        #expect(problems.last?.message.hasPrefix("`buildTrigger` is invalid: ") == true)
    }

    @Test("mistakes of several identities are told together")
    mutating func several() throws {
        fields.identities = [[("subject", .text("a"))], KeylessFields.workflow, [("subject", .text("b"))]]
        let elements = try #require(keyless?["identities"]).elements
        #expect(fields.problems().map(\.position) == [elements[0].position, elements[2].position])
    }

    @Test("S25: an identity that anybody has is an error, and one that says something is not")
    mutating func anybody() throws {
        for (issuer, subject) in [
            (("issuerRegex", ".*"), ("subjectRegex", ".*")), (("issuerRegex", "https://.*"), ("subjectRegex", ".+")),
        ] {
            fields.identities = [[(issuer.0, .text(issuer.1)), (subject.0, .text(subject.1))]]
            try isRefused(
                "every issuer and every subject is accepted, so anybody could sign: write whose signatures are believed",
                at: identity)
            fields.identities[0].append(("extensions", .dictionary([("runnerEnvironment", "github-hosted")])))
            #expect(fields.problems().isEmpty)
        }
        fields.identities = [[("issuer", .text("https://a.example")), ("subjectRegex", .text(".*"))]]
        #expect(fields.problems().isEmpty)
    }

    @Test("`github` says issuer and extensions already")
    mutating func githubBeside() throws {
        for (name, value) in [
            ("issuer", WrittenValue.text("https://a.example")), ("issuerRegex", .text("https://a.example")),
            ("extensions", .dictionary([("buildTrigger", "push")])),
        ] {
            fields.identities = [[("github", .object([("owner", .text("acme"))])), (name, value)]]
            try isRefused("`\(name)` beside `github`, which says it already: remove one of them", at: identity?[name])
        }
    }

    @Test(
        "what GitHub does not have is an error where it stands",
        arguments: [
            ("owner", "acme/app", "owner"), ("owner", "https://github.com/acme", "owner"),
            ("workflow", "release.yaml", "workflow"), ("workflow", "acme/app/.github/workflows/a b.yml", "workflow"),
            ("workflow", "acme/app/.github/workflows/release.yml@refs/heads/main", "workflow"),
            ("runner", "any", "runner"),
        ])
    mutating func github(name: String, text: String, noun: String) throws {
        var github: [(String, WrittenValue)] = [(name, .text(text))]
        if name != "owner" { github.append(("owner", .text("acme"))) }
        fields.identities = [[("github", .object(github))]]
        let problems = fields.problems()
        #expect(problems.map(\.position) == [try #require(identity?["github"]?[name]).position])
        #expect(problems.first?.message.hasPrefix("`\(text)` is no \(noun), expected ") == true)
    }

    @Test(
        "a ref that is none is an error at that very ref",
        arguments: ["main", "refs", "refs/heads/**", "refs/heads/a b"])
    mutating func refs(text: String) throws {
        fields.identities = [
            [
                (
                    "github",
                    .object([("owner", .text("acme")), ("refs", .list([.text("refs/heads/main"), .text(text)]))])
                )
            ]
        ]
        let problems = fields.problems()
        #expect(problems.map(\.position) == [try #require(identity?["github"]?["refs"]?.elements.last).position])
        #expect(problems.first?.message.hasPrefix("`\(text)` is no ref, expected ") == true)
    }

    @Test("`transparencyLog` goes with keys alone")
    mutating func transparencyLog() throws {
        fields.others = [("transparencyLog", .text("notRequired"))]
        try isRefused(
            "`transparencyLog` goes with `keys` and `certificates`; what `keyless` asks of logs is its `evidence`",
            at: fields.value["transparencyLog"])
    }

    @Test("neither keys nor identities is an error")
    func neither() {
        #expect(throws: FieldProblems.self) {
            try CosignFormat().load(FieldValue(.object([]), at: SourcePosition(file: "a.yaml", line: 1, column: 1)))
        }
    }
}

/// Each field is there to change a verdict.
@Suite struct KeylessMeaningTests {
    var image: PublishedImage
    var fields: KeylessFields

    init() throws {
        image = try PublishedImage()
        image.listed = [try image.bundle()]
        fields = try image.keyless()
    }

    private func passes(_ identity: [(String, WrittenValue)]...) throws -> Bool {
        var fields = fields
        fields.identities = identity
        let outcome = try image.outcome(by: try fields.load())
        if outcome.signers == nil { #expect(outcome.violation?.reason == .identityUntrusted) }
        return outcome.signers != nil
    }

    private let issuer = ("issuer", WrittenValue.text("https://token.actions.githubusercontent.com"))
    private let subject = (
        "subject", WrittenValue.text("https://github.com/acme/app/.github/workflows/release.yaml@refs/heads/main")
    )

    @Test("`issuer` and `issuerRegex` decide whose word counts, all of it")
    func issuers() throws {
        #expect(try passes([issuer, subject]))
        for (name, text, isBelieved) in [
            ("issuer", "https://*.actions.githubusercontent.com", true), ("issuer", "https://*", true),
            ("issuer", "https://gitlab.example", false),
            ("issuer", "https://token.actions.githubusercontent.com/", false),
            ("issuer", "HTTPS://token.actions.githubusercontent.com", false),
            ("issuerRegex", #"https://token\.actions\.[a-z]+\.com"#, true), ("issuerRegex", "token", false),
        ] {
            #expect(try passes([(name, .text(text)), subject]) == isBelieved, "\(name) \(text)")
        }
    }

    @Test("`subject` and `subjectRegex` decide who is believed, all of it")
    func subjects() throws {
        for (name, text, isBelieved) in [
            ("subject", "https://github.com/acme/*/.github/workflows/release.yaml@refs/heads/*", true),
            ("subject", "https://github.com/*/release.yaml@refs/heads/main", false),
            ("subject", "https://github.com/acme/app/.github/workflows/release.yaml", false),
            ("subjectRegex", #"https://github\.com/acme/app/.*"#, true),
            ("subjectRegex", #"https://github\.com/acme/app"#, false), ("subjectRegex", "acme", false),
        ] {
            #expect(try passes([issuer, (name, .text(text))]) == isBelieved, "\(name) \(text)")
        }
    }

    @Test("attack 10: any one identity is enough, and each has to hold as a whole")
    func severalIdentities() throws {
        let other: [(String, WrittenValue)] = [("issuer", .text("https://a.example")), ("subject", .text("a"))]
        #expect(try passes(other, [issuer, subject]))
        #expect(try !passes(other, [issuer, other[1]], [other[0], subject]))
    }

    @Test("every extension decides")
    func extensions() throws {
        for name in [
            "githubWorkflowTrigger", "githubWorkflowSHA", "githubWorkflowName", "githubWorkflowRepository",
            "githubWorkflowRef", "buildSignerURI", "buildSignerDigest", "runnerEnvironment", "sourceRepositoryURI",
            "sourceRepositoryDigest", "sourceRepositoryRef", "sourceRepositoryIdentifier", "sourceRepositoryOwnerURI",
            "sourceRepositoryOwnerIdentifier", "buildConfigURI", "buildConfigDigest", "buildTrigger",
            "runInvocationURI", "sourceRepositoryVisibilityAtSigning", "deploymentEnvironment", "tokenSubject",
        ] {
            let number = try #require(FulcioExtension(rawValue: name)).number
            let value = try #require(SimulatedIdentity.githubWorkflow().claims[number])
            func passes(_ text: String) throws -> Bool {
                try self.passes([issuer, subject, ("extensions", .dictionary([(name, text)]))])
            }
            #expect(try passes(value), "\(name)")
            #expect(try !passes(value + "x") && !passes(String(value.dropLast())), "\(name)")
        }
        #expect(
            try !passes([
                issuer, subject,
                ("extensions", .dictionary([("buildTrigger", "push"), ("runnerEnvironment", "self-hosted")])),
            ]))
    }

    @Test("every field of `github` decides")
    func github() throws {
        func passes(_ changes: (String, WrittenValue)...) throws -> Bool {
            var github: [(String, WrittenValue)] = changes
            if !changes.contains(where: { $0.0 == "owner" }) { github.append(("owner", .text("acme"))) }
            return try self.passes([("github", .object(github))])
        }
        #expect(try passes())
        #expect(try !passes(("owner", .text("evil"))) && !passes(("owner", .text("Acme"))))
        #expect(try passes(("workflow", .text("acme/app/.github/workflows/release.yaml"))))
        #expect(try !passes(("workflow", .text("acme/app/.github/workflows/other.yaml"))))
        #expect(try passes(("refs", .list([.text("refs/tags/*"), .text("refs/heads/*")]))))
        #expect(try !passes(("refs", .list([.text("refs/tags/*")]))))
        #expect(try passes(("runner", .text("github-hosted"))))
        #expect(try !passes(("runner", .text("self-hosted"))))
    }

    @Test("a fingerprint tells attestors apart by whatever can change a verdict, and by nothing else")
    mutating func fingerprint() throws {
        var variants = [fields]
        func add(_ change: (inout KeylessFields) throws -> Void) rethrows {
            var variant = fields
            try change(&variant)
            variants.append(variant)
        }
        try add { $0.trustedRoot = try SigstoreSimulator().trustedRoot.json }
        for (name, value) in [("transparencyLogs", 2), ("timestamps", 1), ("certificateLogs", 0)] {
            add { $0.evidence = [(name, .integer(value))] }
        }
        add { $0.others = [("repository", .text("signatures.example.com/all"))] }
        add { $0.others = [("identity", .text("ignore"))] }
        let identities: [[(String, WrittenValue)]] = [
            [issuer, ("subject", .text("a"))], [issuer, ("subject", .text("a*"))],
            [issuer, ("subjectRegex", .text("a"))], [issuer, ("subjectRegex", .text("a*"))],
            [("issuer", .text("https://a.example")), subject], [("issuerRegex", .text("https://a.example")), subject],
            [issuer, ("subject", .text("a\n\nbuildTrigger\n= b"))],
            [issuer, ("subject", .text("a")), ("extensions", .dictionary([("buildTrigger", "b")]))],
            [issuer, ("subject", .text("a")), ("extensions", .dictionary([("buildConfigURI", "b")]))],
            [("github", .object([("owner", .text("acme"))]))],
            [("github", .object([("owner", .text("acme")), ("runner", .text("self-hosted"))]))],
            [("github", .object([("owner", .text("acme")), ("refs", .list([.text("refs/heads/main")]))]))],
            [
                (
                    "github",
                    .object([("owner", .text("acme")), ("workflow", .text("acme/a/.github/workflows/a.yml"))])
                )
            ],
        ]
        for identity in identities {
            add { $0.identities = [identity] }
            add { $0.identities.append(identity) }
        }
        #expect(Set(try variants.map { try $0.load().fingerprint }).count == variants.count)

        var reordered = fields
        reordered.identities = [identities[0], KeylessFields.workflow]
        var appended = fields
        appended.identities.append(identities[0])
        #expect(try reordered.load().fingerprint == appended.load().fingerprint)
        // What is the default may be written.
        fields.evidence = [("transparencyLogs", .integer(1))]
        fields.others = [("identity", .text("repository"))]
        #expect(try fields.load().fingerprint == variants[0].load().fingerprint)
    }

    @Test("it explains whom it believes, where it looks and what has to prove it")
    mutating func explanation() throws {
        fields.identities = [
            [
                issuer, ("subject", .text("a*")), ("extensions", .dictionary([("buildTrigger", "push")])),
            ]
        ]
        fields.evidence = [("timestamps", .integer(1))]
        #expect(
            try fields.load().explanation == """
                cosign signatures by `a*` as `https://token.actions.githubusercontent.com` knows it, buildTrigger `push`, \
                found beside the image and made for the image's own repository; each proved by 1 transparency log, \
                1 timestamp authority, 1 certificate log
                """)
        #expect(try fields.load().signers.isEmpty)
    }
}
