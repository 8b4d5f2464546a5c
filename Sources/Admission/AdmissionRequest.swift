public import PolicyEngine
public import OCI

/// One request to run images, as any door puts it: no HTTP and no Kubernetes JSON.
public struct AdmissionRequest: Sendable {
    public let facts: RequestFacts
    public let images: [RequestedImage]
    public let origin: RequestOrigin
    /// When the caller stops waiting, less the door's margin. The gate has an answer before it.
    public let deadline: ContinuousClock.Instant

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
    public let kind: ContainerKind
    /// Where in the object it stands: `spec.containers[0].image`.
    public let path: String
    /// The container's name, if it has one.
    public let container: String?

    public init(text: String, kind: ContainerKind, path: String, container: String?) {
        self.text = text
        self.kind = kind
        self.path = path
        self.container = container
    }

    /// Whether the two get the same decision within one request: nothing else about an image takes part in it.
    func isJudgedLike(_ other: RequestedImage) -> Bool {
        kind == other.kind && text.utf8.elementsEqual(other.text.utf8)
    }
}

/// Who asked for what, for the record. Nothing here takes part in a decision.
public struct RequestOrigin: Sendable {
    /// The event's source: `kubernetes.admission`, `command-line`.
    public var source: String
    public var uid: String?
    public var operation: String?
    public var isDryRun = false
    public var user: String?
    public var userUID: String?
    public var groups: [String] = []
    public var group: String?
    public var version: String?
    public var kind: String?
    public var subresource: String?
    public var namespace: String?
    public var name: String?
    /// SHA-256 over the body as it was received.
    public var bodyDigest: Digest?

    public init(source: String) {
        self.source = source
    }
}
