import OCI
import Outbound
import Registry
import TestSupport
import Testing
import Trust

/// What notary servers and their token services are shown.
@Suite struct NotaryAuthenticationTests {
    private static let password = RegistryCredentials.password(user: "robot", password: "canary-secret")
    private static let bearer = SimulatedAuthentication.bearer(user: "robot", password: "canary-secret")
    private static let scope = "scope=repository%3Aregistry.example.com%2Fteam%2Fapp%3Apull"

    private func tokenQuestions(_ simulator: RegistrySimulator) -> [LoggedRequest] {
        simulator.requests.filter { $0.target.hasPrefix("/token") }
    }

    @Test("a token is asked for by the collection's whole name, and kept for that collection")
    func scope() async throws {
        try await withNotary(authentication: Self.bearer) { server, _ in
            var other = try SimulatedNotary(of: "registry.example.com/team/other")
            try other.publish()
            server.publish(other)
            try await withRegistry([server.host(credentials: Self.password)]) { client in
                for role in ["root", "timestamp", "snapshot"] {
                    try await client.finds(server.trustData(role))
                }
                #expect(tokenQuestions(server).map(\.target) == ["/token?service=simulator&\(Self.scope)"])
                try await client.finds(server.trustData(of: other.name))
                #expect(tokenQuestions(server).count == 2)
            }
        }
    }

    @Test("the scope is ours, whatever the challenge asks for, and a token for less is none")
    func foreignScope() async throws {
        try await withNotary(authentication: Self.bearer) { server, _ in
            let challenge =
                #"Bearer realm="\#(server.origin)/token",service="simulator",scope="repository:team/app:pull,push""#
            server.script(
                ScriptedFault("/v2/", only: [1], do: .status(401, headers: [("WWW-Authenticate", challenge)])))
            try await withRegistry([server.host(credentials: Self.password)]) { client in
                try await client.finds(server.trustData())
            }
            #expect(tokenQuestions(server).allSatisfy { $0.target.hasSuffix(Self.scope) })
            // Without credentials there is no token, and with the wrong ones neither.
            let wrong = RegistryCredentials.password(user: "robot", password: "wrong")
            for credentials in [nil, wrong] {
                try await withRegistry([server.host(credentials: credentials)]) { client in
                    let fetched = await client.fetch(try server.trustData())
                    #expect(fetched.obstacle == .registryDenied)
                    #expect(fetched.refusal?.found.contains("the notary server `\(server.authority)`") == true)
                    #expect(fetched.refusal?.cure?.contains("`\(server.authority)`") == true)
                }
            }
        }
    }

    @Test("a server that wants a user name and a password gets those of its own entry once it asks")
    func basic() async throws {
        let authentication = SimulatedAuthentication.basic(user: "robot", password: "canary-secret")
        try await withNotary(authentication: authentication) { server, _ in
            try await withRegistry([server.host(credentials: Self.password)]) { client in
                for _ in 0..<2 { try await client.finds(server.trustData()) }
                #expect(server.requests.map { $0.header("authorization") == nil } == [true, false, false])
            }
        }
    }

    @Test("credentials of the image's registry are not for a notary server on another host or port")
    func otherHost() async throws {
        for authentication in [Self.bearer, .basic(user: "robot", password: "canary-secret")] {
            try await withNotary(authentication: authentication) { server, _ in
                let hosts = [
                    RegistryHost(host: "registry.example.com", credentials: .stated(Self.password)),
                    RegistryHost(host: "127.0.0.1", credentials: .stated(Self.password)), server.host(),
                ]
                try await withRegistry(hosts) { client in
                    let fetched = await client.fetch(try server.trustData())
                    #expect(fetched.obstacle == .registryDenied)
                }
                #expect(server.requests.allSatisfy { $0.header("authorization") == nil })
            }
        }
    }

