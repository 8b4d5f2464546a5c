import Cryptography
import TestSupport
import Testing
import TransparencyLog

/// What the simulated logs hand out is held against the verifier, and against the formats as they are written down.
@Suite struct SimulatedRekorTests {
    let sigstore: SigstoreSimulator
    let image = Array("an image manifest".utf8)

    init() throws { sigstore = try SigstoreSimulator() }

    private func facts(_ kind: EntryFacts.Kind) throws -> EntryFacts {
        let key = try PrivateKey.generate(.ecdsaP256)
        return EntryFacts(
            kind: kind, digest: SHA2.sha256(image), signature: try key.sign(image, scheme: .ecdsa(.sha256)),
            verifier: .key(try key.subjectPublicKeyInfo), keyDetails: key.algorithm.keyDetails)
    }

    private func verify(_ entry: LoggedEntry, of key: LogKey) throws {
        let proof = try #require(entry.proof)
        let inclusion = try InclusionProof(
            index: UInt64(proof.logIndex), treeSize: UInt64(proof.treeSize), hashes: proof.hashes)
        let note = try #require(proof.checkpoint)
        let checkpoint = try Checkpoint.verified(Array(note.utf8), by: [key])
        try checkpoint.verify(LeafHash.of(entry.body), by: inclusion)
    }

    @Test("each of a log's entries is proven by a checkpoint, whatever the size of the tree")
    func proves() throws {
        var (v1, v2) = (sigstore.rekor, sigstore.rekorV2)
        let key = LogKey.rekorV1(v1.key.publicKey)
        let keyV2 = try LogKey.note(v2.key.publicKey, origin: v2.origin)
        #expect(try v1.id == key.logID)
        #expect(try v2.id == keyV2.logID)
        for _ in 0..<12 {
            try verify(v1.log(facts(.hashedRekord), at: sigstore.now), of: key)
            try verify(v2.log(facts(.hashedRekordV2), at: sigstore.now), of: keyV2)
        }
    }

    @Test("the lines of witnesses stand before the log's own, and do not disturb")
    func witnesses() throws {
        var log = sigstore.rekorV2
        log.witnesses = [("witness.example", try PrivateKey.generate(.ed25519))]
        let entry = try log.log(facts(.hashedRekordV2), at: sigstore.now)
        let lines = entry.proof?.checkpoint?.split(separator: "\n", omittingEmptySubsequences: false) ?? []
        #expect(lines.count == 7)
        #expect(lines.dropFirst(4).first?.hasPrefix("\u{2014} witness.example ") == true)
        try verify(entry, of: LogKey.note(log.key.publicKey, origin: log.origin))
    }

    @Test("the signed entry timestamp is over exactly four members in the order of their names")
    func promises() throws {
        var log = sigstore.rekor
        let entry = try log.log(facts(.hashedRekord), at: sigstore.now)
        let time = try #require(entry.integratedTime)
        let message = """
            {"body":"\(Base64.encode(entry.body))","integratedTime":\(time),\
            "logID":"\(entry.logID.hexadecimal)","logIndex":\(entry.logIndex)}
            """
        let promise = HashedMessage(Array(message.utf8))
        let signature = try #require(entry.promise)
        #expect(log.key.publicKey.verify(signature, over: promise, scheme: .ecdsa(.sha256)) != nil)
    }

    @Test("bodies are canonical: their members stand in order, without spaces")
    func bodies() throws {
        let facts = try facts(.hashedRekord)
        let signature = Base64.encode(facts.signature)
        let pem = Base64.encode(facts.verifier.pem)
        #expect(
            String(decoding: facts.body, as: UTF8.self) == """
                {"apiVersion":"0.0.1","kind":"hashedrekord","spec":{"data":{"hash":{"algorithm":"sha256",\
                "value":"\(SHA2.sha256(image).hexadecimal)"}},"signature":{"content":"\(signature)",\
                "publicKey":{"content":"\(pem)"}}}}
                """)
    }

    private func material(_ lie: LogLie, _ order: SigningOrder) throws -> (entry: LoggedEntry, key: LogKey) {
        var signing = sigstore
        let isV2 = order.entries == [.hashedRekordV2]
        let log = isV2 ? signing.rekorV2 : signing.rekor
        let facts = try facts(isV2 ? .hashedRekordV2 : .hashedRekord)
        var entry =
            try isV2
            ? signing.rekorV2.log(facts, at: sigstore.now) : signing.rekor.log(facts, at: sigstore.now)
        try lie.bend(&entry, in: isV2 ? signing.rekorV2 : signing.rekor, at: sigstore.now)
        let key = log.key.publicKey
        return (entry, isV2 ? try .note(key, origin: log.origin) : .rekorV1(key))
    }

    @Test(
        "the lies about proofs and checkpoints are refused for what they are about",
        arguments: [
            (LogLie.proofOfOtherLeaf, "another root hash"), (.otherHash, "another root hash"),
            (.tooFewHashes, "hashes"), (.tooManyHashes, "hashes"), (.indexBeyondTree, "index"), (.emptyTree, "index"),
            (.otherTreeSize, "entries"), (.checkpointOfOtherTree, "entries"),
            (.checkpointWithOtherRoot, "another root hash"), (.checkpointWithOtherSize, "entries"),
            (.checkpointByOtherKey, "signature"), (.checkpointByStranger, "key"), (.checkpointUnsigned, "signature"),
            (.checkpointWithLeadingZero, "leading zero"), (.checkpointWithPlus, "decimal digits"),
            (.checkpointWithoutBlankLine, "line"),
        ])
    func refuses(lie: LogLie, words: String) throws {
        for order in [SigningOrder.bundle(), .bundleV2()] {
            let (entry, key) = try material(lie, order)
            let error = #expect(throws: (any Error).self) { try verify(entry, of: key) }
            #expect(error.map { "\($0)" }?.contains(words) == true, "\(lie): \(error.map { "\($0)" } ?? "")")
        }
    }
}
