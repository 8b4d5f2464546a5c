import Trust

/// docs/TROUBLESHOOTING.md: cause and cure of every reason, in the order of the list.
enum TroubleshootingPage {
    static var text: String {
        let contents = ReasonCode.allCases.map { "[`\($0.rawValue)`](#\($0.rawValue))" }.joined(separator: ", ")
        let sections = ReasonCode.allCases.map { reason in
            """
            ## \(reason.rawValue)

            \(folded("**Cause.** " + reason.cause))

            \(folded("**Cure.** " + reason.cure))

            """
        }
        return ([introduction, folded(contents), ""] + sections).joined(separator: "\n")
    }

    private static let introduction = """
        <!-- Made by `dockgate explain --markdown`; the texts are in Sources/Trust, ReasonCode+Cause and +Cure. -->

        # Troubleshooting

        A refusal names its reason in brackets, as `[signature-missing]`. Records and the audit annotation `reason` carry the
        same word. This page says for each of them what has happened and what to do about it; `dockgate explain REASON` says
        it on the command line.

        The answer itself tells more: which image, where in the object it stands, which policy and check, what was found and
        what was expected. It ends with the id of its record; `dockgate audit show --directory DIR ID` prints the whole
        decision. `dockgate check` asks the same question again, and `dockgate policy lint` finds mistakes in the policies.

        """

    /// Lines of at most 118 characters, broken at spaces.
    private static func folded(_ text: String) -> String {
        var lines: [String] = [""]
        for word in text.split(separator: " ") {
            let line = lines[lines.count - 1]
            if line.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if line.count + 1 + word.count <= 118 {
                lines[lines.count - 1] = line + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }
}
