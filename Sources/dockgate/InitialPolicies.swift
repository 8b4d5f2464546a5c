import PolicyDocuments
import Timestamp
import Trust

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

    /// - Parameters:
    ///   - formats: what attestors may be.
    ///   - saved: what to fall back to; nil for a command, whose user is there to mend the directory.
    ///   - materials: what is known of mirrors. It counts as it is now, also for the last good set.
    init(
        directory: String, formats: [any AttestorFormat], saved: SavedPolicies?, materials: any MaterialSource,
        at now: Instant
    ) throws(UsageError) {
        source = WatchedSource(FileSystemSource(materials: materials))
        do throws(LoadFailure) {
            loaded = try PolicyDocuments.load(
                directory: directory, formats: formats, now: now, from: source)
            restoration = nil
        } catch {
            let found = saved?.find() ?? .nothing
            let documents = try InitialPolicies.documents(found, because: error)
            loaded = try InitialPolicies.restore(
                documents, inPlaceOf: directory, formats, because: error, materials, at: now)
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
        _ documents: SavedDocuments, inPlaceOf directory: String, _ formats: [any AttestorFormat],
        because failure: LoadFailure, _ materials: any MaterialSource, at now: Instant
    ) throws(UsageError) -> LoadedPolicies {
        do {
            return try PolicyDocuments.load(
                documents, inPlaceOf: directory, formats: formats, now: now, materials: materials)
        } catch {
            let refusal = UsageError("the saved policies do not load: \(error)")
            throw UsageError([UsageError(failure), refusal])
        }
    }
}
