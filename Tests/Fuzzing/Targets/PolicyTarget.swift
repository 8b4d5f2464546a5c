import Cryptography
import OCI
import PolicyDocuments
import PolicyEngine
import Sigstore
import Timestamp
import Trust

/// The input is a file of a policy directory, and the one file of the daemon's settings. It loads as a whole or not at all, also with a good file beside it, says
/// everything at its place, and what it lets in somebody vouched for.
enum PolicyTarget {
    static func run(_ input: [UInt8]) {
        configure(input)
        let loaded: LoadedPolicies
        do throws(LoadFailure) {
            loaded = try load(["a.yaml": input])
        } catch {
            check(error.diagnostics, input)
            hold(error.diagnostics.contains { $0.severity == .error }, "a failure has an error")
            hold((try? load(["a.yaml": input, "b.yaml": good])) == nil, "a good file beside it does not make it load")
            return
        }
        check(loaded.warnings + loaded.lint(at: now), input)
        guard let again = try? load(["a.yaml": input]) else { return hold(false, "what loads loads again") }
        hold(again.policySet.revision == loaded.policySet.revision, "the same files have the same revision")
        for image in images { decide(image, by: loaded.policySet) }
    }

    /// The same bytes as the daemon's own settings.
    private static func configure(_ input: [UInt8]) {
        do throws(LoadFailure) {
            check(
                try GateConfiguration.load(
                    file: "policies/a.yaml", from: Files(policies: ["a.yaml": input], key: key)
                ).warnings, input)
        } catch {
            check(error.diagnostics, input)
        }
    }

    private static func check(_ diagnostics: [Diagnostic], _ input: [UInt8]) {
        let lines = input.count { $0 == 0x0A || $0 == 0x0D } + 1
        for diagnostic in diagnostics {
            let (position, message) = (diagnostic.position, diagnostic.message)
            hold((1...lines + 1).contains(position.line) && position.column > 0, "it is in the text: \(diagnostic)")
            hold(!message.isEmpty && message.utf8.count < 4_096, "a message is short: \(message.utf8.count)")
            hold(message.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "a message is one line: \(message)")
        }
    }

    private static func decide(_ image: String, by policies: PolicySet) {
        guard let reference = try? ImageReference(parsing: image) else { return hold(false, "\(image) is an image") }
        let decisions = [false, true].map { isSigned in
            let evaluation = Evaluator(policies: policies).evaluate(
                reference, in: .main, of: RequestFacts(source: .kubernetes, namespace: .known("shop")),
                with: StatedEvidence(isSigned: isSigned), at: now)
            guard case .decided(let decision) = evaluation else { fatalError("nothing is missing") }
            return decision
        }
        for decision in decisions {
            guard case .allowed = decision.verdict else { continue }
            let isVouchedFor = decision.findings.contains { finding in
                if case .passed = finding.outcome { finding.enforcement == .deny } else { false }
            }
            hold(isVouchedFor, "what comes in somebody vouched for")
            hold(decision.refusing.isEmpty, "what comes in nothing refuses")
        }
        hold(!decisions[0].isAllowed || decisions[1].isAllowed, "a signature more never refuses")
    }

    private static let now = Instant(secondsSince1970: 1_795_000_000)
    private static let images = [
        "registry.example.com/shop/cart:1.2", "nginx:latest",
        "ghcr.io/acme/app:7.1@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    ]

    private static let good = Array(
        "apiVersion: dockgate.dev/v1\nkind: ImagePolicy\nmetadata: {name: fuzz-good}\nspec: {checks: [{digest: required}]}\n"
            .utf8)
    private static let key = (try? PrivateKey.generate(.ecdsaP256).publicKeyPEM) ?? []

    private static func load(_ files: [String: [UInt8]]) throws(LoadFailure) -> LoadedPolicies {
        try PolicyDocuments.load(
            directory: "policies", formats: [CosignFormat()], now: now, from: Files(policies: files, key: key))
    }

    private struct Files: DocumentSource {
        let policies: [String: [UInt8]]
        let key: [UInt8]

        func names(in directory: String, limit: Int) throws(DocumentSourceError) -> [String] { Array(policies.keys) }

        func read(_ path: String, limit: Int) throws(DocumentSourceError) -> [UInt8] {
            if let bytes = policies[String(path.dropFirst("policies/".count))] { return bytes }
            guard path.utf8.elementsEqual("policies/release.pub".utf8) else {
                throw DocumentSourceError("does not exist")
            }
            return key
        }

        func generation(of directory: String) -> String { "" }
    }

    private struct StatedEvidence: Evidence {
        let isSigned: Bool

        func resolution(of reference: ImageReference) -> Resolution? { .resolved(.sha256(of: [])) }

        func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
            isSigned
                ? .passed(signers: [.key(fingerprint: [UInt8(truncatingIfNeeded: attestor.index)])])
                : .violated(Refusal(.signatureMissing, found: "no signature", expected: "a signature"))
        }
    }
}
