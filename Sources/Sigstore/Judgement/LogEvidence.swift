import Cryptography
import Timestamp
import TransparencyLog

/// An entry of a log that is trusted, with promise and proof verified. What it is about is not looked at here.
struct LogEvidence {
    let entry: LogEntry
    let body: RekorEntryBody
    let log: TrustedLog
    /// Nil unless the log has signed it.
    let integratedTime: Instant?

    /// Promise and proof are verified if they are there, and one of them has to be.
    ///
    /// - Parameter log: the one whose entry it is.
    init(_ entry: LogEntry, of log: TrustedLog) throws(SigstoreRefusal) {
        (self.entry, self.log) = (entry, log)
        do throws(FormatError) { body = try RekorEntryBody(entry) } catch {
            throw SigstoreRefusal(.logEntry, "\(LogEvidence.name(of: entry, in: log)): \(error)")
        }
        guard entry.signedEntryTimestamp != nil || entry.inclusionProof != nil else {
            let name = LogEvidence.name(of: entry, in: log)
            throw SigstoreRefusal(.inclusionProof, "\(name) has neither a promise nor a proof")
        }
        integratedTime = try LogEvidence.verifyPromise(of: entry, by: log)
        if let proof = entry.inclusionProof { try verify(proof) }
    }

    static func name(of entry: LogEntry, in log: TrustedLog) -> String {
        "log entry \(entry.index) of `\(log.name.quoted)`"
    }

    private var name: String { LogEvidence.name(of: entry, in: log) }
    private var isRekorV2: Bool {
        if case .hashedRekordV2 = body { return true }
        return false
    }

    /// The time that is worth something because the log signed it (CVE-2022-23649 and its kin: only with the signature).
    private static func verifyPromise(of entry: LogEntry, by log: TrustedLog) throws(SigstoreRefusal) -> Instant? {
        guard let promise = entry.signedEntryTimestamp else { return nil }
        let name = name(of: entry, in: log)
        guard let seconds = entry.integratedTime else {
            throw SigstoreRefusal(.inclusionPromise, "\(name) has a signed entry timestamp without a time")
        }
        let bytes = entry.promisedBytes(integratedTime: seconds)
        guard log.key.verify(promise, over: bytes, scheme: log.key.algorithm.logScheme) != nil else {
            throw SigstoreRefusal(
                .inclusionPromise, "the signed entry timestamp of \(name) was not made by that log over it")
        }
        let time = Instant(secondsSince1970: Int64(seconds))
        guard log.validFor.contains(time) else {
            throw SigstoreRefusal(.log, "\(name) is of \(time.rfc3339InSeconds), when that log was not trusted")
        }
        return time
    }

    private func verify(_ proof: LogEntry.InclusionProof) throws(SigstoreRefusal) {
        let keys = [isRekorV2 ? log.rekorV2 : log.rekorV1].compactMap { $0 }
        let checkpoint: Checkpoint
        do throws(CheckpointError) {
            checkpoint = try Checkpoint.verified(Array(proof.checkpoint.utf8), by: keys)
        } catch {
            throw SigstoreRefusal(.checkpoint, "the checkpoint of \(name) does not hold: \(error)")
        }
        guard checkpoint.rootHash == proof.rootHash else {
            throw SigstoreRefusal(.checkpoint, "the checkpoint of \(name) has another root than its inclusion proof")
        }
        // Rekor v2 counts within the shard only.
        guard !isRekorV2 || proof.index == entry.index else {
            throw SigstoreRefusal(.inclusionProof, "the inclusion proof of \(name) is for entry \(proof.index)")
        }
        do throws(ProofError) {
            let inclusion = try InclusionProof(
                index: UInt64(proof.index), treeSize: UInt64(proof.treeSize), hashes: proof.hashes)
            try checkpoint.verify(LeafHash.of(entry.body), by: inclusion)
        } catch {
            throw SigstoreRefusal(.inclusionProof, "the inclusion proof of \(name) does not hold: \(error)")
        }
    }
}

extension LogEvidence {
    var verified: VerifiedLogEntry {
        VerifiedLogEntry(
            logID: log.id, logName: log.name, index: entry.index, integratedTime: integratedTime,
            isIncluded: entry.inclusionProof != nil)
    }

    /// An entry without a time of its own is of the time of the signature: the log has to have been trusted then. One that
    /// was trusted only for some time needs such a time.
    func checkLog(wasTrustedAt times: [SigningTime]) throws(SigstoreRefusal) {
        guard integratedTime == nil else { return }
        guard !times.isEmpty || log.validFor.end == nil else {
            throw SigstoreRefusal(.log, "\(name) has no time that is proved, and that log is not trusted any more")
        }
        for time in times where !log.validFor.contains(time.time) {
            throw SigstoreRefusal(.log, "\(name) is of \(time.time.rfc3339InSeconds), when that log was not trusted")
        }
    }
}

extension KeyAlgorithm {
    /// Rekor signs promises over SHA-256, whatever the size of its key.
    fileprivate var logScheme: SignatureScheme {
        switch self {
        case .ecdsaP256, .ecdsaP384, .ecdsaP521: .ecdsa(.sha256)
        case .rsa: .rsaPKCS1(.sha256)
        case .ed25519: .ed25519
        }
    }
}
