import OCI
import Registry
import TestSupport
import Testing
import Trust

extension RegistrySimulator {
    /// The address of the notary server that it is. Whether it is asked over TLS is the configuration's to say.
    var notaryServer: String { "https://" + authority }

    /// A document of a trusted collection at this server, by default of a repository of another host.
    func trustData(
        _ role: String = "timestamp", _ version: TrustMetadataName.Version = .current,
        of name: String = "registry.example.com/team/app", under prefix: String = "", limit: Int = 64 << 10
    ) throws -> Locator {
        let collection = TrustCollection(server: notaryServer + prefix, of: try Repository(parsing: name))
        return .trustMetadata(collection, TrustMetadataName(role: role, version: version), limit: limit)
    }
}

/// A simulator that is a notary server with one published collection.
func withNotary(
    certificate: SimulatedCertificate? = nil, authentication: SimulatedAuthentication = .none,
    name: String = "registry.example.com/team/app", under prefix: String = "",
    _ body: (RegistrySimulator, SimulatedNotary) async throws -> Void
) async throws {
    try await withRegistrySimulator(certificate: certificate, authentication: authentication) { simulator in
        var notary = try SimulatedNotary(of: name)
        notary.tags["v1"] = .init(sha256: Digest.sha256(of: Array("image".utf8)).bytes)
        try notary.publish()
        simulator.publish(notary, under: prefix)
        try await body(simulator, notary)
    }
}

extension RegistryFixture {
    /// It is a failure unless there is something.
    func finds(_ locator: Locator) async throws { _ = try #require(await fetch(locator).content) }
}
