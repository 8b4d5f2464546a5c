import ArgumentParser

struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy", abstract: "Work on policies.",
        discussion: """
            EXAMPLES
              dockgate policy lint policies
              dockgate policy explain policies
              dockgate policy schema >policies/schema.json
              dockgate policy test policies
              dockgate policy diff old-policies policies
            """,
        subcommands: [
            PolicyLintCommand.self,
            PolicyExplainCommand.self,
            PolicySchemaCommand.self,
            PolicyTestCommand.self,
            PolicyDiffCommand.self,
        ])
}
