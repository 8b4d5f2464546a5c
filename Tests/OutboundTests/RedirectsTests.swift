import Outbound
import TestSupport
import Testing

@Suite struct RedirectsTests {
    @Test("a redirect on the same host is followed, with the credentials")
    func sameHost() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/a", do: .redirect(to: "/b?x=1")))
            simulator.script(ScriptedFault("/b", do: .status(200, body: "ok")))
            let response = try await client.outcome(simulator.url("/a"), authorization: "Bearer t").get()
            #expect(String(decoding: response.body, as: UTF8.self) == "ok")
            #expect(simulator.requests.map(\.target) == ["/a", "/b?x=1"])
            #expect(simulator.requests.allSatisfy { $0.header("authorization") == "Bearer t" })
        }
    }

    @Test(
        "R16: a redirect to a listed host is followed without credentials, and they do not come back with the way back")
    func otherHost() async throws {
        try await withRegistrySimulator { store in
            try await withRegistrySimulator { simulator in
                simulator.script(ScriptedFault("/a", do: .redirect(to: store.origin + "/b")))
                store.script(ScriptedFault("/b", do: .redirect(to: simulator.origin + "/c")))
                simulator.script(ScriptedFault("/c", do: .status(200, body: "ok")))
                let rules = try [
                    HostRule(
                        authority: simulator.authority, privateAddressAllowed: true, insecureHTTP: true,
                        redirectTo: [store.authority]),
                    HostRule(authority: store.authority, privateAddressAllowed: true, insecureHTTP: true),
                ]
                try await withOutbound(rules: rules) { client in
                    let url = try simulator.url("/a")
                    #expect(await client.outcome(url, authorization: "Bearer canary").text == "ok")
                }
                #expect(simulator.requests.map { $0.header("authorization") } == ["Bearer canary", nil])
                #expect(store.requests.map { $0.header("authorization") } == [nil])
                #expect(store.requests.allSatisfy { $0.header("cookie") == nil })
            }
        }
    }

    @Test(
        "an entry that names the port which the scheme implies lists that host",
        arguments: [
            ("store.test:80", true), ("store.test", true), ("store.test:8080", false), ("other.test:80", false),
        ])
    func impliedPort(entry: String, isListed: Bool) async throws {
        try await withSimulator(redirectTo: [entry]) { simulator, client in
            simulator.script(ScriptedFault("/a", do: .redirect(to: "http://store.test/b")))
            guard case .redirectForbidden(_, let detail) = await client.outcome(try simulator.url("/a")).error else {
                Issue.record("a host without a rule was asked over plain HTTP")
                return
            }
            #expect(detail.contains("is not listed in") != isListed)
        }
    }

    @Test("a redirect to a host that is not listed is refused before anything is asked there")
    func unlisted() async throws {
        try await withRegistrySimulator { store in
            try await withSimulator { simulator, client in
                simulator.script(ScriptedFault("/a", do: .redirect(to: store.origin + "/b?secret=canary")))
                let error = await client.outcome(try simulator.url("/a")).error
                guard case .redirectForbidden(simulator.authority, let detail) = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(detail.contains(store.authority))
                #expect(!"\(detail)".contains("canary"))
            }
            #expect(store.requests.isEmpty)
        }
    }

    @Test("a listed host that is private, and not listed as such, is refused as a redirect")
    func listedButPrivate() async throws {
        try await withRegistrySimulator { store in
            try await withSimulator(redirectTo: [store.authority]) { simulator, client in
                simulator.script(ScriptedFault("/a", do: .redirect(to: "https://\(store.authority)/b")))
                guard case .redirectForbidden = await client.outcome(try simulator.url("/a")).error else {
                    Issue.record("a private address was asked")
                    return
                }
            }
            #expect(store.requests.isEmpty)
        }
    }

    @Test(
        "R13: a redirect to a metadata service, a neighbour or an odd number is refused, even if it is listed",
        arguments: [
            "http://169.254.169.254/latest/meta-data", "http://[fd00:ec2::254]/", "http://127.0.0.1/",
            "https://10.0.0.1/",
            "http://2130706433/", "http://0177.0.0.1/", "http://0x7f000001/", "ftp://registry.example.com/",
            "//evil.example/",
            "https://user:canary@registry.example.com/", "relative", "",
        ])
    func neighbours(target: String) async throws {
        let listed = ["169.254.169.254", "[fd00:ec2::254]", "127.0.0.1", "10.0.0.1"]
        try await withSimulator(redirectTo: listed) { simulator, client in
            simulator.script(ScriptedFault("/a", do: .redirect(to: target)))
            let error = await client.outcome(try simulator.url("/a")).error
            guard case .redirectForbidden = error else {
                Issue.record("\(String(describing: error))")
                return
            }
            #expect(!"\(String(describing: error))".contains("canary"))
        }
    }

    @Test("R17: three redirects are followed, the fourth is not")
    func hops() async throws {
        try await withSimulator { simulator, client in
            for hop in 1...4 { simulator.script(ScriptedFault("/\(hop)", do: .redirect(to: "/\(hop + 1)"))) }
            simulator.script(ScriptedFault("/5", do: .status(200, body: "ok")))
            #expect(try await client.outcome(simulator.url("/2")).text == "ok")
            guard case .redirectForbidden = await client.outcome(try simulator.url("/1")).error else {
                Issue.record("four redirects were followed")
                return
            }
        }
    }

    @Test("a loop ends")
    func loop() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/a", do: .redirect(to: "/a")))
            guard case .redirectForbidden = await client.outcome(try simulator.url("/a")).error else {
                Issue.record("a loop was followed")
                return
            }
            #expect(simulator.requests.count == 4)
        }
    }

    @Test("a redirect without one `Location` is a violation")
    func location() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/a", do: .status(302)))
            simulator.script(
                ScriptedFault("/b", do: .status(302, headers: [("Location", "/x"), ("Location", "/y")])))
            for path in ["/a", "/b"] {
                guard case .protocolViolation = await client.outcome(try simulator.url(path)).error else {
                    Issue.record("\(path) was followed")
                    return
                }
            }
        }
    }

    @Test("a form is never sent on")
    func post() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/a", do: .redirect(to: "/b")))
            let request = OutboundRequest(
                try simulator.url("/a"), method: .post(form: [("refresh_token", "canary")]), limit: 10)
            await #expect(throws: OutboundError.self) {
                try await client.send(request, deadline: .now + .seconds(5))
            }
            #expect(simulator.requests.map(\.target) == ["/a"])
            #expect(simulator.requests.first?.body == "refresh_token=canary")
        }
    }

    @Test("a JSON body is sent as it is, and never sent on")
    func postJSON() async throws {
        try await withSimulator { simulator, client in
            simulator.script(ScriptedFault("/a", do: .redirect(to: "/b")))
            simulator.script(ScriptedFault("/c", do: .status(200, body: "ok")))
            func post(_ path: String) async throws -> OutboundResponse {
                let body = Array(#"{"question":"é%"}"#.utf8)
                let request = OutboundRequest(try simulator.url(path), method: .postJSON(body), limit: 10)
                #expect(!request.description.contains("question"))
                return try await client.send(request, deadline: .now + .seconds(5))
            }
            await #expect(throws: OutboundError.self) { try await post("/a") }
            let answer = try await post("/c")
            #expect(answer.body == Array("ok".utf8))
            #expect(simulator.requests.map(\.target) == ["/a", "/c"])
            for request in simulator.requests {
                #expect(request.method == "POST")
                #expect(request.header("content-type") == "application/json")
                #expect(request.body == #"{"question":"é%"}"#)
            }
        }
    }
}
