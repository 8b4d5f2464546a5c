import OCI
import Registry
import StrictJSON
import TestSupport
import Testing
import Trust

@Suite struct PagedListTests {
    private static let type = "application/vnd.example.signature"

    /// A registry with an image under `app`, and so many artifacts about it.
    private func withReferrers(
        _ count: Int, listed: SimulatedReferrers,
        _ body: (RegistrySimulator, Locator, RegistryFixture) async throws -> Void
    ) async throws {
        try await withRegistrySimulator { simulator in
            let image = simulator.pushImage(to: "app")
            for index in 0..<count {
                simulator.pushArtifact(
                    Self.type, layer: Array("layer \(index)".utf8), mediaType: "text/plain", about: image, to: "app")
            }
            simulator.listReferrers(listed)
            let locator = Locator.referrers(try simulator.repository("app"), image)
            try await withRegistry([simulator.host()]) { try await body(simulator, locator, $0) }
        }
    }

    private func entries(_ fetched: Fetched) throws -> [Descriptor] {
        let content = try #require(fetched.content)
        #expect(content.digest == .sha256(of: content.bytes))
        let manifest = try Manifest(parsing: content.bytes, contentType: content.mediaType)
        guard case .index(let index) = manifest else { throw NoIndex() }
        return index.manifests
    }

    private struct NoIndex: Error {}

    @Test("what refers to an image is one index, on one page or on many", arguments: [1, 2, 3, 50])
    func pages(perPage: Int) async throws {
        try await withReferrers(5, listed: .listed(perPage: perPage)) { simulator, locator, registry in
            let entries = try entries(await registry.fetch(locator))
            #expect(entries.count == 5)
            #expect(Set(entries.map(\.digest)).count == 5)
            #expect(entries.allSatisfy { $0.artifactType == Self.type })
            #expect(simulator.requests.count == (5 + perPage - 1) / perPage)
        }
    }

    @Test("nothing refers to an image: an empty index, which is another thing than no list")
    func empty() async throws {
        try await withReferrers(0, listed: .listed(perPage: 50)) { _, locator, registry in
            let entries = try entries(await registry.fetch(locator))
            #expect(entries.isEmpty)
        }
    }

    private func tags(_ fetched: Fetched) throws -> [String] {
        let content = try #require(fetched.content)
        return try #require(try JSONDocument(parsing: content.bytes).root["tags"]).elements.compactMap(\.string)
    }

    @Test("the tags of a repository are one list, on one page or on many", arguments: [1, 2, 3, 50])
    func tagPages(perPage: Int) async throws {
        try await withRegistrySimulator { simulator in
            for tag in ["1.0", "1.1", "2.0", "latest"] { simulator.pushImage(to: "app", tag: tag) }
            simulator.pushImage(to: "other", tag: "3.0")
            simulator.listTags(perPage: perPage)
            try await withRegistry([simulator.host()]) { registry in
                let fetched = await registry.fetch(.tags(try simulator.repository("app")))
                #expect(try tags(fetched) == ["1.0", "1.1", "2.0", "latest"])
                #expect(simulator.requests.count == (4 + perPage - 1) / perPage)
            }
        }
    }

    @Test("a repository that is not there has no tags, and a list that is none or too long is refused")
    func noTags() async throws {
        try await withRegistrySimulator { simulator in
            for tag in ["1.0", "1.1"] { simulator.pushImage(to: "app", tag: tag) }
            simulator.listTags(perPage: 1)
            try await withRegistry([simulator.host()]) { registry in
                #expect(await registry.fetch(.tags(try simulator.repository("nothing"))) == .absent)
                let app = try simulator.repository("app")
                guard case .violated(let refusal) = await registry.fetch(.tags(app, limit: 40)) else {
                    Issue.record("more bytes than asked for were taken")
                    return
                }
                #expect(refusal.reason == .limitExceeded)
            }
        }
    }

    @Test("R25: a registry that does not know the question has no list", arguments: [400, 404, 405, 406, 501])
    func noList(status: Int) async throws {
        try await withReferrers(1, listed: .none) { simulator, locator, registry in
            simulator.script(ScriptedFault("/v2/app/referrers/", do: .status(status)))
            #expect(await registry.fetch(locator) == .absent)
        }
    }

