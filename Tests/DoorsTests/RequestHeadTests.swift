import NIOHTTP1
import Testing

@testable import Doors

private func head(
    _ headers: [(String, String)], method: HTTPMethod = .POST, version: HTTPVersion = .http1_1
) throws(RequestHead.Refusal) -> RequestHead {
    try RequestHead(
        HTTPRequestHead(version: version, method: method, uri: "/validate", headers: HTTPHeaders(headers)))
}

private func refusal(_ body: () throws(RequestHead.Refusal) -> Void) -> String? {
    do throws(RequestHead.Refusal) {
        try body()
        return nil
    } catch {
        return error.response.status.text.description
    }
}

@Suite("What the head of a request says")
struct RequestHeadTests {
    private let host = ("Host", "dockgate.svc")
    private let json = ("Content-Type", "application/json")

    @Test("where its body ends")
    func framing() throws {
        #expect(try head([host]).framing.hasBody == false)
        #expect(try head([host, ("content-length", "12")]).framing.contentLength == 12)
        #expect(try head([host, ("content-length", "0")]).framing.hasBody == false)
        let chunked = try head([host, ("Transfer-Encoding", "Chunked")])
        #expect(chunked.framing.hasBody && chunked.framing.contentLength == nil)
        #expect(try head([host, ("Expect", "100-Continue")]).framing.expectsContinue)
        #expect(try head([host]).framing.keepsAlive)
        #expect(try !head([], version: .http1_0).framing.keepsAlive)
    }

    @Test(
        "two readings of where it ends are refused",
        arguments: [
            [("Content-Length", "1"), ("Content-Length", "1")], [("Content-Length", "1, 1")],
            [("Content-Length", "+1")], [("Content-Length", "-1")], [("Content-Length", "0x1")],
            [("Content-Length", "")], [("Content-Length", "99999999999999999999")],
            [("Content-Length", "1"), ("Transfer-Encoding", "chunked")],
            [("Transfer-Encoding", "chunked"), ("Content-Length", "1")],
            [("Host", "other")], [("X", "a\r\n b")], [("X", "a\nb")], [("X", "a\0")], [("Upgrade", "h2c")],
            [("Content-Type", "application/json"), ("Content-Type", "text/plain")],
        ])
    func ambiguous(_ fields: [(String, String)]) {
        #expect(refusal { () throws(RequestHead.Refusal) in _ = try head([host] + fields) } == "400 Bad Request")
    }

    @Test("what is not understood is refused by name")
    func notUnderstood() {
        func status(_ field: (String, String)) -> String? {
            refusal { () throws(RequestHead.Refusal) in _ = try head([host, field]) }
        }
        #expect(status(("Transfer-Encoding", "gzip, chunked")) == "501 Not Implemented")
        #expect(status(("Transfer-Encoding", "identity")) == "501 Not Implemented")
        #expect(status(("Expect", "200-ok")) == "417 Expectation Failed")
        #expect(status(("Content-Encoding", "gzip")) == "415 Unsupported Media Type")
        #expect(status(("Content-Encoding", "identity")) == nil)
    }

    @Test("HTTP/1.1 names its host, once")
    func hosts() {
        #expect(refusal { () throws(RequestHead.Refusal) in _ = try head([]) } == "400 Bad Request")
        #expect(refusal { () throws(RequestHead.Refusal) in _ = try head([], version: .http1_0) } == nil)
    }

    @Test(
        "a content type is JSON with or without parameters",
        arguments: [
            ("application/json", true), ("Application/JSON; charset=utf-8", true), ("application/json ;x", true),
            ("application/json2", false), ("text/json", false), ("application/json, text/plain", false), ("", false),
        ])
    func contentType(_ value: String, _ isJSON: Bool) throws {
        let request = try head([host, ("Content-Type", value), ("Content-Length", "2")])
        let status = refusal { () throws(RequestHead.Refusal) in
            try request.check(.posts, method: .POST, limits: ServerLimits(), isAuthenticated: true)
        }
        #expect(status == (isJSON ? nil : "415 Unsupported Media Type"))
    }

    @Test("each path takes what it takes")
    func acceptance() throws {
        let post = try head([host, json, ("Content-Length", "8388608")])
        let large = try head([host, json, ("Content-Length", "8388609")])
        let bare = try head([host])
        func status(
            _ request: RequestHead, _ acceptance: Acceptance, _ method: HTTPMethod, isAuthenticated: Bool = true
        ) -> String? {
            refusal { () throws(RequestHead.Refusal) in
                try request.check(
                    acceptance, method: method, limits: ServerLimits(), isAuthenticated: isAuthenticated)
            }
        }
        #expect(status(post, .posts, .POST) == nil)
        #expect(status(large, .posts, .POST) == "413 Content Too Large")
        #expect(status(post, .posts, .POST, isAuthenticated: false) == "403 Forbidden")
        #expect(status(post, .posts, .PUT) == "405 Method Not Allowed")
        #expect(status(post, .probes, .GET) == "400 Bad Request")
        #expect(status(bare, .probes, .GET, isAuthenticated: false) == nil)
        #expect(status(bare, .probes, .HEAD) == nil)
        #expect(status(bare, .probes, .POST) == "405 Method Not Allowed")
        #expect(status(bare, .posts, .POST) == "415 Unsupported Media Type")
    }
}
