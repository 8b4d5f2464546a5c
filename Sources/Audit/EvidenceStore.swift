import Cryptography

/// What decisions rest on, each piece in a file that is named after its SHA-256.
///
/// A file appears under its name only when all of it is on disk, so a record may name a digest as soon as `keep`
/// returned. It may be called from several threads.
final class EvidenceStore: Sendable {
    /// About 4 MiB of digests at most. A forgotten one costs reading its file once more.
    private static let rememberedDigests = 16_384

    private struct State: Sendable {
        var durable = RecentDigests(capacity: EvidenceStore.rememberedDigests)
        var shards: Set<String> = []
        var nextIncoming = 0
        var failure: String?
    }

    private let directory: AuditDirectory
    private let storage: any Storage
    private let state = Monitor(State())

    /// Removes what a crash left half written. The log's lock must be held.
    init(_ directory: AuditDirectory, in storage: any Storage) throws(AuditError) {
        self.directory = directory
        self.storage = storage
        let names = try storage.attempt { () throws(StorageError) in try storage.list(directory.incoming) }
        for name in names {
            try storage.attempt { () throws(StorageError) in try storage.remove(directory.incoming + "/" + name) }
        }
    }

    var isHealthy: Bool { state.withLock { $0.failure == nil } }

    /// Makes `bytes` durable and gives their SHA-256.
    func keep(_ bytes: [UInt8]) throws(AuditError) -> [UInt8] {
        guard bytes.count <= AuditLimits.maximumEvidenceBytes else {
            throw .evidenceTooLarge(bytes: bytes.count)
        }
        let digest = SHA2.sha256(bytes)
        let (isDurable, failure) = state.withLock { ($0.durable.contains(digest), $0.failure) }
        if isDurable { return digest }
        if let failure { throw .unavailable(failure) }
        let name = digest.hexadecimal
        try prepareShard(ofHexadecimal: name)
        if try !isPresent(bytes, as: name) { try write(bytes, as: name) }
        try synchronize { [storage, directory] () throws(StorageError) in
            try storage.synchronizeDirectory(directory.shard(ofHexadecimal: name))
        }
        state.withLock { $0.durable.insert(digest) }
        return digest
    }

    /// A file of an earlier run is believed only if it holds these bytes; a damaged one is replaced. It is synchronized
    /// again: the run that wrote it may have been killed before it could be.
    private func isPresent(_ bytes: [UInt8], as name: String) throws(AuditError) -> Bool {
        let path = directory.evidence(ofHexadecimal: name)
        let file: StorageFile
        do {
            file = try storage.repeating { () throws(StorageError) in try storage.open(path, for: .reading) }
        } catch {
            if error.isAbsence { return false }
            throw .storage(error)
        }
        let present = try storage.attempt { () throws(StorageError) in
            try storage.bytes(of: file, at: 0, count: bytes.count + 1)
        }
        guard present == bytes else { return false }
        try synchronize { [storage] () throws(StorageError) in try storage.synchronizeData(of: file) }
        return true
    }

    private func write(_ bytes: [UInt8], as name: String) throws(AuditError) {
        let number = state.withLock { state in
            state.nextIncoming += 1
            return state.nextIncoming
        }
        let path = directory.incoming + "/\(number)"
        let file = try storage.attempt { () throws(StorageError) in try storage.open(path, for: .appendingToNew) }
        do throws(AuditError) {
            try append(bytes, to: file)
            try synchronize { [storage] () throws(StorageError) in try storage.synchronizeData(of: file) }
            try storage.attempt { [directory] () throws(StorageError) in
                try storage.rename(path, to: directory.evidence(ofHexadecimal: name))
            }
        } catch {
            // On a full disk every byte counts; what cannot be removed now is removed by the next start.
            try? storage.remove(path)
            throw error
        }
    }

    private func append(_ bytes: [UInt8], to file: StorageFile) throws(AuditError) {
        do { try storage.appendAll(bytes, to: file) } catch { throw .storage(error) }
    }

    private func prepareShard(ofHexadecimal name: String) throws(AuditError) {
        let shard = directory.shard(ofHexadecimal: name)
        if state.withLock({ $0.shards.contains(shard) }) { return }
        // Also when it was there already: whoever made it may not have come to this.
        _ = try storage.attempt { () throws(StorageError) in try storage.makeDirectory(shard) }
        try synchronize { [storage, directory] () throws(StorageError) in
            try storage.synchronizeDirectory(directory.digests)
        }
        state.withLock { _ = $0.shards.insert(shard) }
    }

    /// A failed synchronization is not repeated: the kernel reports it once, and a second one would succeed without
    /// having written anything.
    private func synchronize(_ operation: () throws(StorageError) -> Void) throws(AuditError) {
        do throws(StorageError) {
            try storage.repeating(operation)
        } catch {
            let failure = "\(error); no evidence is kept until dockgate is restarted"
            state.withLock { $0.failure = failure }
            throw .unavailable(failure)
        }
    }
}
