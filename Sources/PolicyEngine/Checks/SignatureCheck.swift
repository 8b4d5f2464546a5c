public import Timestamp
public import Trust

/// `signature:` passes if attestors stand behind the image's digest:
///
///     signature: {by: NAME}
///     signature: {anyOf: [NAME, {by: NAME, until: DATE}]}
///     signature: {allOf: [NAME, NAME]}
///     signature: {atLeast: 2, of: [NAME, NAME, NAME]}
///
/// It needs the signatures, and it vouches. `allOf` and `atLeast` count *different* signers: a key that two attestors
/// share counts once. An entry with `until` counts before that moment only.
public struct SignatureCheck: Check {
    public static let word = "signature"
    public static let summary = "these attestors signed the image"
    public static let needsOnlyReference = false
    public static let vouches = true

    private static let attestorField = Field(
        "by", .text("the name of an Attestor"), required: true, "who must have signed")
    private static let entries = FieldType.list(
        .either(
            scalar: .text("the name of an Attestor"),
            object: ObjectType([attestorField, Field("until", .date, "the entry counts before this moment only")])))

    public static let type = FieldType.object(
        ObjectType(
            [
                Field("by", .text("the name of an Attestor"), "this one signed"),
                Field("anyOf", entries, "at least one of these signed"),
                Field("allOf", entries, "each of these signed, each with a key of its own"),
                Field("atLeast", .integer(1...64), "how many different signers there must be"),
                Field("of", entries, "the attestors that `atLeast` counts"),
            ],
            exactlyOneOf: [["by", "anyOf", "allOf", "atLeast"]],
            together: [["atLeast", "of"]]))

    private struct Entry {
        let attestor: AttestorReference
        let until: Instant?
    }

    private let entries: [Entry]
    private let needed: Int
    private let demand: String

    public init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        let list = value["anyOf"] ?? value["allOf"] ?? value["of"]
        let elements = value["by"].map { [$0] } ?? list?.elements ?? []
        entries = try SignatureCheck.entries(elements, in: context)
        let names = entries.map(\.attestor.name)
        if let atLeast = value["atLeast"], let count = atLeast.integer {
            guard count <= entries.count else {
                throw FieldProblems(
                    FieldProblem("`atLeast: \(count)` of \(entries.count) can never hold", at: atLeast.position))
            }
            needed = count
            demand = "\(count) different signers of " + listed(names, conjunction: "and")
        } else if value["allOf"] != nil {
            needed = entries.count
            demand = "signatures by " + listed(names, conjunction: "and")
        } else {
            needed = 1
            demand = "a signature by " + listed(names, conjunction: "or")
        }
    }

    private static func entries(
        _ elements: [FieldValue], in context: CheckContext
    ) throws(FieldProblems) -> [Entry] {
        var problems: [FieldProblem] = []
        var entries: [Entry] = []
        for element in elements {
            let name = element["by"] ?? element
            do {
                let attestor = try context.attestor(name)
                if entries.contains(where: { $0.attestor == attestor }) {
                    problems.append(FieldProblem("`\(attestor.name)` is listed twice", at: name.position))
                }
                entries.append(Entry(attestor: attestor, until: element["until"]?.date))
            } catch {
                problems += error.problems
            }
        }
        if let problems = FieldProblems(problems) { throw problems }
        return entries
    }

    public func attestors(at now: Instant) -> [AttestorReference] {
        entries.filter { counts($0, at: now) }.map(\.attestor)
    }

    public func judge(_ image: CheckSubject) -> CheckOutcome {
        var signerSets: [[Signer]] = []
        var refused: [(name: String, refusal: Refusal)] = []
        var undetermined: [(name: String, refusal: Refusal)] = []
        for entry in entries {
            guard counts(entry, at: image.now) else {
                let expiry = Refusal(
                    .signatureMissing, found: "no longer counted since \(entry.until?.rfc3339InSeconds ?? "")",
                    expected: demand)
                refused.append((entry.attestor.name, expiry))
                continue
            }
            switch image.verification(by: entry.attestor) {
            case .passed(let signers): signerSets.append(signers)
            case .violated(let refusal): refused.append((entry.attestor.name, refusal))
            case .undetermined(let refusal): undetermined.append((entry.attestor.name, refusal))
            }
        }
        let distinct = distinctRepresentatives(of: signerSets)
        if distinct.count >= needed { return .passed(signers: distinct) }
        if distinct.count + undetermined.count >= needed {
            return .undetermined(combined(undetermined, distinct: distinct.count))
        }
        let isShort = needed > 1 && !signerSets.isEmpty
        return .violated(combined(refused, distinct: distinct.count, reason: isShort ? .tooFewSigners : nil))
    }

    private func counts(_ entry: Entry, at now: Instant) -> Bool {
        guard let until = entry.until else { return true }
        return now < until
    }

    /// One refusal out of those of several attestors: the first one's reason, and what each of them found.
    private func combined(
        _ refusals: [(name: String, refusal: Refusal)], distinct: Int, reason: ReasonCode? = nil
    ) -> Refusal {
        let details = refusals.map { entries.count == 1 ? $0.refusal.found : "`\($0.name)`: \($0.refusal.found)" }
        let count = needed > 1 ? ["\(distinct) different \(distinct == 1 ? "signer" : "signers")"] : []
        return Refusal(
            reason ?? refusals.first?.refusal.reason ?? .tooFewSigners,
            found: (count + details).joined(separator: "; "),
            expected: demand,
            cure: refusals.first?.refusal.cure)
    }
}

/// A largest choice of one signer from each set such that no signer is chosen twice (bipartite matching by augmenting
/// paths): two attestors that share a key count as two only if another key can stand for one of them.
private func distinctRepresentatives(of sets: [[Signer]]) -> [Signer] {
    // The usual policy names one attestor; there is nothing to choose.
    if sets.count <= 1 { return Array(sets.joined().prefix(1)) }
    var holder: [Signer: Int] = [:]
    func place(_ set: Int, _ visited: inout Set<Signer>) -> Bool {
        for signer in sets[set] where visited.insert(signer).inserted {
            if let other = holder[signer], !place(other, &visited) { continue }
            holder[signer] = set
            return true
        }
        return false
    }
    for set in sets.indices {
        var visited: Set<Signer> = []
        _ = place(set, &visited)
    }
    return holder.sorted { $0.value < $1.value }.map(\.key)
}
