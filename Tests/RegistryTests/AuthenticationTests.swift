import OCI
import Outbound
import Registry
import TestSupport
import Testing
import Trust

@Suite struct AuthenticationTests {
    private static let password = RegistryCredentials.password(user: "robot", password: "canary-secret")
    private static let bearer = SimulatedAuthentication.bearer(user: "robot", password: "canary-secret")

    @Test("a registry that wants a user name and a password gets them once it asks")
    func basic() async throws {
        let authentication = SimulatedAuthentication.basic(user: "robot", password: "canary-secret")
        try await withRegistrySimulator(authentication: authentication) { simulator in
            let digest = simulator.pushImage(to: "team/app", tag: "1")
            let locator = try simulator.manifest("team/app", tag: "1")
            try await withRegistry([simulator.host(credentials: Self.password)]) { registry in
                for _ in 0..<2 { #expect(await registry.fetch(locator).content?.digest == digest) }
                // Anonymously first; and what it accepted is not asked for again.
                #expect(simulator.requests.map { $0.header("authorization") == nil } == [true, false, false])
            }
            try await withRegistry([simulator.host()]) { registry in
                #expect(await registry.fetch(locator).obstacle == .registryDenied)
            }
            let wrong = RegistryCredentials.password(user: "robot", password: "wrong")
            try await withRegistry([simulator.host(credentials: wrong)]) { registry in
                #expect(await registry.fetch(locator).obstacle == .registryDenied)
            }
        }
    }

    @Test("a public repository behind a token service is read anonymously")
    func anonymousToken() async throws {
        try await withRegistrySimulator(authentication: .bearer()) { simulator in
            let digest = simulator.pushImage(to: "team/app", tag: "1")
            try await withRegistry([simulator.host()]) { registry in
                let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
                #expect(fetched.content?.digest == digest)
            }
            let question = try #require(simulator.requests.first { $0.target.hasPrefix("/token") })
            #expect(question.header("authorization") == nil)
            #expect(question.target == "/token?service=simulator&scope=repository%3Ateam%2Fapp%3Apull")
        }
    }

    @Test("credentials go to the registry's own token service, never to the registry itself")
    func bearer() async throws {
        try await withRegistrySimulator(authentication: Self.bearer) { simulator in
            let digest = simulator.pushImage(to: "team/app", tag: "1")
            try await withRegistry([simulator.host(credentials: Self.password)]) { registry in
                let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
                #expect(fetched.content?.digest == digest)
            }
            for request in simulator.requests {
                let isBasic = request.header("authorization")?.hasPrefix("Basic ") == true
                #expect(isBasic == request.target.hasPrefix("/token"))
            }
        }
    }

    @Test("a token is kept for its repository and asked for again for another")
    func tokenCache() async throws {
        try await withRegistrySimulator(authentication: Self.bearer) { simulator in
            simulator.pushImage(to: "a", tag: "1")
            simulator.pushImage(to: "b", tag: "1")
            try await withRegistry([simulator.host(credentials: Self.password)]) { registry in
                for path in ["a", "a", "b", "a", "b"] {
                    let locator = try simulator.manifest(path, tag: "1")
                    #expect(await registry.fetch(locator).content != nil)
                }
            }
            let scopes = simulator.requests.filter { $0.target.hasPrefix("/token") }.map(\.target)
            #expect(scopes.count == 2)
            #expect(Set(scopes).count == 2)
        }
    }

    @Test("a token that ends within the margin is not kept", arguments: [0, -5, 5, 10])
    func shortToken(seconds: Int) async throws {
        let authentication = SimulatedAuthentication.bearer(expiresIn: seconds)
        try await withRegistrySimulator(authentication: authentication) { simulator in
            simulator.pushImage(to: "a", tag: "1")
            try await withRegistry([simulator.host()]) { registry in
                for _ in 0..<2 {
                    let locator = try simulator.manifest("a", tag: "1")
                    #expect(await registry.fetch(locator).content != nil)
                }
            }
            #expect(simulator.requests.filter { $0.target.hasPrefix("/token") }.count == 2)
        }
    }

    @Test("fetches at the same time share one question for a token")
    func singleFlight() async throws {
        try await withRegistrySimulator(authentication: Self.bearer) { simulator in
            simulator.pushImage(to: "a", tag: "1")
            try await withRegistry([simulator.host(credentials: Self.password)]) { registry in
                let locator = try simulator.manifest("a", tag: "1")
                let found = await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<20 { group.addTask { await registry.fetch(locator).content != nil } }
                    return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                #expect(found == 20)
            }
            #expect(simulator.requests.filter { $0.target.hasPrefix("/token") }.count == 1)
        }
    }

    @Test("R20: a token that ended early is refreshed once; if that is refused too, we are denied")
    func refresh() async throws {
        try await withRegistrySimulator(authentication: Self.bearer) { simulator in
            let digest = simulator.pushImage(to: "a", tag: "1")
            try await withRegistry([simulator.host(credentials: Self.password)]) { registry in
                let locator = try simulator.manifest("a", tag: "1")
                #expect(await registry.fetch(locator).content != nil)
                simulator.revokeTokens()
                #expect(await registry.fetch(locator).content?.digest == digest)
                #expect(simulator.requests.filter { $0.target.hasPrefix("/token") }.count == 2)

                let challenge = #"Bearer realm="\#(simulator.origin)/token",service="simulator""#
                simulator.script(
                    ScriptedFault("/v2/", do: .status(401, headers: [("WWW-Authenticate", challenge)])))
                let before = simulator.requests.count
                #expect(await registry.fetch(locator).obstacle == .registryDenied)
                #expect(simulator.requests.count - before == 3)
            }
        }
    }

    @Test("an identity token is exchanged, a registry token is used as it is")
    func tokens() async throws {
        let authentication = SimulatedAuthentication.bearer(user: "nobody", refreshToken: "canary-refresh")
        try await withRegistrySimulator(authentication: authentication) { simulator in
            let digest = simulator.pushImage(to: "a", tag: "1")
            let locator = try simulator.manifest("a", tag: "1")
            try await withRegistry([simulator.host(credentials: .identityToken("canary-refresh"))]) { registry in
                #expect(await registry.fetch(locator).content?.digest == digest)
            }
            let post = try #require(simulator.requests.first { $0.method == "POST" })
            #expect(post.target == "/token")
            #expect(post.body.contains("grant_type=refresh_token"))
            #expect(post.body.contains("scope=repository%3Aa%3Apull"))

            let issued = try #require(simulator.requests.last?.header("authorization")).dropFirst("Bearer ".count)
            try await withRegistry([simulator.host(credentials: .registryToken(String(issued)))]) { registry in
                #expect(await registry.fetch(locator).content?.digest == digest)
            }
            #expect(simulator.requests.filter { $0.target.hasPrefix("/token") }.count == 1)
        }
    }

    // MARK: Realms of strangers

    @Test("R18: credentials are not sent to a token service on another host, unless it is listed for this registry")
    func foreignRealm() async throws {
        try await withRegistrySimulator(authentication: .bearer(user: "robot", password: "canary-secret")) { realm in
            let authentication = SimulatedAuthentication.bearer(
                user: "robot", password: "canary-secret", realm: realm.origin + "/token")
            try await withRegistrySimulator(authentication: authentication) { simulator in
                simulator.pushImage(to: "a", tag: "1")
                let locator = try simulator.manifest("a", tag: "1")
                // A redirect target is a store of blobs, not a place for passwords.
                let host = simulator.host(redirectTo: [realm.authority], credentials: Self.password)
                try await withRegistry([host, realm.host()]) { registry in
                    let fetched = await registry.fetch(locator)
                    #expect(fetched.obstacle == .registryDenied)
                    #expect(fetched.refusal?.found.contains(realm.authority) == true)
                    #expect(fetched.refusal?.cure?.contains("`tokenRealms` of that registry") == true)
                }
                #expect(realm.requests.count == 1)
                #expect(realm.requests.allSatisfy { $0.header("authorization") == nil })
                let listed = simulator.host(tokenRealmHosts: [realm.authority], credentials: Self.password)
                try await withRegistry([listed, realm.host()]) { registry in
                    _ = await registry.fetch(locator)
                }
                #expect(realm.requests.last?.header("authorization")?.hasPrefix("Basic ") == true)
            }
        }
    }

    @Test(
        "R18: a realm at a private or metadata address, over plain HTTP or that is no address is not asked",
        arguments: [
            "http://169.254.169.254/token", "https://10.0.0.1/token", "https://127.0.0.1:1/token",
            "http://auth.example.com/token", "https://0x7f.1/token", "https://user@127.0.0.1/token",
            "file:///etc/passwd", "",
        ])
    func forbiddenRealm(realm: String) async throws {
        let authentication = SimulatedAuthentication.challenge([#"Bearer realm="\#(realm)",service="s""#])
        try await withRegistrySimulator(authentication: authentication) { simulator in
            try await withRegistry([simulator.host(credentials: Self.password)]) { registry in
                let fetched = await registry.fetch(try simulator.manifest("a", tag: "1"))
                let refused: [ReasonCode?] = [.addressForbidden, .registryDenied]
                #expect(refused.contains(fetched.obstacle))
                #expect(simulator.requests.allSatisfy { $0.header("authorization") == nil })
            }
        }
    }

    @Test("the scope is ours, whatever the challenge asks for")
    func scope() async throws {
        try await withRegistrySimulator(authentication: .bearer()) { simulator in
            simulator.pushImage(to: "a", tag: "1")
            let challenge =
                #"Bearer realm="\#(simulator.origin)/token",service="x&scope=y",scope="repository:other:pull,push""#
            simulator.script(
                ScriptedFault("/v2/", only: [1], do: .status(401, headers: [("WWW-Authenticate", challenge)])))
            try await withRegistry([simulator.host()]) { registry in
                let locator = try simulator.manifest("a", tag: "1")
                #expect(await registry.fetch(locator).content != nil)
            }
            let question = try #require(simulator.requests.first { $0.target.hasPrefix("/token") })
            #expect(question.target == "/token?service=x%26scope%3Dy&scope=repository%3Aa%3Apull")
        }
    }

    // MARK: Token services that misbehave

    @Test(
        "R19: an answer of the token service that is no token is refused, and never gets into a header",
        arguments: [
            "<html></html>", "", "[]", "{}", #"{"token":""}"#, #"{"token":7}"#, #"{"token":"a\nX-Injected: 1"}"#,
            #"{"token":"a\r\n"}"#, #"{"token":"a b"}"#, #"{"token":"\u0000"}"#, #"{"token":"é"}"#,
            #"{"token":"a","token":"b"}"#, #"{"token":"\#(String(repeating: "a", count: 16 * 1024 + 1))"}"#,
        ])
    func noToken(body: String) async throws {
        try await withRegistrySimulator(authentication: .bearer()) { simulator in
            simulator.script(ScriptedFault("/token", do: .status(200, body: body)))
            try await withRegistry([simulator.host()]) { registry in
                let locator = try simulator.manifest("a", tag: "1")
                #expect(await registry.fetch(locator).obstacle == .registryDenied)
            }
            #expect(simulator.requests.allSatisfy { $0.header("authorization") == nil })
            #expect(simulator.requests.allSatisfy { $0.header("x-injected") == nil })
        }
    }

    @Test("`access_token` is understood, and 60 seconds are meant when the answer does not say")
    func accessToken() async throws {
        try await withRegistrySimulator(authentication: .bearer()) { simulator in
            simulator.script(ScriptedFault("/token", do: .status(200, body: #"{"access_token":"abc"}"#)))
            try await withRegistry([simulator.host()]) { registry in
                _ = await registry.fetch(try simulator.manifest("a", tag: "1"))
            }
            #expect(simulator.requests.last?.header("authorization") == "Bearer abc")
        }
    }

    @Test("R19: a token service without end, that stalls, redirects or fails is a refusal of its own kind")
    func failingTokenService() async throws {
        let faults: [(ScriptedFault.Action, ReasonCode)] = [
            (.endless, .registryDenied), (.status(503), .registryUnavailable), (.status(401), .registryDenied),
            (.status(403), .registryDenied), (.status(429), .registryRateLimited), (.stall, .deadlineExceeded),
            (.redirect(to: "/elsewhere"), .redirectForbidden),
        ]
        for (fault, reason) in faults {
            try await withRegistrySimulator(authentication: .bearer()) { simulator in
                simulator.script(ScriptedFault("/token", do: fault))
                try await withRegistry([simulator.host()]) { registry in
                    // The one that stalls is waited for to the end of the time.
                    let time = Duration.seconds(reason == .deadlineExceeded ? 2 : 60)
                    let fetched = await registry.fetch(try simulator.manifest("a", tag: "1"), within: time)
                    #expect(fetched.obstacle == reason, "\(fault)")
                }
                #expect(!simulator.requests.contains { $0.target == "/elsewhere" })
            }
        }
    }

    @Test("one failure of the token service is repeated")
    func oneFailure() async throws {
        try await withRegistrySimulator(authentication: .bearer()) { simulator in
            simulator.pushImage(to: "a", tag: "1")
            simulator.script(ScriptedFault("/token", only: [1], do: .status(503)))
            try await withRegistry([simulator.host()]) { registry in
                let locator = try simulator.manifest("a", tag: "1")
                #expect(await registry.fetch(locator).content != nil)
            }
        }
    }

    @Test("what is sent for an identity token is not sent again when the token service fails")
    func identityTokenOnce() async throws {
        let authentication = SimulatedAuthentication.bearer(user: "nobody", refreshToken: "canary-refresh")
        try await withRegistrySimulator(authentication: authentication) { simulator in
            simulator.script(ScriptedFault("/token", do: .status(503)))
            try await withRegistry([simulator.host(credentials: .identityToken("canary-refresh"))]) { registry in
                let fetched = await registry.fetch(try simulator.manifest("a", tag: "1"))
                #expect(fetched.obstacle == .registryUnavailable)
            }
            #expect(simulator.requests.count { $0.method == "POST" } == 1)
        }
    }

    @Test(
        "challenges that we cannot answer are a refusal",
        arguments: [
            [], ["Negotiate"], ["Digest realm=\"a\", nonce=\"b\""], ["Bearer"], ["Bearer realm=\"unclosed"],
            ["Bearer realm=\"https://a\", realm=\"https://b\""],
        ])
    func challenges(fields: [String]) async throws {
        try await withRegistrySimulator(authentication: .challenge(fields)) { simulator in
            try await withRegistry([simulator.host(credentials: Self.password)]) { registry in
                let locator = try simulator.manifest("a", tag: "1")
                #expect(await registry.fetch(locator).obstacle == .registryDenied)
            }
            #expect(simulator.requests.count == 1)
        }
    }

    // MARK: Secrets

    @Test("attack 21: no secret is in any refusal, value or dump")
    func canary() async throws {
        let faults: [ScriptedFault.Action] = [
            .status(403, body: "canary-secret"), .status(500, body: "canary-secret"), .close,
            .redirect(to: "https://elsewhere.example/?X-Amz-Signature=canary-secret"), .truncate(after: 3),
            .status(401, headers: [("WWW-Authenticate", "Bearer canary-secret")]),
            .header(name: "Content-Encoding", value: "canary-secret"),
        ]
        var texts: [String] = []
        for fault in faults {
            try await withRegistrySimulator(authentication: Self.bearer) { simulator in
                simulator.pushImage(to: "a", tag: "1")
                simulator.script(ScriptedFault("/v2/", only: Set(2...9), do: fault))
                let host = simulator.host(credentials: Self.password)
                let configuration = RegistryConfiguration(hosts: [host])
                for value in [host, configuration, Self.password] as [Any] {
                    var dumped = ""
                    dump(value, to: &dumped)
                    texts += [dumped, "\(value)", String(reflecting: value)]
                }
                try await withRegistry([host]) { registry in
                    let fetched = await registry.fetch(try simulator.manifest("a", tag: "1"))
                    #expect(fetched.refusal != nil)
                    texts.append("\(fetched)")
                    let identity = registry.client.credentialsIdentity(for: try simulator.repository("a"))
                    texts.append(String(decoding: identity, as: UTF8.self))
                    texts.append(Self.dumped(registry.client))
                }
            }
        }
        #expect(texts.count { $0.contains("RegistryConfiguration") } > faults.count)
        #expect(!texts.contains { $0.contains("canary") })
    }

    /// All that a client holds but what sends: that belongs to other threads, which change it meanwhile.
    private static func dumped(_ value: Any) -> String {
        var text = ""
        for child in Mirror(reflecting: value).children where !(child.value is OutboundClient) {
            if child.label == "authorizer" {
                text += dumped(child.value)
            } else {
                dump(child.value, to: &text, maxDepth: 12)
            }
        }
        return text
    }

    @Test("the identity of credentials tells hosts, kinds and secrets apart, and nothing else")
    func identities() throws {
        let repository = try Repository(parsing: "registry.example.com/a")
        func identities(_ credentials: [RegistryCredentials?]) throws -> [RegistryFixture] {
            try credentials.map {
                try RegistryFixture([RegistryHost(host: "registry.example.com", credentials: $0.map { .stated($0) })])
            }
        }
        let client = try #require(try identities([.password(user: "a", password: "b")]).first).client
        let own = client.credentialsIdentity(for: repository)
        #expect(own.count == 32)
        #expect(own == client.credentialsIdentity(for: try Repository(parsing: "registry.example.com/other")))
        #expect(own != client.credentialsIdentity(for: try Repository(parsing: "other.example.com/a")))
        let anonymous = try Repository(parsing: "other.example.com/a")
        #expect(client.credentialsIdentity(for: anonymous) == client.credentialsIdentity(for: anonymous))
        // Salted: another client gives another name for the same.
        let again = try #require(try identities([.password(user: "a", password: "b")]).first).client
        #expect(own != again.credentialsIdentity(for: repository))
    }
}
