import Timestamp

extension VerificationOutcome {
    /// What is known of an image of which this is known of each platform. All have to pass, by somebody who signed all of
    /// them: what is said of one platform says nothing of another. Of attestations those count that the same signer made, of
    /// the same type and with the same facts, for each platform. The oldest one dates them all.
    static func ofAll(_ platforms: [(name: String, outcome: VerificationOutcome)]) -> VerificationOutcome {
        for (name, outcome) in platforms {
            if case .violated(let refusal) = outcome { return .violated(refusal.about(name)) }
        }
        var shared: [VerifiedSignature]?
        var unseen: Refusal?
        for (name, outcome) in platforms {
            switch outcome {
            case .passed(let signatures, let more):
                unseen = unseen ?? more?.about(name)
                shared = shared.map { $0.shared(with: signatures) } ?? signatures.distinctClaims
            case .undetermined(let refusal): return .undetermined(refusal.about(name))
            case .violated(let refusal): return .violated(refusal.about(name))
            }
        }
        guard let shared, !shared.isEmpty else {
            if let unseen { return .undetermined(unseen) }
            return .violated(
                Refusal(
                    .tooFewSigners, found: "nobody who signed all of \(platforms.count) platforms alike",
                    expected: "the same signer for each platform", cure: "sign all platforms of the image with one key")
            )
        }
        return .passed(shared, unseen: unseen)
    }

    /// What is known where either of the two is enough. Whoever passes in one of them counts.
    static func ofEither(_ index: VerificationOutcome, _ platforms: VerificationOutcome) -> VerificationOutcome {
        switch (index, platforms) {
        case (.passed(let ofIndex, let unseen), .passed(let ofPlatforms, let more)):
            let others = ofPlatforms.filter { other in !ofIndex.contains { $0.claims(like: other) } }
            return .passed(ofIndex + others, unseen: unseen ?? more)
        case (.passed(let signatures, let unseen), .undetermined(let refusal)),
            (.undetermined(let refusal), .passed(let signatures, let unseen)):
            return .passed(signatures, unseen: unseen ?? refusal)
        case (.passed, .violated): return index
        case (.violated, .passed): return platforms
        case (.undetermined, _): return index
        case (_, .undetermined): return platforms
        case (.violated(let ofIndex), .violated(let ofPlatforms)):
            return .violated(
                Refusal(
                    ofIndex.reason, found: "of the index \(ofIndex.found); of its platforms \(ofPlatforms.found)",
                    expected: ofIndex.expected, cure: ofIndex.cure))
        }
    }
}

extension [VerifiedSignature] {
    /// Those that `others` have too, each as old as the older of the two.
    fileprivate func shared(with others: [VerifiedSignature]) -> [VerifiedSignature] {
        let others = others.distinctClaims
        return compactMap { signature in
            others.first { $0.claims(like: signature) }.map { signature.dated(noLaterThan: $0.signedAt) }
        }
    }

    /// Of several that claim the same, the latest.
    fileprivate var distinctClaims: [VerifiedSignature] {
        var distinct: [VerifiedSignature] = []
        for signature in self {
            guard let place = distinct.firstIndex(where: { $0.claims(like: signature) }) else {
                distinct.append(signature)
                continue
            }
            if let time = signature.signedAt, distinct[place].signedAt.map({ $0 < time }) ?? true {
                distinct[place] = signature
            }
        }
        return distinct
    }
}

extension VerifiedSignature {
    fileprivate func claims(like other: VerifiedSignature) -> Bool {
        signer == other.signer && statement == other.statement
    }

    /// One of unknown age is not made younger by another.
    fileprivate func dated(noLaterThan other: Instant?) -> VerifiedSignature {
        let time = signedAt.flatMap { own in other.map { min(own, $0) } }
        return VerifiedSignature(by: signer, source: source, signedAt: time, records: records, statement: statement)
    }
}

extension Refusal {
    /// The same, found at one of the platforms.
    fileprivate func about(_ platform: String) -> Refusal {
        Refusal(reason, found: "for \(platform) \(found)", expected: expected, cure: cure)
    }
}
