public import OCI
public import Timestamp
import Trust

/// An image under one check in one namespace, as it is remembered that it was admitted there.
public struct AdmittedImage: Hashable, Sendable {
    /// As UTF-8: names are compared as bytes.
    public let namespace: [UInt8]
    public let digest: Digest
    /// What is asked, as `CheckedImage` has it.
    public let check: Digest

    public init(namespace: String, digest: Digest, check: Digest) {
        self.namespace = Array(namespace.utf8)
        self.digest = digest
        self.check = check
    }

    /// Of what tells them apart most of the time.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(digest)
        hasher.combine(check)
    }
}

/// That an image was admitted under a check.
public struct EarlierAdmission: Hashable, Sendable {
    /// When it first failed the check after that; nil if it has not.
    public let firstFailure: Instant?

    public init(firstFailure: Instant?) {
        self.firstFailure = firstFailure
    }
}

/// What a check that moves with time came to, to be remembered where the image is admitted.
public struct MovingResult: Hashable, Sendable {
    public let image: AdmittedImage
    /// Else it was violated.
    public let hasPassed: Bool
    /// How long after its first failure it is of use that the image was admitted.
    public let period: Duration

    public init(image: AdmittedImage, hasPassed: Bool, period: Duration) {
        self.image = image
        self.hasPassed = hasPassed
        self.period = period
    }
}
