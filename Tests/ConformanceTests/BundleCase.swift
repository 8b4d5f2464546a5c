import Cryptography
import OCI
import Sigstore
import StrictJSON
import Testing

/// A case of kind `bundle`: what is presented, whom it is held against, and who is trusted.
struct BundleCase {
    let test: ConformanceCase

    /// Judged with the artifact's bytes, with its digest, or with each, as the case says and has them. A refusal begins with
    /// the step that failed.
    func verdict() throws -> Verdict {
        let root: SigstoreTrustedRoot
        let rootBytes = try test.file("trusted_root")
        do throws(FormatError) { root = try SigstoreTrustedRoot(parsing: rootBytes) } catch {
            return .refused("trusted root: \(error)")
        }
        let requirements: SigstoreRequirements
        do { requirements = try self.requirements() } catch let error as KeyError { return .refused("key: \(error)") }
        let verifier = SigstoreVerifier(root: root, requirements: requirements)
        let bundleBytes = try test.file("bundle")
        let bundle: SigstoreBundle
        do throws(FormatError) { bundle = try SigstoreBundle(parsing: bundleBytes) } catch {
            return .refused("\(SigstoreStep.format.rawValue): \(error)")
        }
        let entity = SignedEntity(bundle)
        let verdicts = try artifacts().map { artifact -> Verdict in
            switch verifier.judge(entity, of: artifact, as: .any) {
            case .verified: .accepted
            case .refused(let refusal): .refused("\(refusal)")
            }
        }
        return try #require(verdicts.first { $0.isAccepted != test.isAccepted } ?? verdicts.first)
    }

    private func artifacts() throws -> [SigstoreArtifact] {
        var artifacts: [SigstoreArtifact] = []
        let isRunTwice = test.texts("run_as").count == 2
        if test.inputs["artifact"] != nil { artifacts.append(SigstoreArtifact(content: try test.file("artifact"))) }
        if artifacts.isEmpty || isRunTwice {
            // A case without either is refused before anybody looks at the artifact.
            let digest = try test.text("artifact_digest").map { try Digest(parsing: $0) }
            artifacts.append(digest.map(SigstoreArtifact.init(digest:)) ?? SigstoreArtifact(content: []))
        }
        return artifacts
    }

    private func requirements() throws -> SigstoreRequirements {
        var evidence = SigstoreEvidence()
        if let logs = test.parameters["tlog_threshold"]?.integer { evidence.logs = logs }
        if let promises = test.parameters["require_sct"]?.integer { evidence.certificateLogs = promises }
        if test.text("timestamps") == "signed>=1" { evidence.timestamps = 1 }
        guard test.inputs["key"] == nil else {
            let key = try PublicKey(pem: try test.file("key"))
            return try SigstoreRequirements(signers: .keys([TrustedKey(key)]), evidence: evidence)
        }
        return try SigstoreRequirements(signers: .identities([try test.identityRule()]), evidence: evidence)
    }
}

extension ConformanceCase {
    /// Issuer and subject exactly, and the extensions that the case names by the end of their object identifiers.
    func identityRule() throws -> IdentityRule {
        var extensions: [FulcioExtension: TextPattern] = [:]
        for (name, value) in parameters["fulcio_extensions"].map({ Array($0.members) }) ?? [] {
            let number = try #require(name.split(separator: "(1.").last?.dropLast())
            let known = try #require(FulcioExtension.allCases.first { "\($0.number)" == number }, "\(name)")
            extensions[known] = .exact(try #require(value.string))
        }
        return IdentityRule(
            issuer: .exact(text("certificate_oidc_issuer") ?? "https://issuer.invalid"),
            subject: .exact(text("certificate_identity") ?? "nobody"), extensions: extensions)
    }
}

extension ConformanceSuite {
    /// Runs the bundles of a suite, and holds the step at which each is refused against what its defect is.
    ///
    /// - Parameters:
    ///   - steps: the names of cases that must be refused, by the step that must fail.
    ///   - other: runs the cases of other kinds.
    func runBundles(
        steps: [String: [String]], other: (ConformanceCase) throws -> Verdict = { throw UnknownKind(kind: $0.kind) }
    ) async throws {
        try await run { test in
            guard test.kind == "bundle" else { return try other(test) }
            let verdict = try BundleCase(test: test).verdict()
            if isKnownPart, let step = verdict.failedStep {
                #expect(steps[step]?.contains(test.name) == true, "\(test.name) was refused at \(step)")
            }
            return verdict
        }
    }
}

extension Verdict {
    var isAccepted: Bool {
        if case .accepted = self { return true }
        return false
    }

    /// With what a refusal begins.
    var failedStep: String? {
        guard case .refused(let reason) = self else { return nil }
        return reason.split(separator: ":").first.map(String.init)
    }
}
