import Trust

extension Refusal {
    /// Found, expected and cure, and the reason's code.
    var sentence: String {
        "found \(found), expected \(expected)" + (cure.map { "; \($0)" } ?? "") + " [\(reason.rawValue)]"
    }
}
