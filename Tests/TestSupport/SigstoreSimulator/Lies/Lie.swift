/// One fact of a signature that is wrong, while everything else is made honestly: what refuses it has to be the check
/// of that very fact.
public enum Lie: Sendable, Hashable {
    case certificate(CertificateLie)
    case promise(SCTLie)
    case content(ContentLie)
    case entry(EntryLie)
    case log(LogLie)
    case timestamp(TimestampLie)
    case bundle(BundleLie)
    case trust(TrustLie)

    /// The orders in which it can be told; each of them passes without it.
    public var orders: [SigningOrder] {
        switch self {
        case .certificate(let lie): lie.orders
        case .promise: [.message(), .bundleV2(), .signatureLayer()]
        case .content(let lie): lie.orders
        case .entry(let lie): lie.orders
        case .log(let lie): lie.orders
        case .timestamp(let lie): lie.orders
        case .bundle(let lie): lie.orders
        case .trust(let lie): lie.orders
        }
    }

    /// Whether it is told by someone who is not in the trusted root.
    var isAboutStranger: Bool {
        switch self {
        case .certificate(.strangeAuthority), .log(.strangeLog), .timestamp(.strangeAuthority): true
        default: false
        }
    }
}

extension Lie: CaseIterable, CustomStringConvertible {
    public static var allCases: [Lie] {
        let certificate = CertificateLie.allCases.map(Lie.certificate) + SCTLie.allCases.map(Lie.promise)
        let content = ContentLie.allCases.map(Lie.content) + BundleLie.allCases.map(Lie.bundle)
        let evidence = EntryLie.allCases.map(Lie.entry) + LogLie.allCases.map(Lie.log)
        return certificate + content + evidence + TimestampLie.allCases.map(Lie.timestamp)
            + TrustLie.allCases.map(Lie.trust)
    }

    public var description: String {
        switch self {
        case .certificate(let lie): "certificate: \(lie)"
        case .promise(let lie): "promise of a certificate log: \(lie)"
        case .content(let lie): "content: \(lie)"
        case .entry(let lie): "entry: \(lie)"
        case .log(let lie): "log: \(lie)"
        case .timestamp(let lie): "timestamp: \(lie)"
        case .bundle(let lie): "bundle: \(lie)"
        case .trust(let lie): "trusted root: \(lie)"
        }
    }
}