    @Test("a web page in place of a list is no list")
    func webPage() async throws {
        try await withReferrers(1, listed: .none) { simulator, locator, registry in
            simulator.script(
                ScriptedFault(
                    "/v2/app/referrers/", do: .status(200, headers: [("Content-Type", "text/html")], body: "<html>")))
            #expect(await registry.fetch(locator) == .absent)
        }
    }

    @Test("a list that may not be read is not the same as none", arguments: [401, 403, 429, 500, 503])
    func refused(status: Int) async throws {
        try await withReferrers(1, listed: .none) { simulator, locator, registry in
            simulator.script(ScriptedFault("/v2/app/referrers/", do: .status(status)))
            #expect(await registry.fetch(locator).obstacle != nil)
        }
    }

    @Test(
        "R26: a list that goes on at another host, or in a circle, leaves it open what refers to the image",
        arguments: [
            "<https://evil.example.com/v2/app/referrers/x>; rel=\"next\"", "<//evil.example.com/v2/>; rel=next",
            "<relative?from=2>; rel=next", "<ftp://127.0.0.1/>; rel=next",
        ])
    func astray(link: String) async throws {
        try await withReferrers(1, listed: .listed(perPage: 50)) { simulator, locator, registry in
            simulator.script(ScriptedFault("/v2/app/referrers/", do: .header(name: "Link", value: link)))
            #expect(await registry.fetch(locator).obstacle == .registryUnavailable)
            #expect(simulator.requests.count == 1)
        }
    }

    @Test("R26: a page that names itself as the next is read once")
    func circle() async throws {
        try await withReferrers(1, listed: .listed(perPage: 50)) { simulator, locator, registry in
            guard case .referrers(_, let digest, _) = locator else { return }
            let link = "</v2/app/referrers/\(digest)>; rel=\"next\""
            simulator.script(ScriptedFault("/v2/app/referrers/", do: .header(name: "Link", value: link)))
            #expect(await registry.fetch(locator).obstacle == .registryUnavailable)
            #expect(simulator.requests.count == 1)
        }
    }

    @Test("R26: of a list without end 32 pages are read, and it is refused")
    func endless() async throws {
        try await withReferrers(40, listed: .listed(perPage: 1)) { simulator, locator, registry in
            #expect(await registry.fetch(locator).violation == .limitExceeded)
            #expect(simulator.requests.count == 32)
        }
    }

    @Test("pages together have the limit of one answer")
    func tooLarge() async throws {
        try await withReferrers(6, listed: .listed(perPage: 1)) { simulator, locator, registry in
            guard case .referrers(let repository, let digest, _) = locator else { return }
            let page = try #require(await registry.fetch(locator).content).bytes.count / 6
            let narrow = Locator.referrers(repository, digest, limit: 4 * page)
            #expect(await registry.fetch(narrow).violation == .limitExceeded)
        }
    }

    @Test("a later page that is no index spoils the list", arguments: ["{}", "[]", #"{"manifests": 1}"#, "<html>"])
    func spoiledPage(body: String) async throws {
        try await withReferrers(2, listed: .listed(perPage: 1)) { simulator, locator, registry in
            guard case .referrers(_, let digest, _) = locator else { return }
            let second = "/v2/app/referrers/\(digest)?from=1"
            simulator.script(
                ScriptedFault(second, do: .status(200, headers: [("Content-Type", MediaType.ociIndex)], body: body)))
            #expect(await registry.fetch(locator).violation == .manifestInvalid)
        }
    }

    @Test("a mirror is asked for referrers by its own name of the repository")
    func mirror() async throws {
        try await withRegistrySimulator { simulator in
            let image = simulator.pushImage(to: "hub/app")
            simulator.pushArtifact(Self.type, layer: [1], mediaType: "text/plain", about: image, to: "hub/app")
            simulator.listReferrers(.listed(perPage: 50))
            let mirror = try #require(RegistryMirror(parsing: "\(simulator.authority)/hub"))
            let hosts = [
                RegistryHost(host: "registry.example.com", privateAddressAllowed: true, mirrors: [mirror]),
                simulator.host(),
            ]
            try await withRegistry(hosts) { registry in
                let repository = try Repository(parsing: "registry.example.com/app")
                let entries = try entries(await registry.fetch(.referrers(repository, image)))
                #expect(entries.count == 1)
            }
        }
    }
}
