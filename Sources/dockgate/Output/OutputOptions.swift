import ArgumentParser

/// `-o table` for people, `-o json` for programs.
struct OutputOptions: ParsableArguments {
    /// Additive changes only; anything else gets a new name.
    static let apiVersion = "dockgate.dev/output/v1"

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table, json
    }

    @Option(name: [.customShort("o"), .customLong("output")], help: "How to print: table or json.")
    var format = Format.table
}
