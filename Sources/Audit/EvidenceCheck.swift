import Cryptography
import StrictJSON

/// Compares evidence files with their names, each once.
struct EvidenceCheck {
    enum Result: Hashable {
        case good
        case missing
        case changed
    }

    /// About 64 MiB of digests at most. A forgotten one is read again.
    private static let rememberedDigests = 262_144
    private static let chunkBytes = 256 * 1_024

    private let directory: AuditDirectory
    private let storage: any Storage
    private var good = RecentDigests(capacity: EvidenceCheck.rememberedDigests)
    /// How many files were read and found good.
    private(set) var files = 0

    init(_ directory: AuditDirectory, in storage: any Storage) {
        self.directory = directory
        self.storage = storage
    }

    mutating func check(hexadecimal digest: String) throws(StorageError) -> Result {
        let key = Array(digest.utf8)
        if good.contains(key) { return .good }
        let file: StorageFile
        do {
            let path = directory.evidence(ofHexadecimal: digest)
            file = try storage.repeating { () throws(StorageError) in try storage.open(path, for: .reading) }
        } catch {
            if error.isAbsence { return .missing }
            throw error
        }
        guard try hash(of: file).utf8.elementsEqual(digest.utf8) else { return .changed }
        good.insert(key)
        files += 1
        return .good
    }

    /// The JSON document that a piece of evidence is; nil if it is none.
    func document(hexadecimal digest: String) throws(StorageError) -> JSONDocument? {
        let path = directory.evidence(ofHexadecimal: digest)
        let file = try storage.repeating { () throws(StorageError) in try storage.open(path, for: .reading) }
        let bytes = try storage.bytes(of: file, at: 0, count: try storage.length(of: file))
        return try? JSONDocument(parsing: bytes, limits: EvidenceCheck.documentLimits)
    }

    private static let documentLimits = JSONLimits(
        maximumBytes: AuditLimits.maximumEvidenceBytes, maximumValues: AuditLimits.maximumEvidenceBytes / 8)

    private func hash(of file: StorageFile) throws(StorageError) -> String {
        var digester = SHA256Digester()
        var offset = 0
        // One byte more than evidence may have: a longer file has another hash anyway.
        while offset <= AuditLimits.maximumEvidenceBytes {
            let chunk = try storage.bytes(of: file, at: offset, count: EvidenceCheck.chunkBytes)
            if chunk.isEmpty { break }
            digester.update(chunk)
            offset += chunk.count
        }
        return digester.finish().hexadecimal
    }
}
