import OCI
import PolicyEngine
import TestSupport
import Testing
import Timestamp
import Trust

@testable import PolicyDocuments

/// Generated sets, of which one document is replaced, added or removed. A failure names its seed.
@Suite struct PolicyDiffPropertyTests {
    private static let seeds = UInt64(1)...20

    @Test("what random images show to be different is found, and what is told is seen again", arguments: seeds)
    func nothingMissed(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let (before, after) = Self.mutated(&generator)
        let old = try GeneratedPolicies.loaded(before, &generator)
        let new = try GeneratedPolicies.loaded(after, &generator)
        let comparison = old.compared(with: new, at: ComparedPolicies.now, probes: 1_000)
        let pair = ProbedPair(old, new, changed: comparison.documents, now: ComparedPolicies.now)
        let told = Set(comparison.differences.map(\.effect))
        for _ in 1...1_000 {
            let probe = try #require(Self.probe(&generator, of: pair))
            guard let change = pair.change(of: probe) else { continue }
            #expect(told.contains(change.effect) || (change.effect == .reasons && !told.isEmpty), "\(probe)")
        }
        for difference in comparison.differences { #expect(!difference.examples.isEmpty) }
    }

    /// Documents, and the same ones after one mistake or decision of somebody's.
    static func mutated(_ generator: inout SplitMix) -> (before: [String], after: [String]) {
        let before = GeneratedPolicies.documents(&generator)
        let others = GeneratedPolicies.documents(&generator)
        let attestors = 3
        var after = before
        let place = Int.random(in: attestors..<before.count, using: &generator)
        let other = others[Int.random(in: attestors..<others.count, using: &generator)]
        switch Int.random(in: 0..<3, using: &generator) {
        case 0: after.remove(at: place)
        case 1: after[place] = other
        default: after.append(other.replacing("metadata: {name: ", with: "metadata: {name: new-"))
        }
        // Two of the same name are no set.
        let names = after.map { $0.split(separator: "\nspec:").first ?? "" }
        return Set(names).count == names.count ? (before, after) : (before, Array(before.dropLast()))
    }

    static func probe(_ generator: inout SplitMix, of pair: ProbedPair) -> Probe? {
        func oneOf<Value>(_ values: [Value], or otherwise: Value) -> Value {
            values.randomElement(using: &generator) ?? otherwise
        }
        let repositories = [
            "docker.io/library/nginx", "docker.io/library/redis", "registry.example.com/a/b", "registry.example.com/a",
            "registry.example.com/a/b/c", "eu.example.com/a/b", "ghcr.io/x/y", "docker.io/x/y",
        ]
        let names = ["", ":1", ":1.27", ":latest", "@\(Probe.anyDigest)", ":latest@\(Probe.anyDigest)"]
        let text = oneOf(repositories, or: "") + oneOf(names, or: "")
        guard var probe = Probe(text) else { return nil }
        probe.namespace = oneOf([nil, "shop", "prod-a", "prod-b", "prod-", "system"], or: nil)
        probe.container = oneOf(ContainerKind.allCases, or: .main)
        probe.source = oneOf(RequestSource.allCases, or: .kubernetes)
        probe.signers = pair.everybody.filter { _ in Bool.random(using: &generator) }
        probe.isUnreachable = Int.random(in: 0..<8, using: &generator) == 0
        probe.areLabelsUnknown = Int.random(in: 0..<8, using: &generator) == 0
        return probe
    }
}
