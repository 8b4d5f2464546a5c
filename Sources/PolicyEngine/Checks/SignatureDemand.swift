import Timestamp
import Trust

/// Who must have signed: at least so many of its entries. An entry is an attestor, or, nested once, a group of attestors
/// of which at least so many must have signed.
///
/// What is counted are signers, told apart by the fingerprint of their key or by issuer and subject, and each counts once
/// in the whole check, whichever format its signature has:
///
/// - An attestor that stands behind the image is satisfied by any one of its signers.
/// - A group counts as one entry. It is satisfied by a set of signers, all different: one for each of as many of its
///   attestors as it asks for.
/// - The demand is met if as many entries as it asks for can be satisfied at once without a signer in common.
///
/// So a key that is listed twice counts once, and attestors that share a key count apart only as far as other keys can
/// stand for them.
struct SignatureDemand: Sendable, CustomStringConvertible {
    /// The attestors of all entries, in the order in which they are written.
    let leaves: [Leaf]
    let groups: [Group]
    /// How many of the groups must be satisfied.
    let needed: Int
    /// What would pass, as a sentence has it.
    let description: String

    struct Leaf: Sendable {
        let attestor: AttestorReference
        /// It counts before this moment only.
        let until: Instant
    }

    /// One entry: an attestor is a group of one.
    struct Group: Sendable {
        /// The places of its attestors among all.
        let leaves: Range<Int>
        let needed: Int
    }

    /// A check names at most so many attestors, and so many groups that ask for more than one signer are tried against
    /// each other in every combination.
    static let maximumLeaves = 64
    static let maximumNested = 8

    /// This attestor alone.
    init(by attestor: AttestorReference) {
        leaves = [Leaf(attestor: attestor, until: .latest)]
        groups = [Group(leaves: 0..<1, needed: 1)]
        needed = 1
        description = "a signature by `\(attestor.name)`"
    }

    /// How many are satisfied, for a person; nothing if one is enough.
    func counted(_ satisfied: Int) -> [String] {
        guard needed > 1 else { return [] }
        guard leaves.count == groups.count else { return ["\(satisfied) of \(needed) satisfied"] }
        return ["\(satisfied) different \(satisfied == 1 ? "signer" : "signers")"]
    }
}

// MARK: - Fields

extension SignatureDemand {
    private static let name = FieldType.text("the name of an Attestor")
    private static let until = Field("until", .date, "the entry counts before this moment only")
    private static let choice = ["by", "anyOf", "allOf", "atLeast"]
    private static let nestedTwice =
        "combinations are nested once: an entry of a nested one is an attestor, by its name or as `{by: NAME, until: DATE}`"

    /// An entry of a nested combination.
    private static let attestor = FieldType.either(
        scalar: name,
        object: ObjectType(
            [Field("by", name, required: true, "who must have signed"), until],
            notBuiltIn: ["anyOf", "allOf", "atLeast", "of"].map { UnbuiltField($0, nestedTwice) }))

    private static let entry = FieldType.either(
        scalar: name,
        object: ObjectType(
            combination(of: attestor) + [until], exactlyOneOf: [choice], together: [["atLeast", "of"]]))

    /// The shape of what stands under `signature`.
    static let type = FieldType.object(
        ObjectType(combination(of: entry), exactlyOneOf: [choice], together: [["atLeast", "of"]]))

    private static func combination(of entry: FieldType) -> [Field] {
        [
            Field("by", name, "this one signed"),
            Field("anyOf", .list(entry), "at least one of these is satisfied"),
            Field("allOf", .list(entry), "each of these is satisfied, by signers of its own"),
            Field("atLeast", .integer(1...maximumLeaves), "how many of `of` must be satisfied, by different signers"),
            Field("of", .list(entry), "what `atLeast` counts"),
        ]
    }

    /// Reads a demand of that shape. Reports every problem, each at its position.
    init(_ value: FieldValue, in context: CheckContext) throws(FieldProblems) {
        var reader = DemandReader(context: context)
        let combination = reader.combination(value)
        var groups: [Group] = []
        var phrases: [String] = []
        for element in combination.elements {
            let start = reader.leaves.count
            let nested = reader.entry(element)
            groups.append(Group(leaves: start..<reader.leaves.count, needed: nested.needed))
            phrases.append(nested.phrase)
        }
        reader.refuseRepetitions(in: combination.elements)
        reader.refuseTooMany(value)
        if let problems = FieldProblems(reader.problems) { throw problems }
        leaves = reader.leaves
        self.groups = groups
        needed = combination.needed
        description = combination.demand(phrases)
    }
}

