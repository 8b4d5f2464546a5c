/// Who has to have signed a tag.
enum SignerRule: Hashable, Sendable {
    /// As the docker client has it: `targets/releases` says what a tag stands for, and where that says nothing `targets` does.
    case releases
    /// These delegations, each of them, for the same digest.
    case allOf([String])
    /// One of these at least, and no two of them for different digests.
    case anyOf([String])

    static let releasesRole = "targets/releases"

    /// The delegations that are looked at.
    var roles: [String] {
        switch self {
        case .releases: [SignerRule.releasesRole]
        case .allOf(let roles), .anyOf(let roles): roles
        }
    }

    /// The rule in one text, for the fingerprint of an attestor; no two rules share one.
    var setting: String {
        switch self {
        case .releases: "releases"
        case .allOf(let roles): "allOf \(roles.sorted().joined(separator: " "))"
        case .anyOf(let roles): "anyOf \(roles.sorted().joined(separator: " "))"
        }
    }

    /// As the end of a sentence that begins with "signed by".
    var phrase: String {
        let names = roles.map { "`\($0)`" }
        return switch self {
        case .releases: "`\(SignerRule.releasesRole)` or `targets`"
        case .allOf: names.joined(separator: " and ")
        case .anyOf: names.joined(separator: " or ")
        }
    }
}
