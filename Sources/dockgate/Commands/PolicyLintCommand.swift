import ArgumentParser
import PolicyDocuments
import StrictJSON
import Trust

struct PolicyLintCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint", abstract: "Check a policy directory: every mistake with its file, line and column.",
        discussion: """
            EXAMPLES
              dockgate policy lint policies
              dockgate policy lint --config gate.yaml
              dockgate policy lint -o json policies

            Warns also of what loads and most likely is not meant, with an image or a request that shows it. Ends with 0 if \
            the policies load, warnings or not, and with 2 if they do not.
            """)

    @OptionGroup var policies: PolicyDirectoryOptions

    @OptionGroup var output: OutputOptions

    func run() throws {
        let directory = try policies.path()
        let diagnostics: [Diagnostic]
        var summary: String?
        do {
            let now = SystemClock.now()
            let loaded = try PolicyDocuments.load(
                directory: directory, formats: Composition.attestorFormats, now: now)
            diagnostics = loaded.warnings + loaded.lint(at: now)
            summary = loaded.policySet.summary
        } catch {
            diagnostics = error.diagnostics
        }
        switch output.format {
        case .table:
            for diagnostic in diagnostics { try StandardOutput.write(diagnostic.description.printable + "\n") }
            if let summary { try StandardOutput.write(summary + "\n") }
        case .json: try StandardOutput.write(json: json(diagnostics, isLoadable: summary != nil))
        }
        if summary == nil { throw Outcome.usage }
    }

    private func json(_ diagnostics: [Diagnostic], isLoadable: Bool) -> String {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("valid", isLoadable)
        writer.key("diagnostics")
        writer.beginArray()
        for diagnostic in diagnostics {
            writer.beginObject()
            writer.member("severity", diagnostic.severity.rawValue)
            writer.member("file", diagnostic.position.file)
            writer.member("line", diagnostic.position.line)
            writer.member("column", diagnostic.position.column)
            writer.member("message", diagnostic.message)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self)
    }
}
