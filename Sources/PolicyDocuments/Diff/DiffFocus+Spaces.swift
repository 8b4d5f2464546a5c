import OCI
import PolicyEngine
import Timestamp
import Trust

/// What a document that differs is probed with.
extension DiffFocus {
    /// Probes of what the document speaks of, and of what other policies vouch for where it may be asked too.
    ///
    /// - Returns: also how many such policies, and documents beside it, are left out: at least as many probes.
    func spaces(of pair: ProbedPair) -> (spaces: [ProbeSpace], leftOut: Int) {
        let facts = facts(of: pair)
        var own = facts
        own.images(of: vocabulary.patterns, and: vocabulary.patterns, of: vocabulary, pair)
        let beside = pair.vouchers.filter { voucher in
            voucher.name != name && selectors.contains { $0.overlaps(voucher.policy.match) }
        }
        let spaces = [own] + beside.prefix(DiffFocus.maximumVouchers).map { facts.beside($0, of: vocabulary, pair) }
        return (spaces, leftOut + max(beside.count - DiffFocus.maximumVouchers, 0))
    }

    /// Everything but the images.
    private func facts(of pair: ProbedPair) -> ProbeSpace {
        var space = ProbeSpace()
        space.digests = vocabulary.digests + [Probe.anyDigest]
        space.namespaces = namespaces(of: pair)
        addLabels(to: &space, pair)
        if !vocabulary.containers.isEmpty { space.containers = allOf(ContainerKind.allCases, vocabulary.containers) }
        if !vocabulary.sources.isEmpty { space.sources = allOf(RequestSource.allCases, vocabulary.sources) }
        addFindings(to: &space, pair)
        for date in vocabulary.dates { space.times += [date - .seconds(1), date] }
        return space
    }

    /// All values, those first that the documents name.
    private func allOf<Value: Equatable>(_ all: [Value], _ named: [Value]) -> [Value] {
        all.filter(named.contains) + all.filter { !named.contains($0) }
    }

    private func namespaces(of pair: ProbedPair) -> [String?] {
        let named = inTurn(vocabulary.namespaces.map { $0.probes(filling: pair.fillers) })
        let fillers = vocabulary.variables.contains(.namespace) ? pair.fillers : []
        let isAsked = !named.isEmpty || !fillers.isEmpty || !vocabulary.labels.isEmpty || !vocabulary.variables.isEmpty
        return each(named + fillers + [pair.anyNamespace]) + (isAsked ? [nil] : [])
    }

    /// Labels that stand together, those without one of them, all of them, none, and those that variables ask for.
    private func addLabels(to space: inout ProbeSpace, _ pair: ProbedPair) {
        let together = Array(vocabulary.labels.prefix(DiffFocus.maximumLabels))
        space.leftOut += vocabulary.labels.count - together.count
        let values = pair.fillers.map { filler in
            vocabulary.variables.compactMap { variable -> NamespaceLabel? in
                guard case .namespaceLabel(let key) = variable else { return nil }
                return try? NamespaceLabel(key: key, value: filler)
            }
        }.filter { !$0.isEmpty }
        guard !together.isEmpty || !values.isEmpty else { return }
        let lacking = together.filter { $0.count > 1 }.flatMap { labels in
            labels.indices.map { index in labels.enumerated().filter { $0.offset != index }.map(\.element) }
        }
        let all = together.reduce([]) { $0.joined(by: $1) }
        let single = values.filter { $0.count > 1 }.joined().map { [$0] }
        let filled = values.map { all.joined(by: $0) }
        space.labels =
            each((filled.isEmpty ? [all] : filled) + together + [all] + values + lacking + single + [[]]) + [nil]
    }

    // MARK: - What is found out about an image

    /// Signed by everybody, nobody, some of its signers, while everybody else has signed; attested as one of the sets asks, or
    /// some time ago; and what nobody can look at.
    private func addFindings(to space: inout ProbeSpace, _ pair: ProbedPair) {
        let periods = vocabulary.durations.flatMap { [$0 - .seconds(1), $0] }
        let unreachable: [Duration?] = pair.everybody.isEmpty ? [] : [nil] + periods
        let ages = pair.statements.isEmpty ? [] : periods
        space.findings =
            signings(of: pair).map { ProbeSpace.Found(signers: $0) } + attestations(of: pair)
            + ages.map { ProbeSpace.Found(signers: pair.everybody, age: $0) }
            + unreachable.map { ProbeSpace.Found(isUnreachable: true, lastKnownGood: $0) }
        guard signers.count > DiffFocus.fewSigners else { return }
        space.leftOut += 1 << min(signers.count, DiffFocus.manySigners)
    }

