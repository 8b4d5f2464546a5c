import Cryptography
import TestSupport
import Timestamp

/// A root, an intermediate and a leaf for code signing, of which each can be changed before it is signed.
struct CertificateFixture {
    static let start = Instant(secondsSince1970: 1_900_000_000)
    static let end = start + .seconds(600)

    let root: DraftedCertificate
    let intermediate: DraftedCertificate
    let leaf: DraftedCertificate

    typealias Change = (inout CertificateDraft) -> Void

    /// - Parameter leafKey: what the leaf is about, P-256 if it makes no difference.
    init(
        purpose: ChainPurpose = .codeSigning, leafKey: PrivateKey? = nil, root changeRoot: Change = { _ in },
        intermediate changeIntermediate: Change = { _ in }, leaf changeLeaf: Change = { _ in }
    ) throws {
        let usage = purpose == .codeSigning ? KnownOID.codeSigning : KnownOID.timeStamping
        let from = CertificateFixture.start - .seconds(86_400)
        let to = CertificateFixture.start + .seconds(86_400)
        let rootKey = try PrivateKey.generate(.ecdsaP384)
        var draft = try CertificateDraft(
            subject: DER.name(organization: "Test", commonName: "root"), key: rootKey, issuer: nil, from: from, to: to,
            extensions: [.keyUsage(.keyCertSign), .basicConstraints(isAuthority: true)])
        changeRoot(&draft)
        root = try DraftedCertificate(draft, key: rootKey)
        let key = try PrivateKey.generate(.ecdsaP256)
        draft = try CertificateDraft(
            subject: DER.name(organization: "Test", commonName: "intermediate"), key: key, issuer: root, from: from,
            to: to,
            extensions: [
                .keyUsage(.keyCertSign), .extendedKeyUsage(usage),
                .basicConstraints(isAuthority: true, pathLength: 0),
            ])
        changeIntermediate(&draft)
        intermediate = try DraftedCertificate(draft, key: key, signedBy: rootKey)
        let leafKey = try leafKey ?? PrivateKey.generate(.ecdsaP256)
        draft = try CertificateDraft(
            subject: DER.emptyName, key: leafKey, issuer: intermediate, from: CertificateFixture.start,
            to: CertificateFixture.end,
            extensions: [
                .keyUsage(.digitalSignature), .extendedKeyUsage(usage, isCritical: purpose == .timeStamping),
                .subjectAlternativeName([.email("signer@example.com")]),
            ])
        changeLeaf(&draft)
        leaf = try DraftedCertificate(draft, key: leafKey, signedBy: key)
    }

    /// Verifies the leaf under the root, with the intermediate out of the trust root.
    func verify(
        _ purpose: ChainPurpose = .codeSigning, at time: Instant = start, under anchor: DraftedCertificate? = nil,
        intermediates: [DraftedCertificate] = []
    ) throws -> VerifiedChain {
        let anchors = try TrustAnchors(
            chain: [intermediate.parsed(), (anchor ?? root).parsed()], purpose: purpose)
        return try anchors.verify(leaf.parsed(), intermediates: intermediates.map { try $0.parsed() }, at: time)
    }

    /// The step at which the leaf is refused; nil if it is not.
    func refusal(
        _ purpose: ChainPurpose = .codeSigning, at time: Instant = start, under anchor: DraftedCertificate? = nil
    ) throws -> ChainError.Step? {
        do {
            _ = try verify(purpose, at: time, under: anchor)
            return nil
        } catch let error as ChainError {
            return error.step
        }
    }
}

extension DraftedCertificate {
    func parsed() throws -> Certificate { try Certificate(der: der) }
}
