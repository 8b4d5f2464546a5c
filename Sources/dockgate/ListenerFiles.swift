import Doors
import PolicyDocuments

/// The files that the listener's certificate is made of.
struct ListenerFiles: Sendable {
    let configuration: ListenerConfiguration

    /// The volume of a Secret exchanges all its files at one moment; it does not do so this often.
    private static let attempts = 3

    /// What they hold, all at one moment.
    func certificate() throws -> ServingCertificate {
        for _ in 1..<ListenerFiles.attempts {
            let generation = generation
            let found = Result { try read() }
            if self.generation == generation { return try found.get() }
        }
        return try read()
    }

    private func read() throws -> ServingCertificate {
        try ServingCertificate(
            certificateChain: try bytes(of: configuration.certificateFile),
            privateKey: try bytes(of: configuration.keyFile),
            clientAuthorities: try configuration.clientAuthorityFile.map(bytes))
    }

    private func bytes(of file: String) throws -> [UInt8] {
        do {
            return try FileSystemSource().read(file, limit: PolicyDocuments.maximumFileBytes)
        } catch {
            throw UnreadableFile(description: "`\(file.printable)` \(error)")
        }
    }

    private var generation: [String] {
        [configuration.certificateFile, configuration.keyFile, configuration.clientAuthorityFile].compactMap { file in
            file.map { FileSystemSource().generation(of: $0.directory) }
        }
    }
}

/// Which file cannot be read, and why.
private struct UnreadableFile: Error, CustomStringConvertible {
    let description: String
}

extension String {
    /// What stands before the last slash of a path.
    fileprivate var directory: String {
        utf8.lastIndex(of: UInt8(ascii: "/")).map { String(self[..<$0]) } ?? "."
    }
}
