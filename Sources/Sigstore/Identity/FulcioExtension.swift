import Cryptography

/// The extensions in which Fulcio writes down what it knows of a signer (fulcio, docs/oid-info.md), under the names of the
/// policy language.
public enum FulcioExtension: String, CaseIterable, Hashable, Sendable {
    case githubWorkflowTrigger
    case githubWorkflowSHA
    case githubWorkflowName
    case githubWorkflowRepository
    case githubWorkflowRef
    case buildSignerURI
    case buildSignerDigest
    case runnerEnvironment
    case sourceRepositoryURI
    case sourceRepositoryDigest
    case sourceRepositoryRef
    case sourceRepositoryIdentifier
    case sourceRepositoryOwnerURI
    case sourceRepositoryOwnerIdentifier
    case buildConfigURI
    case buildConfigDigest
    case buildTrigger
    case runInvocationURI
    case sourceRepositoryVisibilityAtSigning
    case deploymentEnvironment
    case tokenSubject

    /// The last number of its object identifier, below 128: 8 of 1.3.6.1.4.1.57264.1.8.
    public var number: Int {
        switch self {
        case .githubWorkflowTrigger: 2
        case .githubWorkflowSHA: 3
        case .githubWorkflowName: 4
        case .githubWorkflowRepository: 5
        case .githubWorkflowRef: 6
        case .buildSignerURI: 9
        case .buildSignerDigest: 10
        case .runnerEnvironment: 11
        case .sourceRepositoryURI: 12
        case .sourceRepositoryDigest: 13
        case .sourceRepositoryRef: 14
        case .sourceRepositoryIdentifier: 15
        case .sourceRepositoryOwnerURI: 16
        case .sourceRepositoryOwnerIdentifier: 17
        case .buildConfigURI: 18
        case .buildConfigDigest: 19
        case .buildTrigger: 20
        case .runInvocationURI: 21
        case .sourceRepositoryVisibilityAtSigning: 22
        case .deploymentEnvironment: 23
        case .tokenSubject: 24
        }
    }

    /// The first ones hold the text itself, the later ones a DER UTF8String.
    var isBareText: Bool { number < 7 }

    /// Deprecated: the issuer as bare text.
    static let bareIssuer = OID.fulcio(1)
    /// The type of the name of signers that are neither a mail address nor a URI.
    static let userName = "1.3.6.1.4.1.57264.1.7"
    static let issuer = OID.fulcio(8)

    var objectIdentifier: OID { .fulcio(UInt8(truncatingIfNeeded: number)) }
}