    @Test("a token service on another host is shown no credentials, unless it is listed for the notary server itself")
    func foreignRealm() async throws {
        try await withRegistrySimulator(authentication: Self.bearer) { realm in
            let authentication = SimulatedAuthentication.bearer(
                user: "robot", password: "canary-secret", realm: realm.origin + "/token")
            try await withNotary(authentication: authentication) { server, _ in
                let registry = RegistryHost(
                    host: "registry.example.com", tokenRealmHosts: [realm.authority],
                    credentials: .stated(Self.password))
                try await withRegistry([registry, server.host(credentials: Self.password), realm.host()]) { client in
                    let fetched = await client.fetch(try server.trustData())
                    #expect(fetched.obstacle == .registryDenied)
                    #expect(fetched.refusal?.found.contains("`\(realm.authority)`") == true)
                    #expect(fetched.refusal?.cure?.contains("credentials for `\(server.authority)`") == true)
                }
                #expect(realm.requests.map { $0.header("authorization") } == [nil])
                let listed = server.host(tokenRealmHosts: [realm.authority], credentials: Self.password)
                try await withRegistry([listed, realm.host()]) { client in
                    _ = await client.fetch(try server.trustData())
                }
                #expect(realm.requests.last?.header("authorization")?.hasPrefix("Basic ") == true)
            }
        }
    }

    @Test("on one host the registry's token is not shown for trust data, nor the other way round")
    func sharedHost() async throws {
        try await withRegistrySimulator(authentication: Self.bearer) { host in
            let digest = host.pushImage(to: "team/app", tag: "1")
            let name = "\(host.authority)/team/app"
            var notary = try SimulatedNotary(of: name)
            try notary.publish()
            host.publish(notary)
            try await withRegistry([host.host(credentials: Self.password)]) { client in
                for _ in 0..<2 {
                    #expect(try await client.fetch(host.manifest("team/app", tag: "1")).content?.digest == digest)
                    try await client.finds(host.trustData(of: name))
                }
            }
            let questions = tokenQuestions(host).map(\.target)
            #expect(questions.count == 2)
            #expect(questions.contains { $0.hasSuffix("scope=repository%3Ateam%2Fapp%3Apull") })
            let tokens = ["/manifests/", "/_trust/"].map { place in
                Set(host.requests.filter { $0.target.contains(place) }.compactMap { $0.header("authorization") })
            }
            #expect(tokens.map(\.count) == [1, 1])
            #expect(tokens[0].isDisjoint(with: tokens[1]))
        }
    }

    @Test("a token service that is down leaves the notary server unheard")
    func tokenServiceDown() async throws {
        try await withNotary(authentication: Self.bearer) { server, _ in
            server.script(ScriptedFault("/token", do: .status(503)))
            try await withRegistry([server.host(credentials: Self.password)]) { client in
                let fetched = await client.fetch(try server.trustData())
                #expect(fetched.obstacle == .trustServerUnavailable)
            }
            server.clearFaults()
            server.script(ScriptedFault("/token", only: [1], do: .status(503)))
            try await withRegistry([server.host(credentials: Self.password)]) { client in
                try await client.finds(server.trustData())
            }
        }
    }

    @Test("attack 21: no secret is in any refusal")
    func canary() async throws {
        let faults: [ScriptedFault.Action] = [
            .status(403, body: "canary-secret"), .status(500, body: "canary-secret"), .truncate(after: 3),
            .redirect(to: "https://elsewhere.example/?X-Amz-Signature=canary-secret"),
        ]
        for fault in faults {
            try await withNotary(authentication: Self.bearer) { server, _ in
                server.script(ScriptedFault("/v2/", only: Set(2...9), do: fault))
                try await withRegistry([server.host(credentials: Self.password)]) { client in
                    let fetched = await client.fetch(try server.trustData())
                    #expect(fetched.refusal != nil)
                    #expect(!"\(fetched)".contains("canary"))
                }
            }
        }
    }
}