    /// Of few signers all that can be; of more each one, all but it, any two of the first, and so many of them.
    private func signings(of pair: ProbedPair) -> [Set<Signer>] {
        let others = pair.everybody.subtracting(signers)
        var signings: [Set<Signer>] = [pair.everybody, []]
        signings += signers.map { others.union([$0]) }
        guard signers.count > DiffFocus.fewSigners else {
            let all = (0..<(1 << signers.count)).map { choice in
                others.union(signers.indices.filter { choice >> $0 & 1 == 1 }.map { signers[$0] })
            }
            return each(signings + all)
        }
        signings += signers.map { signer in others.union(signers.filter { $0 != signer }) }
        let first = signers.prefix(DiffFocus.fewSigners)
        signings += (0..<signers.count).map { others.union(signers.prefix($0)) }
        for (index, signer) in first.enumerated() {
            signings += first.dropFirst(index + 1).map { others.union([signer, $0]) }
        }
        return each(signings)
    }

    /// Attested by everybody: nothing, one thing, the same beside all of other types, or these only; and not signed.
    private func attestations(of pair: ProbedPair) -> [ProbeSpace.Found] {
        guard !pair.statements.isEmpty else { return [] }
        let lists = statements.flatMap { statement in
            let others = pair.statements.filter { !$0.predicateType.isWritten(like: statement.predicateType) }
            return [[statement], [statement] + others, others]
        }
        return [ProbeSpace.Found(signers: pair.everybody, isSigned: false)]
            + each([[]] + lists).map { ProbeSpace.Found(signers: pair.everybody, statements: $0) }
    }

    // Enough for any document that a person writes, what differs first. What is left out is counted.
    private static let maximumLabels = 64
    /// There are 256 sets of them.
    private static let fewSigners = 8
    private static let manySigners = 30
    private static let maximumVouchers = 24
}

extension ProbeSpace {
    /// Images of both lists of patterns, and what they have in common; with the namespaces and labels that this takes.
    fileprivate mutating func images(
        of patterns: [ImagePattern], and others: [ImagePattern], of vocabulary: Vocabulary, _ pair: ProbedPair
    ) {
        let common = CommonImages(of: patterns, and: others, filling: ProbedPair.plainFiller)
        leftOut += common.leftOut
        namespaces = each(common.namespaces + namespaces)
        let values = common.labels.prefix(ProbeSpace.fewValues)
        leftOut += common.labels.count - values.count
        labels = each(labels + values.flatMap { value in labels.map { $0.map(value.joined(by:)) } })
        let maker = ProbeImages(vocabulary, filling: pair.fillers)
        let all = each(inTurn([patterns, common.patterns, others]))
        guard !all.isEmpty else {
            images = maker.ordinary(at: ProbeSpace.maximumImages)
            return
        }
        let made = maker.images(of: all, in: self, at: ProbeSpace.maximumImages)
        images = made.images
        leftOut += made.leftOut
    }

    /// The same facts for images of the documents where a policy beside them vouches for something.
    fileprivate func beside(_ voucher: WrittenPolicy, of vocabulary: Vocabulary, _ pair: ProbedPair) -> ProbeSpace {
        let theirs = Vocabulary(of: voucher.specification, ImagePolicy.specification)
        var space = self
        let match = voucher.policy.match
        // Also those of its stages: it may vouch in one of them only.
        let names = theirs.namespaces.prefix(ProbeSpace.fewValues).compactMap(\.example)
        if !match.namespaces.isEmpty { space.namespaces = each([voucher.plainNamespace] + namespaces) }
        space.namespaces = each(space.namespaces + names)
        let together = [voucher.plainLabels] + theirs.labels.prefix(ProbeSpace.fewValues)
        space.labels = each(together.flatMap { added in labels.map { $0?.joined(by: added) } } + labels)
        let words = theirs.namespaces.count + theirs.labels.count
        space.leftOut += max(words - 2 * ProbeSpace.fewValues, 0)
        space.containers = each(match.containers.prefix(1) + containers + theirs.containers)
        space.sources = each(match.sources.prefix(1) + sources + theirs.sources)
        space.digests = each(match.digests.prefix(1) + digests + theirs.digests)
        space.images(
            of: vocabulary.patterns, and: theirs.patterns, of: Vocabulary(vocabulary, vocabulary, then: theirs), pair)
        return space
    }

    private static let fewValues = 8
    private static let maximumImages = 512
}

extension [NamespaceLabel] {
    /// With those of the others whose keys are not among them.
    fileprivate func joined(by others: [NamespaceLabel]) -> [NamespaceLabel] {
        self + others.filter { label in !contains { $0.key.utf8.elementsEqual(label.key.utf8) } }
    }
}
