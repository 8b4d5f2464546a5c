/// Trusted material that lies at a mirror and not beside the policies: a target of a repository of The Update Framework.
public struct MirroredTarget: Hashable, Sendable {
    /// An address without a slash at its end, in ASCII; the targets are below it in `targets/`.
    public let mirror: String
    /// Root metadata that is trusted without further reason.
    public let pinnedRoot: [UInt8]
    /// The target's path in the repository, in ASCII.
    public let path: String

    public init(mirror: String, pinnedRoot: [UInt8], path: String) {
        self.mirror = mirror
        self.pinnedRoot = pinnedRoot
        self.path = path
    }

    /// For people: what, and where.
    public var phrase: String { "`\(path)` of `\(mirror)`" }
}

/// What is known of a target at a time.
public enum MirroredMaterial: Hashable, Sendable {
    /// Its bytes. All metadata that leads to them was verified, and none of it has expired.
    case trusted([UInt8])
    /// What there is may not be used any more. The text is a clause that says since when, and why it was not renewed.
    case expired(String)
    /// There is nothing, for this reason.
    case unavailable(String)
}

/// Where such material comes from.
public protocol MaterialSource: Sendable {
    /// What is known now. It waits for nobody.
    func material(of target: MirroredTarget) -> MirroredMaterial
}

/// Nobody is asked, as by a command that works without a network.
public struct NoMirrors: MaterialSource {
    public init() {}

    public func material(of target: MirroredTarget) -> MirroredMaterial {
        .unavailable("mirrors are not asked here")
    }
}
