import ContentTrust
import Cryptography
import PolicyDocuments
import Trust

/// Which roots of collections a command believes: those of its user's files, else what the docker client would.
struct TrustedRoots: Sendable {
    let roots: RootTrust
    let description: String
    private let folder: DockerTrustFolder

    /// - Parameter files: PEM files of root keys or certificates.
    /// - Throws: for a file that cannot be read or holds neither.
    init(files: [String], folder: DockerTrustFolder) throws(UsageError) {
        self.folder = folder
        guard !files.isEmpty else {
            roots = .firstUse
            description =
                "the root that the docker client's folder has, else the first that the server gives: not pinned"
            return
        }
        var keys: [PublicKey] = []
        var certificates: [Certificate] = []
        for file in files { try TrustedRoots.read(file, &keys, &certificates) }
        do { roots = try RootTrust(keys: keys, certificates: certificates) } catch {
            throw UsageError("--root-key: \(error)")
        }
        description = "roots of " + files.map { "`\($0)`" }.joined(separator: ", ")
    }

    /// Where it is kept what is known of collections. What the docker client believed counts for nothing beside roots that the
    /// user names.
    var memory: any ContentTrustMemory { roots.isFirstUse ? folder : ForgetfulMemory() }

    /// What is known of a collection before a server is asked.
    func known(_ collection: TrustCollection) -> KnownCollection {
        memory.known(collection, pin: roots.fingerprint)
    }

    private static func read(
        _ file: String, _ keys: inout [PublicKey], _ certificates: inout [Certificate]
    ) throws(UsageError) {
        let bytes: [UInt8]
        do { bytes = try FileSystemSource().read(file, limit: Certificate.maximumBytes) } catch {
            throw UsageError("--root-key `\(file)` \(error)")
        }
        do { keys.append(try PublicKey(pem: bytes)) } catch KeyError.certificate {
            do { certificates += try Certificate.all(in: bytes) } catch {
                throw UsageError("--root-key `\(file)`: \(error)")
            }
        } catch {
            throw UsageError("--root-key `\(file)`: \(error)")
        }
    }
}
