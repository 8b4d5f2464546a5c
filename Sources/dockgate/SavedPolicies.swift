import PolicyDocuments
import State
import Timestamp

/// The last good policies with everything they were read from, in the directory of what the gate remembers.
struct SavedPolicies: Sendable {
    private let file: StateFile

    init(in state: StateDirectory) {
        file = state.file("last-good-policies", version: 1, maximumBytes: SavedDocuments.maximumBytes)
    }

    enum Found {
        case nothing
        case documents(SavedDocuments)
        /// Why it does not count, as the end of a sentence that begins with the file.
        case unusable(String)
    }

    func find() -> Found {
        switch file.load() {
        case .absent: .nothing
        case .unusable(let reason): .unusable(reason)
        case .kept(let bytes): SavedDocuments(decoding: bytes).map(Found.documents) ?? .unusable("is malformed")
        }
    }

    /// Keeps what is in force from now on. If that is impossible, nothing is kept: a set that was replaced must not come
    /// back, and to take a file away needs no space.
    func keep(_ loaded: LoadedPolicies, at now: Instant) throws(StateError) {
        do {
            try file.keep(loaded.saved(at: now).encoded)
        } catch {
            try file.forget()
            throw error
        }
    }
}
