import Cryptography
import StrictJSON

/// Which keys speak for a role, and how many of them it takes (section 4.3).
struct RoleKeys: Sendable {
    let threshold: Int
    private let keyIDs: Set<[UInt8]>
    private let keys: Field

    /// `keys` is what whoever delegates lists, by id. A key's id is a name of its lister's choice: most take the hash of the
    /// key, but roots of sigstore have other ones, so nothing is concluded from it.
    ///
    /// Throws `malformed` for a threshold below one and for an id that is listed twice.
    init(_ role: Field, keys: Field) throws(TUFError.Reason) {
        threshold = try role["threshold"].number(from: 1)
        var keyIDs: Set<[UInt8]> = []
        for keyID in try role["keyids"].elements() {
            guard keyIDs.insert(try keyID.text()).inserted else {
                throw .malformed("`\(keyID.path)` names a key that was named before")
            }
        }
        self.keyIDs = keyIDs
        self.keys = keys
    }

    /// The key of that id, if the role has it and it is one that is understood.
    func key(of keyID: [UInt8]) -> RepositoryKey? {
        keyIDs.contains(keyID) ? RepositoryKey(keys[bytes: keyID]) : nil
    }

    /// The keys themselves, whatever their ids.
    var publicKeys: Set<PublicKey> { Set(keyIDs.compactMap { key(of: $0)?.key }) }
}
