import Cryptography

/// An in-toto statement (in-toto attestation framework, `spec/v1/statement.md`).
public struct StatementDraft: Sendable {
    public static let payloadType = "application/vnd.in-toto+json"
    /// What `cosign sign` of version 3 states about an image.
    public static let cosignSign = "https://sigstore.dev/cosign/sign/v1"

    public var type = "https://in-toto.io/Statement/v1"
    /// By name, each with its digests by algorithm.
    public var subjects: [(name: String?, digests: JSONTree)]
    public var predicateType: String
    public var predicate: JSONTree

    public init(
        version: String = "v1", about content: [UInt8], name: String? = nil, predicateType: String = cosignSign,
        predicate: JSONTree = [:]
    ) {
        type = "https://in-toto.io/Statement/\(version)"
        subjects = [(name, ["sha256": .string(SHA2.sha256(content).hexadecimal)])]
        (self.predicateType, self.predicate) = (predicateType, predicate)
    }

    public var json: JSONTree {
        [
            "_type": .string(type),
            "subject": .array(subjects.map { ["name": $0.name.map { .string($0) }, "digest": $0.digests] }),
            "predicateType": .string(predicateType), "predicate": predicate,
        ]
    }
}

/// The bytes that a DSSE signature is over (DSSE, `protocol.md`).
public func preAuthenticationEncoding(_ type: String, _ payload: [UInt8]) -> [UInt8] {
    Array("DSSEv1 \(type.utf8.count) \(type) \(payload.count) ".utf8) + payload
}
