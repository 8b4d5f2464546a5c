/// A pattern as it was written, and its bytes with one that no pattern holds in place of each variable. So it can be cut
/// at `/`, `:` and `.`, of which the key of a label may hold some.
struct PatternText: CustomStringConvertible {
    let description: String
    let bytes: [UInt8]
    private let variables: [PatternVariable]

    static let variable: UInt8 = 0

    /// Refuses what is not printable ASCII, and a `$` that begins no variable.
    init(_ text: String) throws(PatternError) {
        if let byte = text.utf8.first(where: { $0 <= 0x20 || $0 >= 0x7F }) {
            throw PatternError(
                description:
                    "pattern `\(text)` holds the byte 0x\(String(byte, radix: 16)); only printable ASCII can match")
        }
        description = text
        var bytes: [UInt8] = []
        var variables: [PatternVariable] = []
        var rest = Array(text.utf8)[...]
        while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
            bytes += rest[..<dollar] + [PatternText.variable]
            rest = rest[(dollar + 1)...]
            variables.append(try PatternText.cutVariable(from: &rest, of: text))
        }
        self.bytes = bytes + rest
        self.variables = variables
    }

    private static func cutVariable(
        from rest: inout ArraySlice<UInt8>, of text: String
    ) throws(PatternError) -> PatternVariable {
        guard rest.first == UInt8(ascii: "(") else {
            throw PatternError(
                description: "the `$` in pattern `\(text)` begins no variable; "
                    + "variables are `$(namespace)` and `$(namespace.labels.KEY)`")
        }
        guard let end = rest.firstIndex(of: UInt8(ascii: ")")) else {
            throw PatternError(description: "the `$(` in pattern `\(text)` has no `)`; write it as `$(namespace)`")
        }
        let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
        rest = rest[(end + 1)...]
        do { return try PatternVariable(name) } catch {
            throw PatternError(description: "pattern `\(text)`: \(error)")
        }
    }

    /// Only a part of the path may be what the request's namespace says: not the host that is asked, nor what is pulled.
    func refuseVariable(in piece: ArraySlice<UInt8>, called place: String) throws(PatternError) {
        guard let variable = variables(in: piece).first else { return }
        throw PatternError(
            description: "`\(variable)` in pattern `\(self)` stands in its \(place); "
                + "a variable stands for a segment of the path, or for a part of one")
    }

    /// A piece of `bytes` as it was written.
    func spelled(_ piece: ArraySlice<UInt8>) -> String {
        var variables = variables(in: piece)
        return piece.split(separator: PatternText.variable, omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) + (variables.popFirst()?.description ?? "") }.joined()
    }

    /// What a piece of `bytes` matches at most: a variable may have any value.
    func widest(_ piece: ArraySlice<UInt8>) -> Glob {
        guard !variables.isEmpty else { return Glob(piece) }
        return Glob(piece.map { $0 == PatternText.variable ? UInt8(ascii: "*") : $0 })
    }

    /// What a piece of `bytes` consists of, if it holds a variable.
    func template(_ piece: ArraySlice<UInt8>, at position: Int) -> SegmentTemplate? {
        var variables = variables(in: piece)
        guard !variables.isEmpty else { return nil }
        var parts: [SegmentTemplate.Part] = []
        for text in piece.split(separator: PatternText.variable, omittingEmptySubsequences: false) {
            if !text.isEmpty { parts.append(.pattern(Array(text))) }
            if let variable = variables.popFirst() { parts.append(.variable(variable)) }
        }
        return SegmentTemplate(position: position, parts: parts)
    }

    /// - Parameter piece: a slice of `bytes`.
    private func variables(in piece: ArraySlice<UInt8>) -> ArraySlice<PatternVariable> {
        guard !variables.isEmpty else { return [] }
        let before = bytes[..<piece.startIndex].count { $0 == PatternText.variable }
        return variables[before...].prefix(piece.count { $0 == PatternText.variable })
    }
}
