import Foundation

/// A real notary-server on loopback, by itself or with a real notary-signer behind it.
final class TrustServer {
    /// Who holds the keys of timestamps, and of snapshots that are left to the server.
    enum Signing: String, CaseIterable, Sendable {
        /// The server itself, with Ed25519.
        case itself
        /// notary-signer, with ECDSA as at Docker Hub.
        case signer
    }

    /// Where what it is given is kept.
    enum Storage {
        /// Gone when it ends.
        case memory
        /// A file of SQLite, which outlives it and can be taken back to what it was.
        case file
    }

    let authority: PrivateAuthority
    let port: Int
    let scratch: Scratch
    private let storage: Storage
    private let signing: Signing
    private let own: (certificate: String, key: String)
    private let signerPort: Int
    private var signer: RunningCommand?
    private var process: RunningCommand?
    private var starts = 0

    init(_ signing: Signing, storage: Storage = .memory) throws {
        (self.signing, self.storage) = (signing, storage)
        scratch = try Scratch()
        authority = try PrivateAuthority(in: scratch)
        own = try authority.issue("notary-server")
        (port, signerPort) = (try FreePort.any(), try FreePort.any())
        if case .file = storage { try createTables() }
        if signing == .signer { try startSigner() }
        try start()
    }

    deinit {
        process?.kill()
        signer?.kill()
    }

    var address: String { "https://127.0.0.1:\(port)" }

    /// The bytes of a document as it is served, and nil where there is none. curl asks, which shares no code with Dockgate.
    func document(_ path: String, of name: String) throws -> [UInt8]? {
        let file = scratch.path + "/document"
        let command = try curl(["-o", file, "-w", "%{http_code}", "\(address)/v2/\(name)/_trust/tuf/\(path)"])
        switch (command.status, command.output) {
        case (0, "200"): return Scratch.bytes(file)
        case (0, "404"): return nil
        default: throw CommandFailure("\(path): \(command.output) \(command.errors)")
        }
    }

    func stop() {
        process?.kill()
        process = nil
    }

    /// On the same port. One that keeps all in memory knows nothing any more.
    func start() throws {
        starts += 1
        let configuration = try scratch.write(configuration, to: "server.json")
        let process = try RunningCommand(
            try NotaryPrograms.path(of: "notary-server"), ["-config", configuration], scratch: scratch,
            name: "server-\(starts)")
        self.process = process
        let isReady = try eventually {
            try curl(["-f", "\(address)/_notary_server/health"]).status == 0
        }
        guard isReady else { throw CommandFailure("notary-server did not become ready: \(process.errors)") }
    }

    /// What is kept now, to be brought back later.
    func backup() throws -> [UInt8] { try stopped { Scratch.bytes(database) } }

    /// As somebody does who has an old copy.
    func restore(_ backup: [UInt8]) throws { try stopped { _ = try scratch.write(backup, to: "server.db") } }

    private func stopped<Result>(_ body: () throws -> Result) throws -> Result {
        stop()
        let result = try body()
        try start()
        return result
    }

    private func curl(_ arguments: [String]) throws -> Command {
        try Command.run("curl", ["-sS", "--max-time", "5", "--cacert", authority.certificate] + arguments)
    }
}

// MARK: - How they are started

extension TrustServer {
    private var database: String { scratch.path + "/server.db" }

    private var configuration: String {
        let kept =
            switch storage {
            case .memory: #"{"backend": "memory"}"#
            case .file: #"{"backend": "sqlite3", "db_url": "\#(database)"}"#
            }
        let keys =
            switch signing {
            case .itself: #"{"type": "local", "hostname": "", "port": "", "key_algorithm": "ed25519"}"#
            case .signer:
                """
                {"type": "remote", "hostname": "127.0.0.1", "port": "\(signerPort)", "key_algorithm": "ecdsa",
                 "tls_ca_file": "\(authority.certificate)", "tls_client_cert": "\(own.certificate)",
                 "tls_client_key": "\(own.key)"}
                """
            }
        return """
            {"server": {"http_addr": "127.0.0.1:\(port)", "tls_key_file": "\(own.key)",
                        "tls_cert_file": "\(own.certificate)"},
             "trust_service": \(keys), "logging": {"level": "error"}, "storage": \(kept)}

            """
    }

    private func startSigner() throws {
        let files = try authority.issue("notary-signer")
        let configuration = try scratch.write(
            """
            {"server": {"grpc_addr": "127.0.0.1:\(signerPort)", "tls_cert_file": "\(files.certificate)",
                        "tls_key_file": "\(files.key)", "client_ca_file": "\(authority.certificate)"},
             "logging": {"level": "error"}, "storage": {"backend": "memory"}}

            """, to: "signer.json")
        let signer = try RunningCommand(
            try NotaryPrograms.path(of: "notary-signer"), ["-config", configuration], scratch: scratch, name: "signer",
            environment: ["NOTARY_SIGNER_DEFAULT_ALIAS": "a1", "NOTARY_SIGNER_A1": "passphrase"])
        self.signer = signer
        // A server that does not reach it at first answers 500 for a while. It lets nobody in without a certificate, so what
        // is waited for is that it listens: curl ends with 7 where nobody does.
        let listens = try eventually { try curl(["https://127.0.0.1:\(signerPort)/"]).status != 7 }
        guard listens, signer.isRunning else { throw CommandFailure("notary-signer does not listen: \(signer.errors)") }
    }

    /// As notary's migrations leave them: the server makes none by itself.
    private func createTables() throws {
        let script = """
            import sqlite3, sys
            database = sqlite3.connect(sys.argv[1])
            database.executescript('''
              CREATE TABLE tuf_files (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at DATETIME, updated_at DATETIME,
                deleted_at DATETIME, gun VARCHAR(255) NOT NULL, role VARCHAR(255) NOT NULL, version INTEGER NOT NULL,
                sha256 VARCHAR(64), data LONGBLOB NOT NULL);
              CREATE UNIQUE INDEX idx_gun ON tuf_files (gun, role, version);
              CREATE TABLE changefeed (id INTEGER PRIMARY KEY AUTOINCREMENT, created_at DATETIME,
                gun VARCHAR(255) NOT NULL, version INTEGER NOT NULL, sha256 VARCHAR(64),
                category VARCHAR(20) NOT NULL);
            ''')
            """
        let command = try Command.run("python3", ["-c", script, database])
        guard command.status == 0 else { throw CommandFailure("tables of notary-server: \(command.errors)") }
    }
}
