import Cryptography
public import OCI
public import StrictJSON

/// An in-toto statement (in-toto/attestation, spec/v1/statement.md and spec/v0.1): a predicate about subjects. It is judged
/// only if it was decoded from an envelope that a key vouched for.
public struct InTotoStatement: Sendable {
    /// As other verifiers have it: more subjects than anybody names, few enough to look at each.
    static let maximumSubjects = 1_024
    /// Names of algorithms of one subject.
    static let maximumDigests = 32

    public let version: Version
    /// Never empty.
    public let subjects: [Subject]
    /// A URI, as written: which kind of statement this is.
    public let predicateType: String
    /// An object whose shape the type says; nil if there is none.
    public let predicate: JSONValue?

    public enum Version: String, CaseIterable, Hashable, Sendable {
        case v0_1 = "https://in-toto.io/Statement/v0.1"
        case v1 = "https://in-toto.io/Statement/v1"
    }

    /// Something that a statement is about.
    public struct Subject: Sendable {
        /// Nil where there is none, as in cosign's own.
        public let name: String?
        /// By the names of algorithms: `sha256` and lower-case hexadecimal. Never empty.
        public let digests: [(algorithm: String, hexadecimal: String)]

        /// Whether it has exactly this digest: the same algorithm and lower-case digits.
        public func has(_ digest: Digest) -> Bool {
            digests.contains {
                $0.algorithm.isSpelled(digest.algorithm.rawValue) && $0.hexadecimal.isSpelled(digest.hexadecimal)
            }
        }
    }

    /// What cosign's image signatures are statements of.
    public static let signaturePredicateType = "https://sigstore.dev/cosign/sign/v1"

    /// Whether it is a statement of that type, compared by bytes.
    public func has(predicateType type: String) -> Bool { predicateType.isSpelled(type) }

    /// What the payload of an envelope says, for people to read, whoever has signed it.
    ///
    /// Throws for a payload that is no statement.
    public static func claimed(by envelope: DSSEEnvelope) throws(FormatError) -> InTotoStatement {
        try InTotoStatement(payload: envelope.payload, type: envelope.payloadType)
    }

    /// The payload of an envelope that was verified. Its type has to be `application/vnd.in-toto+json`, or that of one
    /// predicate: `application/vnd.in-toto.NAME+json`. Fields that the format does not have are passed over, as it demands.
    init(payload: [UInt8], type payloadType: String) throws(FormatError) {
        guard InTotoStatement.isPayloadType(Array(payloadType.utf8)) else {
            throw .unsupported(
                field: "payloadType", found: "`\(payloadType.quoted)`", expected: "`application/vnd.in-toto+json`")
        }
        let limits = JSONLimits(
            maximumBytes: SigstoreBundle.maximumBytes, maximumValues: 1 << 21,
            maximumStringBytes: SigstoreBundle.maximumBytes)
        let root = try WireObject(document: "statement", parsing: payload, limits: limits, keys: nil)
        version = try Version(root)
        var subjects: [Subject] = []
        for subject in try root.objects("subject", limit: InTotoStatement.maximumSubjects, keys: nil) {
            subjects.append(try Subject(subject))
        }
        guard !subjects.isEmpty else { throw .missing(field: "subject") }
        self.subjects = subjects
        predicateType = try root.requiredText("predicateType")
        guard !predicateType.isEmpty else { throw .missing(field: "predicateType") }
        predicate = try root.object("predicate", keys: nil)?.value
    }

    private static func isPayloadType(_ type: [UInt8]) -> Bool {
        if type.elementsEqual("application/vnd.in-toto+json".utf8) { return true }
        guard let name = type.removing(prefix: "application/vnd.in-toto.", suffix: "+json") else { return false }
        return !name.isEmpty && name.allSatisfy { (0x21...0x7E).contains($0) && $0 != UInt8(ascii: ";") }
    }
}

extension InTotoStatement.Version {
    fileprivate init(_ root: WireObject) throws(FormatError) {
        let type = try root.requiredText("_type")
        guard let version = Self.allCases.first(where: { $0.rawValue.isSpelled(type) }) else {
            throw .unsupported(
                field: "_type", found: "`\(type.quoted)`",
                expected: Self.allCases.map { "`\($0.rawValue)`" }.joined(separator: " or "))
        }
        self = version
    }
}

extension InTotoStatement.Subject {
    fileprivate init(_ object: WireObject) throws(FormatError) {
        name = try object.text("name")
        let digest = try object.requiredObject("digest", keys: nil)
        guard digest.value.count <= InTotoStatement.maximumDigests else {
            throw .tooMany(
                field: digest.path, found: digest.value.count, limit: InTotoStatement.maximumDigests)
        }
        var digests: [(algorithm: String, hexadecimal: String)] = []
        for (algorithm, value) in digest.value.members {
            guard let text = value.string else {
                throw .malformed(
                    field: digest.path(of: algorithm.quoted), found: value.described,
                    expected: "a digest in hexadecimal")
            }
            digests.append((algorithm, text))
        }
        guard !digests.isEmpty else { throw .missing(field: digest.path) }
        self.digests = digests
    }
}
