import ArgumentParser
import Cryptography
import Sigstore

/// What must have seen a signature besides, under the names that cosign gives its options.
struct EvidenceOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Whose logs and authorities are believed: a trusted_root.json.", valueName: "file"),
        completion: .file())
    var trustedRoot: String?

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
        SigstoreEvidence(
            logs: insecureIgnoreTlog ? 0 : 1, timestamps: useSignedTimestamps ? 1 : 0,
            certificateLogs: certificates && !insecureIgnoreSct ? 1 : 0)
    }

    /// With a text that stands for all that is in it.
    func root() throws -> (root: SigstoreTrustedRoot, setting: String) {
        guard let file = trustedRoot else { throw UsageError("there is no --trusted-root") }
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
