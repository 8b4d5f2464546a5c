import ContentTrust
import PolicyDocuments
import Trust

/// Where the docker client keeps what it knows of Content Trust, which is read and never written:
///
///     ~/.docker/trust/tuf/GUN/metadata/root.json    … timestamp.json, snapshot.json, targets.json
///     ~/.docker/tls/HOST[:PORT]/*.crt               the authorities of that notary server
///
/// `DOCKER_CONFIG` names another folder than `~/.docker`. A root that lies there was believed before, so another one that
/// it does not lead to is refused; and no older version than that which lies there is taken.
struct DockerTrustFolder: ContentTrustMemory {
    /// Nil if the environment says where nothing is.
    private let path: String?
    private let learnt = ForgetfulMemory()

    /// One document; nothing that the docker client has verified is longer.
    private static let maximumDocumentBytes = 5 << 20
    /// Some authorities of a server.
    private static let maximumAuthorityBytes = 1 << 20
    /// In one folder.
    private static let maximumFiles = 1_024

    init(environment variable: (String) -> String?) {
        if let configured = variable("DOCKER_CONFIG"), !configured.isEmpty {
            path = configured
        } else {
            path = variable("HOME").flatMap { $0.isEmpty ? nil : $0 + "/.docker" }
        }
    }

    /// What was verified meanwhile, else what lies in the folder.
    func known(_ collection: TrustCollection, pin: [UInt8]) -> KnownCollection {
        let known = learnt.known(collection, pin: pin)
        return known.isEmpty ? kept(collection) : known
    }

    func learn(_ known: KnownCollection, of collection: TrustCollection, pin: [UInt8]) {
        learnt.learn(known, of: collection, pin: pin)
    }

    private func kept(_ collection: TrustCollection) -> KnownCollection {
        guard let path else { return KnownCollection() }
        let folder = "\(path)/trust/tuf/\(collection.name)/metadata"
        func document(_ role: String) throws(DocumentSourceError) -> [UInt8] {
            try FileSystemSource().read("\(folder)/\(role).json", limit: DockerTrustFolder.maximumDocumentBytes)
        }
        let root: [UInt8]
        do throws(DocumentSourceError) { root = try document("root") } catch {
            // What lies there and cannot be read is no root, which is a refusal: it must not be as though there were none.
            if error == .absent { return KnownCollection() }
            root = []
        }
        var documents: [String: [UInt8]] = [:]
        for role in ["timestamp", "snapshot", "targets"] { documents[role] = try? document(role) }
        return KnownCollection(root: root, documents: documents, foundAt: SystemClock.now())
    }

    /// The servers that have a folder of authorities of their own.
    ///
    /// - Throws: for a file of them that cannot be read.
    func servers() throws(UsageError) -> [TrustServerSettings] {
        guard let path, let hosts = names("\(path)/tls") else { return [] }
        var servers: [TrustServerSettings] = []
        for host in hosts.sorted() {
            guard let authorities = try authorities(in: "\(path)/tls/\(host)") else { continue }
            servers.append(TrustServerSettings(host: host, certificateAuthorities: authorities))
        }
        return servers
    }

    /// In PEM; nil if there are none.
    private func authorities(in folder: String) throws(UsageError) -> [UInt8]? {
        var certificates: [UInt8] = []
        for name in (names(folder) ?? []).sorted() where name.hasSuffix(".crt") {
            do {
                certificates += try FileSystemSource().read(
                    "\(folder)/\(name)", limit: DockerTrustFolder.maximumAuthorityBytes)
                certificates.append(UInt8(ascii: "\n"))
            } catch {
                throw UsageError("`\(folder)/\(name)` \(error)")
            }
        }
        return certificates.isEmpty ? nil : certificates
    }

    private func names(_ folder: String) -> [String]? {
        try? FileSystemSource().names(in: folder, limit: DockerTrustFolder.maximumFiles)
    }
}

/// A notary server that the user of a command has named: it may be anywhere.
struct TrustServerSettings: Hashable, Sendable {
    /// `HOST[:PORT]`
    let host: String
    /// In PEM; nil believes the system's.
    let certificateAuthorities: [UInt8]?
}
