import ArgumentParser
import Outbound
import PolicyDocuments
import TUFMirror
import Timestamp
import Trust

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
    static func loaded(
        from directory: String, materials: any MaterialSource = NoMirrors(), at now: Instant
    ) throws(UsageError) -> LoadedPolicies {
        do {
            return try PolicyDocuments.load(
                directory: directory, formats: Composition.attestorFormats, now: now,
                from: FileSystemSource(materials: materials))
        } catch {
            throw UsageError(error)
        }
    }

    /// The policies of a gate with these settings, with what the mirrors that they name have now. None of that is kept.
    static func loaded(by settings: GateSettings, deadline: ContinuousClock.Instant) async throws -> LoadedPolicies {
        let mirrors = TrustMirrors(in: nil, clock: SystemClock.now)
        let loaded = try loaded(from: settings.policyDirectory, materials: mirrors, at: SystemClock.now())
        guard !loaded.materials.isEmpty else { return loaded }
        let (_, outbound) = try Composition.registryClient(settings)
        _ = await mirrors.refresh(
            Array(loaded.materials.keys), by: MirrorClient(outbound: outbound), deadline: deadline)
        await outbound.shutdown()
        return try self.loaded(from: settings.policyDirectory, materials: mirrors, at: SystemClock.now())
    }
}
