public import Cryptography
public import Timestamp

/// A whole Sigstore in memory: Fulcio, a certificate log, Rekor of both versions and a timestamp authority. It makes bytes and
/// needs no network; its keys exist nowhere else. A value: a copy goes its own way, with the same keys.
public struct SigstoreSimulator: Sendable {
    public var fulcio: SimulatedFulcio
    public var certificateLog: SimulatedCertificateLog
    public var rekor: SimulatedRekor
    public var rekorV2: SimulatedRekor
    public var timestampAuthority: SimulatedTimestampAuthority
    /// Of the keys that Fulcio writes certificates for.
    public var leafAlgorithm = KeyAlgorithm.ecdsaP256
    /// From when on all of it is valid.
    public let start: Instant
    /// When the next signature is made.
    public var now: Instant

    /// A Sigstore whose certificates and windows begin two years before `now`; the windows have no end.
    ///
    /// - Parameter algorithm: of the key that Fulcio signs with.
    public init(
        at now: Instant = Instant(secondsSince1970: 1_772_359_200), issuingWith algorithm: KeyAlgorithm = .ecdsaP256
    ) throws {
        (self.now, start) = (now, now - .seconds(2 * 365 * 86_400))
        fulcio = try SimulatedFulcio(from: start, issuingWith: algorithm)
        certificateLog = try SimulatedCertificateLog()
        rekor = try SimulatedRekor(.v1(treeID: 1_193_050_959_916_656_506, firstIndex: 4_163_431), host: "rekor.example")
        rekorV2 = try SimulatedRekor(.v2, host: "log2026-1.rekor.example")
        timestampAuthority = try SimulatedTimestampAuthority(from: start)
    }

    /// What a verifier is to trust: all of it, from `start` on.
    public var trustedRoot: TrustedRootDraft {
        get throws {
            let window = TrustedRootDraft.Window(start: start, end: nil)
            var root = TrustedRootDraft()
            root.transparencyLogs = [try rekor.trusted(in: window), try rekorV2.trusted(in: window)]
            root.certificateAuthorities = [
                TrustedRootDraft.Authority(
                    organization: "sigstore.example", commonName: "sigstore", uri: "https://fulcio.example",
                    chain: fulcio.chain, window: window)
            ]
            root.certificateLogs = [
                TrustedRootDraft.Log(
                    baseURL: "https://ctfe.example", key: try certificateLog.key.subjectPublicKeyInfo,
                    keyDetails: certificateLog.key.algorithm.keyDetails, id: certificateLog.id, window: window)
            ]
            root.timestampAuthorities = [
                TrustedRootDraft.Authority(
                    organization: "sigstore.example", commonName: "tsa", uri: "https://timestamp.example",
                    chain: timestampAuthority.chain, window: window)
            ]
            return root
        }
    }

    /// Signs an image, whose manifest `artifact` is, and remembers it in the logs.
    public mutating func sign(_ artifact: [UInt8], _ order: SigningOrder) throws -> SignedMaterial {
        var signing = Signing(sigstore: self, artifact: artifact, order: order, lie: nil)
        let material = try signing.run()
        (rekor, rekorV2) = (signing.sigstore.rekor, signing.sigstore.rekorV2)
        return material
    }

    /// Signs it with one fact that is wrong, and forgets it.
    public func sign(_ artifact: [UInt8], _ order: SigningOrder, telling lie: Lie) throws -> SignedMaterial {
        var signing = Signing(sigstore: self, artifact: artifact, order: order, lie: lie)
        return try signing.run()
    }
}

extension SimulatedRekor {
    /// As a trusted root names it.
    public func trusted(in window: TrustedRootDraft.Window) throws -> TrustedRootDraft.Log {
        TrustedRootDraft.Log(
            baseURL: baseURL, key: try key.subjectPublicKeyInfo, keyDetails: key.algorithm.keyDetails, id: try id,
            window: window)
    }
}
