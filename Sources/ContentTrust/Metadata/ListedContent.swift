import Cryptography

/// What metadata says about the bytes of a document or a manifest: their hashes, and how many they are.
struct ListedContent: Hashable, Sendable {
    /// Of documents it is of no use: the hash says more, and programs have left old ones there.
    let length: Int
    let sha256: [UInt8]
    /// Nil if it is not listed.
    let sha512: [UInt8]?

    /// Throws `malformed`, also where there is no SHA-256, by which documents are named.
    init(_ field: MetadataField) throws(MetadataFault) {
        length = try field["length"].number(from: 0)
        let hashes = field["hashes"]
        sha256 = try ListedContent.hash(hashes["sha256"], .sha256)
        sha512 = hashes["sha512"].isPresent ? try ListedContent.hash(hashes["sha512"], .sha512) : nil
    }

    /// A document that is named by its hash.
    init(sha256: [UInt8]) { (length, self.sha256, sha512) = (0, sha256, nil) }

    /// Throws `otherHash`, of any hash that is listed.
    func check(_ bytes: [UInt8]) throws(MetadataFault) {
        guard HashFunction.sha256.digest(of: bytes) == sha256 else { throw .otherHash("SHA-256") }
        guard let sha512 else { return }
        guard HashFunction.sha512.digest(of: bytes) == sha512 else { throw .otherHash("SHA-512") }
    }

    private static func hash(_ field: MetadataField, _ function: HashFunction) throws(MetadataFault) -> [UInt8] {
        let hash = try field.base64()
        guard hash.count == function.digestLength else { throw field.mistake("\(function.digestLength) bytes") }
        return hash
    }
}
