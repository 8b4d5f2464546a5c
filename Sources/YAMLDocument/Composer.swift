/// Builds nodes from events on a stack of its own, so that depth is a limit and not a stack overflow.
struct Composer {
    private(set) var documents: [YAMLNode] = []
    private let limits: YAMLLimits
    private var open: [Collection] = []
    private var anchors: [String: AnchoredNode] = [:]
    private var nodeCount = 0
    private var expandedCount = 0

    init(limits: YAMLLimits) { self.limits = limits }

    mutating func add(_ event: Event) throws(YAMLError) {
        switch event.kind {
        case .documentStart:
            guard documents.count < limits.maximumDocuments else {
                throw YAMLError(
                    .limit, "there are more than \(limits.maximumDocuments) documents in this file", at: event.position)
            }
            anchors = [:]
        case .documentEnd:
            break
        case .scalar(let scalar, let properties):
            try count(event)
            let node = YAMLNode(
                .scalar(try CoreTag.resolve(scalar, properties, at: event.position)), at: event.position)
            try place(Measured(node), anchor: properties.anchor)
        case .sequenceStart(let properties):
            try begin(.sequence([]), tagged: CoreTag.sequence, properties, event)
        case .mappingStart(let properties):
            try begin(.mapping(MappingUnderConstruction(limits.mergeKeys)), tagged: CoreTag.mapping, properties, event)
        case .collectionEnd:
            guard let collection = open.popLast() else { return }
            try place(collection.finished, anchor: collection.anchor)
        case .alias(let name):
            try place(try expand(name, at: event.position), anchor: nil)
        }
    }

    private mutating func count(_ event: Event) throws(YAMLError) {
        nodeCount += 1
        guard nodeCount <= limits.maximumNodes else {
            throw YAMLError(
                .limit, "there are more than \(limits.maximumNodes) values in this file", at: event.position)
        }
    }

    private mutating func begin(
        _ content: Collection.Content, tagged allowedTag: String, _ properties: NodeProperties, _ event: Event
    ) throws(YAMLError) {
        try count(event)
        try CoreTag.check(properties.tag, is: allowedTag, at: event.position)
        try refuseAnchor(properties.anchor, at: event.position)
        guard open.count < limits.maximumDepth else {
            throw YAMLError(.limit, "is nested deeper than \(limits.maximumDepth) levels", at: event.position)
        }
        if case .mapping(let mapping)? = open.last?.content, mapping.expectsKey {
            throw YAMLError(.unsupported, "a key must be a single text, not a list or a mapping", at: event.position)
        }
        open.append(Collection(content: content, position: event.position, anchor: properties.anchor))
    }

    private mutating func place(_ node: Measured, anchor: String?) throws(YAMLError) {
        if let anchor {
            try refuseAnchor(anchor, at: node.node.position)
            anchors[anchor] = AnchoredNode(measured: node)
        }
        guard let last = open.indices.last else {
            documents.append(node.node)
            return
        }
        try open[last].add(node)
    }

    private func refuseAnchor(_ anchor: String?, at position: YAMLPosition) throws(YAMLError) {
        guard let anchor, limits.aliases == .refused else { return }
        throw YAMLError(
            .unsupported,
            "the anchor `&\(anchor)` is not supported, write the value out; quote a value that begins with `&`",
            at: position)
    }

    private mutating func expand(_ name: String, at position: YAMLPosition) throws(YAMLError) -> Measured {
        guard case .expanded(let budget) = limits.aliases, let anchored = anchors[name]?.measured else {
            throw .mustBeQuoted("*\(name)", beginsWith: "*", at: position)
        }
        guard anchored.size <= budget - expandedCount else {
            throw YAMLError(.limit, "aliases stand for more than \(budget) values", at: position)
        }
        expandedCount += anchored.size
        guard open.count + anchored.height <= limits.maximumDepth else {
            throw YAMLError(.limit, "is nested deeper than \(limits.maximumDepth) levels", at: position)
        }
        return anchored
    }
}

private struct AnchoredNode {
    let measured: Measured
}

