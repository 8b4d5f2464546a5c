import Cryptography

/// A checkpoint that a log has signed. It has no public initialiser: one exists only because a key verified it.
public struct Checkpoint: Hashable, Sendable {
    /// What the log says.
    public let body: CheckpointBody
    /// Whose line verified it.
    public let key: LogKey

    /// Reads a note and believes it if one of `keys` signed it.
    ///
    /// Lines by others, such as witnesses, are passed over. Throws `CheckpointError` if there is no line by one of the keys,
    /// if any line that names one of them was not made by it, or if the checkpoint is of another log than that key's.
    public static func verified(_ note: [UInt8], by keys: [LogKey]) throws(CheckpointError) -> Checkpoint {
        let signed: SignedNote
        do { signed = try SignedNote(parsing: note) } catch { throw .malformedNote(error) }
        let text = HashedMessage(signed.text)
        var signers: [(content: Verified<[UInt8]>, key: LogKey)] = []
        var seen: Set<[UInt8]> = []
        for (index, line) in signed.signatures.enumerated() {
            let named = keys.filter { $0.isNamed(in: line) }
            guard !named.isEmpty else { continue }
            // A line that is repeated says nothing more, and whoever presents the note chose how often it is there.
            guard seen.insert(line.keyID + line.signature).inserted else { continue }
            guard let signer = signer(of: line, among: named, text) else { throw .signatureInvalid(line: index + 1) }
            signers.append(signer)
        }
        guard let first = signers.first else { throw .notByTheseKeys(signatures: signed.signatures.count) }
        let body = try CheckpointBody(parsing: first.content.content)
        for signer in signers { try check(body, isOf: signer.key) }
        return Checkpoint(body: body, key: first.key)
    }

    private static func signer(
        of line: SignedNote.Line, among keys: [LogKey], _ text: HashedMessage
    ) -> (content: Verified<[UInt8]>, key: LogKey)? {
        for key in keys {
            if let content = key.verify(line, over: text) { return (content, key) }
        }
        return nil
    }

    /// The number of entries of the tree.
    public var treeSize: UInt64 { body.treeSize }
    /// The root of the tree, 32 bytes.
    public var rootHash: [UInt8] { body.rootHash }

    /// Throws `ProofError` unless `proof` is about this very tree and shows that an entry of that hash is in it.
    public func verify(_ leafHash: [UInt8], by proof: InclusionProof) throws(ProofError) {
        guard proof.treeSize == treeSize else { throw .otherTreeSize(proof: proof.treeSize, checkpoint: treeSize) }
        try proof.verify(leafHash, root: rootHash)
    }

    private static func check(_ body: CheckpointBody, isOf key: LogKey) throws(CheckpointError) {
        switch key.naming {
        case .rekorV1:
            guard body.hasOriginOfRekorV1 else { throw .otherOrigin(body.origin, expected: "NAME - TREE ID") }
        case .origin(let name):
            guard body.origin == name else {
                throw .otherOrigin(body.origin, expected: String(decoding: name, as: UTF8.self))
            }
        }
    }
}
