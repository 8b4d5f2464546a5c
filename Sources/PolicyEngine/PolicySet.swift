public import OCI
public import Trust

/// Everything that is in force: policies, exemptions, exceptions and attestors, and the digest of the documents they were
/// read from. A value; it is replaced as a whole or not at all.
public struct PolicySet: Sendable {
    public let policies: [ImagePolicy]
    /// By name, so that of two which apply always the same is named.
    public let exemptions: [Exemption]
    /// In the order that `AttestorReference.index` counts.
    public let attestors: [any Attestor]
    /// The digest of the content of all documents, keys included: what an answer and a record call the policy revision.
    public let revision: Digest
    /// Whether any policy asks what a container is for. If none does, an image gets one decision wherever it stands in a
    /// workload.
    public let tellsContainersApart: Bool
    /// The keys of the namespace labels that policies, exemptions and exceptions ask for, each once, in byte order.
    public let namespaceLabelKeys: [String]
    let index: PolicyIndex
    /// Nil if there are none.
    let exceptionsByImage: PolicyExceptions?

    public init(
        policies: [ImagePolicy], exemptions: [Exemption] = [], exceptions: [PolicyException] = [],
        attestors: [any Attestor] = [], revision: Digest
    ) {
        self.policies = policies
        self.exemptions = exemptions.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        self.attestors = attestors
        self.revision = revision
        tellsContainersApart = policies.contains { policy in
            policy.selectors.contains { !$0.containers.isEmpty }
        }
        let images = exemptions.map(\.images) + exceptions.map(\.images)
        let keys = policies.flatMap(\.namespaceLabelKeys) + images.flatMap(\.namespaceLabelKeys)
        namespaceLabelKeys = Set(keys).sorted()
        index = PolicyIndex(policies.map(\.match))
        exceptionsByImage = PolicyExceptions(exceptions)
    }

    /// Those that last longest first.
    public var exceptions: [PolicyException] { exceptionsByImage?.all ?? [] }

    public subscript(reference: AttestorReference) -> (any Attestor)? {
        attestors.indices.contains(reference.index) ? attestors[reference.index] : nil
    }
}
