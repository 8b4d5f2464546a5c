public import Cryptography
import StrictJSON

/// Whom a Sigstore verifier believes: transparency logs, certificate authorities, certificate transparency logs and time
/// stamp authorities (`trusted_root.json`, protobuf-specs, sigstore_trustroot.proto).
///
/// Everything in it is parsed and checked once, when it is loaded; thousands of verifications share it.
public struct SigstoreTrustedRoot: Sendable {
    /// The public one has some 7 KiB.
    public static let maximumBytes = 1 << 20
    /// Of each kind. A log is replaced about once a year.
    static let maximumInstances = 64
    /// Of one authority: a signer, intermediates and a root.
    static let maximumCertificates = 8

    public let logs: [TrustedLog]
    public let authorities: [TrustedAuthority]
    public let certificateLogs: [TrustedCertificateLog]
    public let timestampAuthorities: [TrustedTimestampAuthority]
    /// Whether the authorities are an organisation's own: who signed is then for them alone to say.
    public let isOfOrganisation: Bool

    private static let mediaTypes = [
        "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        "application/vnd.dev.sigstore.trustedroot.v0.1+json",
        "application/vnd.dev.sigstore.trustedroot.v0.2+json",
    ]

    /// Reads a trusted root of version 0.1 or 0.2.
    ///
    /// Throws the first field that is malformed, and the first key or certificate that cannot be used. That one is expired
    /// is no error: what it signed in its time stays signed.
    public init(parsing bytes: [UInt8]) throws(FormatError) {
        let limits = JSONLimits(
            maximumBytes: SigstoreTrustedRoot.maximumBytes, maximumDepth: 16, maximumValues: 1 << 14)
        let root = try WireObject(
            document: "trusted root", parsing: bytes, limits: limits,
            keys: ["mediaType", "tlogs", "certificateAuthorities", "ctlogs", "timestampAuthorities"])
        let mediaType = try root.requiredText("mediaType")
        guard Self.mediaTypes.contains(where: mediaType.isSpelled) else {
            throw .unsupported(
                field: "mediaType", found: "`\(mediaType.quoted)`",
                expected: Self.mediaTypes.map { "`\($0)`" }.joined(separator: " or "))
        }
        logs = try root.instances("tlogs", keys: LogInstance.keys, TrustedLog.init)
        authorities = try root.instances("certificateAuthorities", keys: AuthorityInstance.keys, TrustedAuthority.init)
        certificateLogs = try root.instances("ctlogs", keys: LogInstance.keys, TrustedCertificateLog.init)
        timestampAuthorities = try root.instances(
            "timestampAuthorities", keys: AuthorityInstance.keys, TrustedTimestampAuthority.init)
        isOfOrganisation = false
    }

    /// Nobody at all: enough where a key is believed and no log is asked.
    static let empty = SigstoreTrustedRoot()

    private init() {
        (logs, authorities, certificateLogs, timestampAuthorities, isOfOrganisation) = ([], [], [], [], false)
    }

    /// An organisation's own roots: what they issued is believed whenever it was valid. When something was signed, time
    /// stamp authorities have to say, or logs.
    ///
    /// Throws `ChainError` if there is no root.
    public init(
        roots: [Certificate], intermediates: [Certificate] = [], logs: [TrustedLog] = [],
        timestampAuthorities: [TrustedTimestampAuthority] = []
    ) throws(ChainError) {
        authorities = [try TrustedAuthority(roots: roots, intermediates: intermediates)]
        (self.logs, self.timestampAuthorities) = (logs, timestampAuthorities)
        (certificateLogs, isOfOrganisation) = ([], true)
    }
}

extension WireObject {
    fileprivate func instances<Instance>(
        _ key: StaticString, keys: [StaticString], _ read: (WireObject) throws(FormatError) -> Instance
    ) throws(FormatError) -> [Instance] {
        var instances: [Instance] = []
        for object in try objects(key, limit: SigstoreTrustedRoot.maximumInstances, keys: keys) {
            instances.append(try read(object))
        }
        return instances
    }
}
