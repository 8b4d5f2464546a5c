import OCI
@testable import PolicyEngine
import TestSupport
import Testing
import Timestamp
import Trust

/// Combinations of attestors, nested once.
@Suite struct SignatureDemandTests {
    private static let names = (0..<8).map { "a\($0)" }
    private static let now = PolicyFixture.now

    private static func judge(
        _ signature: FieldValue, _ outcomes: [VerificationOutcome], at now: Instant = now
    ) throws -> CheckOutcome {
        let check = try SignatureCheck(signature, in: CheckContext(attestorNames: names))
        let image = ImageUnderJudgement(
            MatchableReference(try PolicyFixture.image("registry.example.com/app")), container: .main,
            facts: RequestFacts(source: .kubernetes, namespace: .known("shop")))
        let known = outcomes.enumerated().map {
            KnownVerification(
                attestor: AttestorReference(index: $0.offset, name: names[$0.offset]), outcome: $0.element)
        }
        return check.judge(CheckSubject(image, matchedAs: image.subject, known, now: now))
    }

    private static func signed(_ keys: String...) -> VerificationOutcome { .passed(signers: keys.map { .key($0) }) }

    private static func holds(
        _ signature: FieldValue, _ outcomes: VerificationOutcome..., at now: Instant = now
    ) throws -> Bool {
        if case .passed = try judge(signature, outcomes, at: now) { true } else { false }
    }

    private static func refusal(_ outcome: CheckOutcome) -> Refusal? {
        switch outcome {
        case .violated(let refusal), .undetermined(let refusal): refusal
        case .passed: nil
        }
    }

    // MARK: - Each word

    @Test("an entry that is a combination counts as one: all of it, any of it, or so many of it")
    func groups() throws {
        let x = Self.signed("x"), y = Self.signed("y"), z = Self.signed("z"), none = VerificationOutcome.missing
        let all: FieldValue = ["anyOf": ["a0", ["allOf": ["a1", "a2"]]]]
        #expect(try Self.holds(all, x, none, none) && Self.holds(all, none, y, z))
        #expect(try !Self.holds(all, none, y, none) && !Self.holds(all, none, none, z))
        let any: FieldValue = ["allOf": ["a0", ["anyOf": ["a1", "a2"]]]]
        #expect(try Self.holds(any, x, y, none) && Self.holds(any, x, none, z))
        #expect(try !Self.holds(any, x, none, none) && !Self.holds(any, none, y, z))
        let some: FieldValue = ["allOf": ["a0", ["atLeast": 2, "of": ["a1", "a2", "a3"]]]]
        #expect(try Self.holds(some, x, y, none, z))
        #expect(try !Self.holds(some, x, y, none, none) && !Self.holds(some, none, y, z, z))
        let two: FieldValue = ["atLeast": 2, "of": ["a0", ["allOf": ["a1", "a2"]], ["by": "a3"]]]
        #expect(try Self.holds(two, x, none, none, y) && Self.holds(two, none, x, y, z))
        #expect(try !Self.holds(two, none, x, y, none) && !Self.holds(two, x, y, none, none))
    }

    @Test("a signer counts once in the whole check, also across groups")
    func oneSignerOnce() throws {
        let demand: FieldValue = ["allOf": ["a0", ["anyOf": ["a1", "a2"]]]]
        let x = Self.signed("x")
        #expect(try !Self.holds(demand, x, x, x))
        #expect(try Self.holds(demand, x, x, Self.signed("y")))
        #expect(try Self.holds(demand, Self.signed("x", "y"), x, .missing))
        let twice: FieldValue = ["atLeast": 2, "of": [["allOf": ["a0", "a1"]], ["allOf": ["a2", "a3"]]]]
        #expect(try Self.holds(twice, x, Self.signed("y"), Self.signed("z"), Self.signed("w")))
        #expect(try !Self.holds(twice, x, Self.signed("y"), Self.signed("z"), x))
    }

