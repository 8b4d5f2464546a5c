import Cryptography
import Testing
import TransparencyLog

@Suite struct CheckpointTests {
    private func verified(_ text: String, by keys: [LogKey]) throws -> Checkpoint {
        try Checkpoint.verified(Array(text.utf8), by: keys)
    }

    @Test(
        "a checkpoint that the log's key has signed is believed, whatever the kind of key",
        arguments: [KeyAlgorithm.ed25519, .ecdsaP256, .ecdsaP384, .rsa(bits: 2048)])
    func believed(_ algorithm: KeyAlgorithm) throws {
        let log = try NoteFixture(algorithm)
        let text = NoteFixture.text(further: ["Timestamp: 1692374735595899989"])
        let checkpoint = try Checkpoint.verified(log.note(text), by: [log.key])
        #expect(checkpoint.body.origin == Array(NoteFixture.origin.utf8))
        #expect(checkpoint.treeSize == 7)
        #expect(checkpoint.rootHash == ReferenceTree(size: 7).root)
        #expect(checkpoint.body.extensions == [Array("Timestamp: 1692374735595899989".utf8)])
        #expect(checkpoint.key == log.key)
    }

    @Test("a checkpoint of Rekor v1 is found by four bytes of its key's fingerprint, under any name")
    func rekorV1() throws {
        for algorithm in [KeyAlgorithm.ecdsaP256, .ed25519, .rsa(bits: 2048)] {
            let log = try NoteFixture(rekorV1: algorithm)
            #expect(log.key.keyID == Array(log.privateKey.publicKey.fingerprint.prefix(4)))
            #expect(log.key.logID == log.privateKey.publicKey.fingerprint)
            let text = NoteFixture.text(origin: NoteFixture.rekorOrigin)
            let note = "\(text)\n\(try log.line(over: text, name: "any.example.org"))"
            #expect(try verified(note, by: [log.key]).treeSize == 7)
        }
    }

    @Test("the id of an Ed25519 key is made of origin, kind and key, that of an ECDSA key of the key alone")
    func keyIDs() throws {
        let key = try PrivateKey.generate(.ed25519).publicKey
        let raw = Array(key.subjectPublicKeyInfo.suffix(32))
        let logKey = try LogKey.note(key, origin: "log.example.com")
        #expect(logKey.logID == SHA2.sha256(Array("log.example.com\n".utf8) + [1] + raw))
        #expect(logKey.keyID == Array(logKey.logID.prefix(4)))
        #expect(try LogKey.note(key, origin: "other.example.com").keyID != logKey.keyID)
        let ecdsa = try PrivateKey.generate(.ecdsaP256).publicKey
        #expect(try LogKey.note(ecdsa, origin: "log.example.com").logID == ecdsa.fingerprint)
        for origin in ["", "a b", "a+b", "a\nb", "a\u{0}"] {
            #expect(throws: LogKeyError.notAnOrigin) { try LogKey.note(key, origin: origin) }
        }
    }

