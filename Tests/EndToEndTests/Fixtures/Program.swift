import Foundation

/// The `dockgate` that is tested.
enum Program {
    /// `DOCKGATE_PROGRAM`, or the one that was built together with these tests: beside the test bundle, wherever that is.
    /// The testing helper is given the bundle as an argument; a bundle that is run by itself is the first argument.
    static let path: String = {
        if let named = ProcessInfo.processInfo.environment["DOCKGATE_PROGRAM"] { return named }
        let bundle = CommandLine.arguments.first { $0.hasSuffix(".xctest") } ?? CommandLine.arguments[0]
        return URL(fileURLWithPath: bundle).deletingLastPathComponent().appendingPathComponent("dockgate").path
    }()

    /// The directory of the package, for its scripts and samples.
    static let package = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .path

    static func run(_ arguments: String..., input: String = "") throws -> Command {
        try Command.run(path, arguments, input: Array(input.utf8))
    }
}