    @Test("a group that cannot be had takes no signer away from the entries that can")
    func groupLeftOut() throws {
        let demand: FieldValue = ["atLeast": 2, "of": ["a0", "a1", ["allOf": ["a2", "a3"]]]]
        let x = Self.signed("x"), y = Self.signed("y")
        #expect(try Self.holds(demand, x, y, x, y))
        #expect(try Self.holds(demand, x, .missing, y, Self.signed("z")))
        #expect(try !Self.holds(demand, x, .missing, x, y))
    }

    @Test("signers of two formats are told apart by what they are: a key is no identity")
    func formats() throws {
        let identity = VerificationOutcome.passed(signers: [.identity(issuer: "https://ca", subject: "ann")])
        let other = VerificationOutcome.passed(signers: [.identity(issuer: "https://ca2", subject: "ann")])
        let demand: FieldValue = ["allOf": ["a0", "a1"]]
        #expect(try Self.holds(demand, Self.signed("x"), identity))
        #expect(try Self.holds(demand, identity, other))
        #expect(try !Self.holds(demand, identity, identity))
    }

    @Test("of a group and of an attestor in it the earlier date counts, from that moment on")
    func until() throws {
        let soon = Self.now + .seconds(60), later = Self.now + .seconds(120)
        let x = Self.signed("x"), y = Self.signed("y")
        let group: FieldValue = ["anyOf": [["allOf": ["a0", "a1"], "until": .date(soon)], "a2"]]
        let leaf: FieldValue = [
            "anyOf": [["allOf": ["a0", ["by": "a1", "until": .date(soon)]], "until": .date(later)], "a2"]
        ]
        for demand in [group, leaf] {
            #expect(try Self.holds(demand, x, y, .missing, at: soon - .nanoseconds(1)))
            #expect(try !Self.holds(demand, x, y, .missing, at: soon))
            #expect(try Self.holds(demand, x, y, Self.signed("z"), at: soon))
        }
        let check = try SignatureCheck(group, in: CheckContext(attestorNames: Self.names))
        #expect(check.attestors(at: Self.now).map(\.name) == ["a0", "a1", "a2"])
        #expect(check.attestors(at: soon).map(\.name) == ["a2"])
    }

    // MARK: - What is said

