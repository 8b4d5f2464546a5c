import OCI
import Synchronization
import Trust

/// Looks up each target of a mirror once, so that all documents of one load see the same, and remembers what came of it
/// for the revision.
final class MaterialReader: MaterialSource {
    private let source: any MaterialSource
    private let results = Mutex<[MirroredTarget: MirroredMaterial]>([:])

    init(_ source: any MaterialSource) { self.source = source }

    /// Everything that was looked up.
    var materials: [MirroredTarget: MirroredMaterial] { results.withLock { $0 } }

    func material(of target: MirroredTarget) -> MirroredMaterial {
        if let known = results.withLock({ $0[target] }) { return known }
        let material = source.material(of: target)
        results.withLock { $0[target] = material }
        return material
    }
}

extension MirroredMaterial {
    /// As bytes from which nothing but the same material comes: what is known of it, and all that there is.
    var encoded: [UInt8] {
        switch self {
        case .trusted(let bytes): Array("trusted\0".utf8) + bytes
        case .expired(let reason): Array("expired\0\(reason)".utf8)
        case .unavailable(let reason): Array("unavailable\0\(reason)".utf8)
        }
    }
}

extension MirroredTarget {
    /// A name that no file has, since it holds NUL bytes.
    var name: [UInt8] {
        Array("tuf\0\(mirror)\0\(path)\0\(Digest.sha256(of: pinnedRoot))".utf8)
    }
}
