import PolicyDocuments
import Timestamp

/// What a gate starts with: what the policy directory says, or else the last good set.
struct InitialPolicies {
    let loaded: LoadedPolicies
    /// What the directory was read through, whatever came of it.
    let source: WatchedSource
    /// Nil if the directory loads.
    let restoration: Restoration?

    /// Why the last good set is in force.
    struct Restoration {
        let failure: LoadFailure
        /// When the set was good.
        let savedAt: Instant
    }

    /// - Parameter saved: what to fall back to; nil for a command, whose user is there to mend the directory.
    init(directory: String, saved: SavedPolicies?, at now: Instant) throws(UsageError) {
        source = WatchedSource(FileSystemSource())
        do throws(LoadFailure) {
            loaded = try PolicyDocuments.load(
                directory: directory, formats: Composition.attestorFormats, now: now, from: source)
            restoration = nil
        } catch {
            let found = saved?.find() ?? .nothing
            let documents = try InitialPolicies.documents(found, because: error)
            loaded = try InitialPolicies.restore(documents, inPlaceOf: directory, because: error, at: now)
            restoration = Restoration(failure: error, savedAt: documents.savedAt)
        }
    }

    private static func documents(
        _ found: SavedPolicies.Found, because failure: LoadFailure
    ) throws(UsageError) -> SavedDocuments {
        switch found {
        case .documents(let documents): return documents
        case .nothing: throw UsageError(failure)
        case .unusable(let reason):
            throw UsageError([UsageError(failure), UsageError("the saved policies: the file \(reason)")])
        }
    }

    private static func restore(
        _ documents: SavedDocuments, inPlaceOf directory: String, because failure: LoadFailure, at now: Instant
    ) throws(UsageError) -> LoadedPolicies {
        do {
            return try PolicyDocuments.load(
                documents, inPlaceOf: directory, formats: Composition.attestorFormats, now: now)
        } catch {
            let refusal = UsageError("the saved policies do not load: \(error)")
            throw UsageError([UsageError(failure), refusal])
        }
    }
}
