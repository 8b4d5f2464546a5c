import Cryptography
public import Timestamp
import TransparencyLog

/// A transparency log that is believed.
public struct TrustedLog: Sendable {
    /// By which entries name it, 32 bytes.
    public let id: [UInt8]
    /// For people: the host that it is at.
    public let name: String
    /// What it says about other times does not count. Both ends are inside.
    public let validFor: ValidityWindow
    /// Logs of one operator are no two witnesses of each other.
    let witness: String
    let key: PublicKey
    /// As Rekor v1 signs checkpoints; nil if that is not how its id is made.
    let rekorV1: LogKey?
    /// As Rekor v2 does, under the host's name.
    let rekorV2: LogKey?

    init(_ object: WireObject) throws(FormatError) {
        let instance = try LogInstance(object)
        (id, validFor, key, witness) = (instance.id, instance.validFor, instance.key, instance.witness)
        name = instance.host ?? instance.witness
        let (v1, v2) = (
            LogKey.rekorV1(instance.key), instance.host.flatMap { try? LogKey.note(instance.key, origin: $0) }
        )
        rekorV1 = v1.logID == instance.id ? v1 : nil
        rekorV2 = v2?.logID == instance.id ? v2 : nil
        guard rekorV1 != nil || rekorV2 != nil else { throw instance.otherID }
    }
}

/// A certificate transparency log that is believed.
public struct TrustedCertificateLog: Sendable {
    let log: CertificateTransparencyLog
    let witness: String

    /// The SHA-256 of its key.
    public var id: [UInt8] { log.id }

    init(_ object: WireObject) throws(FormatError) {
        let instance = try LogInstance(object)
        log = CertificateTransparencyLog(key: instance.key, validFor: instance.validFor)
        guard log.id == instance.id else { throw instance.otherID }
        witness = instance.witness
    }
}

/// `TransparencyLogInstance` of sigstore_trustroot.proto.
struct LogInstance {
    let id: [UInt8]
    let key: PublicKey
    let validFor: ValidityWindow
    /// Of `baseUrl`, without a port.
    let host: String?
    let witness: String
    /// The declared id is not one that this key has.
    let otherID: FormatError

    static let keys: [StaticString] = [
        "baseUrl", "hashAlgorithm", "publicKey", "logId", "checkpointKeyId", "operator",
    ]

    init(_ object: WireObject) throws(FormatError) {
        if object.member("hashAlgorithm") != nil, try HashFunction(protobuf: object, "hashAlgorithm") != .sha256 {
            throw .unsupported(
                field: object.path(of: "hashAlgorithm"), found: "another function", expected: "`SHA2_256`")
        }
        let publicKey = try object.requiredObject("publicKey", keys: ["rawBytes", "keyDetails", "validFor"])
        key = try LogInstance.key(publicKey)
        validFor = try ValidityWindow(publicKey, "validFor")
        let logID = try object.requiredObject("logId", keys: ["keyId"])
        id = try logID.hash("keyId", length: 32)
        try LogInstance.check(try object.object("checkpointKeyId", keys: ["keyId"]), of: id)
        host = try object.text("baseUrl").flatMap(LogInstance.host)
        witness = try object.witness(else: key.fingerprint.hexadecimal)
        otherID = .malformed(
            field: logID.path(of: "keyId"), found: "`\(Base64.encode(id))`",
            expected: "the id of its `publicKey`, for a log at the host of its `baseUrl`")
    }

    /// Checkpoints name a log by the first bytes of its id (C2SP signed-note); the field may repeat them.
    private static func check(_ keyID: WireObject?, of id: [UInt8]) throws(FormatError) {
        guard let keyID, let bytes = try keyID.bytes("keyId"), !id.starts(with: bytes) else { return }
        throw .malformed(
            field: keyID.path(of: "keyId"), found: "`\(Base64.encode(bytes))`",
            expected: "the first bytes of the `logId`, `\(Base64.encode(Array(id.prefix(4))))`")
    }

    private static func key(_ object: WireObject) throws(FormatError) -> PublicKey {
        let bytes = try object.requiredBytes("rawBytes")
        let details = try object.requiredText("keyDetails")
        do throws(KeyDetailsError) { return try PublicKey(rawBytes: bytes, keyDetails: details) } catch {
            throw .malformed(
                field: object.path, found: "no key that is used here (\(error))", expected: "ECDSA, RSA or Ed25519")
        }
    }

    /// `https://HOST[:PORT][/PATH]`.
    private static func host(of url: String) -> String? {
        let bytes = Array(url.utf8)
        let rest = bytes.removing(prefix: "https://", suffix: "") ?? bytes.removing(prefix: "http://", suffix: "")
        guard let rest else { return nil }
        let host = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ":") }
        return host.isEmpty ? nil : String(decoding: host, as: UTF8.self)
    }
}

extension WireObject {
    /// Who operates it; where that is not said, each instance is for itself.
    func witness(else instance: String) throws(FormatError) -> String {
        guard let name = try text("operator"), !name.isEmpty else { return instance }
        return name
    }
}

extension ValidityWindow {
    /// A closed interval of times; without an end it is open for ever, and without a start it is refused.
    init(_ object: WireObject, _ key: StaticString) throws(FormatError) {
        let window = try object.requiredObject(key, keys: ["start", "end"])
        let start = try window.instant("start")
        guard let start else { throw .missing(field: window.path(of: "start")) }
        guard let validity = ValidityWindow(start: start, end: try window.instant("end")) else {
            throw .malformed(field: window.path(of: "end"), found: "before `start`", expected: "a time after it")
        }
        self = validity
    }
}

extension WireObject {
    fileprivate func instant(_ key: StaticString) throws(FormatError) -> Instant? {
        guard let text = try text(key) else { return nil }
        guard let instant = try? Instant(rfc3339: text) else {
            throw .malformed(
                field: path(of: key), found: "`\(text.quoted)`", expected: "a time such as `2026-12-01T09:30:00Z`")
        }
        return instant
    }
}
