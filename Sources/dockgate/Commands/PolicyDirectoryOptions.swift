import ArgumentParser
import PolicyDocuments
import Timestamp

/// Which policies a command is about: those of a directory, or of the one that a configuration names.
struct PolicyDirectoryOptions: ParsableArguments {
    @Argument(help: "The directory of policy documents.", completion: .directory)
    var directory: String?

    @Option(
        help: "The GateConfiguration document whose policies are meant, instead of a directory.", completion: .file())
    var config: String?

    func validate() throws {
        guard (directory == nil) != (config == nil) else {
            throw ValidationError("give a directory of policies, or --config")
        }
    }

    /// The gate's settings: those of the configuration, or of a gate that has policies alone.
    func settings() throws(UsageError) -> GateSettings {
        if let config { return GateSettings(try GateConfiguration.loaded(from: config)) }
        return GateSettings(policyDirectory: directory ?? ".")
    }

    /// Where they are.
    func path() throws(UsageError) -> String { try settings().policyDirectory }

    /// All of them, or every mistake that keeps them from being loaded.
    func load(at now: Instant) throws(UsageError) -> LoadedPolicies {
        try LoadedPolicies.loaded(from: try path(), at: now)
    }
}

extension LoadedPolicies {
    /// The policies of a directory, with the attestors that this program knows. Each mistake is a line of the error, which
    /// ends the program with 2.
    static func loaded(from directory: String, at now: Instant) throws(UsageError) -> LoadedPolicies {
        do {
            return try PolicyDocuments.load(directory: directory, formats: Composition.attestorFormats, now: now)
        } catch {
            throw UsageError(error)
        }
    }
}
