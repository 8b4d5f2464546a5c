import Timestamp

/// What a policy says, in phrases of which sentences are made.
public struct PolicyExplanation: Sendable {
    public let name: String
    /// Which images it is about: "images that match `registry.example.com/**`".
    public let about: String
    /// Which of those it is not about, likewise.
    public let exclusions: [String]
    /// What happens when a check does not hold, where no stage matches.
    public let otherwise: Enforcement
    /// Where something else happens.
    public let stages: [(enforcement: Enforcement, about: String)]
    public let checks: [CheckExplanation]

    /// The checks that vouch for an image if they pass, where the policy refuses.
    public var vouching: [CheckExplanation] {
        let refuses = otherwise == .deny || stages.contains { $0.enforcement == .deny }
        return refuses ? checks.filter { $0.vouches && ($0.enforcement ?? .deny) == .deny } : []
    }
}

/// What one check of a policy demands.
public struct CheckExplanation: Sendable {
    public let name: String
    /// Its word in the policy language.
    public let word: String
    /// The end of a sentence that begins with "the image must".
    public let demand: String
    /// Its own enforcement, if it has one.
    public let enforcement: Enforcement?
    /// Whether an image for which it passes is vouched for.
    public let vouches: Bool
    /// Whether nobody has to be asked.
    public let needsOnlyReference: Bool
    /// What counts instead when nobody could look, as a clause; nil if that refuses.
    public let whenUndetermined: String?
    /// What counts for an image that was admitted and fails since the world moved on, as a clause; nil if that refuses.
    public let whenAlreadyAdmitted: String?
    /// What whoever is refused reads first.
    public let message: String?
}

extension ImagePolicy {
    public var explanation: PolicyExplanation {
        PolicyExplanation(
            name: name, about: match.explanation, exclusions: exclude.map(\.explanation),
            otherwise: enforcement.otherwise,
            stages: enforcement.stages.map { ($0.enforcement, $0.selector.explanation) },
            checks: checks.map(\.explanation))
    }
}

extension PolicyCheck {
    var explanation: CheckExplanation {
        CheckExplanation(
            name: name, word: type(of: check).word, demand: check.explanation, enforcement: enforcement,
            vouches: vouches, needsOnlyReference: needsOnlyReference,
            whenUndetermined: onUndetermined.explanation, whenAlreadyAdmitted: alreadyAdmitted.explanation,
            message: message)
    }
}

extension OnUndetermined {
    fileprivate var explanation: String? {
        switch self {
        case .deny: nil
        case .warn: "if nobody can look there is only a warning"
        case .lastKnownGood(let period, _):
            "if nobody can look its latest result for the same digest counts, for \(period.written)"
        }
    }
}

extension AlreadyAdmitted {
    fileprivate var explanation: String? {
        switch self {
        case .deny: nil
        case .warn(let period, _):
            "if an image that was admitted fails there is only a warning, for \(period.written) from its first failure"
        }
    }
}

extension Exemption {
    /// Which images are not judged: "images in the namespace `kube-system`".
    public var explanation: String { phrase(images, in: namespaces) }
}

extension PolicyException {
    /// For which images the check does not count: "images that match `registry.example.com/pay/app`".
    public var explanation: String { phrase(images, in: namespaces) }
}

/// Each list means everything if it is empty.
private func phrase(_ images: [ImagePattern], in namespaces: [String]) -> String {
    let place = "in the \(namespaces.count == 1 ? "namespace" : "namespaces") "
    let parts = [
        images.isEmpty ? nil : "that match " + listedInFull(images.map(\.description), conjunction: "or"),
        namespaces.isEmpty ? nil : place + listedInFull(namespaces, conjunction: "and"),
    ].compactMap { $0 }
    return parts.isEmpty ? "every image" : "images " + parts.joined(separator: ", ")
}
