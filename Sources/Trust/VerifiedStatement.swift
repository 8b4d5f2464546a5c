import OCI

/// What a verified attestation says of the image: the part of it that checks look at. Its whole text is among the evidence.
public struct VerifiedStatement: Hashable, Sendable {
    /// A URI, as the very statement that was verified has it.
    public let predicateType: String
    /// Nil for types of which nothing further is looked at.
    public let facts: Facts?

    /// Checks about a further type of predicate find their facts here.
    public enum Facts: Hashable, Sendable {
        case provenance(Provenance)
    }

    public init(predicateType: String, facts: Facts? = nil) {
        self.predicateType = predicateType
        self.facts = facts
    }
}

/// How an image was built (SLSA provenance v0.2 and v1). What a statement does not say is absent.
public struct Provenance: Hashable, Sendable {
    /// Who built it: `builder.id`.
    public let builder: String?
    public let buildType: String?
    /// Where the sources are, without revision: `https://github.com/acme/app`.
    public let source: String?
    /// Which revision of them was asked for, as a Git reference: `refs/heads/main`.
    public let sourceRef: String?

    public init(builder: String? = nil, buildType: String? = nil, source: String? = nil, sourceRef: String? = nil) {
        (self.builder, self.buildType, self.source, self.sourceRef) = (builder, buildType, source, sourceRef)
    }
}

// `String ==` is canonical equivalence; what is attested is compared as bytes.
extension VerifiedStatement {
    public static func == (left: VerifiedStatement, right: VerifiedStatement) -> Bool {
        left.predicateType.isWritten(like: right.predicateType) && left.facts == right.facts
    }

    public func hash(into hasher: inout Hasher) {
        for byte in predicateType.utf8 { hasher.combine(byte) }
    }
}

extension Provenance {
    public static func == (left: Provenance, right: Provenance) -> Bool {
        zip(left.texts, right.texts).allSatisfy { left, right in
            guard let left, let right else { return left == nil && right == nil }
            return left.isWritten(like: right)
        }
    }

    public func hash(into hasher: inout Hasher) {
        for byte in (source ?? "").utf8 { hasher.combine(byte) }
    }

    private var texts: [String?] { [builder, buildType, source, sourceRef] }
}
