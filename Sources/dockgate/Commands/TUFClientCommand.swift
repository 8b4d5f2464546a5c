import ArgumentParser
import Glibc
import NIOPosix
import Outbound
import PolicyDocuments
import TUF
import TUFMirror
import Timestamp

/// The client protocol of tuf-conformance (CLIENT-CLI.md): follows a repository, and keeps its files in a directory. Its
/// arguments are the protocol's own.
struct TUFClientCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tuf-client",
        abstract: "Follow a repository of The Update Framework.",
        discussion: """
            EXAMPLES
              dockgate tuf-client --metadata-dir trusted init root.json
              dockgate tuf-client --metadata-dir trusted --metadata-url https://tuf.example.com refresh
              dockgate tuf-client --metadata-dir trusted --metadata-url https://tuf.example.com
                --target-name trusted_root.json --target-base-url https://tuf.example.com/targets --target-dir targets
                download

            Ends with 0 if everything is current, and with 1 if the repository could not be reached or is wrong.
            """, shouldDisplay: false)

    enum Operation: String, CaseIterable, ExpressibleByArgument { case initialise = "init", refresh, download }

    @Option(help: "Where trusted metadata is kept.", completion: .directory)
    var metadataDir: String

    @Option(help: "The address below which the repository's metadata lies.")
    var metadataUrl: String?

    @Option(help: "The path of a target; may be repeated.")
    var targetName: [String] = []

    @Option(help: "The address below which the repository's targets lie.")
    var targetBaseUrl: String?

    @Option(help: "Where targets are put.", completion: .directory)
    var targetDir: String?

    @Option(help: "What time it is, as RFC 3339, instead of the clock's.")
    var time: String?

    @Argument(help: "init, refresh or download.")
    var operation: Operation

    @Argument(help: "For init: root metadata that is trusted.", completion: .file())
    var root: String?

    func validate() throws {
        guard (operation == .initialise) == (root != nil) else {
            throw ValidationError("init, and nothing else, names a file of root metadata")
        }
        guard operation == .initialise || metadataUrl != nil else { throw ValidationError("give --metadata-url") }
        let isWhole = !targetName.isEmpty && targetBaseUrl != nil && targetDir != nil
        guard operation != .download || isWhole else {
            throw ValidationError("give --target-name, --target-base-url and --target-dir")
        }
    }

    func run() async throws {
        let files = TUFClientFiles(metadata: metadataDir, targets: targetDir)
        if let root {
            try files.initialise(with: root)
            return
        }
        var update = TUFUpdate(
            pinnedRoot: try files.root(), remembered: try files.remembered(),
            targets: operation == .download ? targetName : [], startingAt: try now())
        let outcome = try await follow(&update)
        try files.keep(update.files)
        switch outcome {
        case .current: return
        case .refused(let error): throw RefusedInput("\(error)", at: metadataUrl ?? "")
        case .remembered(_, let reason), .undetermined(let reason, _):
            throw RefusedInput(reason, at: metadataUrl ?? "")
        }
    }

    private func follow(_ update: inout TUFUpdate) async throws -> TUFOutcome {
        let outbound = OutboundClient(
            rules: try [metadataUrl, targetBaseUrl].compactMap { $0 }.map(rule),
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton)
        let outcome = await MirrorClient(outbound: outbound).run(
            &update, metadata: metadataUrl ?? "", targets: targetBaseUrl ?? metadataUrl ?? "",
            deadline: .now + TUFClientCommand.longest)
        await outbound.shutdown()
        return outcome
    }

    /// Whoever types the address means it, wherever it is.
    private func rule(_ address: String) throws -> HostRule {
        do {
            let url = try OutboundURL(parsing: address)
            return try HostRule(
                authority: url.authority, privateAddressAllowed: true, insecureHTTP: url.scheme == .http)
        } catch {
            throw UsageError("`\(address)` is no address: it \(error)")
        }
    }

    private func now() throws -> Instant {
        guard let time else { return SystemClock.now() }
        do { return try Instant(rfc3339: time) } catch { throw UsageError("--time: \(error)") }
    }

    /// For all files together, of a repository that was left for years.
    private static let longest = Duration.seconds(600)
}

/// The files of the protocol: `root.json` is the newest root, and stands for all before it.
private struct TUFClientFiles {
    let metadata: String
    let targets: String?

    private static let rootPrefix = "root_history/"
    private static let targetPrefix = "targets/"
    /// Of one file: what an update reads at most.
    private static let maximumBytes = TUFLimits().targetsBytes
    private static let maximumFiles = 10_000

    /// Nothing is looked at here.
    func initialise(with file: String) throws {
        try makeDirectory(metadata)
        try WholeFile.write(try read(file), to: "\(metadata)/root.json")
    }

    func root() throws -> [UInt8] { try read("\(metadata)/root.json") }

    func remembered() throws -> [TUFFile] {
        try files(in: metadata).filter { $0.name != "root.json" && $0.name.hasSuffix(".json") }
            + (targets.map { try files(in: $0) } ?? []).map {
                TUFFile(name: TUFClientFiles.targetPrefix + $0.name, bytes: $0.bytes)
            }
    }

    /// What is not among them is kept no more, but for targets.
    func keep(_ files: [TUFFile]) throws {
        let known = Set(files.map(\.name))
        for file in try self.files(in: metadata) where file.name != "root.json" && !known.contains(file.name) {
            unlink("\(metadata)/\(file.name)")
        }
        if let targets { try makeDirectory(targets) }
        for file in files {
            if file.name.hasPrefix(TUFClientFiles.targetPrefix) {
                guard let targets else { continue }
                try WholeFile.write(
                    file.bytes, to: targets + "/" + file.name.dropFirst(TUFClientFiles.targetPrefix.count))
            } else if !file.name.hasPrefix(TUFClientFiles.rootPrefix) {
                try WholeFile.write(file.bytes, to: "\(metadata)/\(file.name)")
            }
        }
        let roots = files.filter { $0.name.hasPrefix(TUFClientFiles.rootPrefix) }.compactMap { file in
            (try? PinnedRoot(parsing: file.bytes)).map { (version: $0.version, bytes: file.bytes) }
        }
        if let newest = roots.max(by: { $0.version < $1.version }) {
            try WholeFile.write(newest.bytes, to: "\(metadata)/root.json")
        }
    }

    private func files(in directory: String) throws -> [TUFFile] {
        do {
            let source = FileSystemSource()
            return try source.names(in: directory, limit: TUFClientFiles.maximumFiles).map { name in
                TUFFile(
                    name: name,
                    bytes: try source.read("\(directory)/\(name)", limit: TUFClientFiles.maximumBytes))
            }
        } catch {
            // It may not be there yet.
            guard access(directory, F_OK) == 0 else { return [] }
            throw UsageError("`\(directory)`: a file \(error)")
        }
    }

    private func read(_ file: String) throws -> [UInt8] {
        do {
            return try FileSystemSource().read(file, limit: TUFClientFiles.maximumBytes)
        } catch {
            throw UsageError("`\(file)` \(error)")
        }
    }

    private func makeDirectory(_ path: String) throws {
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else {
            throw UsageError("cannot create `\(path)`: \(String(cString: strerror(errno)))")
        }
    }
}
