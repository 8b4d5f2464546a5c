import Cryptography
import Foundation
import OCI
@testable import PolicyDocuments
import PolicyEngine
import Sigstore
import TestSupport
import Testing
import Timestamp
import Trust

/// What a reader copies out of the documentation loads, and does what it says beside it: `# admits: IMAGE` and
/// `# refuses: IMAGE`, both with an optional `in namespace NAME`, `with labels KEY=VALUE KEY=VALUE`, `when not signed` and
/// `on DATE`.
@Suite struct DocumentationTests {
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    @Test("every YAML block of the documentation loads and decides as it says", arguments: Example.documentation)
    func documentation(example: Example) throws {
        if example.text.contains("kind: GateConfiguration") {
            #expect(try GateConfiguration.load(file: example.file, from: example.source).warnings.isEmpty)
            return
        }
        if example.text.contains("kind: PolicyTests") {
            try expectTested(try #require(example.before), by: example)
            return
        }
        let policies = try PolicyDocuments.load(
            directory: "policies", formats: signatureFormats, now: Example.now, from: example.source)
        #expect(policies.warnings.isEmpty)
        try expect(Claim.all(in: example.text), of: policies.policySet)
    }

    @Test(
        "every block of the reference that judges images names one that it admits, or refuses all, and one it refuses")
    func claims() throws {
        let examples = Example.all(in: "docs/POLICY.md").filter { $0.text.contains("kind: ImagePolicy") }
        #expect(examples.count > 10)
        for example in examples {
            let claims = Claim.all(in: example.text)
            #expect(claims.contains { !$0.isAdmitted }, "\(example)")
            #expect(claims.contains { $0.isAdmitted } || example.text.contains("name: pinned"), "\(example)")
        }
    }

    @Test("the reference names every field that the loader knows")
    func everyField() throws {
        let reference = try String(
            contentsOf: Self.package.appendingPathComponent("docs/POLICY.md"), encoding: .utf8)
        let described: [ObjectType] = [
            ImagePolicy.specification, PolicyException.specification, Exemption.specification,
            GateConfiguration.fields, PolicyTests.specification,
        ]
        let names = Set((described + signatureFormats.map(\.fields)).flatMap(\.allNames))
        let some: Set = ["trustedRegistries", "until", "tokenRealms", "reviewBy", "transparencyLog", "rememberSigned"]
        #expect(names.isSuperset(of: some))
        for name in names.sorted() {
            #expect(reference.contains("`\(name)") || reference.contains("\(name):"), "\(name)")
        }
    }

    /// The directory of sample policies, and those of single samples below it.
    private static let sampleDirectories: [String] = {
        let folder = "policies/samples"
        let names = try? FileManager.default.contentsOfDirectory(
            atPath: package.appendingPathComponent(folder).path)
        return ["policies"] + (names ?? []).sorted().map { "\(folder)/\($0)" }
    }()

    @Test(
        "each directory of samples loads as a whole, and decides as the comments in it say",
        arguments: sampleDirectories)
    func samples(directory: String) throws {
        let directory = Self.package.appendingPathComponent(directory)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter {
            $0.hasSuffix(".yaml") && !$0.hasSuffix(".tests.yaml")
        }
        #expect(!names.isEmpty && Self.sampleDirectories.count > 4)
        let policies = try PolicyDocuments.load(
            directory: directory.path, formats: signatureFormats, now: Example.now)
        #expect(policies.warnings.isEmpty)
        for name in names {
            let text = try String(contentsOf: directory.appendingPathComponent(name), encoding: .utf8)
            try expect(Claim.all(in: text), of: policies.policySet)
        }
    }

    @Test("the mistakes that the reference shows are reported in these words")
    func mistakes() throws {
        let page = try String(contentsOf: Self.package.appendingPathComponent("docs/POLICY.md"), encoding: .utf8)
        let shown = try #require(page.split(separator: "```text\n").last?.split(separator: "```").first)
        let head = "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: p}\nspec:\n"
        let attestor = "---\napiVersion: dockgate.dev/v1\nkind: Attestor\nmetadata: {name: release-key}\nspec:\n"
        let source = MemorySource([
            "policies/production.yaml": head + "  enforcment: deny\n  checks:\n    - trustedRegistries: [nginx]\n",
            "policies/signed.yaml": head.replacing("{name: p}", with: "{name: q}")
                + "  checks:\n    - signature: {by: relase-key}\n" + attestor
                + "  cosign: {keys: [{file: release.pub}], transparencyLog: notRequired}\n",
            "policies/tags.yaml": head + "  checks:\n    - tags: {deny: [latest, *-dev]}\n",
        ])
        do {
            _ = try PolicyDocuments.load(
                directory: "policies", formats: signatureFormats, now: Example.now, from: source)
            Issue.record("loaded")
        } catch {
            #expect(error.description + "\n" == shown)
        }
    }

    /// A block of tests is about the block before it: all its cases are decided as they say, and each check is covered.
    private func expectTested(_ policies: Example, by tests: Example) throws {
        var source = policies.source
        source.files["policies/page.tests.yaml"] = Array(tests.text.utf8)
        var coverage = PolicyCoverage()
        for tests in try PolicyTests.load(
            files: ["policies/page.tests.yaml"], formats: signatureFormats, from: source)
        {
            coverage.add(tests)
            for test in tests.cases {
                let result = tests.run(test)
                #expect(result.hasPassed, "\(test.name): \(result.outcome)")
                if let decision = result.decision { coverage.count(decision, by: tests) }
            }
        }
        #expect(coverage.checks.count > 0 && coverage.uncovered.isEmpty, "\(coverage.uncovered)")
    }

    private func expect(_ claims: [Claim], of policies: PolicySet) throws {
        for claim in claims {
            let evaluation = Evaluator(policies: policies).evaluate(
                try ImageReference(parsing: claim.image), in: .main,
                of: RequestFacts(
                    source: .kubernetes, namespace: .known(claim.namespace), namespaceLabels: .known(claim.labels)),
                with: SignedByEverybody(claim, policies), at: claim.date)
            guard case .decided(let decision) = evaluation else {
                Issue.record("\(claim): evidence is missing")
                continue
            }
            #expect(decision.isAllowed == claim.isAdmitted, "\(claim): \(decision.verdict)")
        }
    }
}

/// A YAML block of a page.
struct Example: CustomTestStringConvertible, Sendable {
    let page: String
    let line: Int
    let text: String

