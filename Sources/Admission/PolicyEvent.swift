public import OCI
public import Timestamp

/// Something that happened to the policies in force, for the record.
public enum PolicyEvent: Sendable {
    /// Others are in force from now on.
    case exchanged(from: Digest, to: Digest)
    /// The documents were read again and do not load, so what is in force stays. A text for each problem.
    case kept(Digest, because: [String])
    /// The gate started with documents that do not load, so the set that was last in force is, as it was saved then. A text
    /// for each problem.
    case restored(Digest, savedAt: Instant, because: [String])
}
