import ArgumentParser
import PolicyDocuments
import Timestamp

struct PolicyDiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff", abstract: "Show images of which two policy directories say different things.",
        discussion: """
            EXAMPLES
              dockgate policy diff old-policies policies
              git worktree add /tmp/main main && dockgate policy diff /tmp/main/policies policies -o markdown
              dockgate policy diff old-policies policies --time 2027-03-01 -o table -o json=diff.json

            Made-up images in made-up requests are judged by both: what comes in now, what is refused now, and what is said \
            for other reasons, each with an example that shows it. Nobody is asked. Ends with 0 if no difference in meaning \
            was found, with 1 if one was, and with 2 if one of the directories does not load.
            """)

    @Argument(help: "The directory of policy documents as they were.", completion: .directory)
    var old: String

    @Argument(help: "The directory of policy documents as they are now.", completion: .directory)
    var new: String

    @Option(
        help: "The time of the decisions, such as 2026-12-01 or 2026-12-01T09:30:00Z; now if absent.",
        transform: Instant.init(argument:))
    var time: Instant?

    @OptionGroup(title: "The report") var report: ReportOptions<PolicyDiffFormat>

    func run() throws {
        // A part of a second would only make the examples long.
        let now = time ?? Instant(secondsSince1970: SystemClock.now().seconds)
        let (before, after) = try load(at: now)
        let found = PolicyDiffReport(comparison: before.compared(with: after, at: now))
        try report.write(otherwise: .table) { format, terminal in format.text(of: found, on: terminal) }
        if !found.comparison.isEmpty { throw Outcome.denied }
    }

    /// Both sets, or every mistake of both.
    private func load(at now: Instant) throws(UsageError) -> (old: LoadedPolicies, new: LoadedPolicies) {
        var mistakes: [UsageError] = []
        func load(_ directory: String, _ name: String) -> LoadedPolicies? {
            do throws(LoadFailure) {
                return try PolicyDocuments.load(directory: directory, formats: Composition.attestorFormats, now: now)
            } catch {
                mistakes += [UsageError(error), UsageError("the \(name) policies in `\(directory)` do not load")]
                return nil
            }
        }
        let (before, after) = (load(old, "old"), load(new, "new"))
        guard let before, let after else { throw UsageError(mistakes) }
        return (before, after)
    }
}
