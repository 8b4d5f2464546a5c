import ArgumentParser
import Cryptography
import Sigstore

/// What must have seen a signature besides, under the names that cosign gives its options.
struct EvidenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Whose logs and authorities are believed: a trusted_root.json.", valueName: "file"),
        completion: .file())
    var trustedRoot: String?

    @Option(
        help: ArgumentHelp(
            "Whose certificates are believed in place of those of the trusted root: the authorities of an organisation, in PEM.",
            valueName: "file"),
        completion: .file())
    var caRoots: String?

    @Option(
        help: ArgumentHelp(
            "Authorities below those of --ca-roots that signatures do not bring along, in PEM.", valueName: "file"),
        completion: .file())
    var caIntermediates: String?

    @Option(
        help: ArgumentHelp(
            "Who says when it was signed, besides those of the trusted root: the chain of a timestamp authority, in PEM, the "
                + "root last.", valueName: "file"),
        completion: .file())
    var timestampCertificateChain: String?

    @Flag(help: "Ask for no entry of a transparency log, and look at none.")
    var insecureIgnoreTlog = false

    @Flag(help: "Ask for no promise of a certificate transparency log.")
    var insecureIgnoreSct = false

    @Flag(help: "Ask for a timestamp by a timestamp authority.")
    var useSignedTimestamps = false

    /// Whether anybody is asked for who must have seen signatures by keys.
    var asksWitnesses: Bool { !insecureIgnoreTlog || useSignedTimestamps }

    /// - Parameter certificates: whether signatures have certificates, which logs of their own promise to publish.
    func evidence(certificates: Bool) -> SigstoreEvidence {
        // The certificates of an organisation are published nowhere; and where no log is asked, somebody else has to say when.
        let isOfOrganisation = caRoots != nil
        return SigstoreEvidence(
            logs: insecureIgnoreTlog ? 0 : 1,
            timestamps: useSignedTimestamps || (isOfOrganisation && insecureIgnoreTlog) ? 1 : 0,
            certificateLogs: certificates && !insecureIgnoreSct && !isOfOrganisation ? 1 : 0)
    }

    func validate() throws {
        guard caRoots == nil else { return }
        for (file, name) in [
            (caIntermediates, "--ca-intermediates"), (timestampCertificateChain, "--timestamp-certificate-chain"),
        ] where file != nil {
            throw ValidationError("\(name) goes with --ca-roots; a trusted root has both of its own")
        }
    }

    /// With a text that stands for all that is in it.
    func root() throws -> (root: SigstoreTrustedRoot, setting: String) {
        if let caRoots { return try rootOfOrganisation(caRoots) }
        guard let file = trustedRoot else { throw UsageError("there is no --trusted-root") }
        return try EvidenceOptions.root(file)
    }

    private func rootOfOrganisation(_ file: String) throws -> (root: SigstoreTrustedRoot, setting: String) {
        let roots = try EvidenceOptions.certificates(file)
        if let other = roots.first(where: { !$0.isAuthority }) {
            throw UsageError("found a certificate that is no authority, `\(other.subject)`", at: file)
        }
        let intermediates = try caIntermediates.map(EvidenceOptions.certificates) ?? []
        let chain = try timestampCertificateChain.map(EvidenceOptions.certificates) ?? []
        let others = try trustedRoot.map(EvidenceOptions.root)
        var stamps = others?.root.timestampAuthorities ?? []
        if let timestampCertificateChain {
            do throws(ChainError) { stamps.append(try TrustedTimestampAuthority(chain: chain)) } catch {
                throw UsageError("\(error)", at: timestampCertificateChain)
            }
        }
        do throws(ChainError) {
            let root = try SigstoreTrustedRoot(
                roots: roots, intermediates: intermediates, logs: others?.root.logs ?? [], timestampAuthorities: stamps)
            let fingerprints = [roots, intermediates, chain].map {
                $0.map(\.fingerprint.hexadecimal).joined(separator: " ")
            }
            return (root, fingerprints.joined(separator: ", ") + ", " + (others?.setting ?? ""))
        } catch {
            throw UsageError("\(error)", at: file)
        }
    }

    private static func certificates(_ file: String) throws -> [Certificate] {
        var stream = try ByteStream(file, name: file)
        let bytes = try stream.readAll(after: [], limit: Certificate.maximumBytes)
        do throws(CertificateFormatError) { return try Certificate.all(in: bytes) } catch {
            throw UsageError("\(error)", at: file)
        }
    }

    private static func root(_ file: String) throws -> (root: SigstoreTrustedRoot, setting: String) {
        var stream = try ByteStream(file, name: file)
        let bytes = try stream.readAll(after: [], limit: SigstoreTrustedRoot.maximumBytes)
        do throws(FormatError) {
            return (try SigstoreTrustedRoot(parsing: bytes), SHA2.sha256(bytes).hexadecimal)
        } catch {
            throw UsageError("\(error)", at: file)
        }
    }

    /// What is accepted that cosign would not accept without being told to.
    var warnings: [String] {
        [
            insecureIgnoreTlog
                ? "--insecure-ignore-tlog: a signature counts that no transparency log has recorded" : nil,
            insecureIgnoreSct ? "--insecure-ignore-sct: a certificate counts that no log has promised to publish" : nil,
        ].compactMap { $0.map { "warning: " + $0 } }
    }
}
