public import Timestamp
public import Trust
import TUF

/// What is known of a target at a mirror, for people.
public struct MirrorStanding: Hashable, Sendable {
    public let target: MirroredTarget
    public let material: MirroredMaterial
    /// The versions of the metadata that leads to the material, and when each expires; none without material.
    public let roles: [Role]
    /// When the mirror was last asked and all was in order.
    public let refreshedAt: Instant?
    /// Since when asking it fails, if it does.
    public let failingSince: Instant?
    /// Why the last try failed.
    public let problem: String?

    public struct Role: Hashable, Sendable {
        public let name: String
        public let version: Int
        public let expires: Instant
    }

    /// Roles that machines sign, from day to day. All others are signed by people, who have to be brought together.
    private static let machineRoles = ["timestamp", "snapshot"]
    private static let marginOfPeople = Duration.seconds(14 * 86_400)
    /// A gate that does not reach its mirror has to be let out before a weekend is over.
    private static let marginWhileFailing = Duration.seconds(2 * 86_400)
    /// A mirror that is reached and is not renewed leaves its owner half a working day.
    private static let marginOfMachines = Duration.seconds(6 * 3600)

    /// That the material expires soon, or has: a clause that names mirror, role and time. Nil while there is time.
    public func alarm(at now: Instant) -> String? {
        if case .expired(let reason) = material { return "\(target.phrase): \(reason)" }
        let urgent = roles.filter { $0.expires - now < margin(of: $0) }.min { $0.expires < $1.expires }
        return urgent.map {
            "\(target.phrase): `\($0.name).json` expires at \($0.expires.rfc3339InSeconds)"
        }
    }

    /// All of it in one line.
    public func remark(at now: Instant) -> String {
        var parts: [String] = []
        switch material {
        case .trusted:
            let versions = roles.map { "\($0.name) \($0.version)" }.joined(separator: ", ")
            parts.append("\(target.phrase) is trusted (\(versions))")
            if let first = roles.min(by: { $0.expires < $1.expires }) {
                let warning = alarm(at: now) == nil ? "" : "WARNING: "
                parts.append("\(warning)`\(first.name).json` expires at \(first.expires.rfc3339InSeconds)")
            }
        case .expired(let reason): parts.append("WARNING: \(target.phrase) counts no more: \(reason)")
        case .unavailable: parts.append("WARNING: \(target.phrase) cannot be had")
        }
        if let refreshedAt { parts.append("refreshed at \(refreshedAt.rfc3339InSeconds)") }
        if let failingSince, let problem {
            parts.append("since \(failingSince.rfc3339InSeconds) it is not: \(problem)")
        }
        return parts.joined(separator: ", ")
    }

    private func margin(of role: Role) -> Duration {
        guard MirrorStanding.machineRoles.contains(where: { $0.utf8.elementsEqual(role.name.utf8) }) else {
            return MirrorStanding.marginOfPeople
        }
        return failingSince == nil ? MirrorStanding.marginOfMachines : MirrorStanding.marginWhileFailing
    }
}