    @Test("what is expected reads as a sentence, and what was found names what each attestor said")
    func messages() throws {
        let demand: FieldValue = [
            "atLeast": 2,
            "of": [
                "a0", ["anyOf": ["a1", "a2"]], ["allOf": ["a3", "a4"]], ["atLeast": 2, "of": ["a5", "a6", "a7"]],
            ],
        ]
        let x = Self.signed("x")
        let outcome = try Self.judge(
            demand, [.missing, x, x, .missing, .missing, .missing, .missing, .missing])
        guard case .violated(let refusal) = outcome else {
            Issue.record("\(outcome)")
            return
        }
        #expect(
            refusal.expected
                == "2 different signers of `a0`, (`a1` or `a2`), (`a3` and `a4`) and (2 of `a5`, `a6` and `a7`)")
        let key = Signer.key("x").description
        #expect(
            refusal.found == """
                1 of 2 satisfied; `a0`: no signature; `a1`: signed by \(key); `a2`: signed by \(key); \
                `a3`: no signature; `a4`: no signature; `a5`: no signature; `a6`: no signature; `a7`: no signature
                """)
        #expect(refusal.reason == .tooFewSigners)
        let nested: FieldValue = ["anyOf": ["a0", ["allOf": ["a1", "a2"]]]]
        let missing = Self.refusal(try Self.judge(nested, [.missing, .missing, .missing]))
        #expect(missing?.expected == "a signature by `a0` or (`a1` and `a2`)")
        #expect(missing?.reason == .signatureMissing)
        #expect(Self.refusal(try Self.judge(["by": "a0"], [.missing]))?.found == "no signature")
        let one = Self.refusal(try Self.judge(["atLeast": 1, "of": ["a0", "a1"]], [.missing, .missing]))
        #expect(one?.expected == "a signature by `a0` or `a1`")
        let few = Self.refusal(try Self.judge(["allOf": ["a0", "a1"]], [x, x]))
        #expect(few?.expected == "signatures by `a0` and `a1`")
        #expect(few?.found == "1 different signer; `a0`: signed by \(key); `a1`: signed by \(key)")
    }

    // MARK: - Mistakes

    @Test("what cannot be meant is refused at load, and so is what would take long to count")
    func mistakes() throws {
        func problems(_ signature: FieldValue) -> [String] {
            do {
                _ = try SignatureCheck(signature, in: CheckContext(attestorNames: (0..<70).map { "a\($0)" }))
                return []
            } catch {
                return error.problems.map(\.message)
            }
        }
        func list(_ elements: [FieldValue]) -> FieldValue { FieldValue(.list(elements), at: PolicyFixture.here) }
        func names(_ range: Range<Int>) -> FieldValue { list(range.map { FieldValue(stringLiteral: "a\($0)") }) }
        #expect(
            problems(["anyOf": ["a0", ["atLeast": 3, "of": ["a1", "a2"]]]]) == ["`atLeast: 3` of 2 can never hold"])
        #expect(problems(["anyOf": ["a0", ["allOf": ["a1", "a1"]]]]) == ["`a1` is listed twice"])
        #expect(problems(["anyOf": ["a0", ["by": "a0"]]]) == ["`a0` is listed twice"])
        #expect(problems(["anyOf": [["allOf": ["a0", "a1"]], ["allOf": ["a0", "a2"]]]]).isEmpty)
        #expect(problems(["anyOf": [["allOf": ["nobody"]]]]) == ["there is no Attestor named `nobody`"])
        #expect(problems(["anyOf": names(0..<64)]).isEmpty)
        #expect(problems(["anyOf": names(0..<65)]) == ["found 65 attestors, expected at most 64 in one check"])
        let group: FieldValue = ["allOf": ["a0", "a1"]]
        #expect(problems(["anyOf": list(Array(repeating: group, count: 8))]).isEmpty)
        #expect(
            problems(["anyOf": list(Array(repeating: group, count: 9))])
                == ["found 9 nested combinations, expected at most 8 in one check"])
    }

    @Test("the largest demand is judged at once, whatever the signers have in common")
    func bounded() throws {
        func list(_ elements: [FieldValue]) -> FieldValue { FieldValue(.list(elements), at: PolicyFixture.here) }
        let names = (0..<64).map { "a\($0)" }
        let groups = (0..<8).map { group -> FieldValue in
            let members = names[(group * 8)..<(group * 8 + 8)].map { FieldValue(stringLiteral: $0) }
            return ["atLeast": 7, "of": list(members)]
        }
        let check = try SignatureCheck(
            ["atLeast": 5, "of": list(groups)], in: CheckContext(attestorNames: names))
        let image = ImageUnderJudgement(
            MatchableReference(try PolicyFixture.image("registry.example.com/app")), container: .main,
            facts: RequestFacts(source: .kubernetes, namespace: .known("shop")))
        // Twenty-eight keys for thirty-five places: no choice works, and all are looked at.
        let shared = VerificationOutcome.passed(signers: (0..<28).map { .key("\($0)") })
        let known = names.indices.map {
            KnownVerification(attestor: AttestorReference(index: $0, name: names[$0]), outcome: shared)
        }
        let clock = ContinuousClock()
        let took = clock.measure {
            let outcome = check.judge(CheckSubject(image, matchedAs: image.subject, known, now: Self.now))
            #expect(Self.refusal(outcome)?.found.hasPrefix("4 of 5 satisfied; ") == true)
        }
        #expect(took < .seconds(5))
    }

    // MARK: - Against the definition

    @Test("judged as the definition says, on generated demands, signers and failures", arguments: UInt64(1)...1_000)
    func definition(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let world = DemandWorld(&generator)
        let outcome = try Self.judge(world.value, world.outcomes)
        let passes = world.isSatisfied(by: world.signers)
        let mightPass = world.isSatisfied(by: world.signersAtBest)
        switch outcome {
        case .passed(let signers):
            #expect(passes, "seed \(seed)")
            #expect(Set(signers).count == signers.count && signers.count >= world.needed, "seed \(seed)")
        case .undetermined: #expect(!passes && mightPass, "seed \(seed)")
        case .violated: #expect(!mightPass, "seed \(seed)")
        }
    }
}

