import Cryptography
import OCI
import PolicyDocuments
import PolicyEngine
import Synchronization
import Testing
import Timestamp
import Trust

private let policy = """
    apiVersion: dockgate.dev/v1
    kind: ImagePolicy
    metadata: {name: p}
    spec: {checks: [{digest: required}]}
    """

private func load(
    _ files: [String: String], formats: [any AttestorFormat] = [KeyFormat()]
) throws(LoadFailure) -> LoadedPolicies {
    try PolicyDocuments.load(
        directory: "policies", formats: formats, now: Instant(secondsSince1970: 1_795_000_000),
        from: MemorySource(files))
}

private func problems(_ files: [String: String], formats: [any AttestorFormat] = [KeyFormat()]) -> [String] {
    do {
        _ = try load(files, formats: formats)
        return []
    } catch {
        return error.diagnostics.map(\.description)
    }
}

@Suite struct PolicyDocumentsTests {
    @Test("P07: an empty directory loads, with a warning that nothing is admitted")
    func emptyDirectory() throws {
        let loaded = try load([:])
        #expect(loaded.policySet.policies.isEmpty)
        #expect(
            loaded.warnings.map(\.description) == [
                "policies:1:1: warning: there are no policies in this directory, so no image is admitted"
            ])
    }

    @Test("problems of all files come at once, in reading order")
    func allProblems() {
        #expect(
            problems(["policies/b.yaml": "- 1\n", "policies/a.yml": "a: [\n", "policies/c.yaml": policy])
                == [
                    "policies/a.yml:2:1: error: expected a value here",
                    "policies/b.yaml:1:1: error: expected a document with `apiVersion`, `kind`, `metadata` and `spec`, found a list",
                ])
    }

    @Test("a name is taken across files, by the first file in reading order")
    func duplicatesAcrossFiles() {
        #expect(
            problems(["policies/b.yaml": policy, "policies/a.yaml": policy])
                == [
                    "policies/b.yaml:3:18: error: there are two documents of kind `ImagePolicy` named `p`, the first at policies/a.yaml:3:18"
                ])
    }

    @Test("an attestor may stand in another file than the policy that names it")
    func attestorElsewhere() throws {
        let key = String(decoding: try PrivateKey.generate(.ecdsaP256).publicKeyPEM, as: UTF8.self)
        let signed = policy.replacing("digest: required", with: "signature: {by: k}")
        let attestor = """
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: k}
            spec: {cosign: {keys: [{file: keys/release.pub}]}}
            """
        let files = ["policies/a.yaml": signed, "policies/z.yaml": attestor, "policies/keys/release.pub": key]
        let loaded = try load(files)
        #expect(loaded.policySet.attestors.count == 1)
        #expect(loaded.policySet.policies.map(\.name) == ["p"])
        #expect(
            problems(files, formats: [])
                == ["policies/z.yaml:4:8: error: unknown signature format `cosign`, this version has nothing"])
    }

    @Test("the revision changes with every file that counts, and with nothing else")
    func revision() throws {
        let key = try PrivateKey.generate(.ecdsaP256)
        let attestor = """
            apiVersion: dockgate.dev/v1
            kind: Attestor
            metadata: {name: k}
            spec: {cosign: {keys: [{file: release.pub}]}}
            """
        let files = [
            "policies/a.yaml": policy, "policies/k.yaml": attestor,
            "policies/release.pub": String(decoding: try key.publicKeyPEM, as: UTF8.self),
        ]
        let revision = try load(files).policySet.revision
        func changed(_ path: String, _ text: String) throws -> Bool {
            try load(files.merging([path: text]) { $1 }).policySet.revision != revision
        }
        #expect(try load(files).policySet.revision == revision)
        #expect(try changed("policies/a.yaml", policy + "\n"))
        #expect(try changed("policies/b.yaml", "# nothing\n"))
        let otherKey = String(decoding: try PrivateKey.generate(.ecdsaP256).publicKeyPEM, as: UTF8.self)
        #expect(try changed("policies/release.pub", otherKey))
        #expect(try !changed("policies/README.md", "x"))
        #expect(try !changed("policies/unused.pub", "x"))
    }

    @Test("the revision does not depend on where the directory is")
    func revisionElsewhere() throws {
        let here = try load(["policies/a.yaml": policy]).policySet.revision
        let there = try PolicyDocuments.load(
            directory: "/etc/dockgate/", formats: [], now: .earliest,
            from: MemorySource(["/etc/dockgate/a.yaml": policy]))
        #expect(there.policySet.revision == here)
    }

    @Test("P03: a file beyond the limit is refused before it is parsed")
    func largeFile() {
        let text = policy + "\n" + String(repeating: "# padding\n", count: 110_000)
        #expect(
            problems(["policies/a.yaml": text]) == [
                "policies/a.yaml:1:1: error: the file is \(text.utf8.count) bytes long, at most 1048576 are read"
            ])
    }

    @Test(
        "P04: what YAML 1.1 would turn into something else is kept as the text that it is",
        arguments: ["no", "on", "off", "y", "0777", "0b1", "1_000", "2024-01-01", "1e", "0x"])
    func keptText(word: String) throws {
        let policies = try load(["policies/a.yaml": tagPolicy(word)]).policySet
        #expect(try isTagDenied(word, by: policies))
        for other in ["false", "true", "511", "1", "1000", "1704067200", "0"] where other != word {
            #expect(try !isTagDenied(other, by: policies), "\(other)")
        }
    }

    @Test(
        "P04: what is a number, a boolean or nothing is refused where text belongs, and told to be quoted",
        arguments: ["1e3", "1.10", "7", "0o17", "0xff", ".5", "true", "False", "~", "null"])
    func refusedScalars(word: String) throws {
        let found = problems(["policies/a.yaml": tagPolicy(word)])
        #expect(found.count == 1)
        #expect(found.first?.hasPrefix("policies/a.yaml:4:32: error: expected a tag, found ") == true, "\(found)")
        guard !["~", "null"].contains(word) else { return }
        #expect(found.first?.hasSuffix("; quote it if it is text: `\"\(word)\"`") == true, "\(found)")
        #expect(
            try isTagDenied(
                word.replacing(".5", with: "_5"),
                by: try load([
                    "policies/a.yaml": tagPolicy("\"\(word.replacing(".5", with: "_5"))\"")
                ]).policySet))
    }

    @Test("P04: a time of day is no tag, and is not read as a number of seconds")
    func sexagesimal() {
        #expect(
            problems(["policies/a.yaml": tagPolicy("1:30")]) == [
                "policies/a.yaml:4:32: error: `1:30` cannot match a tag; tags are letters, digits, `_`, `.` and `-`, at most 128"
            ])
    }

    private func tagPolicy(_ word: String) -> String {
        """
        apiVersion: dockgate.dev/v1
        kind: ImagePolicy
        metadata: {name: p}
        spec: {checks: [{tags: {deny: [\(word)]}}]}
        """
    }

    private func isTagDenied(_ tag: String, by policies: PolicySet) throws -> Bool {
        let evaluation = Evaluator(policies: policies).evaluate(
            try ImageReference(parsing: "registry.example.com/app:\(tag)"), in: .main,
            of: RequestFacts(source: .kubernetes, namespace: .known("shop")), with: NoEvidence(),
            at: Instant(secondsSince1970: 1_795_000_000))
        guard case .decided(let decision) = evaluation else { return false }
        return decision.verdict == .refused(.tagDenied)
    }

    @Test(
        "P09: there are no regular expressions: what looks like one is refused where a pattern belongs",
        arguments: [
            "(a+)+$", "^registry.example.com/.*$", "registry\\\\.example\\\\.com/**", "registry.example.com/(a|b)/**",
            "ghcr.io/[a-z]+",
        ])
    func regularExpressions(text: String) {
        for check in [
            "trustedRegistries: [\"\(text)\"]", "tags: {deny: [\"\(text)\"]}",
            "forbid: {because: x}}], match: {namespaces: {names: [\"\(text)\"]}}, exclude: [{images: [\"\(text)\"]",
        ] {
            let found = problems(["policies/a.yaml": policy.replacing("digest: required", with: check)])
            #expect(!found.isEmpty && found.allSatisfy { $0.hasPrefix("policies/a.yaml:4:") }, "\(check): \(found)")
        }
    }

    @Test("a mistake is one line of bounded length, whatever the author's words hold")
    func oneLine() {
        func mistake(_ word: String) -> [String] {
            problems(["policies/a.yaml": policy.replacing("digest: required", with: "tags: {deny: [\"\(word)\"]}")])
        }
        #expect(
            mistake("a\\nb\\u202e\\e[2J") == [
                "policies/a.yaml:4:32: error: `a\\u{a}b\\u{202e}\\u{1b}[2J` cannot match a tag; tags are letters, digits, `_`, `.`"
                    + " and `-`, at most 128"
            ])
        let long = mistake(String(repeating: "a", count: 100_000))
        #expect(long.count == 1 && (2_000..<2_200).contains(long.first?.utf8.count ?? 0))
    }

    @Test("a directory that cannot be read is an error at its name")
    func missingDirectory() {
        do {
            _ = try PolicyDocuments.load(directory: "/nonexistent/policies", formats: [], now: .earliest)
            Issue.record("loaded")
        } catch {
            #expect(error.description == "/nonexistent/policies:1:1: error: the policy directory does not exist")
        }
    }

    @Test("a directory that is exchanged while it is read is read again")
    func exchangedDirectory() throws {
        let source = ExchangedSource(stableAfter: 2)
        let loaded = try PolicyDocuments.load(directory: "policies", formats: [], now: .earliest, from: source)
        #expect(loaded.policySet.policies.count == 1)
        do {
            _ = try PolicyDocuments.load(
                directory: "policies", formats: [], now: .earliest, from: ExchangedSource(stableAfter: 100))
            Issue.record("loaded")
        } catch {
            #expect(
                error.description == "policies:1:1: error: the directory changes again and again while it is read")
        }
    }
}

private struct NoEvidence: Evidence {
    func resolution(of reference: ImageReference) -> Resolution? { nil }
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? { nil }
}

/// A directory whose generation changes for a while: at first its file is broken.
private final class ExchangedSource: DocumentSource {
    private let calls = Mutex(0)
    private let stableAfter: Int

    init(stableAfter: Int) { self.stableAfter = stableAfter }

    func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] { ["a.yaml"] }

    func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
        Array((calls.withLock { $0 } < stableAfter ? "broken: [" : policy).utf8)
    }

    func generation(of directory: String) -> String {
        String(
            min(
                stableAfter,
                calls.withLock {
                    $0 += 1; return $0
                }))
    }
}
