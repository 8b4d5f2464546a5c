public import PolicyEngine

/// An image that a Kubernetes object names, and where.
public struct FoundImage: Sendable, CustomStringConvertible {
    /// As the object spells it. Never empty, except between reading an object and judging what is new in it.
    public let text: String
    /// What the container is for.
    public let kind: ContainerKind
    /// The name of the container, or of the volume for an image volume.
    public let container: String?
    /// Such as `spec.template.spec.containers[0].image`.
    public let path: String
    /// Whether a word such as `auto` may stand there.
    public let placement: Placement

    /// Whether Kubernetes runs this very object, or makes Pods from it later.
    public enum Placement: Sendable {
        case pod
        case template
    }

    init(text: String, kind: ContainerKind, container: String?, path: String, placement: Placement) {
        self.text = text
        self.kind = kind
        self.container = container
        self.path = path
        self.placement = placement
    }

    /// `main spec.containers[0].image=nginx`
    public var description: String { "\(kind.rawValue) \(path)=\(text)" }
}