/// A small demand with what its attestors say, and the definition of what satisfies it, followed to the letter.
private struct DemandWorld {
    struct Group {
        let leaves: [Int]
        let needed: Int
    }

    let groups: [Group]
    let needed: Int
    let value: FieldValue
    let outcomes: [VerificationOutcome]
    /// For each attestor the signers that may stand for it, as numbers.
    let signers: [[Int]]
    /// The same if everybody who could not be asked signed: with any key there is, or one of their own.
    let signersAtBest: [[Int]]

    init(_ generator: inout SplitMix) {
        var groups: [Group] = []
        var values: [FieldValue] = []
        var next = 0
        while next < 6, groups.count < 4 {
            let size = min(Int.random(in: 1...3, using: &generator), 7 - next)
            let leaves = Array(next..<(next + size))
            next += size
            let names = leaves.map { FieldValue(stringLiteral: "a\($0)") }
            if size == 1 {
                groups.append(Group(leaves: leaves, needed: 1))
                values.append(names[0])
            } else {
                let (needed, value) = DemandWorld.combination(names, &generator)
                groups.append(Group(leaves: leaves, needed: needed))
                values.append(value)
            }
        }
        (needed, value) = DemandWorld.combination(values, &generator)
        self.groups = groups
        var signers: [[Int]] = []
        var atBest: [[Int]] = []
        var outcomes: [VerificationOutcome] = []
        for leaf in 0..<next {
            let keys = (0..<5).shuffled(using: &generator).prefix(Int.random(in: 1...2, using: &generator))
            switch Int.random(in: 0..<8, using: &generator) {
            case 0:
                outcomes.append(.unreachable)
                signers.append([])
                atBest.append(Array(0..<5) + [100 + leaf])
            case 1:
                outcomes.append(.missing)
                signers.append([])
                atBest.append([])
            default:
                outcomes.append(.passed(signers: keys.map { .key("\($0)") }))
                signers.append(Array(keys))
                atBest.append(Array(keys))
            }
        }
        (self.signers, signersAtBest, self.outcomes) = (signers, atBest, outcomes)
    }

    private static func combination(
        _ entries: [FieldValue], _ generator: inout SplitMix
    ) -> (needed: Int, value: FieldValue) {
        let list = FieldValue(.list(entries), at: PolicyFixture.here)
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: return (1, ["anyOf": list])
        case 1: return (entries.count, ["allOf": list])
        default:
            let needed = Int.random(in: 1...entries.count, using: &generator)
            return (needed, ["atLeast": FieldValue(integerLiteral: needed), "of": list])
        }
    }

    func isSatisfied(by signers: [[Int]]) -> Bool { satisfies(groups[...], needed, used: [], signers) }

    private func satisfies(_ rest: ArraySlice<Group>, _ needed: Int, used: Set<Int>, _ signers: [[Int]]) -> Bool {
        if needed == 0 { return true }
        guard let group = rest.first else { return false }
        if satisfies(rest.dropFirst(), needed, used: used, signers) { return true }
        return ways(group.leaves[...], group.needed, used: used, signers).contains {
            satisfies(rest.dropFirst(), needed - 1, used: $0, signers)
        }
    }

    /// What is used up after each way to find the signers of a group.
    private func ways(_ rest: ArraySlice<Int>, _ needed: Int, used: Set<Int>, _ signers: [[Int]]) -> Set<Set<Int>> {
        if needed == 0 { return [used] }
        guard let leaf = rest.first else { return [] }
        var found = ways(rest.dropFirst(), needed, used: used, signers)
        for signer in signers[leaf] where !used.contains(signer) {
            found.formUnion(ways(rest.dropFirst(), needed - 1, used: used.union([signer]), signers))
        }
        return found
    }
}
