import OCI
@testable import PolicyEngine
import Testing
import TestSupport

@Suite("How patterns stand to each other") struct PatternRelationsTests {
    @Test("a pattern that covers another fits all that the other fits; those that do not overlap fit nothing in common")
    func generated() throws {
        var covering = 0, disjoint = 0
        for seed in UInt64(0)..<1_000 {
            var random = SplitMix(seed: seed)
            let left = try pattern(&random), right = try pattern(&random)
            let covers = left.covers(right), overlaps = left.overlaps(right)
            covering += covers ? 1 : 0
            disjoint += overlaps ? 0 : 1
            #expect(overlaps == right.overlaps(left), "seed \(seed): \(left) and \(right)")
            #expect(left.covers(left) || left.dependsOnTag, "seed \(seed): \(left)")
            for _ in 0..<100 {
                let image = try self.image(&random)
                let fitsLeft = fits(left, image), fitsRight = fits(right, image)
                if covers && fitsRight {
                    #expect(fitsLeft, "seed \(seed): \(left) does not cover \(right) for \(image)")
                }
                if fitsLeft && fitsRight { #expect(overlaps, "seed \(seed): \(left) and \(right) for \(image)") }
            }
        }
        // Neither is trivially always or never so.
        #expect((20...980).contains(covering) && (20...980).contains(disjoint), "\(covering) \(disjoint)")
    }

    @Test(
        "patterns overlap where one text fits both",
        arguments: [
            ("r.example/a*", "r.example/*b", true), ("r.example/a*c", "r.example/ab*", true),
            ("r.example/a*b", "r.example/b*a", false), ("r.example/**", "r.example/a/b/c", true),
            ("r.example/a/**", "r.example/a", false), ("r.example/a/**", "r.example/*/b", true),
            ("*.example/a", "r.*/a", true), ("r.example/a:1.*", "r.example/a:*-dev", true),
            ("r.example/a:1.*", "r.example/a:2.*", false), ("r.example:5000/a", "r.example/a", false),
        ])
    func overlaps(left: String, right: String, expected: Bool) throws {
        #expect(try ImagePattern(left).overlaps(ImagePattern(right)) == expected)
        #expect(try ImagePattern(right).overlaps(ImagePattern(left)) == expected)
    }

    @Test("no namespace is called so that its name begins or ends with a hyphen")
    func names() throws {
        #expect(try NamePattern("prod-*").example == "prod-x")
        #expect(try NamePattern("prod-").example == nil)
        #expect(try NamePattern("-*").example == nil)
        #expect(try NamePattern("prod").stranger == nil)
        #expect(try NamePattern("prod*").stranger == "prod-evil")
    }

    private func fits(_ pattern: ImagePattern, _ image: ImageReference) -> Bool {
        if case .matches = pattern.match(
            PatternSubject(
                MatchableReference(image), of: RequestFacts(source: .kubernetes, namespace: .known("x")), resolved: nil)
        ) {
            true
        } else {
            false
        }
    }

    private static let words = ["a", "b", "ab", "a*", "*b", "*", "a*b"]
    private static let digest = "@sha256:" + String(repeating: "0", count: 64)

    private func pattern(_ random: inout SplitMix) throws -> ImagePattern {
        var text = random.pick(["a", "b", "*"]) + ".example"
        for _ in 0...Int(random.next() % 2) { text += "/" + random.pick(Self.words) }
        if random.next() % 3 == 0 { text += "/**" }
        if random.next() % 4 == 0, !text.hasSuffix("**") { text += ":" + random.pick(Self.words) }
        if random.next() % 8 == 0, !text.hasSuffix("**") { text += Self.digest }
        return try ImagePattern(text)
    }

    private func image(_ random: inout SplitMix) throws -> ImageReference {
        let words = ["a", "b", "ab", "aab", "abb", "x"]
        var text = random.pick(["a", "b"]) + ".example"
        for _ in 0...Int(random.next() % 3) { text += "/" + random.pick(words) }
        if random.next() % 2 == 0 { text += ":" + random.pick(words) }
        if random.next() % 4 == 0 { text += Self.digest }
        return try ImageReference(parsing: text)
    }
}

extension SplitMix {
    fileprivate mutating func pick(_ words: [String]) -> String { words[Int(next() % UInt64(words.count))] }
}
