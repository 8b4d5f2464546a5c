import OCI
import PolicyEngine
public import Timestamp
import Trust

extension LoadedPolicies {
    /// What loads and most likely is not meant, each with an image or a request that shows it. What is shown was judged
    /// by these very policies at `now`.
    public func lint(at now: Instant) -> [Diagnostic] {
        PolicyLint(loaded: self, now: now).warnings.inReadingOrder
    }
}

/// A policy with the document that it was made of.
struct WrittenPolicy: Sendable {
    let policy: ImagePolicy
    let specification: FieldValue

    /// Each check with its item, which has its position.
    fileprivate var checks: [(check: PolicyCheck, item: FieldValue)] {
        Array(zip(policy.checks, specification["checks"]?.elements ?? []))
    }

    fileprivate var namespaces: [FieldValue] { specification["match"]?["namespaces"]?["names"]?.elements ?? [] }
}

private struct PolicyLint {
    let loaded: LoadedPolicies
    let now: Instant

    var warnings: [Diagnostic] {
        vouching
            + loaded.written.flatMap { policy in
                strangers(policy) + anything(policy) + anyRegistry(policy) + tagsBesideDigests(policy) + exempt(policy)
            }
    }

    // MARK: - Nothing comes in

    private var vouching: [Diagnostic] {
        let mayVouch = loaded.policySet.policies.contains { policy in
            let isInForce =
                policy.enforcement.otherwise == .deny || policy.enforcement.stages.contains { $0.enforcement == .deny }
            return isInForce
                && policy.checks.contains { type(of: $0.check).vouches && ($0.enforcement ?? .deny) == .deny }
        }
        guard !mayVouch, !loaded.written.isEmpty else { return [] }
        let warning = "no policy in force vouches for any image, so every one is refused, such as `\(Probe.ordinary)`"
        return [Diagnostic(.warning, warning, at: loaded.directory)]
    }

    private func tagsBesideDigests(_ written: WrittenPolicy) -> [Diagnostic] {
        guard written.policy.checks.contains(where: { $0.check is DigestCheck }) else { return [] }
        return patterns(of: written).compactMap { check, element, pattern in
            guard pattern.dependsOnTag else { return nil }
            let image = "\(pattern.example)@sha256:\(String(repeating: "0", count: 64))"
            guard let decision = judge(image, for: written), !decision.isAllowed,
                let finding = finding(of: check, of: written, in: decision), finding.refusal != nil
            else { return nil }
            return Diagnostic(
                .warning,
                "beside `digest: required` this pattern never counts, since beside a digest a tag may say anything: "
                    + "`\(image)` is refused; leave the tag out", at: element.position)
        }
    }

    private func exempt(_ written: WrittenPolicy) -> [Diagnostic] {
        written.namespaces.compactMap { element in
            guard let namespace = element.text, !namespace.utf8.contains(UInt8(ascii: "*")),
                let decision = judge(Probe.unknown, for: written, in: namespace),
                case .exempt(let exemption) = decision.verdict
            else { return nil }
            return Diagnostic(
                .warning,
                "the Exemption `\(exemption)` takes this namespace out, so that `\(Probe.unknown)` comes in there unjudged",
                at: element.position)
        }
    }

    // MARK: - Too much comes in

    private func strangers(_ written: WrittenPolicy) -> [Diagnostic] {
        patterns(of: written).flatMap { check, element, pattern in
            pattern.strangers.compactMap { stranger in
                guard isAdmitted(stranger.image, by: check, of: written) else { return nil }
                return Diagnostic(
                    .warning, "`\(pattern)` also lets in `\(stranger.image)`, \(stranger.remark)", at: element.position)
            }
        }
    }

    private func anything(_ written: WrittenPolicy) -> [Diagnostic] {
        let match = written.policy.match
        guard match.images.isEmpty, match.digests.isEmpty, match.namespaces.isEmpty,
            match.namespaceLabels.isEmpty
        else { return [] }
        return written.checks.compactMap { check, item in
            guard check.check is InsecureAcceptAnythingCheck, isAdmitted(Probe.stranger, by: check, of: written)
            else { return nil }
            return Diagnostic(
                .warning,
                "this lets in whatever no other policy refuses, such as `\(Probe.stranger)`; narrow the policy with `match`",
                at: item.position)
        }
    }

