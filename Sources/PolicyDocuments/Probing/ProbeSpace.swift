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
    var namespaces: [String?] = [Probe.anyNamespace]
    /// Of a namespace, where there is one; nil if they could not be had.
    var labels: [[NamespaceLabel]?] = [[]]
    var containers: [ContainerKind] = [.main]
    var sources: [RequestSource] = [.kubernetes]
    var findings: [Found] = [Found()]
    /// Nil is now.
    var times: [Instant?] = [nil]

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
    var count: Int {
        sizes.reduce(1, *)
    }

    /// Shows all probes if they are not more than `limit`. Else half of them are each image with each fact in turn, and
    /// half come from all over the space. Always the same ones.
    ///
    /// - Returns: how many were shown.
    func visit(atMost limit: Int, _ body: (Probe) -> Void) -> Int {
        guard count > limit else {
            for index in 0..<count { body(probe(index)) }
            return count
        }
        var chosen: Set<Int> = []
        func choose(_ index: Int) { if chosen.insert(index).inserted { body(probe(index)) } }
        visitInTurn(atMost: limit / 2, choose)
        var generator = Scatter()
        // A space that is hardly larger than the limit is hit twice now and then.
        for _ in 0..<(2 * limit) where chosen.count < limit { choose(generator.next(below: count)) }
        return chosen.count
    }

    private func visitInTurn(atMost limit: Int, _ choose: (Int) -> Void) {
        var left = limit
        for image in images.indices {
            var step = images.count
            for size in sizes.dropFirst() {
                for value in 0..<size {
                    guard left > 0 else { return }
                    left -= 1
                    choose(image + value * step)
                }
                step *= size
            }
        }
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
