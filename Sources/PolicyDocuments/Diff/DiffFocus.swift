import OCI
import PolicyEngine
import Timestamp
import Trust

/// A document that differs, as it is in both sets, and everything that it speaks of: only there can the sets differ.
struct DiffFocus {
    private let name: String
    /// Which images of which requests the document is about, in either set.
    private(set) var selectors: [Selector] = []
    private(set) var vocabulary = Vocabulary()
    /// The signers that its attestors believe, each once.
    private(set) var signers: [Signer] = []
    /// What its checks ask to be attested, each once.
    private var statements: [VerifiedStatement] = []
    /// What only one of the documents says.
    private var changed = Vocabulary()
    private var changedWords: Set<String> = []
    private var changedSigners: Set<Signer> = []

    init(of name: String) { self.name = name }

    // MARK: - What it is about

    mutating func add(_ written: WrittenPolicy, of set: ProbedSet, _ pair: ProbedPair) {
        selectors.append(written.policy.match)
        add(written.specification, ImagePolicy.specification)
        let believed = each(written.attestors).flatMap { attestor in
            set.probed.signers[attestor.index].sorted { $0.description < $1.description }
        }
        signers = each(signers + believed)
        changedSigners.formSymmetricDifference(believed)
        statements = each(statements + written.policy.asked(filling: pair.fillers))
        for exception in set.exceptions(lifting: written.name) {
            vocabulary.read(exception.specification, .object(PolicyException.specification))
        }
    }

    mutating func add(_ written: Written<Exemption>) {
        selectors.append(DiffFocus.selector(written.specification, Exemption.specification))
        add(written.specification, Exemption.specification)
    }

    /// The exception, and the policy whose check it lifts.
    mutating func add(_ written: Written<PolicyException>, of set: ProbedSet) {
        selectors.append(DiffFocus.selector(written.specification, PolicyException.specification))
        add(written.specification, PolicyException.specification)
        if let policy = set.policies[written.value.policy] {
            vocabulary.read(policy.specification, .object(ImagePolicy.specification))
        }
    }

    /// Of a document that names images and namespaces beside each other.
    private static func selector(_ specification: FieldValue, _ type: ObjectType) -> Selector {
        var vocabulary = Vocabulary()
        vocabulary.read(specification, .object(type))
        return Selector(images: vocabulary.patterns, namespaces: vocabulary.namespaces)
    }

    private mutating func add(_ specification: FieldValue, _ type: ObjectType) {
        var own = Vocabulary()
        own.read(specification, .object(type))
        // What stands in both takes itself out again.
        changedWords.formSymmetricDifference(own.words)
        changed.read(specification, .object(type))
        vocabulary.read(specification, .object(type))
    }

    /// To be called once everything is added.
    private mutating func putChangedFirst() {
        vocabulary.putFirst(changedWords)
        changed.keep(changedWords)
        signers.putFirst(changedSigners.contains)
    }

    /// The words that only one of the documents has and that the probe is about; an empty one if there are none.
    func changedWords(of probe: Probe) -> [String] {
        let words =
            changed.patterns.filter { $0.fits(probe.reference) }.map(\.description)
            + changed.namespaces.filter { probe.namespace.map($0.fits) ?? false }.map(\.text)
            + probe.labels.map(\.text).filter(changedWords.contains)
        return words.isEmpty ? [""] : words
    }

    // MARK: - What it is probed with

    /// Probes of what the document speaks of, and of what other policies vouch for where it may be asked too.
    ///
    /// - Returns: also how many probes of more such policies are left out.
    func spaces(of pair: ProbedPair) -> (spaces: [ProbeSpace], leftOut: Int) {
        let facts = facts(of: pair)
        var own = facts
        own.images = vocabulary.images(in: facts, at: DiffFocus.maximumImages)
        if vocabulary.patterns.isEmpty { own.images = ordinaryImages }
        let beside = pair.vouchers.filter { voucher in
            voucher.name != name && selectors.contains { $0.overlaps(voucher.policy.match) }
        }
        let spaces = [own] + beside.prefix(DiffFocus.maximumVouchers).map { facts.beside($0, of: vocabulary) }
        let leftOut = max(beside.count - DiffFocus.maximumVouchers, 0)
        return (spaces, leftOut * (spaces.last?.count ?? 0))
    }

