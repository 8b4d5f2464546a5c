import OCI
import Trust

/// What was found, before it is said what was expected.
struct CosignFinding: Error, Hashable, Sendable {
    let reason: ReasonCode
    let found: String
    /// Nil if that is what the attestor expects of any image.
    let expected: String?
    let cure: String?

    init(_ reason: ReasonCode, _ found: String, expected: String? = nil, cure: String? = nil) {
        self.reason = reason
        self.found = found
        self.expected = expected
        self.cure = cure
    }

    /// Nothing was found, in any of the places where it could be.
    static func missing(
        _ claim: Claim, of subject: Subject, in repository: Repository, strays: Int, by trust: CosignTrust
    ) -> CosignFinding {
        let tag = CosignLayout.tag(of: subject.digest, for: claim).map { ", and there is no tag `\($0)`" } ?? ""
        let others =
            switch strays {
            case 0: ""
            case 1: "; 1 manifest that is listed for it is about another image"
            default: "; \(strays) manifests that are listed for it are about other images"
            }
        return CosignFinding(
            claim.missing, "no \(claim.plural): none refers to the image in `\(repository)`\(tag)\(others)",
            cure: "`\(trust.command(for: claim, of: subject))`")
    }

    /// Sums up signatures of which none passed: how many there were, and what is wrong with the one that tells most.
    init(of refusals: [CosignRefusal], as claim: Claim, by trust: CosignTrust, about subject: Subject) {
        let count = claim.counted(refusals.count)
        let nearest = refusals.count == 1 ? "\(count)," : "\(count), the nearest"
        switch refusals.max(by: { $0.rank < $1.rank }) ?? .malformed("nothing") {
        case .malformed(let reason): self.init(.signatureMalformed, "\(nearest) malformed: \(reason)", cure: signAgain)
        case .violated(let refusal):
            self.init(
                refusal.reason, "\(count), \(refusal.found)", expected: refusal.expected,
                cure: refusal.cure ?? signAgain)
        case .unverified(let refusal) where refusal.step == .signature && trust.believesKeys:
            let none = refusals.count == 1 ? "not" : "none"
            let malformed = refusals.count { if case .malformed = $0 { true } else { false } }
            self.init(
                .signatureInvalid,
                "\(count), \(none) by \(trust.noun)" + (malformed == 0 ? "" : ", \(malformed) malformed"),
                cure: "sign the image with \(trust.noun), or add who signed it to the attestor")
        case .unverified(let refusal):
            self.init(
                refusal.step.reason(for: claim), "\(nearest) refused at `\(refusal.step.rawValue)`: \(refusal.found)",
                cure: CosignFinding.cure(of: refusal.step, claim, subject, trust))
        case .nameless:
            let expected = trust.identity.expectation(for: subject.repository)
            self.init(
                .signatureForOtherRepository, "\(nearest) by \(trust.noun) but for no name and not `\(expected)`",
                cure:
                    "sign the image with `--new-bundle-format=false`, or write `identity: ignore`, since bundles have no name"
            )
        case .forOtherRepository(let reference):
            let expected = trust.identity.expectation(for: subject.repository)
            self.init(
                .signatureForOtherRepository,
                "\(nearest) by \(trust.noun) but for `\(reference.quoted)` and not `\(expected)`",
                cure: CosignFinding.cure(of: trust.identity, expected))
        }
    }

    private static func cure(
        of step: SigstoreStep, _ claim: Claim, _ subject: Subject, _ trust: CosignTrust
    ) -> String {
        switch step {
        case .artifact: "`\(trust.command(for: claim, of: subject))`"
        case .identity where trust.verifier.root.isOfOrganisation:
            "sign the image as one of the attestor's `subjects`, or correct them"
        case .identity: "sign the image as the attestor's `identities` have it, or correct them"
        case .chain where trust.verifier.root.isOfOrganisation:
            "compare the attestor's `roots` and `intermediates` with the authority that issued the certificate"
        case .log, .chain, .certificateTransparency, .timestamp:
            "compare the attestor's trusted root with the Sigstore that signed"
        default: signAgain
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
}

let signAgain = "sign the image again"
let cleanAndSignAgain = "remove signatures that are no longer needed with `cosign clean`, and sign again"