    static let now = Instant(secondsSince1970: 1_795_000_000)
    static let documentation = all(in: "docs/POLICY.md") + all(in: "README.md")

    var testDescription: String { "\(page):\(line)" }
    var file: String { "policies/\(page.split(separator: "/").last ?? "")-\(line).yaml" }

    /// The block that stands before it on its page.
    var before: Example? { Example.all(in: page).last { $0.line < line } }

    static func all(in page: String) -> [Example] {
        let file = DocumentationTests.package.appendingPathComponent(page)
        guard let content = try? String(contentsOf: file, encoding: .utf8) else { return [] }
        var examples: [Example] = []
        var open: (line: Int, lines: [Substring])?
        for (index, line) in content.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            if line == "```yaml" {
                open = (index + 2, [])
            } else if line == "```", let block = open {
                examples.append(Example(page: page, line: block.line, text: block.lines.joined(separator: "\n")))
                open = nil
            } else {
                open?.lines.append(line)
            }
        }
        return examples
    }

    /// The block in a directory of its own, with a key for each `.pub`, an authority's certificate for each `.pem`, a trusted
    /// root for each `trusted_root.json`, the root of a mirror for each other `root.json`, and no bytes for each other file that
    /// it names.
    var source: MemorySource {
        var source = MemorySource([file: text])
        for word in text.split(whereSeparator: { " {}[],\n".contains($0) }).map(String.init) {
            guard word.contains("."), !word.contains(":") else { continue }
            source.files["policies/" + word] = Example.content(of: word) ?? []
        }
        return source
    }

