/// Why a batch of records is not on disk.
struct CommitFailure: Error, Hashable, Sendable {
    let reason: String
    /// Nothing can be written until the process starts anew: what the disk holds is not known any more.
    let isFinal: Bool
}