    /// Whoever writes workloads says which host is asked.
    private func anyRegistry(_ written: WrittenPolicy) -> [Diagnostic] {
        guard written.policy.match.images.isEmpty, written.policy.match.digests.isEmpty else { return [] }
        return written.checks.compactMap { check, item in
            guard check.check is SignatureCheck,
                case .missing? = evaluate(Probe.attacker, for: written, in: nil, with: NothingKnown())
            else { return nil }
            return Diagnostic(
                .warning,
                "any registry is asked for signatures, such as that of `\(Probe.attacker)`; "
                    + "put `trustedRegistries` beside this check, or narrow the policy with `match.images`",
                at: item.position)
        }
    }

    // MARK: - Judging

    /// Each pattern of a `trustedRegistries` check, with where it was written.
    private func patterns(of written: WrittenPolicy) -> [(PolicyCheck, FieldValue, ImagePattern)] {
        written.checks.flatMap { check, item in
            (item[TrustedRegistriesCheck.word]?.elements ?? []).compactMap { element in
                guard let pattern = try? ImagePattern(element.text ?? "") else { return nil }
                return (check, element, pattern)
            }
        }
    }

    private func isAdmitted(_ image: String, by check: PolicyCheck, of written: WrittenPolicy) -> Bool {
        guard let decision = judge(image, for: written), case .allowed = decision.verdict,
            let finding = finding(of: check, of: written, in: decision), finding.enforcement == .deny
        else { return false }
        return if case .passed = finding.outcome { true } else { false }
    }

    private func finding(of check: PolicyCheck, of written: WrittenPolicy, in decision: ImageDecision) -> Finding? {
        decision.findings.first { finding in
            finding.policy?.utf8.elementsEqual(written.policy.name.utf8) == true
                && finding.check.utf8.elementsEqual(check.name.utf8)
        }
    }

    /// What becomes of an image that exists and that nobody signed.
    private func judge(_ image: String, for written: WrittenPolicy, in namespace: String? = nil) -> ImageDecision? {
        guard case .decided(let decision)? = evaluate(image, for: written, in: namespace, with: NobodySigned())
        else { return nil }
        return decision
    }

    /// In a request that the policy is about, as far as its selectors go.
    private func evaluate(
        _ image: String, for written: WrittenPolicy, in namespace: String?, with evidence: some Evidence
    ) -> Evaluator.Evaluation? {
        guard let reference = try? ImageReference(parsing: image) else { return nil }
        let match = written.policy.match
        let asked = written.namespaces.first?.text?.replacing("*", with: "x")
        return Evaluator(policies: loaded.policySet).evaluate(
            reference, in: match.containers.first ?? .main,
            of: RequestFacts(
                source: match.sources.first ?? .kubernetes, namespace: .known(namespace ?? asked ?? "default"),
                namespaceLabels: .known(NamespaceLabels(match.namespaceLabels.map { ($0.key, $0.value) }))),
            with: evidence, at: now)
    }
}

/// The images that are asked about.
private enum Probe {
    static let ordinary = "docker.io/library/nginx:1.27"
    static let stranger = "docker.io/somebody/miner:latest"
    static let attacker = "registry.attacker.example/app:1"
    static let unknown = "registry.unknown.example/app:1"
}

private struct NobodySigned: Evidence {
    func resolution(of reference: ImageReference) -> Resolution? {
        Digest(algorithm: .sha256, bytes: [UInt8](repeating: 0, count: 32)).map(Resolution.resolved)
    }

    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? {
        .violated(Refusal(.signatureMissing, found: "no signature", expected: "a signature"))
    }
}

private struct NothingKnown: Evidence {
    func resolution(of reference: ImageReference) -> Resolution? { nil }
    func verification(of subject: Subject, by attestor: AttestorReference) -> VerificationOutcome? { nil }
}
