import OCI
import PolicyEngine
import Timestamp
import Trust

/// Two attestors believe the same signer, so that one signature makes both pass.
enum SameKey: LintRule {
    static let code = "same-key"
    static let summary = "two Attestors believe the same key"

    static func warnings(about policies: LintedPolicies) -> [Diagnostic] {
        var holders: [Signer: Written<any Attestor>] = [:]
        return policies.loaded.writtenAttestors.compactMap { written in
            var found: Diagnostic?
            for signer in written.value.signers {
                guard let first = holders[signer] else {
                    holders[signer] = written
                    continue
                }
                found = found ?? warning(about: written, first, signer, policies)
            }
            return found
        }
    }

    private static func warning(
        about written: Written<any Attestor>, _ first: Written<any Attestor>, _ signer: Signer,
        _ policies: LintedPolicies
    ) -> Diagnostic? {
        guard let probe = passing(first, signer, policies), let other = passing(written, signer, policies) else {
            return nil
        }
        let images = probe.reference == other.reference ? "" : " and `\(other.reference.original)` for the other"
        return Diagnostic(
            .warning,
            "this believes the same key as `\(first.name)`, \(signer): what is signed with it alone passes for either, such "
                + "as `\(probe.reference.original)`\(images), and where different signers are counted it counts once",
            at: written.position, code: code)
    }

    /// An image that passes a check in the name of this attestor, with nothing but what this signer has signed.
    private static func passing(
        _ attestor: Written<any Attestor>, _ signer: Signer, _ policies: LintedPolicies
    ) -> Probe? {
        for written in policies.policies {
            for check in written.policy.checks where check.names(attestor.name, at: policies.now) {
                for var probe in policies.examples(for: written) {
                    probe.signers = [signer]
                    guard let decision = policies.decide(probe),
                        let finding = policies.finding(of: check, of: written, in: decision)
                    else { continue }
                    switch finding.outcome {
                    case .passed: return probe
                    case .violated(let refusal) where refusal.reason == .tooFewSigners: return probe
                    default: continue
                    }
                }
            }
        }
        return nil
    }
}

extension PolicyCheck {
    func names(_ attestor: String, at now: Instant) -> Bool {
        check.attestors(at: now).contains { $0.name.utf8.elementsEqual(attestor.utf8) }
    }
}
