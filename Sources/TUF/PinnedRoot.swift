public import Timestamp

/// Root metadata that somebody trusts without further reason, read before anything is asked.
public struct PinnedRoot: Hashable, Sendable {
    public let version: Int
    /// It may have expired: then only newer roots, which it leads to, are of use.
    public let expires: Instant

    /// Throws for what is no root metadata, and for a root that fewer of its own keys have signed than it asks for.
    public init(parsing bytes: [UInt8], limits: TUFLimits = TUFLimits()) throws(TUFError) {
        do throws(TUFError.Reason) {
            let root = try RootMetadata(pinned: bytes, limits: limits)
            (version, expires) = (root.header.version, root.header.expires)
        } catch {
            throw TUFError(file: "root.json", reason: error)
        }
    }
}

extension RootMetadata {
    /// Section 5.2: the root that was pinned, whatever its expiry. It has to be signed as it says itself, so that what was
    /// pinned by mistake shows at once.
    init(pinned bytes: [UInt8], limits: TUFLimits) throws(TUFError.Reason) {
        let metadata = try SignedMetadata(parsing: bytes, limit: limits.rootBytes)
        let root = try RootMetadata(VerifiedMetadata(pinned: metadata))
        _ = try metadata.verified(by: root.root)
        self = root
    }
}
