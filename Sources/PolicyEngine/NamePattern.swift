import Trust

/// A namespace name in which `*` stands for any run of characters.
public struct NamePattern: Hashable, Sendable {
    /// As it was written.
    public let text: String
    let glob: Glob
    /// The name itself when it holds no wildcard.
    let literal: [UInt8]?

    /// Refuses what can never be a Kubernetes namespace name (RFC 1123 label) with wildcards in it.
    public init(_ text: String) throws(PatternError) {
        let isName =
            !text.isEmpty && text.utf8.count <= 63
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
                    || $0 == UInt8(ascii: "*")
            }
        guard isName else {
            throw PatternError(
                description: "`\(text)` cannot be a namespace; names are lower-case letters, digits and `-`, at most 63"
            )
        }
        self.text = text
        glob = Glob(text.utf8)
        literal = glob.literal
    }

    /// Reads a list of names without wildcards, adding a problem for each that is none.
    ///
    /// - Parameter kind: what the list is in: "an Exemption".
    static func exactNames(_ list: FieldValue?, of kind: String, _ problems: inout [FieldProblem]) -> [NamePattern] {
        (list?.elements ?? []).compactMap { element in
            let text = element.text ?? ""
            do throws(PatternError) {
                let name = try NamePattern(text)
                guard name.literal != nil else {
                    throw PatternError(description: "`\(text)` holds a wildcard; \(kind) names exact namespaces")
                }
                return name
            } catch {
                problems.append(FieldProblem(error.description, at: element.position))
                return nil
            }
        }
    }

    /// Whether it holds no wildcard.
    public var isLiteral: Bool { literal != nil }

    func matches(_ name: String) -> Bool { glob.matches(Array(name.utf8)) }
}
