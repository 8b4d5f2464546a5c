public import OCI

/// Something that happened to the policies in force, for the record.
public enum PolicyEvent: Sendable {
    /// Others are in force from now on.
    case exchanged(from: Digest, to: Digest)
    /// The documents were read again and do not load, so what is in force stays. A text for each problem.
    case kept(Digest, because: [String])
}
