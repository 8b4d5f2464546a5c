import Outbound
import Testing

@Suite struct OutboundURLTests {
    @Test("scheme and host are lower-cased, the scheme's own port is left out, a fragment is dropped")
    func normalises() throws {
        let url = try OutboundURL(parsing: "HTTPS://Registry.Example.COM:443/v2/a?x=1#top")
        #expect(url.scheme == .https)
        #expect(url.host == "registry.example.com")
        #expect(url.port == 443)
        #expect(url.authority == "registry.example.com")
        #expect(url.target == "/v2/a?x=1")
        #expect(try OutboundURL(parsing: "http://a:8080").authority == "a:8080")
        #expect(try OutboundURL(parsing: "https://a:80").authority == "a:80")
        #expect(try OutboundURL(parsing: "https://a?q").target == "/?q")
        #expect(try OutboundURL(parsing: "https://[2001:DB8:0::1]:5000/").authority == "[2001:db8::1]:5000")
    }

    @Test(
        "what is no address that we would ask is refused",
        arguments: [
            ("ftp://a/", OutboundURLError.schemeUnsupported), ("//a/", .schemeUnsupported), ("", .schemeUnsupported),
            ("https://user@a/", .userInformation), ("https://registry.example.com@evil.example/", .userInformation),
            ("https:///v2", .hostMalformed), ("https://a..b/", .hostMalformed), ("https://a./", .hostMalformed),
            ("https://-a/", .hostMalformed), ("https://a b/", .hostMalformed), ("https://ä/", .hostMalformed),
            ("https://a\\b/", .hostMalformed), ("https://[::1%25eth0]/", .hostMalformed),
            ("https://[127.0.0.1]/", .hostMalformed),
            ("https://a%2eb/", .hostMalformed), ("https://a\0/", .hostMalformed),
            ("https://2130706433/", .hostNumeric), ("https://0x7f.1/", .hostNumeric),
            ("https://0x7f000001/", .hostNumeric),
            ("https://017700000001/", .hostNumeric), ("https://127.1/", .hostNumeric),
            ("https://127.0.0.01/", .hostNumeric),
            ("https://a.0x/", .hostNumeric), ("https://a.5/", .hostNumeric),
            ("https://a:/", .portMalformed), ("https://a:0/", .portMalformed), ("https://a:65536/", .portMalformed),
            ("https://a:+1/", .portMalformed), ("https://[::1]x/", .portMalformed),
            ("https://a/b c", .malformed), ("https://a/%zz", .malformed), ("https://a/%4", .malformed),
            ("https://a/\r\nHost: b", .malformed), ("https://a/\"", .malformed), ("https://a/ü", .malformed),
        ])
    func refuses(text: String, error: OutboundURLError) {
        #expect(throws: error) { try OutboundURL(parsing: text) }
    }

    @Test("an address of more than 8 KiB is refused")
    func tooLong() {
        let path = String(repeating: "a", count: OutboundURL.maximumBytes)
        #expect(throws: OutboundURLError.tooLong) { try OutboundURL(parsing: "https://a/" + path) }
    }

    @Test("no way of printing an address shows its query")
    func redacts() throws {
        let url = try OutboundURL(parsing: "https://s3.example.com/blob?X-Amz-Signature=canary")
        var dumped = ""
        dump(url, to: &dumped)
        for text in ["\(url)", String(describing: url), String(reflecting: url), dumped] {
            #expect(!text.contains("canary"))
        }
        #expect("\(url)" == "https://s3.example.com/blob?…")
    }

    @Test("query items are percent-encoded, so none can become two")
    func query() throws {
        let url = try OutboundURL(parsing: "https://auth.example.com/token?a=b")
            .adding(query: [(name: "service", value: "x&scope=y"), (name: "scope", value: "repository:a/b:pull é")])
        #expect(url.target == "/token?a=b&service=x%26scope%3Dy&scope=repository%3Aa%2Fb%3Apull%20%C3%A9")
    }
}
