import OCI
import PolicyEngine
import Timestamp
import Trust

/// A document that differs, as it is in both sets, and everything that it speaks of: only there can the sets differ.
struct DiffFocus {
    let name: String
    /// Which images of which requests the document is about, in either set.
    private(set) var selectors: [Selector] = []
    /// What differs first.
    private(set) var vocabulary = Vocabulary()
    /// The signers that its attestors believe, each once.
    private(set) var signers: [Signer] = []
    /// What its checks ask to be attested, each once.
    private(set) var statements: [VerifiedStatement] = []
    /// Words that only one of the sets has here, or that stand elsewhere in it.
    private(set) var changed = ChangedWords()
    /// How many documents beside it were not read.
    private(set) var leftOut = 0

    private var old = Vocabulary()
    private var new = Vocabulary()
    /// What other documents speak of that apply where it does.
    private var others = Vocabulary()
    private var believed: [String: [Signer]] = [:]
    private var changedSigners: Set<Signer> = []

    init(of name: String) { self.name = name }

    // MARK: - What it is about

    mutating func add(_ written: WrittenPolicy, of set: ProbedSet, _ pair: ProbedPair) {
        selectors.append(written.policy.match)
        add(written.specification, ImagePolicy.specification, of: set)
        var own: Set<Signer> = []
        for attestor in each(written.attestors) {
            let signers = set.probed.signers[attestor.index].sorted { $0.description < $1.description }
            believed[attestor.name, default: []] += signers
            own.formUnion(signers)
        }
        changedSigners.formSymmetricDifference(own)
        statements = each(statements + written.policy.asked(filling: pair.fillers))
        for exception in set.exceptions(lifting: written.name) {
            others.read(exception.specification, .object(PolicyException.specification))
        }
    }

    mutating func add(_ written: Written<Exemption>, of set: ProbedSet) {
        selectors.append(DiffFocus.selector(written.specification, Exemption.specification))
        add(written.specification, Exemption.specification, of: set)
        readBeside(set)
    }

    /// The exception, and the policy whose check it lifts.
    mutating func add(_ written: Written<PolicyException>, of set: ProbedSet) {
        selectors.append(DiffFocus.selector(written.specification, PolicyException.specification))
        add(written.specification, PolicyException.specification, of: set)
        if let policy = set.policies[written.value.policy] {
            others.read(policy.specification, .object(ImagePolicy.specification))
        }
        readBeside(set)
    }

    /// What keeps an image out that such a document would let in stands in the policies beside it.
    private mutating func readBeside(_ set: ProbedSet) {
        guard let selector = selectors.last else { return }
        let beside = set.loaded.written.filter { selector.overlaps($0.policy.match) }
        for policy in beside.prefix(DiffFocus.maximumBeside) {
            others.read(policy.specification, .object(ImagePolicy.specification))
        }
        leftOut += max(beside.count - DiffFocus.maximumBeside, 0)
    }

    /// Of a document that names images and namespaces beside each other.
    private static func selector(_ specification: FieldValue, _ type: ObjectType) -> Selector {
        let vocabulary = Vocabulary(of: specification, type)
        return Selector(images: vocabulary.patterns, namespaces: vocabulary.namespaces)
    }

    private mutating func add(_ specification: FieldValue, _ type: ObjectType, of set: ProbedSet) {
        if set.isNew {
            new.read(specification, .object(type))
        } else {
            old.read(specification, .object(type))
        }
    }

    /// To be called once everything is added.
    fileprivate mutating func putChangedFirst() {
        vocabulary = Vocabulary(old, new, then: others)
        changed = ChangedWords(of: vocabulary)
        let asked = each(vocabulary.attestors.flatMap { believed[$0] ?? [] })
        let changing = asked.filter(changedSigners.contains)
        signers = each(changing + asked)
    }

    private static let maximumBeside = 32
}

/// Words by which differences are told apart: each has an example of its own.
struct ChangedWords {
    private var patterns: [ImagePattern] = []
    private var namespaces: [NamePattern] = []
    private var labels: Set<String> = []
    // Many probes are of the same image.
    private var byImage: [ImageReference: [String]] = [:]
    private var byNamespace: [String: [String]] = [:]

    init() {}

    fileprivate init(of vocabulary: Vocabulary) {
        patterns = vocabulary.patterns.filter { vocabulary.isMoved("a pattern", $0.description) }
        namespaces = vocabulary.namespaces.filter { vocabulary.isMoved("a namespace name", $0.text) }
        let all = Set(vocabulary.labels.joined().map(\.text))
        labels = all.filter { vocabulary.isMoved("a label", $0) }
    }

    /// Those that the probe is about; an empty one if there are none.
    mutating func words(of probe: Probe) -> [String] {
        let fitting = byImage[probe.reference] ?? patterns.fitting(probe.reference).map(\.description)
        byImage[probe.reference] = fitting
        let name = probe.namespace ?? ""
        let named = byNamespace[name] ?? namespaces.filter { $0.fits(name) }.map(\.text)
        byNamespace[name] = named
        let words = fitting + named + probe.labels.map(\.text).filter(labels.contains)
        return words.isEmpty ? [""] : words
    }
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
        let old = ProbedSet(pair.old, pair.oldProbed, isNew: false)
        for set in [old, ProbedSet(pair.new, pair.newProbed, isNew: true)] {
            for written in set.loaded.written
            where policies.contains(written.name) || written.attestors.contains(where: { attestors.contains($0.name) })
            {
                change("a policy", written.name) { $0.add(written, of: set, pair) }
            }
            for written in set.loaded.writtenExemptions where exemptions.contains(written.name) {
                change("an exemption", written.name) { $0.add(written, of: set) }
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
    let isNew: Bool
    let policies: [String: WrittenPolicy]
    private let exceptions: [String: [Written<PolicyException>]]

    init(_ loaded: LoadedPolicies, _ probed: ProbedPolicies, isNew: Bool) {
        self.isNew = isNew
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
