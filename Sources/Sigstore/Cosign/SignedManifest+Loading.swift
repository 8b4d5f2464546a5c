import Trust

extension SignedManifest {
    static let field = Field(
        "subject", .word(allCases.map(\.rawValue)),
        """
        what must be signed of an image for several platforms: its `index` (what is meant without this field), every \
        `platform` that the index lists, or `either` of both
        """)

    /// In a sentence, after who signed.
    var phrase: String {
        switch self {
        case .index: ""
        case .platform: ", of every platform by itself"
        case .either: ", of the index or of every platform by itself"
        }
    }
}