/// A node with what it costs to stand for it again.
private struct Measured {
    let node: YAMLNode
    /// Nodes in it, itself included. At most `maximumNodes + budget`, so sums never overflow.
    var size = 1
    /// Levels of collections in it.
    var height = 0

    init(_ node: YAMLNode, size: Int = 1, height: Int = 0) {
        (self.node, self.size, self.height) = (node, size, height)
    }
}

/// A sequence or a mapping whose end has not come yet.
private struct Collection {
    var content: Content
    let position: YAMLPosition
    let anchor: String?
    private var size = 1
    private var height = 1

    enum Content {
        case sequence([YAMLNode])
        case mapping(MappingUnderConstruction)
    }

    init(content: Content, position: YAMLPosition, anchor: String?) {
        (self.content, self.position, self.anchor) = (content, position, anchor)
    }

    mutating func add(_ child: Measured) throws(YAMLError) {
        size += child.size
        height = max(height, child.height + 1)
        switch content {
        case .sequence(var elements):
            content = .sequence([])
            elements.append(child.node)
            content = .sequence(elements)
        case .mapping(var mapping):
            content = .sequence([])
            try mapping.add(child.node)
            content = .mapping(mapping)
        }
    }

    var finished: Measured {
        switch content {
        case .sequence(let elements): Measured(YAMLNode(.sequence(elements), at: position), size: size, height: height)
        case .mapping(let mapping):
            Measured(YAMLNode(.mapping(mapping.members), at: position), size: size, height: height)
        }
    }
}

private struct MappingUnderConstruction {
    private var own: [(key: YAMLNode, value: YAMLNode)] = []
    private var key: YAMLNode?
    private var keys = WrittenKeys()
    private let mergeKeys: YAMLLimits.MergeKeys
    /// The mappings that `<<` names, in their order.
    private var merged: [YAMLNode] = []

    init(_ mergeKeys: YAMLLimits.MergeKeys) {
        self.mergeKeys = mergeKeys
    }

    var expectsKey: Bool { key == nil }

    var members: [(key: YAMLNode, value: YAMLNode)] {
        guard !merged.isEmpty else { return own }
        var members = own
        var seen = keys
        for member in merged.flatMap(\.members) {
            let first = seen.insert(member.key.scalar?.text ?? "", at: member.key.position)
            if first == nil { members.append(member) }
        }
        return members
    }

    mutating func add(_ node: YAMLNode) throws(YAMLError) {
        guard let key else { return try accept(key: node) }
        self.key = nil
        if isMerge(key) {
            try merge(node)
        } else {
            own.append((key, node))
        }
    }

    private func isMerge(_ key: YAMLNode) -> Bool {
        key.scalar.map { $0.style == .plain && $0.text.utf8.elementsEqual("<<".utf8) } ?? false
    }

    private mutating func merge(_ node: YAMLNode) throws(YAMLError) {
        let mappings = if case .sequence(let elements) = node.kind { elements } else { [node] }
        for mapping in mappings {
            guard case .mapping = mapping.kind else {
                throw YAMLError(
                    .unsupported, "the merge key `<<` takes a mapping, or a list of mappings", at: mapping.position)
            }
            if mergeKeys == .appliedIfUnambiguous { try refuseOverlap(mapping) }
        }
        merged += mappings
    }

    private func refuseOverlap(_ mapping: YAMLNode) throws(YAMLError) {
        for (key, _) in mapping.members {
            guard let text = key.scalar?.text, let position = keys[text] else { continue }
            throw YAMLError(
                .unsupported,
                "the key `\(text)` is given before `<<`, which gives it too, and readers differ in which counts: put `<<` first",
                at: position)
        }
    }

    private mutating func accept(key node: YAMLNode) throws(YAMLError) {
        guard let scalar = node.scalar else {
            throw YAMLError(.unsupported, "a key must be a single text, not a list or a mapping", at: node.position)
        }
        if isMerge(node), mergeKeys == .refused {
            throw YAMLError(
                .unsupported, "the merge key `<<` is not supported, write its fields out", at: node.position)
        }
        if let first = keys.insert(scalar.text, at: node.position) {
            throw YAMLError(
                .duplicateKey, "the key `\(scalar.text)` is given twice, first at \(first)", at: node.position)
        }
        key = node
    }
}
