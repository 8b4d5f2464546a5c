/// What is wrong with what the log says about an entry whose body is right.
public enum LogLie: Sendable, Hashable, CaseIterable {
    /// Logged, promised and proven by a log that is not in the trusted root (never by a key that the log itself names).
    case strangeLog
    /// The entry names another log than the one that it is in.
    case otherLogID
    /// The entry states another kind than its body (`sigstore_rekor.proto`: `kind_version`).
    case otherKind

    // The signed entry timestamp of Rekor v1, over body, time, log and index (Rekor, `openapi.yaml`).

    /// By another key.
    case promiseByOtherKey
    /// Over another body.
    case promiseOverOtherBody
    /// The entry states another time than was promised.
    case otherTime
    /// The entry states another index than was promised.
    case otherIndex
    /// Missing in a bundle of version 0.1, where it is all that there is (Sigstore's bundle format).
    case promiseMissing
    /// Missing, and nothing else proves the time: what the entry says of its time is then nobody's word.
    case noProvenTime
    /// Promised before the certificate began (Sigstore's client specification: valid at every proven time).
    case beforeCertificate
    /// Promised after the certificate ended (as before).
    case afterCertificate

    // The inclusion proof (RFC 9162 section 2.1.3.2).

    /// Missing in a bundle of version 0.2 or later (Sigstore's bundle format).
    case proofMissing
    /// That of the leaf before.
    case proofOfOtherLeaf
    /// One of its hashes differs in a bit.
    case otherHash
    /// The last hash is missing.
    case tooFewHashes
    /// There is a hash too many.
    case tooManyHashes
    /// The index lies outside of the tree.
    case indexBeyondTree
    /// The tree is empty.
    case emptyTree
    /// States another root hash than the checkpoint.
    case otherRootHash
    /// States another size than the checkpoint.
    case otherTreeSize
    /// Of Rekor v2: the entry and its proof state different indexes.
    case indexesDisagree

    // The checkpoint (C2SP tlog-checkpoint and signed-note).

    /// Missing, so nobody vouches for the root (Sigstore's bundle format).
    case checkpointMissing
    /// Signed by the log, of a tree that the entry is not in.
    case checkpointOfOtherTree
    /// Signed by the log, with the right size and another root hash.
    case checkpointWithOtherRoot
    /// Signed by the log, with the right root hash and another size.
    case checkpointWithOtherSize
    /// In the log's name and with its key id, by another key.
    case checkpointByOtherKey
    /// Signed only by someone whom nobody knows.
    case checkpointByStranger
    /// Of another origin, by the log's key.
    case checkpointOfOtherOrigin
    /// Has no signature.
    case checkpointUnsigned
    /// The size begins with a zero.
    case checkpointWithLeadingZero
    /// The size has a sign.
    case checkpointWithPlus
    /// Nothing separates text and signatures.
    case checkpointWithoutBlankLine

    /// The same entry twice, to be counted twice (CVE-2026-49834).
    case repeatedEntry

    var orders: [SigningOrder] {
        switch self {
        case .promiseByOtherKey, .promiseOverOtherBody, .otherTime, .otherIndex, .beforeCertificate, .afterCertificate:
            [.message(version: .v01), .bundle(version: .v02), .bundle(), .signatureLayer(), .attestationLayer()]
        case .promiseMissing: [.message(version: .v01), .signatureLayer()]
        case .noProvenTime: [.message(), .bundle(version: .v02)]
        case .strangeLog: [.bundle(), .bundleV2(), .signatureLayer()]
        case .otherLogID: [.bundle(), .bundleV2()]
        case .otherKind: [.bundle(), .message(), .bundleV2()]
        case .indexesDisagree, .checkpointOfOtherOrigin: [.bundleV2()]
        case .proofMissing, .proofOfOtherLeaf, .otherHash, .tooFewHashes, .tooManyHashes, .indexBeyondTree, .emptyTree,
            .otherRootHash, .otherTreeSize, .checkpointMissing, .checkpointOfOtherTree, .checkpointWithOtherRoot,
            .checkpointWithOtherSize, .checkpointByOtherKey, .checkpointByStranger, .checkpointUnsigned,
            .checkpointWithLeadingZero, .checkpointWithPlus, .checkpointWithoutBlankLine, .repeatedEntry:
            [.bundle(version: .v02), .message(), .bundleV2()]
        }
    }
}
