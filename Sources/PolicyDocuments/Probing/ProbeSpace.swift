import OCI
import PolicyEngine
import Timestamp
import Trust

/// Probes that combine every image with every fact, signature and time of some lists. The first of each list is the one
/// that goes with all others while they are tried. The lists are short, so that the combinations can be counted.
struct ProbeSpace: Sendable {
    var images: [ImageReference] = []
    /// What tags stand for.
    var digests: [Digest] = [Probe.anyDigest]
    /// Nil where there is none.
    var namespaces: [String?] = []
    /// Of a namespace, where there is one; nil if they could not be had.
    var labels: [[NamespaceLabel]?] = [[]]
    var containers: [ContainerKind] = [.main]
    var sources: [RequestSource] = [.kubernetes]
    var findings: [Found] = [Found()]
    /// Nil is now.
    var times: [Instant?] = [nil]
    /// How many values there was no room for in the lists.
    var leftOut = 0

    /// What is found out about an image.
    struct Found: Sendable {
        var signers: Set<Signer> = []
        var isSigned = true
        var statements: [VerifiedStatement]?
        var age = Duration.zero
        var isUnreachable = false
        var lastKnownGood: Duration?
    }

    private var sizes: [Int] {
        [
            images.count, digests.count, namespaces.count, labels.count, containers.count, sources.count,
            findings.count, times.count,
        ]
    }

    /// How many probes there are.
    private var count: Int { sizes.reduce(1, ProbeSpace.multiplied) }

    /// How many there would be with what is left out, at least.
    var possible: Int {
        let (sum, isTooLarge) = count.addingReportingOverflow(leftOut)
        return isTooLarge ? .max : sum
    }

    private static func multiplied(_ one: Int, _ other: Int) -> Int {
        let (product, isTooLarge) = one.multipliedReportingOverflow(by: other)
        return isTooLarge ? .max : product
    }

    /// Shows all probes if they are not more than `limit`. Else half of them are first each image, then each fact, then
    /// more and more images with more and more facts, and half come from all over the space. Always the same ones.
    ///
    /// - Returns: how many were shown.
    func visit(atMost limit: Int, _ body: (Probe) -> Void) -> Int {
        let count = count
        guard count > limit else {
            for index in 0..<count { body(probe(index)) }
            return count
        }
        var chosen: Set<Int> = []
        func choose(_ index: Int) { if chosen.insert(index).inserted { body(probe(index)) } }
        for index in inTurnIndices(atMost: limit / 2) { choose(index) }
        var generator = Scatter()
        // A space that is hardly larger than the limit is hit twice now and then.
        for _ in 0..<(2 * limit) where chosen.count < limit { choose(generator.next(below: count)) }
        return chosen.count
    }

    private func inTurnIndices(atMost limit: Int) -> [Int] {
        var step = images.count
        var values: [[Int]] = []
        for size in sizes.dropFirst() {
            let next = ProbeSpace.multiplied(step, size)
            guard next < .max else { break }
            values.append((0..<size).dropFirst().map { $0 * step })
            step = next
        }
        let facts = [0] + inTurn(values)
        // Half for each alone, so that images do not take all the room of facts.
        var indices = Array(0..<images.count).prefix(limit / 4) + facts.prefix(limit / 4)
        for side in 1..<max(images.count, facts.count, 2) where indices.count < limit {
            if side < images.count { indices += facts.prefix(side + 1).map { side + $0 } }
            if side < facts.count { indices += (0..<min(side, images.count)).map { $0 + facts[side] } }
        }
        return Array(indices.prefix(limit))
    }

    private func probe(_ index: Int) -> Probe {
        var rest = index
        func pick<Value>(_ values: [Value]) -> Value {
            defer { rest /= values.count }
            return values[rest % values.count]
        }
        var probe = Probe(pick(images))
        probe.digest = pick(digests)
        probe.namespace = pick(namespaces)
        let labels = pick(self.labels)
        probe.labels = labels ?? []
        probe.areLabelsUnknown = labels == nil
        probe.container = pick(containers)
        probe.source = pick(sources)
        let found = pick(findings)
        probe.signers = found.signers
        probe.isSigned = found.isSigned
        probe.statements = found.statements
        probe.age = found.age
        probe.isUnreachable = found.isUnreachable
        probe.lastKnownGood = found.lastKnownGood
        probe.time = pick(times)
        return probe.possible
    }
}

extension Probe {
    /// Kubernetes gives every namespace a label with its name, and keeps it.
    fileprivate var possible: Probe {
        guard namespace != nil, let name = labels.first(where: \.isOfName)?.value
        else { return self }
        var probe = self
        probe.namespace = name
        return probe
    }
}

/// Numbers all over a range, always the same ones (SplitMix64).
private struct Scatter {
    private var state: UInt64 = 0

    mutating func next(below bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