    private var ordinaryImages: [ImageReference] {
        [Examples.ordinary, Examples.stranger, Examples.unknown].flatMap { image in
            vocabulary.spellings(of: String(image.prefix { $0 != ":" }), tags: ["1"], digests: [])
        }
    }

    /// Everything but the images.
    private func facts(of pair: ProbedPair) -> ProbeSpace {
        var space = ProbeSpace()
        space.digests = Array(vocabulary.digests.prefix(DiffFocus.maximumDigests)) + [Probe.anyDigest]
        space.namespaces = namespaces
        space.labels = labels
        if !vocabulary.containers.isEmpty { space.containers = allOf(ContainerKind.allCases, vocabulary.containers) }
        if !vocabulary.sources.isEmpty { space.sources = allOf(RequestSource.allCases, vocabulary.sources) }
        space.findings = findings(of: pair)
        for date in vocabulary.dates.prefix(DiffFocus.maximumDates) {
            space.times += [date - .seconds(1), date]
        }
        return space
    }

    /// All values, those first that the documents name.
    private func allOf<Value: Equatable>(_ all: [Value], _ named: [Value]) -> [Value] {
        all.filter(named.contains) + all.filter { !named.contains($0) }
    }

    private var namespaces: [String?] {
        let named = vocabulary.namespaces.prefix(DiffFocus.maximumNames).flatMap(\.probes)
        let filler = vocabulary.variables.contains(.namespace) ? [Vocabulary.filler] : []
        let isAsked = !named.isEmpty || !filler.isEmpty || !vocabulary.labels.isEmpty || !vocabulary.variables.isEmpty
        return each(named + filler + [Probe.anyNamespace]) + (isAsked ? [nil] : [])
    }

    /// Labels that stand together, those without one of them, all of them, none, and those that variables ask for.
    private var labels: [[NamespaceLabel]?] {
        let together = Array(vocabulary.labels.prefix(DiffFocus.maximumNames))
        let variables = vocabulary.labelsOfVariables
        guard !together.isEmpty || !variables.isEmpty else { return [[]] }
        let lacking = together.filter { $0.count > 1 }.flatMap { labels in
            labels.indices.map { index in labels.enumerated().filter { $0.offset != index }.map(\.element) }
        }
        var all: [NamespaceLabel] = []
        for label in together.joined() where !all.contains(where: { $0.key == label.key }) { all.append(label) }
        let filled = all + variables.filter { label in !all.contains { $0.key == label.key } }
        let single = variables.count > 1 ? variables.map { [$0] } : []
        return each([filled] + together + [all, variables] + lacking + single + [[]]) + [nil]
    }

    /// Signed by everybody, nobody, one of its signers, two, or so many of them, while everybody else has signed; attested as
    /// one of the sets asks, or some time ago; and what nobody can look at.
    private func findings(of pair: ProbedPair) -> [ProbeSpace.Found] {
        let own = signers.prefix(DiffFocus.maximumSigners)
        let others = pair.everybody.subtracting(signers)
        var signings: [Set<Signer>] = [pair.everybody, []]
        func add(_ signing: some Sequence<Signer>) {
            let signing = others.union(signing)
            if !signings.contains(signing) { signings.append(signing) }
        }
        for signer in own { add([signer]) }
        for count in 0..<own.count { add(own.prefix(count)) }
        for signer in own { add(signers.filter { $0 != signer }) }
        for (index, first) in own.enumerated() {
            for second in own.dropFirst(index + 1) { add([first, second]) }
        }
        let periods = vocabulary.durations.prefix(DiffFocus.maximumDates).flatMap { [$0 - .seconds(1), $0] }
        let unreachable: [Duration?] = pair.everybody.isEmpty ? [] : [nil] + periods
        let ages = pair.statements.isEmpty ? [] : periods
        return signings.map { ProbeSpace.Found(signers: $0) } + attestations(of: pair)
            + ages.map { ProbeSpace.Found(signers: pair.everybody, age: $0) }
            + unreachable.map { ProbeSpace.Found(isUnreachable: true, lastKnownGood: $0) }
    }

