import ArgumentParser

struct CompletionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print what makes a shell complete dockgate's commands.",
        discussion: """
            EXAMPLES
              dockgate completion bash >/etc/bash_completion.d/dockgate
              dockgate completion zsh >"${fpath[1]}/_dockgate"
              dockgate completion fish >~/.config/fish/completions/dockgate.fish
            """)

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    enum Shell: String, CaseIterable, ExpressibleByArgument {
        case bash, zsh, fish

        fileprivate var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    func run() throws {
        try StandardOutput.write(Dockgate.completionScript(for: shell.kind) + "\n")
    }
}
