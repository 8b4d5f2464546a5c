import Trust

extension CosignFinding {
    /// Sums up signatures of which none passed: how many there were, and what is wrong with the one that tells most.
    init(of refusals: [CosignSignatureRefusal], by trust: CosignTrust, about subject: Subject) {
        let worst = refusals.max { $0.rank < $1.rank } ?? .notByTheseKeys
        let counts = Counts(refusals, by: trust)
        switch worst {
        case .forOtherImage(let digest):
            self.init(
                .signatureForOtherImage, "\(counts.byTheseKeys) but for image `\(digest.quoted)`",
                cure: "sign this image: `cosign sign --key KEY \(subject.repository)@\(subject.digest)`")
        case .forOtherRepository(let reference):
            let expected = trust.identity.expectation(for: subject.repository)
            self.init(
                .signatureForOtherRepository,
                "\(counts.byTheseKeys) but for `\(reference.quoted)` and not `\(expected)`",
                cure: CosignFinding.cure(of: trust.identity, expected))
        case .claimsMalformed(let reason):
            self.init(.signatureMalformed, "\(counts.byTheseKeys) but \(reason)", cure: signAgain)
        case .notByTheseKeys:
            self.init(
                .signatureInvalid, counts.byOthers,
                cure: "sign the image with \(trust.noun), or add the public key of who signed it to `keys`")
        case .payloadViolated(let refusal):
            self.init(refusal.reason, "\(counts.total), \(refusal.found)", cure: refusal.cure ?? signAgain)
        case .malformed(let reason):
            self.init(.signatureMalformed, "\(counts.total), malformed: \(reason)", cure: signAgain)
        }
    }

    private static func cure(of identity: SignedIdentity, _ expected: String) -> String {
        guard identity == .repository else {
            return "sign the image as `\(expected)`, or correct `identity` of the attestor"
        }
        return """
            sign the image under the name by which it is used, or write `identity: ignore` to accept signatures that were \
            made for other repositories
            """
    }

    /// The numbers of a finding in words.
    private struct Counts {
        private let all: Int
        private let trusted: Int
        private let malformed: Int
        private let noun: String

        init(_ refusals: [CosignSignatureRefusal], by trust: CosignTrust) {
            all = refusals.count
            trusted = refusals.count(where: \.isByTheseKeys)
            malformed = refusals.count { $0.rank < CosignSignatureRefusal.notByTheseKeys.rank }
            noun = trust.noun
        }

        var total: String { all == 1 ? "1 signature" : "\(all) signatures" }
        var byTheseKeys: String { all == 1 ? "1 signature, by \(noun)" : "\(all) signatures, \(trusted) by \(noun)" }
        var byOthers: String {
            let text = all == 1 ? "1 signature, not by \(noun)" : "\(all) signatures, none by \(noun)"
            return malformed == 0 ? text : "\(text), \(malformed) malformed"
        }
    }
}