    /// Attested by everybody: nothing, one thing, the same beside all of other types, or these only; and not signed.
    private func attestations(of pair: ProbedPair) -> [ProbeSpace.Found] {
        guard !pair.statements.isEmpty else { return [] }
        let lists = statements.prefix(DiffFocus.maximumDates).flatMap { statement in
            let others = pair.statements.filter { !$0.predicateType.isWritten(like: statement.predicateType) }
            return [[statement], [statement] + others, others]
        }
        return [ProbeSpace.Found(signers: pair.everybody, isSigned: false)]
            + each([[]] + lists).map { ProbeSpace.Found(signers: pair.everybody, statements: $0) }
    }

    // Enough for any document that a person writes, what differs first; more makes a comparison slow and shows nothing new.
    private static let maximumImages = 512
    private static let maximumDigests = 8
    private static let maximumNames = 16
    private static let maximumDates = 16
    private static let maximumSigners = 8
    private static let maximumVouchers = 24
}

extension DiffFocus {
    /// One for each policy, exemption and exception that differs, also for policies whose Attestors do.
    static func all(of pair: ProbedPair, changed documents: [DocumentChange]) -> [DiffFocus] {
        func names(_ kind: Envelope.Kind) -> Set<String> { Set(documents.filter { $0.isOf(kind) }.map(\.name)) }
        let attestors = names(.attestor)
        let (policies, exemptions, exceptions) = (names(.imagePolicy), names(.exemption), names(.policyException))
        var foci: [[String]: DiffFocus] = [:]
        func change(_ kind: String, _ name: String, _ add: (inout DiffFocus) -> Void) {
            add(&foci[[kind, name], default: DiffFocus(of: name)])
        }
        for set in [ProbedSet(pair.old, pair.oldProbed), ProbedSet(pair.new, pair.newProbed)] {
            for written in set.loaded.written
            where policies.contains(written.name) || written.attestors.contains(where: { attestors.contains($0.name) })
            {
                change("a policy", written.name) { $0.add(written, of: set, pair) }
            }
            for written in set.loaded.writtenExemptions where exemptions.contains(written.name) {
                change("an exemption", written.name) { $0.add(written) }
            }
            for written in set.loaded.writtenExceptions where exceptions.contains(written.name) {
                change("an exception", written.name) { $0.add(written, of: set) }
            }
        }
        return foci.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { _, focus in
            var focus = focus
            focus.putChangedFirst()
            return focus
        }
    }
}

/// One of the two sets, with its documents by name.
struct ProbedSet {
    let loaded: LoadedPolicies
    let probed: ProbedPolicies
    let policies: [String: WrittenPolicy]
    private let exceptions: [String: [Written<PolicyException>]]

    init(_ loaded: LoadedPolicies, _ probed: ProbedPolicies) {
        self.loaded = loaded
        self.probed = probed
        policies = Dictionary(loaded.written.map { ($0.name, $0) }) { first, _ in first }
        exceptions = Dictionary(grouping: loaded.writtenExceptions, by: \.value.policy)
    }

    func exceptions(lifting policy: String) -> [Written<PolicyException>] { exceptions[policy] ?? [] }
}

extension WrittenPolicy {
    /// All that its checks name.
    var attestors: [AttestorReference] { policy.checks.flatMap { $0.check.attestors(at: .earliest) } }
}

/// The values in their order, each once.
func each<Value: Hashable>(_ values: some Sequence<Value>) -> [Value] {
    var seen: Set<Value> = []
    return values.filter { seen.insert($0).inserted }
}