/// What stands under one of the four words.
private struct Combination {
    enum Word {
        case anyOf, allOf, atLeast
    }

    let word: Word
    let elements: [FieldValue]
    let needed: Int

    /// All of it, as what is expected of an image.
    func demand(_ phrases: [String]) -> String {
        switch word {
        case .anyOf: "a signature by " + listed(phrases: phrases, conjunction: "or")
        case .allOf: "signatures by " + listed(phrases: phrases, conjunction: "and")
        case .atLeast: "\(needed) different signers of " + listed(phrases: phrases, conjunction: "and")
        }
    }

    /// The same as an entry of another one.
    func phrase(_ phrases: [String]) -> String {
        guard phrases.count > 1 else { return phrases.first ?? "nothing" }
        return switch word {
        case .anyOf: "(" + listed(phrases: phrases, conjunction: "or") + ")"
        case .allOf: "(" + listed(phrases: phrases, conjunction: "and") + ")"
        case .atLeast: "(\(needed) of " + listed(phrases: phrases, conjunction: "and") + ")"
        }
    }
}

private struct DemandReader {
    let context: CheckContext
    var leaves: [SignatureDemand.Leaf] = []
    var problems: [FieldProblem] = []

    mutating func combination(_ value: FieldValue) -> Combination {
        if let by = value["by"] { return Combination(word: .anyOf, elements: [by], needed: 1) }
        if let all = value["allOf"] {
            return Combination(word: .allOf, elements: all.elements, needed: all.elements.count)
        }
        guard let atLeast = value["atLeast"] else {
            return Combination(word: .anyOf, elements: value["anyOf"]?.elements ?? [], needed: 1)
        }
        let elements = value["of"]?.elements ?? []
        let needed = atLeast.integer ?? 1
        if needed > elements.count {
            problems.append(
                FieldProblem("`atLeast: \(needed)` of \(elements.count) can never hold", at: atLeast.position))
        }
        return Combination(word: needed == 1 ? .anyOf : .atLeast, elements: elements, needed: needed)
    }

    /// Reads an attestor or a nested combination: how many of its attestors must have signed, and the words for it.
    mutating func entry(_ element: FieldValue) -> (needed: Int, phrase: String) {
        let end = element["until"]?.date ?? .latest
        guard element.text == nil, element["by"] == nil else { return (1, leaf(element, before: end)) }
        let combination = combination(element)
        let phrases = combination.elements.map { leaf($0, before: min(end, $0["until"]?.date ?? .latest)) }
        refuseRepetitions(in: combination.elements)
        return (combination.needed, combination.phrase(phrases))
    }

    private mutating func leaf(_ element: FieldValue, before end: Instant) -> String {
        do {
            let attestor = try context.attestor(element["by"] ?? element)
            leaves.append(SignatureDemand.Leaf(attestor: attestor, until: end))
            return "`\(attestor.name)`"
        } catch {
            problems += error.problems
            return ""
        }
    }

    /// The attestors of one list.
    mutating func refuseRepetitions(in elements: [FieldValue]) {
        var seen: [String] = []
        for element in elements {
            let value = element["by"] ?? element
            guard let name = value.text else { continue }
            if seen.contains(where: { $0.utf8.elementsEqual(name.utf8) }) {
                problems.append(FieldProblem("`\(name)` is listed twice", at: value.position))
            }
            seen.append(name)
        }
    }

    mutating func refuseTooMany(_ value: FieldValue) {
        if leaves.count > SignatureDemand.maximumLeaves {
            problems.append(
                FieldProblem(
                    "found \(leaves.count) attestors, expected at most \(SignatureDemand.maximumLeaves) in one check",
                    at: value.position))
        }
        let elements = (value["anyOf"] ?? value["allOf"] ?? value["of"])?.elements ?? []
        let nested = elements.count { $0.text == nil && $0["by"] == nil }
        if nested > SignatureDemand.maximumNested {
            problems.append(
                FieldProblem(
                    "found \(nested) nested combinations, expected at most \(SignatureDemand.maximumNested) in one check",
                    at: value.position))
        }
    }
}
