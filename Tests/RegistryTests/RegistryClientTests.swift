import Cryptography
import OCI
import Outbound
import Registry
import TestSupport
import Testing
import Trust

@Suite struct RegistryClientTests {
    /// A simulator without authentication, holding one image under `app:1`.
    private func withImage(
        limits: OutboundLimits = .patient,
        _ body: (RegistrySimulator, Digest, RegistryFixture) async throws -> Void
    ) async throws {
        try await withRegistrySimulator { simulator in
            let digest = simulator.pushImage(to: "team/app", tag: "1")
            try await withRegistry([simulator.host()], limits: limits) { try await body(simulator, digest, $0) }
        }
    }

    // MARK: What is found

    @Test("a manifest is found by tag and by digest, hashed here, with its media type")
    func manifest() async throws {
        try await withImage { simulator, digest, registry in
            let repository = try simulator.repository("team/app")
            for name in [Locator.ManifestName.tag("1"), .digest(digest)] {
                let content = try #require(await registry.fetch(.manifest(repository, name)).content)
                #expect(content.digest == digest)
                #expect(content.bytes.count > 0)
                #expect(content.mediaType == "application/vnd.oci.image.manifest.v1+json")
            }
            let accept = try #require(simulator.requests.first?.header("accept"))
            for type in [
                "application/vnd.oci.image.index.v1+json", "application/vnd.oci.image.manifest.v1+json",
                "application/vnd.docker.distribution.manifest.list.v2+json",
                "application/vnd.docker.distribution.manifest.v2+json",
            ] { #expect(accept.contains(type)) }
            #expect(!accept.contains("v1+prettyjws"))
        }
    }

    @Test("a blob is found by digest, without media type")
    func blob() async throws {
        try await withImage { simulator, _, registry in
            let digest = simulator.push(blob: Array("payload".utf8), to: "team/app")
            let blob = Locator.blob(try simulator.repository("team/app"), digest, limit: 7)
            let content = try #require(await registry.fetch(blob).content)
            #expect(content.bytes == Array("payload".utf8))
            #expect(content.digest == digest)
            #expect(content.mediaType == nil)
        }
    }

    @Test("a sha512 digest is matched with SHA-512")
    func sha512() async throws {
        try await withImage { simulator, _, registry in
            let bytes = Array("payload".utf8)
            let digest = try #require(Digest(algorithm: .sha512, bytes: SHA2.sha512(bytes)))
            let blob = Locator.blob(try simulator.repository("team/app"), digest, limit: 100)
            simulator.script(ScriptedFault("/v2/", do: .status(200, body: "payload")))
            #expect(await registry.fetch(blob).content?.digest == digest)
            simulator.clearFaults()
            simulator.script(ScriptedFault("/v2/", do: .status(200, body: "Payload")))
            #expect(await registry.fetch(blob).violation == .digestMismatch)
        }
    }

    @Test("signatures are found where cosign puts them")
    func signatures() async throws {
        try await withImage { simulator, digest, registry in
            let signature = SimulatedSignature(payload: Array("{}".utf8), signature: "AAAA")
            let expected = simulator.pushSignatures([signature], of: digest, to: "team/app")
            let locator = try simulator.manifest("team/app", tag: digest.tagPrefix + ".sig")
            #expect(await registry.fetch(locator).content?.digest == expected)
        }
    }

    @Test(
        "media types lose their parameters and capitals",
        arguments: [
            ("Application/JSON; charset=utf-8", "application/json"), (" a/b ;c", "a/b"), ("a/b/c", nil), ("a", nil),
            ("a/ b", nil), ("", nil),
        ])
    func mediaTypes(field: String, expected: String?) async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .header(name: "Content-Type", value: field)))
            let content = try #require(await registry.fetch(simulator.manifest("team/app", tag: "1")).content)
            #expect(content.mediaType == expected)
        }
    }

    // MARK: What is not there

    @Test("a 404 is absence, whatever its body", arguments: ["<html>gone</html>", "{}", ""])
    func absent(body: String) async throws {
        try await withImage { simulator, digest, registry in
            let repository = try simulator.repository("team/app")
            simulator.script(
                ScriptedFault("/v2/", do: .status(404, headers: [("Content-Type", "text/html")], body: body)))
            #expect(await registry.fetch(.manifest(repository, .tag("1"))) == .absent)
            #expect(await registry.fetch(.manifest(repository, .digest(digest))) == .absent)
            #expect(await registry.fetch(.blob(repository, digest, limit: 10)) == .absent)
        }
    }

    @Test(
        "only a 404 is absence: every other answer that is no content is undetermined",
        arguments: [
            (400, ReasonCode.registryUnavailable), (403, .registryDenied), (405, .registryUnavailable),
            (410, .registryUnavailable), (418, .registryUnavailable), (429, .registryRateLimited),
            (500, .registryUnavailable), (502, .registryUnavailable), (503, .registryUnavailable),
            (504, .registryUnavailable), (204, .registryUnavailable), (206, .registryUnavailable),
            (304, .registryUnavailable),
        ])
    func statuses(status: Int, reason: ReasonCode) async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .status(status)))
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.obstacle == reason)
            #expect(simulator.requests.count <= 3)
        }
    }

    // MARK: Lies

    @Test("R09: bytes with another digest than asked for are a violation, and the right ones are found afterwards")
    func wrongBytes() async throws {
        try await withImage { simulator, digest, registry in
            let repository = try simulator.repository("team/app")
            let blob = simulator.push(blob: Array("payload".utf8), to: "team/app")
            simulator.script(ScriptedFault("/v2/", do: .wrongBytes))
            #expect(await registry.fetch(.manifest(repository, .digest(digest))).violation == .digestMismatch)
            #expect(await registry.fetch(.blob(repository, blob, limit: 100)).violation == .digestMismatch)
            simulator.clearFaults()
            #expect(await registry.fetch(.manifest(repository, .digest(digest))).content?.digest == digest)
            #expect(await registry.fetch(.blob(repository, blob, limit: 100)).content?.digest == blob)
        }
    }

    @Test("R11: nothing but GET is asked, a tag once, and its digest is that of the bytes that came")
    func oneQuestion() async throws {
        try await withImage { simulator, digest, registry in
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.content?.digest == digest)
            #expect(simulator.requests.map(\.method) == ["GET"])
        }
    }

    @Test(
        "R10: a `Docker-Content-Digest` that is not the digest of the bytes is a violation, also by tag",
        arguments: [
            "sha256:\(String(repeating: "a", count: 64))", "nonsense", "md5:00",
        ])
    func lyingHeader(value: String) async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .header(name: "Docker-Content-Digest", value: value)))
            let locator = try simulator.manifest("team/app", tag: "1")
            #expect(await registry.fetch(locator).violation == .digestMismatch)
        }
    }

    @Test("R07: a manifest or blob of more bytes than its limit is a violation, not half an answer")
    func tooLarge() async throws {
        try await withImage { simulator, _, registry in
            let repository = try simulator.repository("team/app")
            let blob = simulator.push(blob: [UInt8](repeating: 7, count: 11), to: "team/app")
            #expect(await registry.fetch(.blob(repository, blob, limit: 10)).violation == .limitExceeded)
            #expect(await registry.fetch(.blob(repository, blob, limit: 11)).content != nil)
            simulator.push(manifest: [UInt8](repeating: 32, count: 4 << 20 | 1), to: "team/app", tag: "huge")
            simulator.push(manifest: [UInt8](repeating: 32, count: 4 << 20), to: "team/app", tag: "large")
            let huge = try simulator.manifest("team/app", tag: "huge")
            #expect(await registry.fetch(huge).violation == .limitExceeded)
            let large = try simulator.manifest("team/app", tag: "large")
            #expect(await registry.fetch(large).content != nil)
            let small = Locator.manifest(repository, .tag("1"), limit: 100)
            #expect(await registry.fetch(small).violation == .limitExceeded)
            simulator.script(ScriptedFault("/v2/", do: .endless))
            #expect(await registry.fetch(huge).violation == .limitExceeded)
            #expect(await registry.fetch(small).violation == .limitExceeded)
        }
    }

    @Test(
        "a tag that could change the path is not asked for",
        arguments: [
            "", ".", "..", "a/b", "a?b", "a#b", "a b", "-a", "a%2f", "ä", String(repeating: "a", count: 129),
        ])
    func tags(tag: String) async throws {
        try await withImage { simulator, _, registry in
            let locator = try simulator.manifest("team/app", tag: tag)
            #expect(await registry.fetch(locator).obstacle == .referenceInvalid)
            #expect(simulator.requests.isEmpty)
        }
    }

    // MARK: What may pass

    @Test("one failure is repeated, and the answer counts", arguments: [500, 502, 503, 504])
    func oneFailure(status: Int) async throws {
        try await withImage { simulator, digest, registry in
            simulator.script(ScriptedFault("/v2/", only: [1], do: .status(status)))
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.content?.digest == digest)
            #expect(simulator.requests.count == 2)
        }
    }

    @Test("a connection that breaks, or breaks off, is repeated")
    func brokenConnection() async throws {
        try await withImage { simulator, digest, registry in
            simulator.script(ScriptedFault("/v2/", only: [1], do: .close))
            simulator.script(
                ScriptedFault("/v2/", only: [1], do: .raw("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab")))
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.content?.digest == digest)
            #expect(simulator.requests.count == 3)
        }
    }

    @Test(
        "R03: a failure that stays ends after three questions, and soon the registry is left alone",
        arguments: [500, 502, 503, 504])
    func lastingFailure(status: Int) async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .status(status)))
            let locator = try simulator.manifest("team/app", tag: "1")
            #expect(await registry.fetch(locator).obstacle == .registryUnavailable)
            #expect(simulator.requests.count == 3)
            for _ in 0..<10 {
                let fetched = await registry.fetch(locator)
                #expect(fetched.obstacle == .registryUnavailable)
                #expect(fetched.refusal?.found.contains("its last 5 requests failed") == true)
            }
            #expect(simulator.requests.count == 5)
        }
    }

    @Test("a registry is asked as often as it may be; then a short wait is waited for, a long one is a rate limit")
    func budget() async throws {
        try await withRegistrySimulator { simulator in
            simulator.pushImage(to: "app", tag: "1")
            let locator = try simulator.manifest("app", tag: "1")
            // One comes back every half second, and every twenty.
            for (perMinute, isWaitedFor) in [(120, true), (3, false)] {
                let host = simulator.host(source: nil, requestsPerMinute: perMinute)
                try await withRegistry([host]) { registry in
                    for _ in 0..<perMinute { #expect(await registry.fetch(locator).content != nil) }
                    let fetched = await registry.fetch(locator, within: .seconds(5))
                    #expect((fetched.content != nil) == isWaitedFor)
                    guard !isWaitedFor else { return }
                    #expect(fetched.obstacle == .registryRateLimited)
                    #expect(fetched.refusal?.cure?.contains("`requestsPerMinute`") == true)
                }
            }
        }
    }

    @Test("R01: a 429 with `Retry-After` is tried again once, inside the deadline")
    func rateLimitOnce() async throws {
        try await withImage { simulator, digest, registry in
            simulator.script(ScriptedFault("/v2/", only: [1], do: .status(429, headers: [("Retry-After", "1")])))
            let clock = ContinuousClock()
            let start = clock.now
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.content?.digest == digest)
            #expect(clock.now - start >= .seconds(1))
            #expect(simulator.requests.count == 2)
        }
    }

    @Test("R01: a `Retry-After` that ends after the deadline is not waited for")
    func rateLimitBeyondDeadline() async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .status(429, headers: [("Retry-After", "60")])))
            let start = ContinuousClock.now
            let locator = try simulator.manifest("team/app", tag: "1")
            #expect(await registry.fetch(locator, within: .seconds(30)).obstacle == .registryRateLimited)
            #expect(ContinuousClock.now - start < .seconds(30))
            #expect(simulator.requests.count == 1)
        }
    }

    @Test("a host that is unwell and then counts our questions is asked three times, not more")
    func mixedFailures() async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", only: [1, 2], do: .status(503)))
            simulator.script(ScriptedFault("/v2/", do: .status(429, headers: [("Retry-After", "0")])))
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.obstacle == .registryRateLimited)
            #expect(simulator.requests.count == 3)
        }
    }

    @Test(
        "R02: a rate limit without end, or longer than we may wait, is reported and not asked again",
        arguments: [
            "3600", "Wed, 21 Oct 2026 07:28:00 GMT", "-1", "99999999999999999999", "1e3",
        ])
    func rateLimitTooLong(retryAfter: String) async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .status(429, headers: [("Retry-After", retryAfter)])))
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.obstacle == .registryRateLimited)
            #expect(simulator.requests.count == 1)
        }
    }

    @Test("R02: a rate limit for ever is asked twice at most")
    func rateLimitForEver() async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .status(429, headers: [("Retry-After", "0")])))
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.obstacle == .registryRateLimited)
            #expect(simulator.requests.count == 2)
        }
    }

    @Test("R04: a stalled registry ends with the deadline, under that name")
    func deadline() async throws {
        try await withImage { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .stall))
            let locator = try simulator.manifest("team/app", tag: "1")
            let clock = ContinuousClock()
            let start = clock.now
            #expect(await registry.fetch(locator, within: .milliseconds(200)).obstacle == .deadlineExceeded)
            #expect(clock.now - start < .seconds(20))
        }
    }

    @Test("a registry that is slower than our own bound is unavailable")
    func slow() async throws {
        var limits = OutboundLimits.patient
        limits.firstByte = .milliseconds(250)
        try await withImage(limits: limits) { simulator, _, registry in
            simulator.script(ScriptedFault("/v2/", do: .stall))
            let fetched = await registry.fetch(try simulator.manifest("team/app", tag: "1"))
            #expect(fetched.obstacle == .registryUnavailable)
            #expect((1...3).contains(simulator.requests.count))
        }
    }

    @Test("R29: one registry that stalls does not keep another waiting")
    func otherRegistry() async throws {
        try await withImage { simulator, _, _ in
            try await withRegistrySimulator { other in
                let digest = other.pushImage(to: "app", tag: "1")
                simulator.script(ScriptedFault("/v2/", do: .stall))
                try await withRegistry([simulator.host(), other.host()]) { registry in
                    let stalled = try simulator.manifest("team/app", tag: "1")
                    async let first = registry.fetch(stalled, within: .seconds(1))
                    let second = await registry.fetch(try other.manifest("app", tag: "1"))
                    #expect(second.content?.digest == digest)
                    #expect(await first.obstacle == .deadlineExceeded)
                }
            }
        }
    }

    // MARK: Where it may not go

    @Test("attack 22: an unlisted registry at a private address is not asked")
    func unlisted() async throws {
        try await withRegistrySimulator { simulator in
            simulator.pushImage(to: "app", tag: "1")
            try await withRegistry([]) { registry in
                let fetched = await registry.fetch(try simulator.manifest("app", tag: "1"))
                #expect(fetched.obstacle == .addressForbidden)
                #expect(fetched.refusal?.cure?.contains("privateAddress: allowed") == true)
            }
            #expect(simulator.requests.isEmpty)
        }
    }

    @Test(
        "attack 22: an image reference cannot point at a metadata service or hide an address in an odd number",
        arguments: [
            "169.254.169.254/x", "[fd00:ec2::254]:80/x", "0x7f.1:5000/x", "127.1:80/x", "0177.0.0.1/x",
        ])
    func neighbours(reference: String) async throws {
        let repository = try Repository(parsing: reference)
        try await withRegistry([]) { registry in
            #expect(await registry.fetch(.manifest(repository, .tag("1"))).obstacle == .addressForbidden)
        }
    }

    @Test("an entry that names its address itself allows it")
    func namedAddress() async throws {
        try await withRegistrySimulator { simulator in
            let digest = simulator.pushImage(to: "app", tag: "1")
            let listed = [
                RegistryHost(host: simulator.authority, insecureHTTP: true),
                RegistryHost(host: "localhost:\(simulator.port)", insecureHTTP: true),
            ]
            try await withRegistry(listed) { registry in
                for host in listed {
                    let repository = try Repository(parsing: "\(host.host)/app")
                    #expect(await registry.fetch(.manifest(repository, .tag("1"))).content?.digest == digest)
                }
            }
        }
    }

    @Test("attack 21: a redirect elsewhere is forbidden unless it is listed, and then followed without credentials")
    func redirects() async throws {
        let authentication = SimulatedAuthentication.basic(user: "user", password: "canary")
        try await withRegistrySimulator { store in
            try await withRegistrySimulator(authentication: authentication) { simulator in
                let blob = simulator.push(blob: Array("payload".utf8), to: "app")
                store.script(ScriptedFault("/blob", do: .status(200, body: "payload")))
                simulator.script(
                    ScriptedFault("/v2/app/blobs", only: [2, 3, 4], do: .redirect(to: store.origin + "/blob")))
                let locator = Locator.blob(try simulator.repository("app"), blob, limit: 100)
                let credentials = RegistryCredentials.password(user: "user", password: "canary")
                let listed = simulator.host(redirectTo: [store.authority], credentials: credentials)
                try await withRegistry([listed, store.host()]) { registry in
                    #expect(await registry.fetch(locator).content?.digest == blob)
                }
                #expect(simulator.requests.last?.header("authorization") != nil)
                #expect(store.requests.map { $0.header("authorization") } == [nil])
                try await withRegistry([simulator.host(credentials: credentials), store.host()]) { registry in
                    let fetched = await registry.fetch(locator)
                    #expect(fetched.obstacle == .redirectForbidden)
                    #expect(fetched.refusal?.cure?.contains("redirectTo") == true)
                }
                #expect(store.requests.count == 1)
            }
        }
    }

    @Test("R22: a certificate that nobody here trusts is a TLS refusal, with its cure")
    func tls() async throws {
        let authority = try SimulatedAuthority()
        let certificate = try authority.certificate(for: ["127.0.0.1"])
        try await withRegistrySimulator(certificate: certificate) { simulator in
            let digest = simulator.pushImage(to: "app", tag: "1")
            let locator = try simulator.manifest("app", tag: "1")
            try await withRegistry([simulator.host()]) { registry in
                let fetched = await registry.fetch(locator)
                #expect(fetched.obstacle == .registryTLS)
                #expect(fetched.refusal?.cure?.contains("caFile") == true)
            }
            let trusted = RegistryHost(
                host: simulator.authority, certificateAuthorities: authority.certificatePEM)
            try await withRegistry([trusted]) { registry in
                #expect(await registry.fetch(locator).content?.digest == digest)
            }
        }
    }
}
