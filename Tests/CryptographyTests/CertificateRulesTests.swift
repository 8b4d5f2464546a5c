import Cryptography
import TestSupport
import Testing

/// Chains that break one rule of RFC 5280 each, as the public suites of path validation have them.
@Suite struct CertificateRulesTests {
    struct BrokenRule: CustomTestStringConvertible, Sendable {
        typealias Change = @Sendable (inout CertificateDraft) -> Void

        let testDescription: String
        var root: Change = { _ in }
        var intermediate: Change = { _ in }
        var leaf: Change = { _ in }

        static func ofRoot(_ rule: String, _ change: @escaping Change) -> BrokenRule {
            BrokenRule(testDescription: "root, \(rule)", root: change)
        }

        static func ofIntermediate(_ rule: String, _ change: @escaping Change) -> BrokenRule {
            BrokenRule(testDescription: "intermediate, \(rule)", intermediate: change)
        }

        static func ofLeaf(_ rule: String, _ change: @escaping Change) -> BrokenRule {
            BrokenRule(testDescription: "leaf, \(rule)", leaf: change)
        }
    }

    private static let notCritical: BrokenRule.Change = { certificate in
        certificate.change(KnownOID.basicConstraints) { $0.isCritical = false }
    }

    static let ofAuthorities: [BrokenRule] = [
        .ofRoot("4.2.1.2: without a key identifier") { $0.removeExtension(KnownOID.subjectKeyIdentifier) },
        .ofIntermediate("4.2.1.2: without a key identifier") { $0.removeExtension(KnownOID.subjectKeyIdentifier) },
        .ofIntermediate("4.2.1.1: does not name its issuer's key") {
            $0.removeExtension(KnownOID.authorityKeyIdentifier)
        },
        .ofRoot("4.2.1.3: without a key usage") { $0.removeExtension(KnownOID.keyUsage) },
        .ofIntermediate("4.2.1.9: a path length without the usage") { $0.removeExtension(KnownOID.keyUsage) },
        .ofRoot("4.2.1.9: without basic constraints") { $0.removeExtension(KnownOID.basicConstraints) },
        .ofRoot("4.2.1.9: basic constraints that are not critical", notCritical),
        .ofIntermediate("4.2.1.9: basic constraints that are not critical", notCritical),
        .ofIntermediate("4.1.2.6: without a name") { $0.subject = DER.emptyName },
    ]

    static let ofLeaves: [BrokenRule] = [
        .ofLeaf("4.2.1.1: does not name its issuer's key") { $0.removeExtension(KnownOID.authorityKeyIdentifier) },
        .ofLeaf("4.2.1.1: names another key than its issuer's") { $0.set(.authorityKeyIdentifier(of: [1, 2, 3])) },
        .ofLeaf("4.2.1.1: critical, which it never is") { certificate in
            certificate.change(KnownOID.authorityKeyIdentifier) { $0.isCritical = true }
        },
        .ofLeaf("4.1.2.4: names another issuer") {
            $0.issuer = DER.name(organization: "Test", commonName: "other")
        },
        .ofLeaf("4.1.2.5: ends before it begins") { ($0.notBefore, $0.notAfter) = ($0.notAfter, $0.notBefore) },
        .ofLeaf("4.2.1.3: may sign certificates and is no authority") {
            $0.set(.keyUsage(.digitalSignature, .keyCertSign))
        },
        .ofLeaf("4.2.1.9: a path length and no authority") {
            $0.set(.basicConstraints(isAuthority: false, pathLength: 0))
        },
        .ofLeaf("4.2.1.6: the only name it has is not critical") { certificate in
            certificate.change(KnownOID.subjectAlternativeName) { $0.isCritical = false }
        },
        .ofLeaf("4.2.1.6: a list of no names") { $0.set(.subjectAlternativeName([])) },
        .ofLeaf("4.2.1.12: a list of no purposes") { $0.set(.extendedKeyUsage()) },
        .ofLeaf("4.2.1.12: for any purpose, which is not this one") { $0.set(.extendedKeyUsage("2.5.29.37.0")) },
    ]

    @Test("S49: a chain that breaks one rule is refused", arguments: ofAuthorities + ofLeaves)
    func refused(rule: BrokenRule) throws {
        let made = try CertificateFixture(root: rule.root, intermediate: rule.intermediate, leaf: rule.leaf)
        #expect(try made.refusal() != nil)
    }

    @Test("S49: a certificate that names two algorithms of its signature is refused")
    func twoAlgorithms() throws {
        let made = try CertificateFixture()
        var leaf = made.leaf.der
        let name = DER.oid("1.2.840.10045.4.3.2")
        let starts = leaf.indices.filter { leaf[$0...].starts(with: name) }
        #expect(starts.count == 2)
        // The one that the issuer did not sign, of SHA-256, becomes that of SHA-384.
        leaf[try #require(starts.last) + name.count - 1] = 3
        let anchors = try TrustAnchors(chain: [made.intermediate.parsed(), made.root.parsed()], purpose: .codeSigning)
        #expect(throws: ChainError.self) { try anchors.verify(Certificate(der: leaf), at: CertificateFixture.start) }
    }
}

extension CertificateDraft {
    fileprivate mutating func change(_ oid: String, _ change: (inout CertificateExtension) -> Void) {
        for index in extensions.indices where extensions[index].oid == oid { change(&extensions[index]) }
    }
}
