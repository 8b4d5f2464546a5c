@testable import Registry
import Testing

@Suite struct AuthenticationChallengeTests {
    private func parse(_ fields: String...) -> [AuthenticationChallenge]? { AuthenticationChallenge.parse(fields) }

    @Test("one challenge with its parameters, names in lower case")
    func one() {
        let challenge = AuthenticationChallenge(
            scheme: "bearer", parameters: ["realm": "https://a/t", "service": "S", "scope": "repository:a:pull,push"])
        #expect(
            parse(#"Bearer Realm="https://a/t", service=S ,scope="repository:a:pull,push""#) == [challenge])
    }

    @Test("several challenges, in one field or in many")
    func several() {
        let both = [
            AuthenticationChallenge(scheme: "basic", parameters: ["realm": "x"]),
            AuthenticationChallenge(scheme: "bearer", parameters: ["realm": "y", "a": "b"]),
        ]
        #expect(parse(#"Basic realm="x", Bearer realm="y", a=b"#) == both)
        #expect(parse(#"Basic realm="x""#, #"Bearer realm="y",a=b"#) == both)
        #expect(parse(#", ,Basic realm = "x" ,, Bearer realm="y" , a=b,"#) == both)
    }

    @Test("schemes without parameters and with a token are read over")
    func bare() {
        #expect(parse("Negotiate") == [AuthenticationChallenge(scheme: "negotiate", parameters: [:])])
        #expect(
            parse("Negotiate YII/abc==, Basic realm=a") == [
                AuthenticationChallenge(scheme: "negotiate", parameters: [:]),
                AuthenticationChallenge(scheme: "basic", parameters: ["realm": "a"]),
            ])
        #expect(parse("") == [])
        #expect(parse() == [])
    }

    @Test("escapes in quoted strings are undone")
    func escapes() {
        #expect(parse(#"Basic realm="a\"b\\c, d=e""#)?.first?.parameters == ["realm": #"a"b\c, d=e"#])
        #expect(parse(#"Basic realm="""#)?.first?.parameters == ["realm": ""])
    }

    @Test(
        "what cannot be read exactly is refused as a whole",
        arguments: [
            #"Basic realm="a"#, #"Basic realm="a\"#, "Basic realm=\"a\nb\"", #"Basic realm="a" b="c""#,
            #"Basic realm=a realm"#,
            #"Basic realm="a", realm="b""#, #"Basic realm="a", REALM="b""#, #"="a""#, "Basic realm=\"a\u{7F}\"",
            "Bäsic a=b",
            "Basic realm=\"a\"x", "Basic (a)",
        ])
    func malformed(field: String) {
        #expect(AuthenticationChallenge.parse([field]) == nil)
    }

    @Test("more bytes, challenges or parameters than the bounds are refused")
    func bounds() {
        #expect(AuthenticationChallenge.parse([String(repeating: "a", count: 8 * 1024 + 1)]) == nil)
        let names = (0..<17).map { "p\($0)=1" }
        #expect(parse("Basic " + names.dropLast().joined(separator: ",")) != nil)
        #expect(parse("Basic " + names.joined(separator: ",")) == nil)
        #expect(parse(Array(repeating: "Basic", count: 8).joined(separator: ",")) != nil)
        #expect(parse(Array(repeating: "Basic", count: 9).joined(separator: ",")) == nil)
    }

    @Test("no truncation of a challenge makes the reader stop the process")
    func truncations() {
        let field = Array(#"Negotiate abc==, Bearer realm="https://a\"b/t" , service = S,x=y"#.utf8)
        for end in field.indices {
            for byte in [UInt8(ascii: "="), 0x22, 0x2C, 0x20, 0x00, 0xFF] {
                let text = String(decoding: Array(field[..<end]) + [byte], as: UTF8.self)
                _ = AuthenticationChallenge.parse([text])
            }
        }
    }
}
