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
            Names images, or takes files with -f (`-` is standard input): Kubernetes manifests in YAML or JSON, Compose \
            files, Dockerfiles, OCI image layouts, and archives of `docker save`. Ends with 0 if all may run, 1 if one may \
            not, 3 if one could not be looked at.
            """)

    @Argument(help: "Image references.")
    var images: [String] = []

    @Option(
        name: [.customShort("f"), .customLong("file")],
        help: "A file that names images, or an image layout; may be repeated.")
    var files: [String] = []

    @Option(help: "The GateConfiguration document whose policies and registries count.")
    var config: String?

    @Option(help: "A directory of policies, instead of a configuration.")
    var policies: String?

    @Option(name: [.customShort("n"), .long], help: "The namespace; a manifest's own counts before it.")
    var namespace: String?

    @Option(
        help: "The door to decide for: kubernetes or pipeline. Manifests are for kubernetes, all else for pipeline.")
    var source: RequestSource?

    @Option(help: "Record the decisions in an audit log in this directory.")
    var audit: String?

    @Option(help: "How many seconds everything may take, 1 to 600.")
    var timeout = 30

    @OptionGroup(title: "The files") var input: InputOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard !images.isEmpty || !files.isEmpty else { throw ValidationError("name an image, or a file with -f") }
        guard (config == nil) != (policies == nil) else { throw ValidationError("give either --config or --policies") }
        guard (1...600).contains(timeout) else {
            throw ValidationError("--timeout \(timeout) is not between 1 and 600")
        }
    }

    func run() async throws {
        let started = ContinuousClock.now
        let settings = try settings()
        let requests = try requests(settings, deadline: started + .seconds(timeout))
        let log = try audit.map(AuditLog.opened)
        defer { log?.close() }
        let composition = try Composition(settings, log: log, now: SystemClock.now(), clock: SystemClock.now)
        for warning in composition.loaded.warnings { StandardError.write(warning.description.printable) }
        var checked: [CheckedRequest] = []
        for item in requests { checked.append(await check(item, by: composition.gate)) }
        await composition.shutdown()
        try refusePassedOver(checked)
        let report = CheckReport(
            checked, exemptions: composition.loaded.policySet.exemptions, took: ContinuousClock.now - started)
        switch output.format {
        case .table: StandardOutput.write(report.table)
        case .json: StandardOutput.write(json: report.json)
        }
        guard report.outcome == .allowed else { throw report.outcome }
    }

    private func settings() throws -> GateSettings {
        if let config { return GateSettings(try GateConfiguration.loaded(from: config)) }
        return GateSettings(policyDirectory: policies ?? ".")
    }

    private func requests(_ settings: GateSettings, deadline: ContinuousClock.Instant) throws -> [CheckRequest] {
        var requests: [CheckRequest] = []
        var layoutCount = 0
        if !images.isEmpty {
            requests.append(
                CheckRequest(images: images, namespace: namespace, source: source ?? .pipeline, deadline: deadline))
        }
        for file in files {
            let file = try InputFile(
                reading: file, input, placeholders: settings.templatePlaceholders, deadline: deadline)
            for notice in file.notices { StandardError.write(notice.printable) }
            layoutCount += file.kind.isLayout ? 1 : 0
            requests += file.items.map { CheckRequest($0, namespace: namespace, source: source, deadline: deadline) }
        }
        guard input.imageName == nil || layoutCount == 1 else {
            throw UsageError("--as names the image of one layout or archive, and there are \(layoutCount)")
        }
        return requests
    }

    private func check(_ item: CheckRequest, by gate: Gate) async -> CheckedRequest {
        let decision = await gate.decide(item.request, at: SystemClock.now())
        let answer = await withCheckedContinuation { continuation in
            gate.record(decision, of: item.request, on: SameThread.executor) { continuation.resume(returning: $0) }
        }
        return CheckedRequest(item: item, decision: decision, answer: answer)
    }

    /// A policy that asks for a namespace says nothing without one, which would be no answer to what was asked.
    private func refusePassedOver(_ checked: [CheckedRequest]) throws {
        let names = Set(checked.flatMap { $0.decision.images.flatMap(\.decision.passedOver) }).sorted()
        guard let first = names.first else { return }
        throw UsageError("policy `\(first)` asks for a namespace; say which one with --namespace")
    }
}

extension RequestSource: ExpressibleByArgument {}

/// Completions run where the log calls them.
private final class SameThread: CompletionExecutor {
    static let executor = SameThread()

    func execute(_ work: @escaping @Sendable () -> Void) { work() }
}
