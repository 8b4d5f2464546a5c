/// What one stream may cost. The defaults are those of policy files.
public struct YAMLLimits: Sendable {
    /// Of the whole stream. A policy directory of a large company stays far below one mebibyte a file.
    public var maximumBytes: Int
    /// Documents of one stream.
    public var maximumDocuments: Int
    /// Collections around a node; a policy needs about 8.
    public var maximumDepth: Int
    /// Scalars, sequences and mappings, keys included: bounds memory, since two bytes of text can make a node.
    public var maximumNodes: Int
    public var aliases: Aliases
    public var mergeKeys: MergeKeys

    /// Whether `&name` and `*name` are read.
    public enum Aliases: Hashable, Sendable {
        case refused
        /// Aliases stand for what they name, as long as all of them in the stream together stand for at most `budget`
        /// nodes.
        case expanded(budget: Int)
    }

    /// Whether the key `<<` puts the members of other mappings beside those of its own (yaml.org/type/merge.html).
    public enum MergeKeys: Hashable, Sendable {
        case refused
        /// A member of the mapping's own counts before a merged one, and of two merged ones the first.
        case applied
        /// As `applied`, and a member that is given before `<<` and merged as well is refused: to the readers of
        /// Kubernetes the merged one counts.
        case appliedIfUnambiguous
    }

    public init(
        maximumBytes: Int = 1 << 20, maximumDocuments: Int = 64, maximumDepth: Int = 32, maximumNodes: Int = 100_000,
        aliases: Aliases = .refused, mergeKeys: MergeKeys = .refused
    ) {
        self.maximumBytes = maximumBytes
        self.maximumDocuments = maximumDocuments
        self.maximumDepth = maximumDepth
        self.maximumNodes = maximumNodes
        self.aliases = aliases
        self.mergeKeys = mergeKeys
    }

    /// For files of Kubernetes manifests, which are generated, larger and deeper than what people write.
    ///
    /// 8 MiB hold the largest chart output that an API server would take object by object (3 MiB each); custom resources
    /// nest deeper than policies do; some charts use anchors.
    public static let manifests = YAMLLimits(
        maximumBytes: 8 << 20, maximumDocuments: 1_024, maximumDepth: 64, maximumNodes: 500_000,
        aliases: .expanded(budget: 50_000))
}
