public import Timestamp
public import Trust

/// Brings what is known of a collection up to date, as a value that says which documents it wants next (notary's order:
/// timestamp, snapshot, root, targets, delegations).
///
/// It begins each step anew with all answers that there are, so that whatever a newer root changes is judged again from the
/// start; of a step only documents are asked for that were not before.
public struct CollectionUpdate: Sendable {
    private let start: CollectionStart
    private var answers: [Locator: Fetched] = [:]
    private var asked: [Locator] = []

    /// Which roles are looked at beside those at the top.
    public enum Roles: Hashable, Sendable {
        /// These delegations: `targets/releases`.
        case named([String])
        /// All that `targets` delegates to, as far as there is room.
        case all
    }

    public enum Step: Sendable {
        /// It needs an answer for each of these before it goes on.
        case fetch([Locator])
        case finished(Outcome)
    }

    public enum Outcome: Sendable {
        /// `basis` is what of all that was asked it rests on.
        case verified(VerifiedCollection, basis: [Locator])
        /// The server has no trust data for the collection.
        case unsigned
        /// We looked, and it is wrong.
        case refused(Refusal)
        /// The server could not be asked, and what is remembered will not do.
        case unreachable(Refusal)
    }

    /// - Parameter known: what was remembered of the collection under this trust.
    public init(
        of collection: TrustCollection, trusting trust: RootTrust, roles: Roles, known: KnownCollection,
        at now: Instant
    ) {
        start = CollectionStart(collection: collection, trust: trust, roles: roles, known: known, now: now)
    }

    /// All that was asked for, in order.
    public var requests: [Locator] { asked }

    /// One step. `received` holds an answer for each locator of the step before.
    public mutating func next(_ received: [Locator: Fetched]) -> Step {
        for locator in asked where answers[locator] == nil { answers[locator] = received[locator] }
        var assembly = CollectionAssembly(start, answers: answers)
        do throws(CollectionAssembly.Stop) {
            return .finished(.verified(try assembly.assemble(), basis: asked.filter(assembly.used.contains)))
        } catch {
            switch error {
            case .needs(let locators): return ask(locators)
            case .unsigned: return .finished(.unsigned)
            case .refused(let refusal): return .finished(.refused(refusal.refusal(of: start.collection)))
            case .violated(let refusal): return .finished(.refused(refusal))
            case .undetermined(let refusal): return .finished(fromMemory(refusal))
            }
        }
    }

    private mutating func ask(_ locators: [Locator]) -> Step {
        // What was asked for and has no answer never gets one.
        guard !locators.contains(where: asked.contains) else {
            return .finished(
                .unreachable(Refusal(.internalError, found: "no answer for trust data", expected: "an answer")))
        }
        asked += locators
        return .fetch(locators)
    }

    /// Where the server cannot be asked, what is remembered counts within its own expiry. It has to be the very timestamp that
    /// could not be asked for: a server that gives a newer one contradicts it.
    private func fromMemory(_ refusal: Refusal) -> Outcome {
        let current = start.locator(.timestamp)
        guard case .undetermined? = answers[current], !start.known.isEmpty else { return .unreachable(refusal) }
        var assembly = CollectionAssembly(start, unheard: refusal)
        do throws(CollectionAssembly.Stop) { return .verified(try assembly.assemble(), basis: []) } catch {
            switch error {
            case .refused(let refused):
                return .unreachable(
                    refusal.withoutRemembered(
                        "`\(refused.document)` is refused at `\(refused.fault.step)`: \(refused.fault.found)"))
            case .needs, .unsigned, .violated, .undetermined:
                return .unreachable(refusal.withoutRemembered("not all of it was kept"))
            }
        }
    }
}

/// What an update begins with.
struct CollectionStart: Sendable {
    let collection: TrustCollection
    let trust: RootTrust
    let roles: CollectionUpdate.Roles
    let known: KnownCollection
    let now: Instant

    /// The one of a role at the top that is current.
    func locator(_ role: TopRole) -> Locator { locator(role.rawValue, .current, limit: role.limit) }

    func locator(_ role: String, _ version: TrustMetadataName.Version, limit: Int) -> Locator {
        .trustMetadata(collection, TrustMetadataName(role: role, version: version), limit: limit)
    }
}

/// The four roles that every collection has.
enum TopRole: String, Sendable {
    case root, timestamp, snapshot, targets

    var limit: Int {
        switch self {
        case .root: ContentTrustLimits.rootBytes
        case .timestamp: ContentTrustLimits.timestampBytes
        case .snapshot: ContentTrustLimits.snapshotBytes
        case .targets: ContentTrustLimits.targetsBytes
        }
    }
}
