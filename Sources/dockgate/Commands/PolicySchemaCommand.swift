import ArgumentParser
import PolicyDocuments
import Trust

struct PolicySchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Print the JSON Schema of policies, for editors.",
        discussion: """
            EXAMPLES
              dockgate policy schema >policies/schema.json
              dockgate policy schema GateConfiguration

            Draft 2020-12, of documents of all kinds or of one. It is made of what the loader itself reads documents by. \
            Editors with the YAML language server take it from a line such as

              # yaml-language-server: $schema=schema.json

            at the head of a file. Names that must exist, and what patterns mean, only `policy lint` finds.
            """)

    @Argument(help: "A kind, such as ImagePolicy; all kinds without one.", completion: .list(PolicySchema.kinds))
    var kind: String?

    func run() throws {
        let schema = PolicySchema(formats: Composition.attestorFormats)
        guard let kind else { return try StandardOutput.write(schema.text) }
        guard let text = schema.text(of: kind) else {
            let hint = PolicySchema.kinds.nearest(to: kind).map { "did you mean `\($0)`?" } ?? "there are \(kinds)"
            throw UsageError("there is no kind `\(kind)`, \(hint)")
        }
        try StandardOutput.write(text)
    }

    private var kinds: String { PolicySchema.kinds.map { "`\($0)`" }.joined(separator: ", ") }
}
