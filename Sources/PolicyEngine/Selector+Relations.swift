/// How two selectors stand to each other, whatever requests there are.
extension Selector {
    /// Whether one or another of `selectors` certainly selects every image that this one selects, where the facts of the
    /// request are known.
    func isCovered(by selectors: [Selector]) -> Bool {
        guard !selectors.isEmpty, cellCount <= Selector.maximumCells else { return false }
        return cells.allSatisfy { cell in selectors.contains { $0.coversCell(cell) } }
    }

    /// Whether some image of some request is selected by both. `false` is certain.
    public func overlaps(_ other: Selector) -> Bool {
        agree(images, other.images) { $0.overlaps($1) } && agree(digests, other.digests, ==)
            && agree(namespaces, other.namespaces) { $0.overlaps($1) } && agree(containers, other.containers, ==)
            && namespaceLabels.allSatisfy { mine in
                other.namespaceLabels.allSatisfy { $0.key != mine.key || $0.value == mine.value }
            } && agree(sources, other.sources, ==) && canBeOneImage && other.canBeOneImage
    }

    /// Whether its patterns and its digests can be about the same image. `false` is certain.
    var canBeOneImage: Bool {
        guard !images.isEmpty, !digests.isEmpty else { return true }
        return images.contains { pattern in pattern.digest.map(digests.contains) ?? true }
    }

    // MARK: - Cells

    /// A selector is cut into cells, each with one pattern, one name, one kind of container and one source at most: what
    /// covers all of them covers the selector, although no entry may cover it alone.
    private var cells: [Selector] {
        let patterns = images.isEmpty ? [[]] : images.map { [$0] }
        let names = namespaces.isEmpty ? [[]] : namespaces.map { [$0] }
        let kinds = containers.isEmpty ? ContainerKind.allCases : containers
        let doors = sources.isEmpty ? RequestSource.allCases : sources
        return patterns.flatMap { pattern in
            names.flatMap { name in
                kinds.flatMap { kind in
                    doors.map { door in
                        Selector(
                            images: pattern, digests: digests, namespaces: name, namespaceLabels: namespaceLabels,
                            containers: [kind], sources: [door])
                    }
                }
            }
        }
    }

    private var cellCount: Int {
        max(images.count, 1) * max(namespaces.count, 1) * ContainerKind.allCases.count * RequestSource.allCases.count
    }

    /// Far above any real selector; what has more is not looked at.
    private static let maximumCells = 4096

    private func coversCell(_ cell: Selector) -> Bool {
        func covers<Element>(
            _ mine: [Element], _ theirs: [Element], _ covers: (Element, Element) -> Bool
        ) -> Bool {
            guard !mine.isEmpty else { return true }
            return !theirs.isEmpty && theirs.allSatisfy { their in mine.contains { covers($0, their) } }
        }
        return covers(images, cell.images) { $0.covers($1) } && covers(digests, cell.digests, ==)
            && covers(namespaces, cell.namespaces) { $0.covers($1) } && covers(containers, cell.containers, ==)
            && covers(sources, cell.sources, ==)
            && namespaceLabels.allSatisfy(cell.namespaceLabels.contains)
    }
}

extension ImagePolicy {
    /// Whether the entries of `exclude` certainly take out all that `match` selects, where the facts of the request are
    /// known.
    public var excludesAll: Bool { match.isCovered(by: exclude) }
}

extension PolicyException {
    /// Whether it certainly is about all that the selector selects, where the facts of the request are known.
    public func covers(_ selected: Selector) -> Bool { selected.isCovered(by: [selector]) }
}

/// Whether two lists of a selector allow for something common; an empty one allows for everything.
private func agree<Element>(_ left: [Element], _ right: [Element], _ isCommon: (Element, Element) -> Bool) -> Bool {
    left.isEmpty || right.isEmpty || left.contains { element in right.contains { isCommon(element, $0) } }
}
