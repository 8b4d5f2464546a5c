import Cryptography
import StrictJSON
import Testing

/// Project Wycheproof: signatures that are valid, and such as broken or careless verifiers have taken for valid.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct WycheproofTests {
    @Test("S49: signatures are told apart as Wycheproof tells them apart")
    func cases() async throws {
        try await ConformanceSuite("wycheproof").run { test in
            let vectors = try JSONDocument(parsing: try test.file("vectors")).root
            let algorithm = try #require(vectors["algorithm"]?.string)
            let groups = try #require(vectors["testGroups"])
            if let reason = notUsed(groups, algorithm) { return .notBuilt(reason) }
            var wrong: [String] = []
            var count = 0
            for group in groups.elements {
                let key = try PublicKey(pem: Array(try #require(group["publicKeyPem"]?.string).utf8))
                let scheme = try #require(self.scheme(of: group, algorithm))
                for vector in try #require(group["tests"]).elements {
                    count += 1
                    let isRaw = group["type"]?.isString("EcdsaP1363Verify") == true
                    if let problem = try verify(vector, isRaw: isRaw, key, scheme) { wrong.append(problem) }
                }
            }
            guard count == test.parameters["tests"]?.integer else { return .refused("\(count) tests in the file") }
            return wrong.isEmpty ? .accepted : .refused(wrong.joined(separator: "; "))
        }
    }

    /// Why none of these signatures can turn up here; nil if they can.
    private func notUsed(_ groups: JSONValue, _ algorithm: String) -> String? {
        for group in groups.elements {
            guard scheme(of: group, algorithm) != nil else { return "\(algorithm) in a form that is not verified" }
            do throws(KeyError) {
                _ = try PublicKey(pem: Array((group["publicKeyPem"]?.string ?? "").utf8))
            } catch {
                switch error {
                case .unsupportedAlgorithm, .unsupportedCurve, .unsupportedRSASize:
                    return "a key that is refused: \(error)"
                // Any other key has to load.
                default: continue
                }
            }
        }
        return nil
    }

    private func scheme(of group: JSONValue, _ algorithm: String) -> SignatureScheme? {
        if algorithm == "EDDSA" { return .ed25519 }
        guard let hash = hash(group["sha"]) else { return nil }
        switch algorithm {
        case "ECDSA": return .ecdsa(hash)
        case "RSASSA-PKCS1-v1_5": return .rsaPKCS1(hash)
        case "RSASSA-PSS":
            guard self.hash(group["mgfSha"]) == hash, group["sLen"]?.integer == hash.digestLength else { return nil }
            return .rsaPSS(hash)
        default: return nil
        }
    }

    private func hash(_ name: JSONValue?) -> HashFunction? {
        switch name?.string {
        case "SHA-256": .sha256
        case "SHA-384": .sha384
        case "SHA-512": .sha512
        default: nil
        }
    }

    /// What went wrong, nil if nothing did.
    private func verify(
        _ vector: JSONValue, isRaw: Bool, _ key: PublicKey, _ scheme: SignatureScheme
    ) throws -> String? {
        let written = try bytes(try #require(vector["sig"]?.string))
        let signature = isRaw ? key.derSignature(ofRaw: written) : written
        let message = try bytes(try #require(vector["msg"]?.string))
        let isValid = signature.map { key.verify($0, over: message, scheme: scheme) != nil } ?? false
        let number = vector["tcId"]?.integer ?? 0
        switch vector["result"]?.string {
        case "valid": return isValid ? nil : "test \(number) is valid and was refused"
        case "invalid": return isValid ? "test \(number) is invalid and was accepted" : nil
        case "acceptable": return nil
        case let other: throw UnknownKind(kind: other ?? "")
        }
    }

    private func bytes(_ hexadecimal: String) throws -> [UInt8] {
        let digits = Array(hexadecimal.utf8)
        return try stride(from: 0, to: digits.count, by: 2).map { start in
            let pair = String(decoding: digits[start...].prefix(2), as: UTF8.self)
            return try #require(UInt8(pair, radix: 16))
        }
    }
}
