import Cryptography

/// What metadata says about the bytes of a file: how many, and their hashes.
struct FileDescription: Hashable, Sendable {
    /// Nil if nothing is said.
    let length: Int?
    /// In the order of the document; those of functions that are not known are left out.
    let hashes: [FileHash]

    struct FileHash: Hashable, Sendable {
        let name: String
        let function: HashFunction
        let digest: [UInt8]
    }

    /// Throws `malformed`, also if there are hashes and none by a function that is known.
    init(_ field: Field) throws(TUFError.Reason) {
        length = field["length"].isPresent ? try field["length"].number(from: 0) : nil
        guard field["hashes"].isPresent else {
            hashes = []
            return
        }
        var hashes: [FileHash] = []
        for (name, hash) in try field["hashes"].members() {
            guard let function = FileDescription.function(named: name) else { continue }
            let digest = try hash.hexadecimal()
            guard digest.count == function.digestLength else { throw hash.mistake("\(function.digestLength) bytes") }
            hashes.append(FileHash(name: String(decoding: name, as: UTF8.self), function: function, digest: digest))
        }
        guard !hashes.isEmpty else { throw field["hashes"].mistake("`sha256`, `sha384` or `sha512`") }
        self.hashes = hashes
    }

    /// Throws `otherLength` or `otherHash`, of any hash that is listed.
    func check(_ bytes: [UInt8]) throws(TUFError.Reason) {
        if let length, bytes.count != length { throw .otherLength(found: bytes.count, expected: length) }
        for hash in hashes where hash.function.digest(of: bytes) != hash.digest { throw .otherHash(hash.name) }
    }

    /// How many bytes to read at most. Throws `tooLarge` if more are promised than `limit`.
    func limit(_ limit: Int) throws(TUFError.Reason) -> Int {
        guard let length else { return limit }
        guard length <= limit else { throw .tooLarge(limit: limit) }
        return length
    }

    private static func function(named name: [UInt8]) -> HashFunction? {
        switch String(decoding: name, as: UTF8.self) {
        case "sha256": .sha256
        case "sha384": .sha384
        case "sha512": .sha512
        default: nil
        }
    }
}

/// What metadata says about other metadata: its version, and perhaps its bytes.
struct ListedMetadata: Hashable, Sendable {
    let version: Int
    let content: FileDescription

    init(_ field: Field) throws(TUFError.Reason) {
        version = try field["version"].number(from: 1)
        content = try FileDescription(field)
    }
}
