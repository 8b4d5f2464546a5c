/// What a pattern is tried with.
extension ImagePattern {
    /// Repositories that it fits, the plainest first, and some right beside them that it does not: a change of the pattern
    /// shows on one of them. Texts, of which some may be no repository.
    ///
    /// - Parameter fillers: what stands for wildcards, the plainest first.
    public func probedRepositories(filling fillers: [String]) -> [String] {
        func filled(_ text: String, afterWord: String? = nil, below: [String] = ["app"]) -> String {
            repository(
                host: { $0.filled(text.isEmpty ? "x" : text) }, segment: { $0.filled(text, afterWord: afterWord) },
                below: below)
        }
        let word = fillers.first ?? "x"
        let plain = filled(word)
        var repositories = [plain] + fillers.dropFirst().map { filled($0) }
        repositories += [
            filled(word, afterWord: "-evil"), filled(""), filled("z9"), filled(word, below: ["app", "x"]),
            // Beside it: a name that begins alike, and one below.
            plain + "-evil", plain + "/x",
        ]
        // One above, and the same at another host.
        if let slash = plain.lastIndex(of: "/") { repositories.append(String(plain[..<slash])) }
        if let dot = plain.firstIndex(of: ".") { repositories.append("other" + plain[dot...]) }
        return repositories
    }

    /// Tags that fit the one that it names; none if it names none.
    public func probedTags(filling fillers: [String]) -> [String] {
        guard let tag else { return [] }
        return tag.isLiteral ? [tag.filled("")] : (fillers + ["0", "", "z9"]).map { tag.filled($0) }
    }
}
