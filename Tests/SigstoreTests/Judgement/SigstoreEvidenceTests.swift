import Cryptography
import Sigstore
import TestSupport
import Testing
import Timestamp

/// How much evidence there has to be, and who counts as one witness.
@Suite struct SigstoreEvidenceTests {
    private func sign(_ order: SigningOrder) throws -> SignedMaterial {
        var sigstore = try SigstoreSimulator()
        return try sigstore.sign(Array("an image manifest".utf8), order)
    }

    /// In both logs, with a timestamp.
    private func signTwice() throws -> SignedMaterial {
        var order = SigningOrder.message()
        (order.entries, order.isTimestamped) = ([.hashedRekord, .hashedRekordV2], true)
        return try sign(order)
    }

    @Test("S19, attack 8: two logs have to be two, whatever one of them says twice")
    func logs() throws {
        let two = try signTwice()
        #expect(try sign(.bundle()).judgement(evidence: SigstoreEvidence(logs: 2)).step == .logThreshold)
        #expect(try two.judgement(evidence: SigstoreEvidence(logs: 2)).step == nil)
        #expect(try two.judgement(evidence: SigstoreEvidence(logs: 3)).step == .logThreshold)
        var order = SigningOrder.message()
        order.entries = [.hashedRekord, .hashedRekord]
        #expect(try sign(order).judgement(evidence: SigstoreEvidence(logs: 2)).step == .logThreshold)
    }

    @Test("attack 8: two logs of one operator are one witness")
    func operators() throws {
        var two = try signTwice()
        for index in 0...1 { two.trustedRoot["tlogs"]?[index]?["operator"] = "sigstore.example" }
        #expect(try two.judgement(evidence: SigstoreEvidence(logs: 2)).step == .logThreshold)
        #expect(try two.judgement(evidence: SigstoreEvidence(logs: 1)).step == nil)
        two.trustedRoot["tlogs"]?[1]?["operator"] = "other.example"
        #expect(try two.judgement(evidence: SigstoreEvidence(logs: 2)).step == nil)
    }

    @Test("timestamps and promises of certificate logs are counted by authority and by log")
    func otherThresholds() throws {
        let logged = try sign(.bundle())
        #expect(try logged.judgement(evidence: SigstoreEvidence(timestamps: 1)).step == .timestampThreshold)
        let timestamped = try sign(.bundleV2())
        #expect(try timestamped.judgement(evidence: SigstoreEvidence(timestamps: 1)).step == nil)
        #expect(try timestamped.judgement(evidence: SigstoreEvidence(timestamps: 2)).step == .timestampThreshold)
        #expect(try logged.judgement(evidence: SigstoreEvidence(certificateLogs: 2)).step == .certificateTransparency)
        var unlogged = logged
        unlogged.trustedRoot["ctlogs"] = .array([])
        #expect(try unlogged.judgement().step == .certificateTransparency)
        #expect(try unlogged.judgement(evidence: SigstoreEvidence(certificateLogs: 0)).step == nil)
    }

    @Test("S11, S12: a certificate needs a time that is proved, and a log that is not asked gives none")
    func noTime() throws {
        let withoutLog = SigstoreEvidence(logs: 0)
        #expect(try sign(.bundle()).judgement(evidence: withoutLog).step == .signingTime)
        #expect(try sign(.bundleV2()).judgement(evidence: withoutLog).step == nil)
        var order = SigningOrder.message(by: .key(try PrivateKey.generate(.ecdsaP256)))
        order.entries = []
        let keyed = try sign(order)
        #expect(try keyed.judgement(evidence: withoutLog).step == nil)
        #expect(try keyed.judgement().step == .logThreshold)
    }

    @Test("entries of logs that nobody here trusts are passed over and do not count")
    func strangeLogs() throws {
        var material = try signTwice()
        guard case .array(let logs) = material.trustedRoot["tlogs"] else {
            Issue.record("no logs")
            return
        }
        material.trustedRoot["tlogs"] = .array([logs[0]])
        #expect(try material.judgement().verified?.entries.count == 1)
        #expect(try material.judgement(evidence: SigstoreEvidence(logs: 2)).step == .log)
        material.trustedRoot["tlogs"] = .array([])
        #expect(try material.judgement().step == .log)
    }

    @Test("a timestamp that does not hold is passed over if another holds, and refused if none does")
    func strangeTimestamps() throws {
        var material = try signTwice()
        let path = "timestampVerificationData"
        guard case .array(let timestamps) = material.bundle?["verificationMaterial"]?[path]?["rfc3161Timestamps"] else {
            Issue.record("no timestamps")
            return
        }
        let other: JSONTree = ["signedTimestamp": "AAAA"]
        material.bundle?["verificationMaterial"]?[path]?["rfc3161Timestamps"] = .array(timestamps + [other])
        #expect(try material.judgement(evidence: SigstoreEvidence(timestamps: 1)).verified?.times.count == 2)
        #expect(try material.judgement(evidence: SigstoreEvidence(timestamps: 2)).step == .timestampThreshold)
        material.bundle?["verificationMaterial"]?[path]?["rfc3161Timestamps"] = .array([other])
        #expect(try material.judgement().step == .timestamp)
    }

    @Test("a log that is trusted no more needs an entry whose time is proved")
    func endedLogs() throws {
        var order = SigningOrder.message(by: .key(try PrivateKey.generate(.ecdsaP256)))
        order.entries = [.hashedRekordV2]
        var material = try sign(order)
        #expect(try material.judgement().step == nil)
        let end = (material.time + .seconds(60)).rfc3339InSeconds
        for index in 0...1 { material.trustedRoot["tlogs"]?[index]?["publicKey"]?["validFor"]?["end"] = .string(end) }
        #expect(try material.judgement().step == .log)
        order.isTimestamped = true
        var timestamped = try sign(order)
        for index in 0...1 {
            timestamped.trustedRoot["tlogs"]?[index]?["publicKey"]?["validFor"]?["end"] = .string(end)
        }
        #expect(try timestamped.judgement().step == nil)
    }
}