    /// Nil if it cannot be made, so that the block does not load.
    private static func content(of file: String) -> [UInt8]? {
        if file.hasSuffix(".pub") { return try? PrivateKey.generate(.ecdsaP256).publicKeyPEM }
        if file.hasSuffix(".pem") { return sigstore?.fulcio.root.pem }
        if file.hasSuffix("trusted_root.json") { return try? sigstore?.trustedRoot.json.bytes }
        return file.hasSuffix("root.json") ? pinnedRoot : nil
    }

    private static let sigstore = try? SigstoreSimulator()
    private static let pinnedRoot = try? SimulatedTUFRepository().pinnedRoot
}

/// What a comment says of an image.
struct Claim: CustomStringConvertible {
    let isAdmitted: Bool
    let image: String
    let namespace: String
    /// None unless the comment names some.
    let labels: NamespaceLabels
    let isSigned: Bool
    let date: Instant

    var description: String {
        "\(isAdmitted ? "admits" : "refuses") \(image) in \(namespace)\(isSigned ? "" : ", not signed") on \(date.rfc3339)"
    }

    static func all(in text: String) -> [Claim] {
        text.split(separator: "\n").compactMap { line in
            let words = line.split(whereSeparator: { $0 == " " || $0 == "," }).map(String.init)
            guard words.count > 2, words[0] == "#", words[1] == "admits:" || words[1] == "refuses:" else { return nil }
            let namespace = words.firstIndex(of: "namespace").flatMap { words.dropFirst($0 + 1).first } ?? "shop"
            let date = words.firstIndex(of: "on").flatMap { words.dropFirst($0 + 1).first }
            let labels = (words.firstIndex(of: "labels").map { words.dropFirst($0 + 1) } ?? []).prefix {
                $0.contains("=")
            }.map { $0.split(separator: "=", omittingEmptySubsequences: false).map(String.init) }
            return Claim(
                isAdmitted: words[1] == "admits:", image: words[2], namespace: namespace,
                labels: NamespaceLabels(labels.map { (key: $0[0], value: $0[1]) }),
                isSigned: !line.contains("when not"),
                date: date.flatMap { try? Instant(dateOrTime: $0) } ?? Example.now)
        }
    }
}

/// Every tag stands for one digest, and every attestor signed it, each with a key of its own, and attested what is asked
/// for; or none did.
private struct SignedByEverybody: Evidence {
    private let isSigned: Bool
    private let attestations: [VerifiedStatement]
    private let time: Instant

    init(_ claim: Claim, _ policies: PolicySet) {
        isSigned = claim.isSigned
        attestations = policies.policies.flatMap(\.checks).compactMap {
            ($0.check as? AttestationCheck)?.example(filling: "x")
        }
        time = claim.date
    }

    func resolution(of reference: ImageReference) -> Resolution? { .resolved(Digest.sha256(of: Array("image".utf8))) }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        let signer = Signer.key(fingerprint: [UInt8(truncatingIfNeeded: attestor.index)])
        return switch (isSigned, attestor.claim) {
        case (false, _):
            .violated(Refusal(.signatureMissing, found: "no signature", expected: "a signature"))
        case (true, .signature): .passed(signers: [signer])
        case (true, .attestation):
            .passed(attestations.map { VerifiedSignature(by: signer, signedAt: time, statement: $0) })
        }
    }
}

extension ObjectType {
    /// The names of its fields and of all fields below them.
    fileprivate var allNames: [String] { fields.flatMap { [$0.name] + $0.type.names } }
}

extension FieldType {
    fileprivate var names: [String] {
        switch self {
        case .object(let object): object.allNames
        case .list(let element): element.names
        case .either(let scalar, let object): scalar.names + object.allNames
        default: []
        }
    }
}
