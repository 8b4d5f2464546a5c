public import Timestamp
public import Trust

/// `signature:` passes if attestors stand behind the image's digest:
///
///     signature: {by: NAME}
///     signature: {anyOf: [ENTRY, ENTRY]}
///     signature: {allOf: [ENTRY, ENTRY]}
///     signature: {atLeast: 2, of: [ENTRY, ENTRY, ENTRY]}
///
/// It needs the signatures, and it vouches. An entry is the name of an attestor, `{by: NAME, until: DATE}`, or a
/// combination of attestors, `{allOf: [NAME, NAME], until: DATE}`; entries of that one are attestors. An entry with
/// `until` counts before that moment only. What counts as satisfied is said at `SignatureDemand`.
public struct SignatureCheck: Check {
    public static let word = "signature"
    public static let summary = "these attestors signed the image"
    public static let needsOnlyReference = false
    public static let vouches = true
    public static let type = SignatureDemand.type

    private let demand: SignatureDemand

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        demand = try SignatureDemand(value, in: context)
    }

    /// Passes if this one stands behind the image.
    public init(by attestor: AttestorReference) {
        demand = SignatureDemand(by: attestor)
    }

    public var explanation: String {
        let names = demand.leaves.map(\.attestor.name)
        let all = names.count > longestListing ? ["they are \(listedInFull(names, conjunction: "and"))"] : []
        let ends = demand.leaves.filter { $0.until < .latest }.map { leaf in
            "`\(leaf.attestor.name)` counts before \(leaf.until.rfc3339InSeconds) only"
        }
        return (["have \(demand)"] + all + ends).joined(separator: "; ")
    }

    public func attestors(at now: Instant) -> [AttestorReference] {
        demand.leaves.filter { now < $0.until }.map(\.attestor)
    }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        // The usual policy names one attestor; there is nothing to count.
        if demand.leaves.count == 1, let leaf = demand.leaves.first, image.now < leaf.until,
            case .passed(let signatures, _) = image.verification(by: leaf.attestor), !signatures.isEmpty
        {
            return .passed(Array(signatures.prefix(1)))
        }
        let statements = demand.leaves.map { AttestorStatement($0, of: image, expecting: demand) }
        let found = statements.map(\.signers)
        let satisfied = SignerSets(found, of: demand).satisfy()
        if let signers = satisfied.signers { return .passed(statements.signatures(by: signers)) }
        // At best everyone who could not be asked believes a signer whom nobody else does.
        let open = statements.map(\.isOpen)
        if open.contains(true), SignerSets(found, of: demand, strangers: open).satisfy().signers != nil {
            let first = statements.first { $0.isOpen }?.unseen
            return .undetermined(refusal(statements, satisfied, first?.reason, first))
        }
        let first = statements.first { $0.refusal != nil && !$0.isOpen }?.refusal
        let isShort = found.contains { !$0.isEmpty }
        return .violated(refusal(statements, satisfied, isShort ? .tooFewSigners : first?.reason, first))
    }

    /// One refusal out of what all attestors said; the cure is that of the first of them.
    private func refusal(
        _ statements: [AttestorStatement], _ satisfied: SignerSets.Result, _ reason: ReasonCode?, _ first: Refusal?
    ) -> Refusal {
        var details: [String] = []
        for statement in statements {
            let detail = statements.count == 1 ? statement.found : "`\(statement.name)`: \(statement.found)"
            if !details.contains(detail) { details.append(detail) }
        }
        return Refusal(
            reason ?? .tooFewSigners, found: (demand.counted(satisfied.count) + details).joined(separator: "; "),
            expected: demand.description, cure: first?.cure)
    }
}

/// What one attestor of a check says about an image.
private struct AttestorStatement {
    let name: String
    /// Those that it believes; none if it does not stand behind the image.
    let signatures: [VerifiedSignature]
    /// Why it does not, or could not be asked.
    let refusal: Refusal?
    /// Why it could not be asked, or not about everything.
    let unseen: Refusal?

    init(_ leaf: SignatureDemand.Leaf, of image: CheckSubject, expecting demand: SignatureDemand) {
        name = leaf.attestor.name
        guard image.now < leaf.until else {
            let found = "no longer counted since \(leaf.until.rfc3339InSeconds)"
            (signatures, unseen) = ([], nil)
            refusal = Refusal(.signatureMissing, found: found, expected: demand.description)
            return
        }
        switch image.verification(by: leaf.attestor) {
        case .passed(let signatures, let unseen): (self.signatures, refusal, self.unseen) = (signatures, nil, unseen)
        case .violated(let refusal): (signatures, self.refusal, unseen) = ([], refusal, nil)
        case .undetermined(let refusal): (signatures, self.refusal, unseen) = ([], refusal, refusal)
        }
    }

    var signers: [Signer] { signatures.signers }
    var isOpen: Bool { unseen != nil }

    var found: String {
        if let refusal { return refusal.found }
        let others = signers.count > 1 ? " and \(signers.count - 1) more" : ""
        return "signed by \(signers.first?.description ?? "nobody")\(others)"
    }
}

extension [AttestorStatement] {
    /// For each of the signers the first signature by which it counts.
    fileprivate func signatures(by signers: [Signer]) -> [VerifiedSignature] {
        let all = flatMap(\.signatures)
        return signers.compactMap { signer in all.first { $0.signer == signer } }
    }
}
