import Admission
public import ArgumentParser
import Audit
import PolicyDocuments
public import PolicyEngine
import Timestamp

struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Decide about images as the gate would.",
        discussion: """
            EXAMPLES
              dockgate check --policies policies -n prod registry.example.com/cart:1.2
              helm template chart | dockgate check --config gate.yaml -n prod -f -
              dockgate check --policies policies -f Dockerfile --build-arg TAG=1.2
              dockgate check --config gate.yaml -f compose.yaml --env-file prod.env
              dockgate check --config gate.yaml -f app.tar --as registry.example.com/cart
              dockgate check --policies policies -f app.yaml -o sarif=app.sarif -o table
              dockgate check --server https://gate.example.com --ca-file ca.crt -f app.yaml

            Names images, or takes files with -f (`-` is standard input): Kubernetes manifests in YAML or JSON, directories \
            of them, Compose files, Dockerfiles, OCI image layouts, and archives of `docker save`. Ends with 0 if all may run, 1 if one may \
            not, 3 if one could not be looked at.

            With DOCKER_CONTENT_TRUST=1 in the environment every image must also be signed with Docker Content Trust, at \
            DOCKER_CONTENT_TRUST_SERVER or where the docker client would ask, with the roots and authorities that its \
            folder (DOCKER_CONFIG) has.
            """)

    @Argument(help: "Image references.")
    var images: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "A file that names images, a directory of manifests, or an image layout; may be repeated.",
        completion: .file())
    var files: [String] = []

    @Option(help: "The GateConfiguration document whose policies and registries count.", completion: .file())
    var config: String?

    @Option(help: "A directory of policies, instead of a configuration.", completion: .directory)
    var policies: String?

    @Option(name: [.customShort("n"), .long], help: "The namespace; a manifest's own counts before it.")
    var namespace: String?

    @Option(
        help: ArgumentHelp(
            "The labels of that namespace, such as env=production,team=shop; may be repeated.", valueName: "labels"))
    var namespaceLabels: [String] = []

    @Option(
        help: "The door to decide for: kubernetes or pipeline. Manifests are for kubernetes, all else for pipeline.")
    var source: RequestSource?

    @Option(help: "Record the decisions in an audit log in this directory.", completion: .directory)
    var audit: String?

    @Option(help: "How many seconds everything may take, 1 to 600.")
    var timeout = 30

    @Flag(help: "Demand no Content Trust, whatever DOCKER_CONTENT_TRUST says.")
    var disableContentTrust = false

    @OptionGroup(title: "The files") var input: InputOptions
    @OptionGroup(title: "A running gate") var server: ServerOptions
    @OptionGroup(title: "The report") var output: CheckOutputOptions

    func validate() throws {
        guard !images.isEmpty || !files.isEmpty else { throw ValidationError("name an image, or a file with -f") }
        guard [config, policies, server.server].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("give one of --config, --policies and --server")
        }
        guard server.server == nil || (audit == nil && source == nil) else {
            throw ValidationError("--audit and --source are not for --server: a running gate has its own log and door")
        }
        guard namespaceLabels.isEmpty || namespace != nil else {
            throw ValidationError("--namespace-labels are those of a namespace; say which one with --namespace")
        }
        guard server.server == nil || namespaceLabels.isEmpty else {
            throw ValidationError("--namespace-labels is not for --server: a running gate knows its namespaces itself")
        }
        guard (1...600).contains(timeout) else {
            throw ValidationError("--timeout \(timeout) is not between 1 and 600")
        }
    }

    func run() async throws {
        let started = ContinuousClock.now
        let deadline = started + .seconds(timeout)
        let images: [ReportedImage]
        if let server = server.server {
            try refuseDemand()
            images = try await asked(server, by: deadline)
        } else {
            images = try await decided(by: deadline)
        }
        let report = CheckReport(
            images, server: server.server.map(ServerOptions.shown), took: ContinuousClock.now - started)
        try output.write(report)
        if let outcome = output.outcome(of: report) { throw outcome }
    }

    /// What the gate of the configuration would decide, decided here.
    private func decided(by deadline: ContinuousClock.Instant) async throws -> [ReportedImage] {
        let contentTrust = isContentTrustDemanded ? try DockerContentTrust() : nil
        let settings = try settings(contentTrust)
        let requests = try requests(settings.templatePlaceholders, deadline: deadline)
        let log = try audit.map(AuditLog.opened)
        defer { log?.close() }
        let policies = try await LoadedPolicies.loaded(by: settings, deadline: deadline)
        let demanded = contentTrust?.demanded(by: policies.policySet) ?? policies.policySet
        let composition = try Composition(settings, policies: demanded, log: log, clock: SystemClock.now)
        if !output.quiet {
            var shown = ShownDiagnostics(on: .standardError)
            for line in policies.warnings.flatMap({ shown.lines(of: $0) }) { StandardError.write(line) }
        }
        let total = requests.reduce(0) { $0 + $1.request.images.count }
        let checked = await withProgress(through: total) { line in
            var checked: [CheckedRequest] = []
            for item in requests {
                line.begin(item.request.images.first?.text ?? "")
                checked.append(await check(item, by: composition.gate))
                line.finish(item.request.images.count)
            }
            return checked
        }
        await composition.shutdown()
        try refusePassedOver(checked, by: policies.policySet)
        let exemptions = policies.policySet.exemptions
        return checked.flatMap { ReportedImage.all(of: $0, exemptions: exemptions) }
    }

    /// Nobody must believe that it was demanded where it was not.
    private func refuseDemand() throws(UsageError) {
        guard isContentTrustDemanded else { return }
        throw UsageError(
            "`DOCKER_CONTENT_TRUST` is on in the environment, and a running gate decides by its own policies; "
                + "say --disable-content-trust, and demand it in those policies")
    }

    /// What a running gate decides.
    private func asked(_ address: String, by deadline: ContinuousClock.Instant) async throws -> [ReportedImage] {
        let remote = try RemoteCheck(requests([], deadline: deadline))
        let total = remote.distinct.count
        let client = try GateClient(server, at: address, questions: total, timeout: .seconds(timeout))
        let images = await withProgress(through: total) { await remote.run(by: client, deadline: deadline, $0) }
        await client.shutdown()
        return images
    }

    private func withProgress<Value: Sendable>(
        through total: Int, _ work: (ProgressLine) async throws -> Value
    ) async rethrows -> Value {
        try await ProgressLine.during(
            total, on: output.quiet ? .none : .standardError, clock: ContinuousClock(), write: StandardError.draw, work)
    }

    private var isContentTrustDemanded: Bool { !disableContentTrust && DockerContentTrust.isDemanded() }

    private func settings(_ contentTrust: DockerContentTrust?) throws -> GateSettings {
        var settings = GateSettings(policyDirectory: policies ?? ".")
        if let config { settings = GateSettings(try GateConfiguration.loaded(from: config)) }
        settings.trustServers = try contentTrust?.servers() ?? []
        return settings
    }

    /// Objects that bring no image are no decision, here as at the webhook.
    private func requests(_ placeholders: [String], deadline: ContinuousClock.Instant) throws -> [CheckRequest] {
        let namespace = try namedNamespace()
        var requests: [CheckRequest] = []
        var layoutCount = 0
        if !images.isEmpty {
            requests.append(
                CheckRequest(images: images, namespace: namespace, source: source ?? .pipeline, deadline: deadline))
        }
        for file in try filesOfDirectories() {
            let file = try InputFile(
                reading: file, among: files, input, placeholders: placeholders, isForServer: server.server != nil,
                deadline: deadline)
            tell(file.notices)
            layoutCount += file.kind.isLayout ? 1 : 0
            requests += file.items.map { CheckRequest($0, namespace: namespace, source: source, deadline: deadline) }
        }
        guard input.imageName == nil || layoutCount == 1 else {
            throw UsageError("--as names the image of one layout or archive, and there are \(layoutCount)")
        }
        return requests.filter { !$0.request.images.isEmpty }
    }

    /// Each file that is given, and for a directory of manifests those that it holds.
    private func filesOfDirectories() throws -> [String] {
        try files.flatMap { file in
            guard let directory = try ManifestDirectory(file, kind: input.kind) else { return [file] }
            tell(directory.notices)
            return directory.files
        }
    }

    private func tell(_ notices: [String]) {
        guard !output.quiet else { return }
        for notice in notices { StandardError.write(notice.printable) }
    }

    private func check(_ item: CheckRequest, by gate: Gate) async -> CheckedRequest {
        let decision = await gate.decide(item.request, at: SystemClock.now())
        let answer = await withCheckedContinuation { continuation in
            gate.record(decision, of: item.request, on: SameThread.executor) { continuation.resume(returning: $0) }
        }
        return CheckedRequest(item: item, decision: decision, answer: answer)
    }

    private func namedNamespace() throws(UsageError) -> NamedNamespace {
        guard let namespace, !namespaceLabels.isEmpty else { return NamedNamespace(namespace) }
        return try NamedNamespace(namespace, labels: namespaceLabels)
    }

    /// A policy that asks for a fact says nothing without it, which would be no answer to what was asked.
    private func refusePassedOver(_ checked: [CheckedRequest], by policies: PolicySet) throws(UsageError) {
        let all = checked.flatMap { checked in
            checked.decision.images.flatMap(\.decision.passedOver).map { ($0, checked.item.request.origin.namespace) }
        }
        guard let (first, namespace) = all.min(by: { $0.0.policy < $1.0.policy }) else { return }
        switch first.fact {
        case .namespace:
            throw UsageError("policy `\(first.policy)` asks for a namespace; say which one with --namespace")
        case .namespaceLabels:
            let keys = policies.policies.first { $0.name == first.policy }?.namespaceLabelKeys ?? []
            let labels = keys.map { "\($0)=…" }.joined(separator: ",")
            throw UsageError(
                "policy `\(first.policy)` asks for labels of the namespace; "
                    + "say them with `--namespace \(namespace ?? "…") --namespace-labels \(labels)`")
        }
    }
}

extension RequestSource: ExpressibleByArgument {}

/// Completions run where the log calls them.
private final class SameThread: CompletionExecutor {
    static let executor = SameThread()

    func execute(_ work: @escaping @Sendable () -> Void) { work() }
}
