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

    @Test("each case that is printed is decided by both sets as it is told", arguments: seeds)
    func casesAreTrue(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let (before, after) = Self.mutated(&generator)
        try ComparedPolicies(
            before.joined(separator: "---\n"), after.joined(separator: "---\n"), probes: 500
        ).confirm()
        let (old, new) = (Self.composed(&generator), Self.composed(&generator))
        let composed = try ComparedPolicies(old, new, probes: 500)
        try composed.confirm()
        let pair = ProbedPair(
            composed.old, composed.new, changed: composed.comparison.documents, now: ComparedPolicies.now)
        for _ in 1...500 {
            let probe = try #require(Self.probe(&generator, of: pair))
            guard let change = pair.change(of: probe), change.effect != .reasons else { continue }
            #expect(composed.effects.contains(change.effect), "\(probe)\n\(old)\n\(new)")
        }
    }

    /// A policy of patterns with variables and attestations, beside one that is always the same.
    private static func composed(_ generator: inout SplitMix) -> String {
        let patterns = [
            "registry.example.com/**", "registry.example.com/$(namespace)/*", "*.example.com/*/b",
            "registry.example.com/$(namespace.labels.team)/**", "docker.io/library/nginx:1.*",
        ]
        func pattern() -> String { "\"\(patterns.randomElement(using: &generator) ?? "")\"" }
        let attestation = "attestation: {predicateType: \"https://slsa.dev/provenance/v1\", by: a"
        let checks = [
            "trustedRegistries: [\(pattern()), \(pattern())]", "tags: {deny: [\"1.*\"]}", "signature: {by: a}",
            "\(attestation)}", "\(attestation), maxAge: 3d}",
            "\(attestation), provenance: {source: \"https://git.example.com/*\"}}",
        ]
        let chosen = checks.shuffled(using: &generator).prefix(2).enumerated().map { "{name: c\($0), \($1)}" }
        return ComparedPolicies.policy("{match: {images: [\(pattern())]}, checks: [\(chosen.joined(separator: ", "))]}")
            + ComparedPolicies.policy("{checks: [{trustedRegistries: [\"registry.example.com/**\"]}]}", name: "q")
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
