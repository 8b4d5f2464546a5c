public import Cryptography
import Trust

/// Whom an attestor believes, and on what evidence.
public struct CosignBelievers: Sendable {
    let believed: CosignTrust.Believed
    let verifier: SigstoreVerifier
    /// What `verifier` goes by, if policies name it; nil if it needs nothing, or it was handed over.
    var root: CosignTrustedRoot?
    /// Every setting that can change a verdict.
    let settings: [String]
}

extension CosignBelievers {
    /// Those who have one of these keys. No log and no authority is asked.
    ///
    /// Throws `SigstoreRequirementsError` if there is no key.
    public init(keys: [PublicKey]) throws(SigstoreRequirementsError) {
        let nobody = SigstoreEvidence(logs: 0, timestamps: 0, certificateLogs: 0)
        try self.init(keys: keys, evidence: nobody, root: .empty, settings: ["no log"])
    }

    /// Those who have one of these keys, where witnesses of the root have seen the signature.
    ///
    /// - Parameter rootSetting: stands for all that is in the root, such as the hash of its file.
    ///
    /// Throws `SigstoreRequirementsError` also if the root has fewer witnesses than are asked for: nothing could ever pass.
    public init(
        keys: [PublicKey], evidence: SigstoreEvidence, root: SigstoreTrustedRoot, rootSetting: String
    ) throws(SigstoreRequirementsError) {
        if let shortage = root.shortages(of: evidence).first { throw .tooFewWitnesses(shortage) }
        try self.init(
            keys: keys, evidence: evidence, root: root, settings: ["log", evidence.setting, rootSetting])
    }

    /// - Parameter settings: stand for all that is asked of logs.
    init(
        keys: [PublicKey], evidence: SigstoreEvidence, root: SigstoreTrustedRoot, settings: [String]
    ) throws(SigstoreRequirementsError) {
        let keys = Set(keys).sorted { $0.fingerprint.lexicographicallyPrecedes($1.fingerprint) }
        let requirements = try SigstoreRequirements(signers: .keys(keys.map { TrustedKey($0) }), evidence: evidence)
        self.init(
            believed: .keys(keys), verifier: SigstoreVerifier(root: root, requirements: requirements),
            settings: ["keys"] + keys.map(\.fingerprint.hexadecimal) + settings)
    }

    /// Those to whom an authority of the root gave a certificate as one of these identities.
    ///
    /// Throws `SigstoreRequirementsError` if there is none, if one fits anybody, if the evidence proves no time, and if the
    /// root has no authority or fewer witnesses than are asked for: nothing could ever pass.
    public init(
        identities: [IdentityRule], evidence: SigstoreEvidence, root: SigstoreTrustedRoot, rootSetting: String
    ) throws(SigstoreRequirementsError) {
        guard !identities.contains(where: \.acceptsAnybody) else { throw .anybody }
        guard evidence.logs + evidence.timestamps > 0 else { throw .noProofOfTime }
        guard !root.authorities.isEmpty else { throw .noAuthority }
        if let shortage = root.shortages(of: evidence).first { throw .tooFewWitnesses(shortage) }
        let requirements = try SigstoreRequirements(signers: .identities(identities), evidence: evidence)
        self.init(
            believed: .identities(identities), verifier: SigstoreVerifier(root: root, requirements: requirements),
            settings: ["keyless", evidence.setting, rootSetting] + identities.map(\.setting).sorted())
    }
}
