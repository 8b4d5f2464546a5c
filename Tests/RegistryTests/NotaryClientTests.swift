import Cryptography
import OCI
import Outbound
import Registry
import TestSupport
import Testing
import Trust

/// What is asked of notary servers, and what their answers are worth. Who may see which credentials is in
/// `NotaryAuthenticationTests`.
@Suite struct NotaryClientTests {
    // MARK: What is found

    @Test("trust data is found where notary servers have it, by name, by number and by hash, and hashed here")
    func found() async throws {
        try await withNotary { server, notary in
            var notary = notary
            notary.delegations = [.init("targets/releases", [try NotaryKey.generate()])]
            try notary.publishNext()
            server.publish(notary)
            let targets = try #require(notary.files["targets.json"])
            let hash = SHA2.sha256(targets)
            let expected: [(locator: Locator, name: String)] = [
                (try server.trustData("root"), "root.json"), (try server.trustData("root", .number(1)), "1.root.json"),
                (try server.trustData("targets/releases"), "targets/releases.json"),
                (try server.trustData("targets", .sha256(hash)), "targets.\(hash.hexadecimal).json"),
            ]
            try await withRegistry([server.host()]) { client in
                for (locator, name) in expected {
                    let content = try #require(await client.fetch(locator).content)
                    #expect(content.bytes == notary.files[name])
                    #expect(content.digest == .sha256(of: content.bytes))
                    #expect(content.mediaType == nil)
                }
            }
            #expect(
                server.requests.map(\.target)
                    == expected.map { "/v2/registry.example.com/team/app/_trust/tuf/\($0.name)" })
        }
    }

    @Test("a server may have a path of its own, and another path is another server")
    func prefix() async throws {
        try await withNotary(under: "/trust/eu") { server, notary in
            try await withRegistry([server.host()]) { client in
                let content = await client.fetch(try server.trustData(under: "/trust/eu")).content
                #expect(content?.bytes == notary.files["timestamp.json"])
                #expect(try await client.fetch(server.trustData(under: "/trust/us")) == .absent)
                #expect(try await client.fetch(server.trustData()) == .absent)
            }
        }
    }

    @Test("what a header says of digest and media type is worth nothing: who asked holds the bytes against signatures")
    func headers() async throws {
        try await withNotary { server, notary in
            server.script(
                ScriptedFault(
                    "/v2/",
                    do: .header(name: "Docker-Content-Digest", value: "sha256:" + String(repeating: "a", count: 64))
                ))
            try await withRegistry([server.host()]) { client in
                let content = await client.fetch(try server.trustData()).content
                #expect(content?.bytes == notary.files["timestamp.json"])
            }
        }
    }

    @Test("mirrors of the image's registry are not asked, and the registry itself neither")
    func mirrors() async throws {
        try await withNotary(name: "registry.example.com/team/app") { server, notary in
            try await withRegistrySimulator { mirror in
                // The mirror would have it under the very path.
                mirror.publish(notary)
                let registry = RegistryHost(
                    host: "registry.example.com", mirrors: [try #require(RegistryMirror(parsing: mirror.authority))])
                try await withRegistry([registry, mirror.host(), server.host()]) { client in
                    try await client.finds(server.trustData())
                    server.publish(try SimulatedNotary(of: notary.name))
                    #expect(try await client.fetch(server.trustData()) == .absent)
                }
                #expect(mirror.requests.isEmpty)
                #expect(server.requests.count == 2)
            }
        }
    }

    // MARK: What is not there

    @Test("a 404 is absence, whatever its body", arguments: ["<html>gone</html>", "{}", ""])
    func absent(body: String) async throws {
        try await withNotary { server, _ in
            server.script(ScriptedFault("/v2/", do: .status(404, body: body)))
            try await withRegistry([server.host()]) { client in
                let fetched = await client.fetch(try server.trustData())
                #expect(fetched == .absent)
            }
        }
    }

    @Test(
        "only a 404 is absence: every other answer that is none leaves the notary server unheard",
        arguments: [
            (204, ReasonCode.trustServerUnavailable), (400, .trustServerUnavailable), (403, .registryDenied),
            (410, .trustServerUnavailable), (429, .registryRateLimited), (500, .trustServerUnavailable),
            (503, .trustServerUnavailable),
        ])
    func statuses(status: Int, reason: ReasonCode) async throws {
        try await withNotary { server, _ in
            server.script(ScriptedFault("/v2/", do: .status(status)))
            try await withRegistry([server.host()]) { client in
                let fetched = await client.fetch(try server.trustData())
                #expect(fetched.obstacle == reason)
                #expect(fetched.refusal?.found.contains("the notary server `\(server.authority)`") == true)
                #expect(fetched.refusal?.found.contains("registry.example.com`") == false)
            }
            #expect(server.requests.count <= 3)
        }
    }

    @Test("a document of more bytes than its limit is a violation, not half an answer")
    func tooLarge() async throws {
        try await withNotary { server, notary in
            let size = try #require(notary.files["targets.json"]).count
            try await withRegistry([server.host()]) { client in
                try await client.finds(server.trustData("targets", limit: size))
                let larger = await client.fetch(try server.trustData("targets", limit: size - 1))
                #expect(larger.violation == .limitExceeded)
                #expect(larger.refusal?.found.contains("the notary server `\(server.authority)`") == true)
                server.script(ScriptedFault("/v2/", do: .endless))
                #expect(try await client.fetch(server.trustData()).violation == .limitExceeded)
            }
        }
    }

    // MARK: What may pass

    @Test("one failure is repeated, and the answer counts")
    func oneFailure() async throws {
        let faults: [ScriptedFault.Action] = [
            .status(500), .status(503), .close, .status(429, headers: [("Retry-After", "0")]),
        ]
        for fault in faults {
            try await withNotary { server, _ in
                server.script(ScriptedFault("/v2/", only: [1], do: fault))
                try await withRegistry([server.host()]) { client in
                    try await client.finds(server.trustData())
                }
                #expect(server.requests.count == 2)
            }
        }
    }

    @Test("S36: a server that is down is soon left alone, and a registry on another host is not")
    func down() async throws {
        try await withNotary { server, _ in
            try await withRegistrySimulator { registry in
                let digest = registry.pushImage(to: "team/app", tag: "1")
                server.script(ScriptedFault("/v2/", do: .status(502)))
                try await withRegistry([server.host(), registry.host()]) { client in
                    for _ in 0..<4 {
                        #expect(try await client.fetch(server.trustData()).obstacle == .trustServerUnavailable)
                    }
                    let left = await client.fetch(try server.trustData())
                    #expect(left.refusal?.found.contains("its last 5 requests failed") == true)
                    #expect(try await client.fetch(registry.manifest("team/app", tag: "1")).content?.digest == digest)
                }
                #expect(server.requests.count == 5)
            }
        }
    }

    @Test("S36: a server that says nothing is given up in time, by our bounds and by the decision's deadline")
    func slow() async throws {
        try await withRegistrySimulator(isSilent: true) { server in
            var limits = OutboundLimits.patient
            limits.firstByte = .milliseconds(100)
            try await withRegistry([server.host()], limits: limits) { client in
                let fetched = await client.fetch(try server.trustData())
                #expect(fetched.obstacle == .trustServerUnavailable)
                #expect(fetched.refusal?.found.contains("the notary server `\(server.authority)`") == true)
                #expect(fetched.refusal?.cure == "try again when the notary server is well")
            }
            try await withRegistry([server.host()]) { client in
                let fetched = await client.fetch(try server.trustData(), within: .milliseconds(100))
                #expect(fetched.obstacle == .trustServerUnavailable)
            }
        }
    }

    @Test("a rate limit that lasts is one of the notary server")
    func rateLimit() async throws {
        try await withNotary { server, _ in
            server.script(ScriptedFault("/v2/", do: .status(429, headers: [("Retry-After", "60")])))
            try await withRegistry([server.host()]) { client in
                let fetched = await client.fetch(try server.trustData(), within: .seconds(30))
                #expect(fetched.obstacle == .registryRateLimited)
                #expect(fetched.refusal?.found.hasPrefix("the notary server `\(server.authority)` limits") == true)
            }
            #expect(server.requests.count == 1)
        }
    }

    // MARK: Where it may be

    @Test("a server with a certificate of a private authority is asked if its own entry names that authority")
    func tls() async throws {
        let authority = try SimulatedAuthority()
        try await withNotary(certificate: try authority.certificate(for: ["127.0.0.1"])) { server, _ in
            let trusting = RegistryHost(host: server.authority, certificateAuthorities: authority.certificatePEM)
            try await withRegistry([trusting]) { client in
                try await client.finds(server.trustData())
            }
            // The authority of the image's registry says nothing about another host.
            let registry = RegistryHost(
                host: "registry.example.com", certificateAuthorities: authority.certificatePEM)
            try await withRegistry([registry, RegistryHost(host: server.authority)]) { client in
                let fetched = await client.fetch(try server.trustData())
                #expect(fetched.obstacle == .registryTLS)
                #expect(fetched.refusal?.cure?.contains("list `\(server.authority)` with its `caFile`") == true)
            }
        }
    }

    @Test("a server at a private address is asked only if it has an entry, and over TLS unless that says otherwise")
    func privateAddress() async throws {
        try await withNotary { server, _ in
            try await withRegistry([RegistryHost(host: "registry.example.com", privateAddressAllowed: true)]) {
                client in
                let fetched = await client.fetch(try server.trustData())
                #expect(fetched.obstacle == .addressForbidden)
                #expect(
                    fetched.refusal?.cure?.contains("list `\(server.authority)` with `privateAddress: allowed`") == true
                )
            }
            try await withRegistry([RegistryHost(host: server.authority)]) { client in
                let fetched = await client.fetch(try server.trustData())
                #expect(fetched.content == nil)
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test("a redirect is followed to a host that is listed for the server, without credentials, and to no other")
    func redirect() async throws {
        try await withNotary { server, notary in
            try await withRegistrySimulator { store in
                store.serve(["timestamp.json": try #require(notary.files["timestamp.json"])])
                server.demand(.basic(user: "robot", password: "canary"))
                server.script(
                    ScriptedFault("/v2/", only: [2, 4], do: .redirect(to: store.origin + "/timestamp.json")))
                let credentials = RegistryCredentials.password(user: "robot", password: "canary")
                let listed = server.host(redirectTo: [store.authority], credentials: credentials)
                try await withRegistry([listed, store.host()]) { client in
                    let content = await client.fetch(try server.trustData()).content
                    #expect(content?.bytes == notary.files["timestamp.json"])
                }
                #expect(store.requests.map { $0.header("authorization") } == [nil])
                // What is listed for the image's registry is not listed for its notary server.
                let registry = RegistryHost(host: "registry.example.com", redirectTo: [store.authority])
                try await withRegistry([registry, server.host(credentials: credentials), store.host()]) { client in
                    let fetched = await client.fetch(try server.trustData())
                    #expect(fetched.obstacle == .redirectForbidden)
                    #expect(fetched.refusal?.cure?.contains("`redirectTo` of `\(server.authority)`") == true)
                }
                #expect(store.requests.count == 1)
            }
        }
    }
}
