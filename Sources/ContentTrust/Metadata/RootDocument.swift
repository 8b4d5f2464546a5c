import Cryptography
import Timestamp

/// Root metadata (TUF, section 4.3): which keys speak for which of the roles at the top. It is always signed as it says
/// itself; whether it is to be believed is for `RootTrust` and the root before it to say.
struct RootDocument: Sendable {
    let document: VerifiedDocument
    private let source: SignedDocument
    let timestamp: RoleKeys
    let snapshot: RoleKeys
    let targets: RoleKeys

    init(parsing bytes: [UInt8]) throws(MetadataFault) {
        source = try SignedDocument(parsing: bytes, limit: ContentTrustLimits.rootBytes)
        document = try source.verifiedByItself()
        let keys = try KeyList(document.signed["keys"])
        let roles = document.signed["roles"]
        timestamp = try RoleKeys(roles["timestamp"], among: keys)
        snapshot = try RoleKeys(roles["snapshot"], among: keys)
        targets = try RoleKeys(roles["targets"], among: keys)
    }

    var version: Int { document.version }
    var root: RoleKeys { document.keys }
    /// The only version that may follow; after the last that there is none does, not even that one.
    var nextVersion: Int { version == .max ? version : version + 1 }

    /// Throws unless it is the very next one, and as many keys of the former as that asks for have signed it.
    func checkFollows(_ former: RootDocument) throws(MetadataFault) {
        guard version > former.version, version == former.nextVersion else {
            throw .otherVersion(found: version, expected: former.nextVersion)
        }
        let signers = source.signers(among: former.root.keys)
        guard signers.count >= former.root.threshold else {
            throw .tooFewSignatures(found: signers.count, threshold: former.root.threshold)
        }
    }

    /// How many of its own keys have signed it that `isBelieved` lets count.
    func signers(_ isBelieved: (CollectionKey) -> Bool) -> Int {
        let believed = Set(root.keys.filter(isBelieved).map(\.key))
        return document.signers.count { believed.contains($0) }
    }
}
