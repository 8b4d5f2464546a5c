import Trust

/// `signers` of an attestor: whose signatures a tag must have.
enum RequiredSigners {
    /// Each is a request for a repository that nothing is known of.
    private static let maximumCount = 16

    private static let names = FieldType.list(.text("a signer's name, such as `release`"))

    static let field = Field(
        "signers",
        .object(
            ObjectType(
                [
                    Field("allOf", names, "each of these signers must have signed the tag, all for the same digest"),
                    Field("anyOf", names, "one of these signers must have, and no other of them for another digest"),
                ], exactlyOneOf: [["allOf", "anyOf"]])),
        """
        whose signatures count, by their names as `docker trust signer add` gives them; without this field the released tags \
        do, as for the docker client: `targets/releases`, and where that does not name the tag `targets`
        """)

    static func load(_ value: FieldValue?, _ problems: inout [FieldProblem]) -> SignerRule {
        guard let value else { return .releases }
        let isAll = value["allOf"] != nil
        guard let list = value["allOf"] ?? value["anyOf"] else { return .releases }
        if list.elements.isEmpty || list.elements.count > maximumCount {
            problems.append(
                FieldProblem(
                    "found \(list.elements.count) signers, expected 1 to \(maximumCount)", at: list.position))
        }
        var roles: [String] = []
        for element in list.elements {
            guard let role = role(element, &problems) else { continue }
            if roles.contains(where: { $0.isSpelled(role) }) {
                problems.append(FieldProblem("`\(role)` is listed twice: remove one", at: element.position))
            }
            roles.append(role)
        }
        return isAll ? .allOf(roles) : .anyOf(roles)
    }

    /// The name of a signer's role; people write it with or without `targets/`.
    private static func role(_ value: FieldValue, _ problems: inout [FieldProblem]) -> String? {
        let text = value.text ?? ""
        let role = text.utf8.starts(with: "targets/".utf8) ? text : "targets/\(text)"
        guard Delegation.isDirect(role) else {
            problems.append(
                FieldProblem(
                    """
                    `\(String(quoting: text))` is no signer's name: expected lower-case letters, digits, `-` and `_`, as in \
                    `release`
                    """, at: value.position))
            return nil
        }
        return role
    }
}
