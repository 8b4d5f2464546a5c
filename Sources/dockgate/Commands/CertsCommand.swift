import ArgumentParser
import Cryptography
import Glibc
import Timestamp

struct CertsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs", abstract: "Make certificates for development.",
        discussion: """
            EXAMPLES
              dockgate certs create --directory certs/cluster --host dockgate.dockgate-system.svc
            """,
        subcommands: [CertsCreateCommand.self])
}

struct CertsCreateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create",
        abstract: "Create a development CA and a serving certificate.",
        discussion: """
            EXAMPLES
              dockgate certs create --directory certs/local --host localhost

            Writes ca.crt, tls.crt and tls.key; the key is readable by its owner only. Nothing that exists is overwritten. \
            The CA's own key is never written, so nothing else can ever be signed by it.
            """)

    @Option(help: "Where to write them; it is created if need be.", completion: .directory)
    var directory: String

    @Option(name: .customLong("host"), help: "A DNS name or IP address the gate is reached at; give it once for each.")
    var hosts: [String]

    @Option(help: "For how many days they are valid, 1 to 825.")
    var days = 90

    func validate() throws {
        guard !hosts.isEmpty else { throw ValidationError("give at least one --host") }
        guard (1...825).contains(days) else { throw ValidationError("--days \(days) is not between 1 and 825") }
    }

    func run() throws {
        let now = SystemClock.now()
        let lifetime = Duration.seconds(days * 86_400)
        do {
            let issuer = try CertificateIssuer.create(name: "Dockgate development CA", from: now, for: lifetime)
            let serving = try issuer.issue(.server(names: hosts), from: now, for: lifetime)
            try write([
                ("ca.crt", issuer.certificatePEM, 0o644), ("tls.crt", serving.certificatePEM, 0o644),
                ("tls.key", try serving.key.privateKeyPEM, 0o600),
            ])
        } catch let error as CertificateError {
            throw UsageError("cannot create certificates for \(hosts.joined(separator: ", ").printable): \(error)")
        }
    }

    private func write(_ files: [(name: String, content: [UInt8], mode: mode_t)]) throws {
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
            throw UsageError("cannot create `\(directory.printable)`: \(String(cString: strerror(errno)))")
        }
        let paths = files.map { directory + "/" + $0.name }
        for path in paths where access(path, F_OK) == 0 {
            throw UsageError("`\(path.printable)` exists and is not overwritten; remove it or name another --directory")
        }
        for (file, path) in zip(files, paths) {
            try NewFile.write(file.content, to: path, mode: file.mode)
            try StandardOutput.write(path + "\n")
        }
    }
}
