import OCI
import PolicyEngine
import Timestamp
import Trust

/// The policies that are linted, and what becomes of images under them.
struct LintedPolicies {
    let loaded: LoadedPolicies
    let now: Instant
    let probed: ProbedPolicies

    init(_ loaded: LoadedPolicies, now: Instant) {
        self.loaded = loaded
        self.now = now
        probed = ProbedPolicies(loaded.policySet)
    }

    var policies: [WrittenPolicy] { loaded.written }

    // MARK: - Asking

    /// The image in a request that the policy is about, as far as its selectors go; nil if the text is no reference.
    func probe(_ image: String, for written: WrittenPolicy, in namespace: String? = nil) -> Probe? {
        let match = written.policy.match
        var probe = Probe(image)
        probe?.namespace = namespace ?? written.plainNamespace
        probe?.labels = written.plainLabels
        probe?.container = match.containers.first ?? .main
        probe?.source = match.sources.first ?? .kubernetes
        probe?.digest = match.digests.first ?? Probe.anyDigest
        return probe
    }

    /// Images that the policy is about: each of its patterns' example, also by digest alone.
    func examples(for written: WrittenPolicy) -> [Probe] {
        let digest = written.policy.match.digests.first ?? Probe.anyDigest
        let images = written.images.prefix(LintedPolicies.shownPatterns).map(\.pattern.example)
        return (images.isEmpty ? [Examples.ordinary] : images).flatMap { image -> [Probe] in
            guard let probe = probe(image, for: written) else { return [] }
            let pinned = self.probe("\(probe.reference.repository)@\(digest)", for: written)
            return [probe] + (probe.reference.digest == nil ? [pinned].compactMap { $0 } : [])
        }
    }

    func decide(_ probe: Probe) -> ImageDecision? { probed.decide(probe, at: now) }

    /// The decision with every signature that any attestor believes.
    func decideAtBest(_ probe: Probe) -> ImageDecision? {
        var probe = probe
        probe.signers = probed.everybody
        return decide(probe)
    }

    // MARK: - Reading the answer

    func finding(of check: PolicyCheck, of written: WrittenPolicy, in decision: ImageDecision) -> Finding? {
        decision.findings.first { $0.isOf(written.name) && $0.check.utf8.elementsEqual(check.name.utf8) }
    }

    /// The image as it comes in, unsigned, if this check is one that lets it in: as it is, with a tag, or with a digest
    /// too, since others may ask for either. Nil if it does not come in.
    func admitted(_ probe: Probe, by check: PolicyCheck, of written: WrittenPolicy) -> Probe? {
        written.spellings(of: probe).first { probe in
            guard let decision = decide(probe), case .allowed = decision.verdict,
                let finding = finding(of: check, of: written, in: decision), finding.enforcement == .deny,
                finding.relief == nil
            else { return false }
            return if case .passed = finding.outcome { true } else { false }
        }
    }

    /// Enough of a list to show what is wrong with it, and few enough for a thousand policies.
    static let shownPatterns = 16
}

extension ImageDecision {
    /// Whether the policy is about the image.
    func concerns(_ policy: String) -> Bool { findings.contains { $0.isOf(policy) } }

    /// Whether it is refused because nobody vouches for the image.
    var isNotVouched: Bool { refusing.contains { $0.refusal?.reason == .notVouched } }
}

extension Finding {
    func isOf(_ policy: String) -> Bool { self.policy?.utf8.elementsEqual(policy.utf8) ?? false }
}

extension WrittenPolicy {
    /// The image as a sentence names it, with the namespace if the policy asks for one.
    func shown(_ probe: Probe) -> String {
        "`\(probe.reference.original)`" + probe.place(naming: policy.match)
    }

    /// The image as its reference is, and, where nothing pins it down, with a version instead of `latest`, and with a
    /// digest beside either.
    func spellings(of probe: Probe) -> [Probe] {
        let reference = probe.reference
        guard reference.digest == nil else { return [probe] }
        let digest = policy.match.digests.first ?? Probe.anyDigest
        let version = reference.tag.map { $0.isWritten(like: "latest") } == true ? ["\(reference.repository):1"] : []
        let texts = version + (["\(reference.original)"] + version).map { "\($0)@\(digest)" }
        return [probe]
            + texts.compactMap { text in
                guard let reference = try? ImageReference(parsing: text) else { return nil }
                var other = probe
                other.reference = reference
                return other
            }
    }

    /// The patterns of its checks that let images in: those of `trustedRegistries`, and those of `match` where everything
    /// that the policy is about is accepted.
    var vouchingPatterns: [(check: PolicyCheck, pattern: ImagePattern, element: FieldValue)] {
        checks.flatMap { check, item -> [(PolicyCheck, ImagePattern, FieldValue)] in
            if check.check is InsecureAcceptAnythingCheck { return images.map { (check, $0.pattern, $0.element) } }
            return (item[TrustedRegistriesCheck.word]?.elements ?? []).compactMap { element in
                (try? ImagePattern(element.text ?? "")).map { (check, plain($0), element) }
            }
        }
    }

    /// The checks that vouch for what they pass, in some stage of the policy's enforcement.
    var vouchingChecks: [PolicyCheck] {
        guard strictest == .deny else { return [] }
        return policy.checks.filter { type(of: $0.check).vouches && ($0.enforcement ?? .deny) == .deny }
    }

    /// Those of them that hold variables, as they were written.
    var openPatterns: [(check: PolicyCheck, pattern: ImagePattern, element: FieldValue)] {
        vouchingPatterns.compactMap { check, _, element in
            guard let pattern = try? ImagePattern(element.text ?? ""), !pattern.variables.isEmpty else { return nil }
            return (check, pattern, element)
        }
    }

    /// The strictest enforcement that the policy has anywhere.
    var strictest: Enforcement {
        policy.enforcement.stages.map(\.enforcement).reduce(policy.enforcement.otherwise, max)
    }
}

extension Probe {
    /// The namespace, if the selector asks for one, and its labels, if it asks for them: the end of a sentence's part.
    func place(naming selector: Selector) -> String {
        let labels = selector.namespaceLabels.map { "`\($0.key)=\($0.value)`" }.joined(separator: ", ")
        if !labels.isEmpty { return " in namespace `\(namespace ?? "")` with \(labels)" }
        return selector.namespaces.isEmpty ? "" : " in namespace `\(namespace ?? "")`"
    }
}

/// Images that any policy may be asked about.
enum Examples {
    static let ordinary = "docker.io/library/nginx:1.27"
    static let stranger = "docker.io/somebody/miner:latest"
    static let attacker = "registry.attacker.example/app:1"
    static let unknown = "registry.unknown.example/app:1"
}
