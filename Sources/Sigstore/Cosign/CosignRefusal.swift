import Trust

/// Why one signature does not count.
enum CosignRefusal: Error, Hashable, Sendable {
    case malformed(String)
    /// The registry answered for it with what cannot be.
    case violated(Refusal)
    /// A step of its verification failed.
    case unverified(SigstoreRefusal)
    case forOtherRepository(String)
    /// It says of no repository that it is for it, and the policy asks for one.
    case nameless

    /// Of several refused signatures the one with the highest rank explains the outcome: the further it came, the more it
    /// tells.
    var rank: Int {
        switch self {
        case .malformed: 0
        // Where there is too much to look at, what was looked at does not tell most.
        case .violated(let refusal): refusal.reason == .limitExceeded ? SigstoreStep.allCases.count + 4 : 1
        case .unverified(let refusal):
            // Whatever else is wrong with it: it is about another image.
            refusal.step == .artifact ? SigstoreStep.allCases.count + 2 : 2 + refusal.step.position
        case .forOtherRepository, .nameless: SigstoreStep.allCases.count + 3
        }
    }
}

extension SigstoreStep {
    fileprivate var position: Int { SigstoreStep.allCases.firstIndex(of: self) ?? 0 }

    /// What the person who is refused is told. A statement of another type is none of what was asked for.
    func reason(for claim: Claim) -> ReasonCode {
        switch self {
        case .format, .statement: .signatureMalformed
        case .artifact: .signatureForOtherImage
        case .certificate, .chain, .certificateTransparency: .certificateInvalid
        case .log, .logEntry, .inclusionPromise, .checkpoint, .inclusionProof, .logThreshold: .logEntryInvalid
        case .timestamp, .timestampThreshold, .signingTime: .timestampInvalid
        case .identity: .identityUntrusted
        case .signature: .signatureInvalid
        case .predicateType: claim.missing
        }
    }
}
