/// How two name patterns stand to each other, whatever namespaces there are.
extension NamePattern {
    /// A name that fits, with something plain in place of each wildcard; nil if no namespace can be called so, since the
    /// names of namespaces begin and end with a letter or a digit (RFC 1123).
    public var example: String? {
        let hyphen = UInt8(ascii: "-")
        guard glob.pattern.first != hyphen, glob.pattern.last != hyphen else { return nil }
        return glob.filled("x")
    }

    /// A name that fits and that its author need not have thought of; nil if it holds no wildcard.
    public var stranger: String? {
        guard !glob.isLiteral, example != nil else { return nil }
        return glob.filled("evil", afterWord: "-evil")
    }

    /// Names that it fits, and one right beside it that it does not if it names one: a change of it shows on one of them.
    ///
    /// - Parameter fillers: what stands for wildcards, the plainest first.
    public func probes(filling fillers: [String]) -> [String] {
        guard let example else { return [] }
        guard !glob.isLiteral else { return [example, example + "-x"] }
        let names = (fillers + ["", "z9"]).map { glob.filled($0) } + [stranger].compactMap { $0 }
        return names.filter { !$0.isEmpty && !$0.hasPrefix("-") && !$0.hasSuffix("-") }
    }

    public func fits(_ name: String) -> Bool { matches(name) }

    /// Whether it is one name, without a wildcard.
    public var isOneName: Bool { glob.isLiteral }

    /// Whether it certainly fits every name that the other fits.
    func covers(_ other: NamePattern) -> Bool { glob.covers(other.glob) }

    /// Whether some name fits both. `false` is certain.
    func overlaps(_ other: NamePattern) -> Bool { glob.overlaps(other.glob) }
}
