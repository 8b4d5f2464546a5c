import Cryptography
import Registry
import Testing

@Suite struct DockerConfigurationTests {
    private func parse(_ json: String) throws(DockerConfigurationError) -> DockerConfiguration {
        try DockerConfiguration(parsing: Array(json.utf8))
    }

    private func auth(_ text: String) -> String { Base64.encode(Array(text.utf8)) }

    @Test("each kind of entry is understood")
    func kinds() throws {
        let configuration = try parse(
            """
            {"auths":{
              "a.example":{"auth":"\(auth("user:pass:word"))"},
              "b.example:5000":{"username":"user","password":"word","email":"x"},
              "c.example":{"auth":"\(auth("<token>:"))","identitytoken":"refresh"},
              "d.example":{"registrytoken":"bearer"},
              "e.example":{},
              "https://index.docker.io/v1/":{"auth":"\(auth("hub:secret"))"}
            },"HttpHeaders":{"X":"y"},"credsStore":"","credHelpers":{}}
            """)
        #expect(configuration.credentials(for: "a.example") == .stated(.password(user: "user", password: "pass:word")))
        #expect(configuration.credentials(for: "b.example:5000") == .stated(.password(user: "user", password: "word")))
        #expect(configuration.credentials(for: "c.example") == .stated(.identityToken("refresh")))
        #expect(configuration.credentials(for: "d.example") == .stated(.registryToken("bearer")))
        #expect(configuration.credentials(for: "e.example") == nil)
        #expect(configuration.credentials(for: "docker.io") == .stated(.password(user: "hub", password: "secret")))
    }

    @Test(
        "credentials are for exactly one host and port",
        arguments: [
            "example.com", "registry.example.com:443", "registry.example.com:5000", "sub.registry.example.com",
            "registry.example.com.evil.example", "docker.io", "registry.example.co",
        ])
    func otherHosts(host: String) throws {
        let configuration = try parse(
            """
            {"auths":{"registry.example.com":{"auth":"\(auth("a:b"))"},"example.com/team":{"auth":"\(auth("a:b"))"}}}
            """)
        #expect(configuration.credentials(for: "registry.example.com") != nil)
        #expect(configuration.credentials(for: host) == nil)
    }

    @Test("a helper that is named for a registry comes before the one for all, and both before what is written down")
    func helpers() throws {
        let configuration = try parse(
            """
            {"auths":{"a.example":{"auth":"\(auth("a:b"))"},"c.example":{"auth":"\(auth("a:b"))"}},
             "credHelpers":{"A.example":"ecr-login","index.docker.io":"hub","c.example":""},"credsStore":"desktop"}
            """)
        for (domain, name, server) in [
            ("a.example", "ecr-login", "a.example"), ("docker.io", "hub", "https://index.docker.io/v1/"),
            ("b.example:5000", "desktop", "b.example:5000"), ("c.example", "desktop", "c.example"),
        ] {
            let helper = try #require(CredentialHelper(name: name, server: server))
            #expect(configuration.credentials(for: domain) == .helper(helper))
        }
    }

    @Test(
        "a helper whose name is more than the end of a program's name is refused",
        arguments: [
            #"{"credsStore":"../../bin/sh"}"#, #"{"credsStore":"a b"}"#, #"{"credHelpers":{"a.example":"x;y"}}"#,
            #"{"credsStore":1}"#, #"{"credHelpers":["a"]}"#, #"{"credHelpers":{"a.example":{}}}"#,
            #"{"credsStore":"é"}"#, #"{"credsStore":"\u0000"}"#,
        ])
    func helperNames(json: String) throws {
        let error = try #require(throws: DockerConfigurationError.self) { try parse(json) }
        guard case .malformedHelper = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test(
        "what cannot be read is refused without showing it",
        arguments: [
            "", "[]", "canary", #"{"auths":[]}"#, #"{"auths":{"a":1}}"#, #"{"auths":{"a":{"auth":7}}}"#,
            #"{"auths":{"a":{"auth":"canary"}}}"#, #"{"auths":{"a":{"auth":"Y2FuYXJ5"}}}"#,
            #"{"auths":{"a":{"auth":"OmE="}}}"#,
            #"{"auths":{"a":{"username":"can:ary","password":"canary"}}}"#,
            #"{"auths":{"a":{"registrytoken":"canary\n"}}}"#,
            #"{"auths":{"a":{"auth":"Y2FuYXJ5","auth":"Y2FuYXJ5"}}}"#, #"{"auths":{"a":{"auth":"//46Lw=="}}}"#,
        ])
    func malformed(json: String) throws {
        let error = try #require(throws: DockerConfigurationError.self) { try parse(json) }
        #expect(!"\(error)".contains("canary"))
        #expect(!"\(error)".contains("Y2FuYXJ5"))
    }

    @Test("a file of more than 1 MiB is refused")
    func tooLarge() {
        #expect(throws: DockerConfigurationError.self) {
            try parse(#"{"a":""# + String(repeating: "a", count: 1 << 20) + #""}"#)
        }
    }

    @Test("no way of printing credentials shows them")
    func redacted() throws {
        let configuration = try parse(#"{"auths":{"a.example":{"username":"user","password":"canary"}}}"#)
        var dumped = ""
        dump(configuration, to: &dumped)
        #expect(!(dumped + "\(configuration)" + String(reflecting: configuration)).contains("canary"))
    }
}
