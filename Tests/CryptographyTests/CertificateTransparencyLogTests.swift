import Cryptography
import TestSupport
import Testing
import Timestamp

@Suite("Promises of certificate logs") struct CertificateTransparencyLogTests {
    private let start = CertificateFixture.start
    private let log: SimulatedCertificateLog
    private let made: CertificateFixture

    init() throws {
        log = try SimulatedCertificateLog()
        made = try CertificateFixture()
    }

    private func believed(
        _ log: SimulatedCertificateLog, from start: Instant = CertificateFixture.start, to end: Instant? = nil
    ) throws -> CertificateTransparencyLog {
        CertificateTransparencyLog(
            key: log.key.publicKey, validFor: try #require(ValidityWindow(start: start, end: end)))
    }

    private func promise(_ log: SimulatedCertificateLog, change: (inout SCTDraft) -> Void = { _ in }) throws -> [UInt8]
    {
        var draft = log.promise(for: made.leaf.draft, issuer: made.intermediate, at: start)
        change(&draft)
        return try draft.signed()
    }

    /// The verdicts on a leaf with that extension; it is otherwise the leaf that the promises are for.
    private func verdicts(
        _ item: CertificateExtension..., logs: [CertificateTransparencyLog]
    ) throws -> [SCTVerdict] {
        var draft = made.leaf.draft
        draft.extensions += item
        let leaf = try DraftedCertificate(draft, key: made.leaf.key, signedBy: made.intermediate.key)
        let anchors = try TrustAnchors(
            chain: [made.intermediate.parsed(), made.root.parsed()], purpose: .codeSigning)
        return try anchors.verify(leaf.parsed(), at: start).signedCertificateTimestamps(from: logs)
    }

    @Test("a promise of a log that is believed is verified, with extensions of the log's own as without")
    func verified() throws {
        let expected = [SCTVerdict.verified(log: log.id, time: start)]
        #expect(try verdicts(.sctList([promise(log)]), logs: [believed(log)]) == expected)
        let numbered = try promise(log) { $0.extensions = [0, 0, 5, 0, 0, 0, 7, 9] }
        #expect(try verdicts(.sctList([numbered]), logs: [believed(log)]) == expected)
    }

    @Test("the list may stand anywhere among the extensions")
    func position() throws {
        var draft = made.leaf.draft
        draft.extensions.insert(try .sctList([promise(log)]), at: 1)
        let leaf = try DraftedCertificate(draft, key: made.leaf.key, signedBy: made.intermediate.key)
        let anchors = try TrustAnchors(chain: [made.intermediate.parsed()], purpose: .codeSigning)
        let chain = try anchors.verify(leaf.parsed(), at: start)
        #expect(try chain.signedCertificateTimestamps(from: [believed(log)]).distinctLogs == 1)
    }

    @Test("S20: a certificate without a promise is told from one with a promise that does not count")
    func absent() throws {
        #expect(throws: SCTListError.absent) { try verdicts(logs: [believed(log)]) }
        let other = try SimulatedCertificateLog()
        #expect(try verdicts(.sctList([promise(log)]), logs: [believed(other)]) == [.unknownLog(log.id)])
        #expect(try verdicts(.sctList([promise(log)]), logs: []) == [.unknownLog(log.id)])
    }

    @Test("S20: a promise for another certificate, another issuer, or signed by another key does not count")
    func foreign() throws {
        let refused = [SCTVerdict.invalid(log: log.id, .signature)]
        let other = try CertificateFixture()
        let forOther = try log.promise(for: other.leaf.draft, issuer: made.intermediate, at: start).signed()
        #expect(try verdicts(.sctList([forOther]), logs: [believed(log)]) == refused)
        let otherIssuer = try log.promise(for: made.leaf.draft, issuer: other.intermediate, at: start).signed()
        #expect(try verdicts(.sctList([otherIssuer]), logs: [believed(log)]) == refused)
        let key = try PrivateKey.generate(.ecdsaP256)
        #expect(try verdicts(.sctList([promise(log) { $0.key = key }]), logs: [believed(log)]) == refused)
    }

    @Test("every bit of a promise is signed, but those that tell which log and which algorithm")
    func bits() throws {
        let bytes = try promise(log) { $0.extensions = [1, 2, 3] }
        for position in bytes.indices.dropFirst() {
            var changed = bytes
            changed[position] ^= 0x01
            let verdicts = try? self.verdicts(.sctList([changed]), logs: [believed(log, from: .earliest)])
            #expect(verdicts?.distinctLogs ?? 0 == 0, "byte \(position)")
        }
    }

    @Test("S44: both ends of the log's validity are inside, and a moment beyond them is not")
    func validity() throws {
        let list = try CertificateExtension.sctList([promise(log) { $0.time = start + .milliseconds(1) }])
        let moment = start + .milliseconds(1)
        #expect(try verdicts(list, logs: [believed(log, from: moment, to: moment)]).distinctLogs == 1)
        let refused = [SCTVerdict.invalid(log: log.id, .outsideValidity(moment))]
        #expect(try verdicts(list, logs: [believed(log, from: moment + .nanoseconds(1))]) == refused)
        #expect(try verdicts(list, logs: [believed(log, from: start, to: start)]) == refused)
    }

    @Test("S20: two logs count twice, one log with two promises once")
    func counting() throws {
        let other = try SimulatedCertificateLog()
        let logs = [try believed(log), try believed(other)]
        let both = try verdicts(.sctList([promise(log), promise(other)]), logs: logs)
        #expect(both.count == 2 && both.distinctLogs == 2)
        let again = try promise(log) { $0.time = start + .seconds(1) }
        let twice = try verdicts(.sctList([promise(log), again]), logs: logs)
        #expect(twice.count == 2 && twice.distinctLogs == 1)
        let half = try verdicts(.sctList([promise(log), promise(other) { $0.key = log.key }]), logs: logs)
        #expect(half.distinctLogs == 1)
    }

    @Test("a promise of a version or an algorithm that is not known does not count")
    func unknown() throws {
        let later = try promise(log) { $0.version = 1 }
        #expect(try verdicts(.sctList([later]), logs: [believed(log)]) == [.unsupportedVersion])
        var bytes = try promise(log)
        // The hash function stands behind version, id, time and no extensions.
        bytes[43] = 2
        #expect(try verdicts(.sctList([bytes]), logs: [believed(log)]) == [.invalid(log: log.id, .algorithm)])
    }

    @Test("a list that is not one from its first to its last byte is refused as a whole")
    func malformed() throws {
        let whole = try promise(log)
        for length in 1..<whole.count {
            let cut = CertificateExtension.sctList([Array(whole.prefix(length))])
            #expect(throws: SCTListError.malformed, "\(length) bytes") { try verdicts(cut, logs: []) }
        }
        let identifier = KnownOID.sctList
        let values: [[UInt8]] = [
            [], DER.null, DER.octetString([]), DER.octetString([0, 0]), DER.octetString([0, 1]),
            DER.octetString([0, 2, 0, 0]), DER.octetString([0, 3, 0, 1, 0, 0]),
            DER.octetString([0, 3, 0, 2, 0]), CertificateExtension.sctList([whole]).value + [0],
            CertificateExtension.sctList([whole + [0]]).value,
        ]
        for value in values {
            #expect(throws: SCTListError.malformed, "\(value)") {
                try verdicts(CertificateExtension(identifier, value), logs: [])
            }
        }
        let many = CertificateExtension.sctList([[UInt8]](repeating: whole, count: 17))
        #expect(throws: SCTListError.tooMany) { try verdicts(many, logs: []) }
    }
}
