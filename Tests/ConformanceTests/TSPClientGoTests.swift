import Cryptography
import Testing
import Timestamp

/// The tests of a public CMS and RFC 3161 library: tokens with one fact changed, under one root.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct TSPClientGoTests {
    @Test("tokens are told apart as tspclient-go tells them apart")
    func cases() async throws {
        try await ConformanceSuite("tspclient-go").run { test in
            let root = try Certificate.all(in: try test.file("root"))
            let always = try #require(ValidityWindow(start: Instant(secondsSince1970: 0), end: nil))
            let authority = try TimestampAuthority(name: test.name, chain: root, validFor: always)
            let message = HashedMessage(Array(try #require(test.text("message_text")).utf8))
            let isResponse = test.kind == "timestamp-response"
            let bytes = try test.file(isResponse ? "response" : "token")
            do throws(TimestampRefusal) {
                let token = isResponse ? try TimestampToken(response: bytes) : try TimestampToken(token: bytes)
                _ = try authority.verify(token, over: message)
                return .accepted
            } catch {
                return .refused(error.description)
            }
        }
    }
}
