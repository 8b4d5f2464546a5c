import Admission
public import ArgumentParser
import OCI
import PolicyDocuments
public import PolicyEngine
import Timestamp

struct PolicyExplainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "Say in plain sentences what policies mean, or why they apply to an image.",
        discussion: """
            EXAMPLES
              dockgate policy explain policies
              dockgate policy explain policies --image registry.example.com/cart:1.2 -n prod-shop
              dockgate policy explain --config gate.yaml --image nginx --container init -o json

            With --image: which policies apply and why each selector does or does not fit, what each check says, and what \
            would be asked of which registry. Nothing is asked: no network is used, and no decision recorded.
            """)

    @OptionGroup var policies: PolicyDirectoryOptions

    @Option(help: "An image reference.")
    var image: String?

    @OptionGroup(title: "The request that names the image") var request: ExplainedRequestOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard image != nil || request.isEmpty else {
            throw ValidationError(
                "--namespace, --container, --source and --time are about an image; name one with --image")
        }
    }

    func run() throws {
        let now = request.time ?? SystemClock.now()
        let settings = try policies.settings()
        let loaded = try LoadedPolicies.loaded(from: settings.policyDirectory, at: now)
        guard let image else {
            switch output.format {
            case .table: return try StandardOutput.write(loaded.explanation(notVouched: settings.notVouched))
            case .json:
                return try StandardOutput.write(json: loaded.explanationJSON(notVouched: settings.notVouched))
            }
        }
        let explanation = Evaluator(policies: loaded.policySet, notVouched: settings.notVouched).explain(
            MatchableReference(try reference(image)), in: request.container ?? .main, of: try request.facts(), at: now)
        switch output.format {
        case .table: try StandardOutput.write(explanation.text)
        case .json: try StandardOutput.write(json: explanation.json)
        }
    }

    private func reference(_ text: String) throws(UsageError) -> ImageReference {
        do throws(ReferenceError) { return try ImageReference(parsing: text) } catch { throw UsageError("\(error)") }
    }
}

/// What is known of a request beside its image.
struct ExplainedRequestOptions: ParsableArguments {
    @Option(name: [.customShort("n"), .long], help: "The namespace.")
    var namespace: String?

    @Option(
        help: ArgumentHelp(
            "The labels of that namespace, such as env=production,team=shop; may be repeated.", valueName: "labels"))
    var namespaceLabels: [String] = []

    @Option(help: "Where in a workload the image stands: main (the default), init, ephemeral or volume.")
    var container: ContainerKind?

    @Option(help: "The door: pipeline (the default), or kubernetes.")
    var source: RequestSource?

    @Option(
        help: "The time of the decision, such as 2026-12-01 or 2026-12-01T09:30:00Z; now if absent.",
        transform: Instant.init(argument:))
    var time: Instant?

    func validate() throws {
        guard namespaceLabels.isEmpty || namespace != nil else {
            throw ValidationError("--namespace-labels are those of a namespace; say which one with --namespace")
        }
    }

    var isEmpty: Bool { namespace == nil && container == nil && source == nil && time == nil }

    func facts() throws(UsageError) -> RequestFacts {
        guard let namespace, !namespaceLabels.isEmpty else {
            return NamedNamespace(namespace).facts(of: source ?? .pipeline)
        }
        return try NamedNamespace(namespace, labels: namespaceLabels).facts(of: source ?? .pipeline)
    }
}

extension Instant {
    /// - Throws: `ValidationError` about what is neither a day nor a time.
    init(argument text: String) throws {
        do throws(TimestampError) { self = try Instant(dateOrTime: text) } catch {
            throw ValidationError("`\(text)` is not a time, \(error)")
        }
    }
}

extension ContainerKind: ExpressibleByArgument {}
