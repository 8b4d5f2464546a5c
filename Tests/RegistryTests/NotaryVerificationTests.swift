import ContentTrust
import Cryptography
import OCI
import Registry
import TestSupport
import Testing
import Trust

/// Docker Content Trust from the attestor to the socket.
@Suite struct NotaryVerificationTests {
    private static let image = Digest.sha256(of: Array("image".utf8))
    private static let name = "registry.example.com/team/app"

    private func attestor(
        of notary: SimulatedNotary, at server: String?, allOf signers: [String] = [],
        memory: any ContentTrustMemory = ForgetfulMemory()
    ) throws -> any Attestor {
        let position = SourcePosition(file: "attestor.yaml", line: 1, column: 1)
        func value(_ content: FieldValue.Content) -> FieldValue { FieldValue(content, at: position) }
        let pem = try notary.root.keys[0].key.publicKeyPEM
        let file = value(.object([("file", value(.file(FileContent(path: "root.pem", bytes: pem))))]))
        var fields: [(name: String, value: FieldValue)] = [("rootKeys", value(.list([file])))]
        if let server { fields.append(("server", value(.text(server)))) }
        if !signers.isEmpty {
            fields.append(("signers", value(.object([("allOf", value(.list(signers.map { value(.text($0)) })))]))))
        }
        return try ContentTrustFormat(memory: memory, clock: { SimulatedNotary.now }).load(value(.object(fields)))
    }

    private func outcome(
        of attestor: any Attestor, about name: String = NotaryVerificationTests.name, _ client: RegistryFixture
    ) async throws -> VerificationOutcome? {
        let subject = Subject(repository: try Repository(parsing: name), digest: Self.image, tag: "v1")
        var verification = attestor.verification(of: subject)
        var received: [Locator: Fetched] = [:]
        for _ in 0..<maximumVerificationSteps {
            switch verification.next(received) {
            case .outcome(let outcome, _): return outcome
            case .fetch(let locators):
                received = await withTaskGroup(of: (Locator, Fetched).self) { group in
                    for locator in locators { group.addTask { (locator, await client.fetch(locator)) } }
                    return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
            }
        }
        return nil
    }

    private func isPassed(_ outcome: VerificationOutcome?) -> Bool {
        if case .passed(_, unseen: nil)? = outcome { true } else { false }
    }

    @Test("a tag of which nothing is known costs four requests, and the next time the timestamp alone is asked for")
    func cold() async throws {
        try await withNotary { server, notary in
            try await withRegistry([server.host()]) { client in
                let attestor = try attestor(of: notary, at: server.notaryServer)
                #expect(try await isPassed(outcome(of: attestor, client)))
                #expect(server.requests.count == 4)
                #expect(try await isPassed(outcome(of: attestor, client)))
                #expect(server.trustDataAsked.dropFirst(4) == ["timestamp.json"])
            }
        }
    }

    @Test("with delegations it costs six")
    func delegations() async throws {
        try await withNotary { server, notary in
            var notary = notary
            let tags = notary.tags
            notary.delegations = try ["targets/releases", "targets/qa"].map {
                .init($0, [try NotaryKey.generate()], tags: tags)
            }
            try notary.publishNext()
            server.publish(notary)
            try await withRegistry([server.host()]) { client in
                let attestor = try attestor(of: notary, at: server.notaryServer, allOf: ["releases", "qa"])
                #expect(try await isPassed(outcome(of: attestor, client)))
                #expect(server.requests.count == 6)
            }
        }
    }

    @Test("behind a token service the same are let in, with one token, and over a private authority's TLS")
    func authenticated() async throws {
        let authority = try SimulatedAuthority()
        let authentication = SimulatedAuthentication.bearer(user: "robot", password: "canary-secret")
        let certificate = try authority.certificate(for: ["127.0.0.1"])
        try await withRegistrySimulator(certificate: certificate, authentication: authentication) { server in
            // Without a server's address that of the image's registry is asked.
            let name = "\(server.authority)/team/app"
            var notary = try SimulatedNotary(of: name)
            notary.tags["v1"] = .init(sha256: Self.image.bytes)
            try notary.publish()
            server.publish(notary)
            let host = RegistryHost(
                host: server.authority, certificateAuthorities: authority.certificatePEM,
                credentials: .stated(.password(user: "robot", password: "canary-secret")))
            try await withRegistry([host]) { client in
                let attestor = try attestor(of: notary, at: nil)
                #expect(try await isPassed(outcome(of: attestor, about: name, client)))
            }
            let asked = server.requests.filter { $0.target.contains("/_trust/") && $0.header("authorization") != nil }
            #expect(asked.count == 4)
            #expect(server.requests.filter { $0.target.hasPrefix("/token") }.count == 1)
        }
    }

    @Test("a tag that nobody signed is refused, and one at a server that is down is undetermined")
    func refusals() async throws {
        try await withNotary { server, notary in
            var other = notary
            other.tags["v1"] = .init(sha256: Digest.sha256(of: Array("other".utf8)).bytes)
            try other.publishNext()
            server.publish(other)
            try await withRegistry([server.host()]) { client in
                let signed = try await outcome(of: try attestor(of: notary, at: server.notaryServer), client)
                guard case .violated(let refusal)? = signed else {
                    Issue.record("\(String(describing: signed))")
                    return
                }
                #expect(refusal.reason == .signatureForOtherImage)
                server.script(ScriptedFault("/v2/", do: .status(503)))
                let down = try await outcome(of: try attestor(of: notary, at: server.notaryServer), client)
                guard case .undetermined(let refusal)? = down else {
                    Issue.record("\(String(describing: down))")
                    return
                }
                #expect(refusal.reason == .trustServerUnavailable)
            }
        }
    }
}
