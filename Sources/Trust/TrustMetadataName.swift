import Cryptography

/// The name of one document of a trusted collection at a notary server.
public struct TrustMetadataName: Hashable, Sendable {
    /// `root`, `timestamp`, `snapshot`, `targets`, or that of a delegation: `targets/releases`. In ASCII.
    public let role: String
    public let version: Version

    public enum Version: Hashable, Sendable {
        /// The newest, which changes; what the others name never does.
        case current
        case number(Int)
        /// The one whose bytes have this SHA-256.
        case sha256([UInt8])
    }

    public init(role: String, version: Version) {
        (self.role, self.version) = (role, version)
    }

    /// As notary servers name it, to be put behind `{server}/v2/{GUN}/_trust/tuf/`: `timestamp.json`, `1.root.json`,
    /// `targets/releases.<hex>.json`.
    public var path: String {
        switch version {
        case .current: "\(role).json"
        case .number(let number): "\(number).\(role).json"
        case .sha256(let hash): "\(role).\(hash.hexadecimal).json"
        }
    }
}
