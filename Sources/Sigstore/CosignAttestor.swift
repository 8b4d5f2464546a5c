import Cryptography
public import OCI
public import Trust

/// Believes signatures by certain keys in cosign's layout.
public struct CosignAttestor: Attestor {
    public let fingerprint: Digest
    private let trust: CosignTrust
    /// Where signatures are when they are not beside the image.
    private let signatureRepository: Repository?

    init(trust: CosignTrust, signatureRepository: Repository?) {
        self.trust = trust
        self.signatureRepository = signatureRepository
        fingerprint = CosignAttestor.fingerprint(trust, signatureRepository)
    }

    public var signers: [Signer] { trust.keys.map { .key(fingerprint: $0.fingerprint) } }

    public var explanation: String {
        let place = signatureRepository.map { "in `\($0)`" } ?? "beside the image"
        return "cosign signatures by \(trust.noun), found \(place) and made for \(trust.identity.explanation); "
            + "no transparency log is asked"
    }

    public func verification(of subject: Subject) -> any Verification {
        CosignKeyVerification(of: subject, in: signatureRepository ?? subject.repository, by: trust)
    }

    /// Over every setting that can change a verdict, each ended by a zero byte, which none of them contains; then the
    /// keys, each of 32 bytes.
    private static func fingerprint(_ trust: CosignTrust, _ repository: Repository?) -> Digest {
        let settings = [
            "cosign", "transparencyLog: notRequired", trust.identity.setting, repository?.description ?? "",
        ]
        var bytes: [UInt8] = []
        for setting in settings { bytes += Array(setting.utf8) + [0] }
        for key in trust.keys { bytes += key.fingerprint }
        return Digest.sha256(of: bytes)
    }
}
