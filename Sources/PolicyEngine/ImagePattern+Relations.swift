public import OCI

/// How two patterns stand to each other, whatever images there are.
extension ImagePattern {
    /// Whether it certainly fits every image that the other fits, also one that names a digest.
    public func covers(_ other: ImagePattern) -> Bool {
        // What a variable stands for is nobody's to say.
        guard templates.isEmpty else { return false }
        guard hostLabels.count == other.hostLabels.count, port == other.port else { return false }
        let isDeepEnough =
            matchesEverythingBelow
            ? other.segments.count + (other.matchesEverythingBelow ? 1 : 0) > segments.count
            : !other.matchesEverythingBelow && other.segments.count == segments.count
        guard isDeepEnough else { return false }
        if let digest, digest != other.digest { return false }
        if let tag {
            // Beside a digest a tag alone decides nothing.
            guard digest != nil, let otherTag = other.tag, tag.covers(otherTag) else { return false }
        }
        return zip(hostLabels + segments, other.hostLabels + other.segments).allSatisfy { $0.covers($1) }
    }

    /// Whether some image fits both. `false` is certain.
    public func overlaps(_ other: ImagePattern) -> Bool {
        guard hostLabels.count == other.hostLabels.count, port == other.port else { return false }
        guard isAsDeep(as: other) else { return false }
        if let digest, let otherDigest = other.digest, digest != otherDigest { return false }
        if let tag, let otherTag = other.tag, !tag.overlaps(otherTag) { return false }
        return zip(hostLabels, other.hostLabels).allSatisfy { $0.overlaps($1) }
            && zip(segments, other.segments).allSatisfy { $0.overlaps($1) }
    }

    private func isAsDeep(as other: ImagePattern) -> Bool {
        switch (matchesEverythingBelow, other.matchesEverythingBelow) {
        case (true, true): true
        case (true, false): other.segments.count > segments.count
        case (false, true): segments.count > other.segments.count
        case (false, false): segments.count == other.segments.count
        }
    }

    /// The pattern with a request's own values in place of its variables; itself if it has none, nil if a value cannot
    /// stand there.
    public func filled(in namespace: String, labels: [NamespaceLabel]) -> ImagePattern? {
        guard !templates.isEmpty else { return self }
        var text = description
        for variable in variables {
            switch variable {
            case .namespace: text = text.replacing(variable.description, with: namespace)
            case .namespaceLabel(let key):
                guard let value = labels.first(where: { $0.key.utf8.elementsEqual(key.utf8) })?.value else {
                    return nil
                }
                text = text.replacing(variable.description, with: value)
            }
        }
        return try? ImagePattern(text)
    }

    /// The digest that it names, if it names one.
    public var namedDigest: Digest? { digest }

    /// Whether it names one tag, without a wildcard in it.
    public var namesOneTag: Bool { tag?.isLiteral ?? false }
}

extension [ImagePattern] {
    /// Those that fit the reference, with some values of their variables, and whatever a digest beside a tag is worth.
    public func fitting(_ reference: ImageReference) -> [ImagePattern] {
        let facts = RequestFacts(source: .kubernetes, namespace: .unknown)
        let subject = PatternSubject(MatchableReference(reference), of: facts, resolved: nil)
        return filter { $0.match(subject) != .doesNotMatch }
    }
}
