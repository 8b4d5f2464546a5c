/// What an attestor is asked to stand behind.
public enum Claim: Hashable, Sendable, CaseIterable {
    /// The image itself: it was signed.
    case signature
    /// Statements about the image, each of a type of its own: how it was built, what is in it.
    case attestation
}
