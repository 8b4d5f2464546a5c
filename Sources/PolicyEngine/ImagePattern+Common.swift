/// What two patterns have in common.
extension ImagePattern {
    /// An image that both fit, and the values with which variables of either let it.
    public struct Common: Hashable, Sendable {
        /// A pattern without wildcard and variable: that one image.
        public let pattern: ImagePattern
        public let values: [PatternVariable: String]
    }

    /// Whether it names one repository, whatever tags and digests.
    public var isOneRepository: Bool {
        !matchesEverythingBelow && hostLabels.allSatisfy(\.isLiteral) && segments.allSatisfy(\.isLiteral)
    }

    /// Nil if there is none, or none that is easily said.
    ///
    /// - Parameter filler: what stands for wildcards that nothing else stands for.
    public func common(with other: ImagePattern, filling filler: String) -> Common? {
        guard overlaps(other) else { return nil }
        func texts(_ left: [Glob], _ right: [Glob]) -> [String] {
            zip(left, right).compactMap { $0.common(with: $1, filling: filler) }
        }
        let hosts = texts(hostLabels, other.hostLabels)
        var path = texts(segments, other.segments)
        let further = segments.count > other.segments.count ? segments : other.segments
        path += further.dropFirst(path.count).map { $0.filled(filler) }
        // Both may stand for what is below, and then something has to be there.
        let isBelow =
            matchesEverythingBelow && path.count == segments.count
            || other.matchesEverythingBelow && path.count == other.segments.count
        if isBelow { path.append(filler) }
        let port = port.isEmpty ? "" : ":" + String(decoding: port, as: UTF8.self)
        var text = hosts.joined(separator: ".") + port + "/" + path.joined(separator: "/")
        if let tag = tag ?? other.tag, let common = tag.common(with: other.tag ?? tag, filling: filler) {
            text += ":\(common)"
        }
        if let digest = digest ?? other.digest { text += "@\(digest)" }
        guard let pattern = try? ImagePattern(text) else { return nil }
        let templates = templates + other.templates
        let values = templates.compactMap { template in
            path.indices.contains(template.position) ? template.value(in: path[template.position]) : nil
        }
        return Common(pattern: pattern, values: Dictionary(values) { first, _ in first })
    }
}

extension SegmentTemplate {
    /// What its only variable has to be for the segment to be that text; nil if it has several.
    fileprivate func value(in segment: String) -> (PatternVariable, String)? {
        guard variables.count == 1, let variable = variables.first else { return nil }
        var rest = Array(segment.utf8)[...]
        func literals(_ parts: some Sequence<Part>) -> [UInt8] {
            // A wildcard may as well stand for nothing.
            parts.flatMap { part -> [UInt8] in
                if case .pattern(let bytes) = part { bytes.filter { $0 != UInt8(ascii: "*") } } else { [] }
            }
        }
        let before = literals(parts.prefix { if case .pattern = $0 { true } else { false } })
        let after = literals(parts.reversed().prefix { if case .pattern = $0 { true } else { false } }.reversed())
        guard rest.starts(with: before), rest.count > before.count + after.count else { return nil }
        rest = rest.dropFirst(before.count)
        guard rest.suffix(after.count).elementsEqual(after) else { return nil }
        return (variable, String(decoding: rest.dropLast(after.count), as: UTF8.self))
    }
}

extension Glob {
    /// A text that both fit; nil if there is none.
    ///
    /// - Parameter filler: what stands where both have a wildcard.
    func common(with other: Glob, filling filler: String) -> String? {
        let star = UInt8(ascii: "*")
        let (left, right) = (pattern, other.pattern)
        let rests = GlobRests(self, other)
        guard rests.isCommon(0, 0) else { return nil }
        var text: [UInt8] = []
        var (row, column) = (0, 0)
        while row < left.count || column < right.count {
            let mine = row < left.count ? left[row] : nil
            let theirs = column < right.count ? right[column] : nil
            if mine == star && theirs == star { text += filler.utf8 }
            if mine == star, rests.isCommon(row + 1, column) {
                row += 1
            } else if theirs == star, rests.isCommon(row, column + 1) {
                column += 1
            } else if mine == star, let theirs {
                text.append(theirs)
                column += 1
            } else if let mine {
                text.append(mine)
                row += 1
                if theirs != star { column += 1 }
            } else {
                return nil
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
