import OCI
import Outbound
@testable import Registry
import TestSupport
import Testing
import Trust

@Suite struct MirrorTests {
    /// A registry, a mirror of it under the path `hub`, and a client of both.
    private func withMirror(
        mirrorAuthentication: SimulatedAuthentication = .none, mirrorCredentials: RegistryCredentials? = nil,
        credentials: RegistryCredentials? = nil, limits: OutboundLimits = .patient,
        _ body: (_ origin: RegistrySimulator, _ mirror: RegistrySimulator, RegistryFixture) async throws -> Void
    ) async throws {
        try await withRegistrySimulator { origin in
            try await withRegistrySimulator(authentication: mirrorAuthentication) { mirror in
                let hosts = [
                    origin.host(
                        source: credentials.map { .stated($0) },
                        mirrors: [try #require(RegistryMirror(parsing: "\(mirror.authority)/hub"))]),
                    mirror.host(credentials: mirrorCredentials),
                ]
                try await withRegistry(hosts, limits: limits) { try await body(origin, mirror, $0) }
            }
        }
    }

    @Test("what a mirror has, by tag and by digest, is taken from it, and the registry itself is not asked")
    func found() async throws {
        try await withMirror { origin, mirror, registry in
            let digest = mirror.pushImage(to: "hub/team/app", tag: "1")
            let blob = mirror.push(blob: Array("payload".utf8), to: "hub/team/app")
            let repository = try origin.repository("team/app")
            for name in [Locator.ManifestName.tag("1"), .digest(digest)] {
                #expect(await registry.fetch(.manifest(repository, name)).content?.digest == digest)
            }
            #expect(await registry.fetch(.blob(repository, blob, limit: 7)).content?.digest == blob)
            #expect(origin.requests.isEmpty)
        }
    }

    @Test("what a mirror does not have, or cannot say, the registry itself is asked for")
    func absent() async throws {
        for fault in [
            nil, ScriptedFault.Action.status(404), .status(500), .status(403),
            .status(429, headers: [("Retry-After", "0")]),
            .close, .redirect(to: "https://elsewhere.example/"), .header(name: "Content-Encoding", value: "gzip"),
        ] {
            try await withMirror { origin, mirror, registry in
                let digest = origin.pushImage(to: "team/app", tag: "1")
                if let fault { mirror.script(ScriptedFault("/v2/", do: fault)) }
                let fetched = await registry.fetch(try origin.manifest("team/app", tag: "1"))
                #expect(fetched.content?.digest == digest, "\(String(describing: fault))")
                #expect(mirror.requests.count == 1, "a mirror is asked once")
            }
        }
    }

    @Test("a mirror that hangs leaves the registry itself half of the time")
    func hanging() async throws {
        try await withMirror { origin, mirror, registry in
            let digest = origin.pushImage(to: "team/app", tag: "1")
            mirror.script(ScriptedFault("/v2/", do: .stall))
            let fetched = await registry.fetch(try origin.manifest("team/app", tag: "1"), within: .seconds(16))
            #expect(fetched.content?.digest == digest)
        }
    }

    @Test("a mirror that serves other bytes for a digest is a violation that names it: the attack is not passed over")
    func lying() async throws {
        try await withMirror { origin, mirror, registry in
            let digest = origin.pushImage(to: "team/app")
            mirror.pushImage(to: "hub/team/app")
            mirror.script(ScriptedFault("/v2/", do: .wrongBytes))
            let locator = Locator.manifest(try origin.repository("team/app"), .digest(digest))
            let fetched = await registry.fetch(locator)
            #expect(fetched.violation == .digestMismatch)
            #expect(fetched.refusal?.found.contains(mirror.authority) == true)
        }
    }

    @Test("if neither answers, the refusal is the registry's, and tells of the mirror as well")
    func bothDown() async throws {
        try await withMirror { origin, mirror, registry in
            for simulator in [origin, mirror] { simulator.script(ScriptedFault("/v2/", do: .status(503))) }
            let fetched = await registry.fetch(try origin.manifest("team/app", tag: "1"))
            #expect(fetched.obstacle == .registryUnavailable)
            let found = try #require(fetched.refusal?.found)
            #expect(found.contains("`\(origin.authority)` does not answer our question"))
            #expect(found.contains("its mirror `\(mirror.authority)/hub`"))
            #expect(origin.requests.count == 3 && mirror.requests.count == 1)
        }
    }

    @Test("what is absent at both is absent")
    func absentAtBoth() async throws {
        try await withMirror { origin, _, registry in
            let locator = try origin.manifest("team/app", tag: "1")
            #expect(await registry.fetch(locator) == .absent)
        }
    }

    @Test("each is asked with its own credentials and never with the other's")
    func credentials() async throws {
        try await withMirror(
            mirrorAuthentication: .basic(user: "mirror", password: "canary-mirror"),
            mirrorCredentials: .password(user: "mirror", password: "canary-mirror"),
            credentials: .password(user: "origin", password: "canary-origin")
        ) { origin, mirror, registry in
            origin.demand(.basic(user: "origin", password: "canary-origin"))
            let digest = mirror.pushImage(to: "hub/team/app", tag: "1")
            let other = origin.pushImage(to: "team/app", tag: "2", content: "other")
            for (tag, digest) in [("1", digest), ("2", other)] {
                let fetched = await registry.fetch(try origin.manifest("team/app", tag: tag))
                #expect(fetched.content?.digest == digest)
            }
            let sent = Set(mirror.requests.compactMap { $0.header("authorization") })
            #expect(sent.count == 1)
            #expect(sent.isDisjoint(with: origin.requests.compactMap { $0.header("authorization") }))
        }
    }

    @Test(
        "a mirror is a host without doubt, and perhaps a path",
        arguments: [
            ("mirror.example.com", "mirror.example.com"), ("Mirror.example.com:443", "mirror.example.com"),
            ("harbor.example.com/hub", "harbor.example.com/hub"), ("localhost:5000/a/b", "localhost:5000/a/b"),
            ("mirror", nil), ("mirror.example.com/", nil), ("mirror.example.com/UPPER", nil), ("", nil), ("/a", nil),
            ("https://mirror.example.com", nil), ("mirror.example.com/a@b", nil), ("mirror.example.com/a:1", nil),
            ("mirror.example.com//a", nil),
        ] as [(String, String?)])
    func parsing(text: String, expected: String?) {
        #expect(RegistryMirror(parsing: text)?.description == expected)
    }

    @Test("a repository of Docker Hub is found at a mirror under its full path")
    func hub() throws {
        let mirror = try #require(RegistryMirror(parsing: "harbor.example.com/hub"))
        let repository = try Repository(parsing: "nginx")
        #expect(mirror.repository(for: repository)?.description == "harbor.example.com/hub/library/nginx")
    }
}
