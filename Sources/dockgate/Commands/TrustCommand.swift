import ArgumentParser
import ContentTrust
import OCI
import PolicyDocuments
import Trust

struct TrustCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trust",
        abstract: "Look at what Docker Content Trust has signed.",
        discussion: """
            EXAMPLES
              dockgate trust inspect registry.example.com/shop/cart
              dockgate trust readiness registry.example.com/shop/cart
            """,
        subcommands: [Inspect.self, Readiness.self])
}

/// Which notary server is asked, and whom it is believed.
struct TrustOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The notary server; else DOCKER_CONTENT_TRUST_SERVER, else the one that the docker client asks: the registry itself, or https://notary.docker.io for Docker Hub.",
            valueName: "address"))
    var server: String?

    @Option(
        name: .customLong("root-key"),
        help:
            "A PEM file of root keys or certificates that are believed, instead of the docker client's folder; may be repeated.",
        completion: .file())
    var rootKeys: [String] = []

    func validate() throws {
        if let server, let fault = NotaryServer.fault(in: server) {
            throw ValidationError("--server `\(server)` \(fault)")
        }
    }

    fileprivate func docker() throws(UsageError) -> DockerContentTrust {
        try DockerContentTrust(naming: server)
    }

    fileprivate func roots(_ docker: DockerContentTrust) throws(UsageError) -> TrustedRoots {
        try TrustedRoots(files: rootKeys, folder: docker.folder)
    }
}

extension TrustCommand {
    struct Inspect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "inspect",
            abstract: "Show who signs a repository's tags, with which keys, until when, and what they have signed.",
            discussion: """
                EXAMPLES
                  dockgate trust inspect registry.example.com/shop/cart
                  dockgate trust inspect --root-key root.pem -o json
                    --server https://notary.example.com registry.example.com/shop/cart

                All that is shown was verified. Ends with 0 if there is trust data, 1 if there is none or it is refused, 3 if \
                it could not be looked at.
                """)

        @Argument(help: "A repository, such as registry.example.com/shop/cart.")
        var repository: String

        @OptionGroup(title: "Content Trust") var trust: TrustOptions
        @OptionGroup(title: "The registry") var registry: RegistryOptions
        @OptionGroup(title: "The report") var output: OutputOptions

        func run() async throws {
            let repository = try Repository.named(repository)
            let docker = try trust.docker()
            let roots = try trust.roots(docker)
            let inspection = try await registry.asking(with: docker.servers()) { questions in
                await CollectionInspection(
                    of: docker.collection(of: repository), trusting: roots, asking: questions, at: SystemClock.now())
            }
            switch output.format {
            case .table: try StandardOutput.write(inspection.text)
            case .json: try StandardOutput.write(json: inspection.json)
            }
            if let outcome = inspection.outcome { throw outcome }
        }
    }
}

extension Repository {
    /// One that was written on the command line.
    static func named(_ text: String) throws(UsageError) -> Repository {
        do throws(ReferenceError) { return try Repository(parsing: text) } catch {
            throw UsageError("`\(text)`: \(error)")
        }
    }
}

extension TrustCommand {
    struct Readiness: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "readiness",
            abstract: "Show which tags are signed by Content Trust, by cosign, by both or by neither.",
            discussion: """
                EXAMPLES
                  dockgate trust readiness registry.example.com/shop/cart
                  dockgate trust readiness --file repositories.txt -o json
                  dockgate trust readiness --policies policies --by release-key
                    registry.example.com/shop/cart:1.2

                Content Trust counts if it is verified, for the digest that the tag stands for now. Of cosign it is told \
                whether there is a signature; with --by whether that attestor of the policies verifies one. Ends with 0 if \
                every tag that Content Trust has signed is signed by cosign too, 1 if one is not, 3 if one could not be \
                looked at. The --timeout is that of each tag.
                """)

        @Argument(help: "Repositories, of which all tags are looked at, or single tags.")
        var repositories: [String] = []

        @Option(help: "A file with more of them, a line each; `#` begins a comment.", completion: .file())
        var file: String?

        @Option(help: "A directory of policies, of which --by names an attestor.", completion: .directory)
        var policies: String?

        @Option(help: "The attestor that cosign's signatures must satisfy.")
        var by: String?

        @OptionGroup(title: "Content Trust") var trust: TrustOptions
        @OptionGroup(title: "The registry") var registry: RegistryOptions
        @OptionGroup(title: "The report") var output: OutputOptions

        /// A list for a person to read the result of.
        private static let maximumListBytes = 1 << 20

        func validate() throws {
            guard !repositories.isEmpty || file != nil else {
                throw ValidationError("name a repository, or a --file of them")
            }
            guard (policies == nil) == (by == nil) else {
                throw ValidationError("--policies and --by belong together: the attestor of that directory")
            }
        }

        func run() async throws {
            let named = try named()
            let docker = try trust.docker()
            let roots = try trust.roots(docker)
            let contentTrust = ContentTrustAttestor(
                server: docker.server, trust: roots.roots, memory: roots.memory, clock: SystemClock.now)
            let cosign = try cosign()
            let readiness = try await registry.asking(with: docker.servers()) { questions in
                await ReadinessSurvey(
                    questions: questions, contentTrust: contentTrust, cosign: cosign,
                    timeForTag: .seconds(registry.timeout)
                ).survey(named)
            }
            switch output.format {
            case .table: try StandardOutput.write(readiness.text)
            case .json: try StandardOutput.write(json: readiness.json)
            }
            if let outcome = readiness.outcome { throw outcome }
        }

        private func named() throws(UsageError) -> [(repository: Repository, tag: String?)] {
            var named: [(Repository, String?)] = []
            for text in repositories + (try listed()) {
                if let repository = try? Repository(parsing: text) {
                    named.append((repository, nil))
                } else if let reference = try? ImageReference(parsing: text), reference.digest == nil {
                    named.append((reference.repository, reference.tag))
                } else {
                    throw UsageError("`\(text)` is neither a repository nor one with a tag")
                }
            }
            return named
        }

        private func listed() throws(UsageError) -> [String] {
            guard let file else { return [] }
            do throws(DocumentSourceError) {
                let text = try FileSystemSource().read(file, limit: Readiness.maximumListBytes)
                let lines = text.split(separator: UInt8(ascii: "\n")).map { line in
                    String(decoding: line.prefix { $0 != UInt8(ascii: "#") }, as: UTF8.self).filter { !$0.isWhitespace }
                }
                return lines.filter { !$0.isEmpty }
            } catch {
                throw UsageError("--file `\(file)` \(error)")
            }
        }

        private func cosign() throws(UsageError) -> (any Attestor)? {
            guard let policies, let by else { return nil }
            let loaded = try LoadedPolicies.loaded(from: policies, at: SystemClock.now())
            guard let named = loaded.attestors.first(where: { $0.name.utf8.elementsEqual(by.utf8) }) else {
                throw UsageError("there is no Attestor named `\(by)` in `\(policies)`")
            }
            return named.attestor
        }
    }
}
