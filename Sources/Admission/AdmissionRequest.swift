public import PolicyEngine
public import OCI

/// One request to run images, as any door puts it: no HTTP and no Kubernetes JSON.
///
/// A class, since it goes with its decision to the log and back, and never changes.
public final class AdmissionRequest: Sendable {
    /// What policies may select by.
    public let facts: RequestFacts
    /// All images that are to be judged, in the order of the object; one may stand in several places.
    public let images: [RequestedImage]
    /// What the record says of the request beside.
    public let origin: RequestOrigin
    /// When the caller stops waiting, less the door's margin. The gate has an answer before it.
    public let deadline: ContinuousClock.Instant

    /// An empty list of images is decided as allowed; a door asks only about requests that bring some.
    public init(
        facts: RequestFacts, images: [RequestedImage], origin: RequestOrigin, deadline: ContinuousClock.Instant
    ) {
        self.facts = facts
        self.images = images
        self.origin = origin
        self.deadline = deadline
    }
}

/// An image as the workload names it.
public struct RequestedImage: Hashable, Sendable {
    /// The text as written.
    public let text: String
    /// What the container is for.
    public let kind: ContainerKind
    /// Where in the object it stands: `spec.containers[0].image`.
    public let path: String
    /// The container's name, if it has one.
    public let container: String?

    /// The text need be no reference: what is none is refused as `reference-invalid`.
    public init(text: String, kind: ContainerKind, path: String, container: String?) {
        self.text = text
        self.kind = kind
        self.path = path
        self.container = container
    }

    /// Whether the two get the same decision within one request: nothing else about an image takes part in it, and what
    /// the container is for only where a policy asks for that.
    func isJudgedLike(_ other: RequestedImage, by policies: PolicySet) -> Bool {
        (kind == other.kind || !policies.tellsContainersApart) && text.isWritten(like: other.text)
    }
}

/// Who asked for what, for the record. Nothing here takes part in a decision.
public struct RequestOrigin: Sendable {
    /// The event's source: `kubernetes.admission`, `command-line`.
    public var source: String
    /// The caller's name for the request.
    public var uid: String?
    /// `CREATE` or `UPDATE`.
    public var operation: String?
    /// Whether the caller only wants to know.
    public var isDryRun = false
    /// Who asks, as the caller authenticated them.
    public var user: String?
    /// The user's identifier, which a new user of the same name does not have.
    public var userUID: String?
    /// The groups that the user is in.
    public var groups: [String] = []
    /// The API group of the object's kind; empty for the core group.
    public var group: String?
    /// The version of the object's kind.
    public var version: String?
    /// The object's kind.
    public var kind: String?
    /// The part of the object that is asked for, such as `ephemeralcontainers`.
    public var subresource: String?
    /// The object's namespace.
    public var namespace: String?
    /// The object's name; empty where the API server is still to make one up.
    public var name: String?
    /// SHA-256 over the body as it was received.
    public var bodyDigest: Digest?

    /// All else is unknown until it is set, and absent from the record while it is not.
    public init(source: String) {
        self.source = source
    }
}