    @Test("lines by witnesses and by keys that nobody knows are passed over, wherever they stand")
    func witnesses() throws {
        let log = try NoteFixture()
        let witness = try NoteFixture(origin: "witness.example.org")
        let text = NoteFixture.text()
        let witnessed = try witness.line(over: text, name: "witness.example.org")
        let line = try log.line(over: text)
        #expect(try verified("\(text)\n\(witnessed)\(line)\(witnessed)", by: [log.key]).treeSize == 7)
        #expect(throws: CheckpointError.notByTheseKeys(signatures: 1)) {
            try verified("\(text)\n\(witnessed)", by: [log.key])
        }
        #expect(throws: CheckpointError.notByTheseKeys(signatures: 1)) { try verified("\(text)\n\(line)", by: []) }
    }

    @Test("S18: a line that names the log's key and was made by another refuses the note, also beside a good line")
    func knownKeyThatFails() throws {
        let log = try NoteFixture()
        let other = try NoteFixture()
        let text = NoteFixture.text()
        let forged = try other.line(over: text, keyID: log.key.keyID)
        #expect(throws: CheckpointError.signatureInvalid(line: 1)) { try verified("\(text)\n\(forged)", by: [log.key]) }
        #expect(throws: CheckpointError.signatureInvalid(line: 2)) {
            try verified("\(text)\n\(log.line(over: text))\(forged)", by: [log.key])
        }
    }

    @Test("attack 12: a line that is repeated is verified once, under whatever names")
    func repeatedLine() throws {
        let log = try NoteFixture(rekorV1: .ecdsaP521)
        let text = NoteFixture.text(origin: NoteFixture.rekorOrigin)
        let line = try log.line(over: text, name: "name0")
        func note(_ count: Int) -> [UInt8] {
            let lines = (0..<count).map { line.replacing("name0", with: "name\($0)") }
            return Array("\(text)\n\(lines.joined())".utf8)
        }
        let (once, often) = (note(1), note(100))
        func shortest(_ note: [UInt8]) throws -> Duration {
            var shortest = Duration.seconds(60)
            for _ in 0..<10 {
                let duration = try ContinuousClock().measure { _ = try Checkpoint.verified(note, by: [log.key]) }
                shortest = min(shortest, duration)
            }
            return shortest
        }
        #expect(try shortest(often) < shortest(once) * 30)
        // A line that was not made by the log refuses the note, wherever it stands.
        let other = try NoteFixture(rekorV1: .ecdsaP521)
        let forged = Array(try other.line(over: text, keyID: log.key.keyID).utf8)
        #expect(throws: CheckpointError.signatureInvalid(line: 3)) {
            try Checkpoint.verified(note(2) + forged, by: [log.key])
        }
    }

    @Test("S18: two keys of one id are told apart by their signatures")
    func keyIDCollision() throws {
        let log = try NoteFixture(rekorV1: .ecdsaP256)
        let text = NoteFixture.text(origin: NoteFixture.rekorOrigin)
        // The same four bytes under another key: what makes them is not secret, so a collision can be searched for.
        let other = try NoteFixture(rekorV1: .ecdsaP256)
        let note = "\(text)\n\(try other.line(over: text, keyID: log.key.keyID))"
        #expect(throws: CheckpointError.signatureInvalid(line: 1)) { try verified(note, by: [log.key, other.key]) }
    }

    @Test("S18: a checkpoint with any fact changed after it was signed is refused")
    func changed() throws {
        let log = try NoteFixture()
        let line = try log.line(over: NoteFixture.text())
        for text in [
            NoteFixture.text(size: "8"), NoteFixture.text(origin: "log.example.com/two"),
            NoteFixture.text(root: Base64.encode(ReferenceTree(size: 6).root)), NoteFixture.text(further: ["more"]),
        ] {
            #expect(throws: CheckpointError.signatureInvalid(line: 1)) {
                try verified("\(text)\n\(line)", by: [log.key])
            }
        }
    }

    @Test("S18: a signed checkpoint of another origin is refused, and one of Rekor v1 without the number of a tree")
    func otherOrigin() throws {
        let log = try NoteFixture()
        let text = NoteFixture.text(origin: "log.example.com/two")
        #expect(throws: CheckpointError.otherOrigin(Array("log.example.com/two".utf8), expected: NoteFixture.origin)) {
            try Checkpoint.verified(log.note(text), by: [log.key])
        }
        let rekor = try NoteFixture(rekorV1: .ecdsaP256)
        for origin in [
            "rekor.example.com", "rekor.example.com - ", "rekor.example.com - 12a", " - 12", "a -12", "- 12",
        ] {
            let text = NoteFixture.text(origin: origin)
            #expect(throws: CheckpointError.otherOrigin(Array(origin.utf8), expected: "NAME - TREE ID")) {
                try Checkpoint.verified(rekor.note(text), by: [rekor.key])
            }
        }
    }

    @Test("S18: a size with a sign, a leading zero, blanks or too many digits is refused although it is signed")
    func sizes() throws {
        let log = try NoteFixture()
        for size in ["", "+7", "-7", "07", "00", " 7", "7 ", "7.0", "0x7", "٧", "18446744073709551616"] {
            #expect(throws: CheckpointError.malformedSize, "\(size)") {
                try Checkpoint.verified(log.note(NoteFixture.text(size: size)), by: [log.key])
            }
        }
        for (size, number) in [("0", 0), ("18446744073709551615", UInt64.max)] {
            #expect(try Checkpoint.verified(log.note(NoteFixture.text(size: size)), by: [log.key]).treeSize == number)
        }
    }

    @Test("a root that is not 32 bytes in base64, too few lines and empty further lines are refused although signed")
    func lines() throws {
        let log = try NoteFixture()
        let root = Base64.encode(ReferenceTree(size: 7).root)
        for wrong in ["", "abc", root + "=", String(root.dropLast(4)), Base64.encode([UInt8](repeating: 0, count: 33))]
        {
            #expect(throws: CheckpointError.malformedRoot, "\(wrong)") {
                try Checkpoint.verified(log.note(NoteFixture.text(root: wrong)), by: [log.key])
            }
        }
        #expect(throws: CheckpointError.tooFewLines) {
            try Checkpoint.verified(log.note("\(NoteFixture.origin)\n7\n"), by: [log.key])
        }
        #expect(throws: CheckpointError.emptyOrigin) {
            try Checkpoint.verified(log.note(NoteFixture.text(origin: "")), by: [log.key])
        }
        #expect(throws: CheckpointError.emptyExtension) {
            try Checkpoint.verified(log.note(NoteFixture.text(further: ["", "a"])), by: [log.key])
        }
    }

    @Test("an entry is in the tree of the checkpoint, by a proof about that very tree alone")
    func inclusion() throws {
        let log = try NoteFixture()
        let checkpoint = try Checkpoint.verified(log.note(NoteFixture.text()), by: [log.key])
        let tree = ReferenceTree(size: 7)
        let proof = try InclusionProof(index: 5, treeSize: 7, hashes: tree.path(to: 5))
        try checkpoint.verify(tree.leaves[5], by: proof)
        #expect(throws: ProofError.otherRoot) { try checkpoint.verify(tree.leaves[4], by: proof) }
        let larger = ReferenceTree(size: 8)
        let other = try InclusionProof(index: 5, treeSize: 8, hashes: larger.path(to: 5))
        #expect(throws: ProofError.otherTreeSize(proof: 8, checkpoint: 7)) {
            try checkpoint.verify(larger.leaves[5], by: other)
        }
    }

    @Test("what a refusal quotes of a checkpoint is printable and short")
    func quoting() {
        let error = CheckpointError.otherOrigin(
            [0x1B, 0x60] + [UInt8](repeating: 0x61, count: 1000), expected: "log.example.com")
        #expect(error.description.utf8.allSatisfy { (0x20...0x7E).contains($0) })
        #expect(error.description.utf8.count < 300)
        #expect(error.description.hasPrefix("found a checkpoint of `\\u{1b}\\u{60}aaa"))
    }
}
