import Sigstore
import TestSupport

/// What becomes of a simulated signature, whatever stands in its way.
enum Verdict: Hashable {
    case verified
    case refused(SigstoreStep)
    /// The trusted root cannot be read.
    case untrusted

    /// With the words for a person.
    struct Explained {
        let verdict: Verdict
        let words: String
    }
}

extension SignedMaterial {
    /// Judges it as a policy does that asks for one log, one promise of a certificate log, and who was expected to sign.
    func verdict(as demand: SigstoreDemand, evidence: SigstoreEvidence = SigstoreEvidence()) throws -> Verdict.Explained
    {
        do { _ = try SigstoreTrustedRoot(parsing: trustedRoot.bytes) } catch {
            return .init(verdict: .untrusted, words: "\(error)")
        }
        do {
            switch try judgement(as: demand, evidence: evidence) {
            case .verified: return .init(verdict: .verified, words: "")
            case .refused(let refusal): return .init(verdict: .refused(refusal.step), words: refusal.found)
            }
        } catch let error as FormatError {
            return .init(verdict: .refused(.format), words: "\(error)")
        }
    }
}

extension SigningOrder {
    /// What a policy would ask that wants this.
    var demand: SigstoreDemand {
        guard case .statement(let predicateType, _, _) = content, predicateType != StatementDraft.cosignSign else {
            return .signature
        }
        return .attestation(predicateType: predicateType)
    }
}

extension Lie {
    /// Where it has to be found out.
    var verdict: Verdict {
        refusedStep.flatMap { SigstoreStep(rawValue: $0.rawValue) }.map(Verdict.refused) ?? .untrusted
    }
}
