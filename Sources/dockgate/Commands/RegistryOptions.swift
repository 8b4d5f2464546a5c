import ArgumentParser
import Outbound
import PolicyDocuments
import Registry

/// How registries are asked, and how long they may take.
struct RegistryOptions: ParsableArguments {
    @Option(
        help: "The GateConfiguration document whose registries and credentials count, for an image.",
        completion: .file())
    var config: String?

    @Option(help: "How many seconds the registry may take, 1 to 600.")
    var timeout = 30

    func validate() throws {
        guard (1...600).contains(timeout) else {
            throw ValidationError("--timeout \(timeout) is not between 1 and 600")
        }
    }

    /// Asks what is to be asked, and hangs up.
    ///
    /// - Parameter servers: of trust data, beside what the configuration lists.
    func asking<Value: Sendable>(
        with servers: [TrustServerSettings] = [], _ work: (RegistryQuestions) async throws -> Value
    ) async throws -> Value {
        let deadline = ContinuousClock.now + .seconds(timeout)
        var settings =
            try config.map { GateSettings(try GateConfiguration.loaded(from: $0)) }
            ?? GateSettings(policyDirectory: ".")
        settings.trustServers = servers
        let (client, outbound) = try Composition.registryClient(settings)
        do {
            let value = try await work(RegistryQuestions(client: client, deadline: deadline))
            await outbound.shutdown()
            return value
        } catch {
            await outbound.shutdown()
            throw error
        }
    }
}
