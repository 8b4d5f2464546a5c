import ArgumentParser
import PolicyDocuments
import Timestamp

struct PolicyLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Check a policy directory: every mistake with its file, line and column.",
        discussion: """
            EXAMPLES
              dockgate policy lint policies
              dockgate policy lint --config gate.yaml
              dockgate policy lint policies -o sarif=policies.sarif -o table

            Warns also of what loads and most likely is not meant, with an image or a request that shows it. Ends with 0 if \
            the policies load, warnings or not, and with 2 if they do not. With --config the mistakes of that document are \
            reported too.
            """)

    @OptionGroup var policies: PolicyDirectoryOptions
    @OptionGroup var report: ReportOptions<PolicyFormat>
    @OptionGroup var warning: WarningOptions

    func run() throws {
        let found = found(at: SystemClock.now())
        try report.write(otherwise: .table) { format, terminal in format.text(of: found, on: terminal) }
        if found.summary == nil { throw Outcome.usage }
        if found.warns, let outcome = warning.outcome { throw outcome }
    }

    private func found(at now: Instant) -> PolicyReport {
        var diagnostics: [Diagnostic] = []
        do throws(LoadFailure) {
            var directory = policies.directory ?? "."
            if let config = policies.config {
                let configuration = try GateConfiguration.load(file: config)
                diagnostics = configuration.warnings
                directory = configuration.policyDirectory
            }
            let loaded = try PolicyDocuments.load(
                directory: directory, formats: Composition.attestorFormats, now: now)
            diagnostics += loaded.warnings + loaded.lint(at: now)
            return PolicyReport(diagnostics: diagnostics, summary: loaded.policySet.summary)
        } catch {
            return PolicyReport(diagnostics: diagnostics + error.diagnostics, summary: nil)
        }
    }
}
