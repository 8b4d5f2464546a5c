import Sigstore
import Testing

/// Regular expressions as RE2 reads them, as far as they are supported, always against the whole text.
@Suite struct AnchoredExpressionTests {
    private func matches(_ expression: String, _ text: String) throws -> Bool {
        try AnchoredExpression(expression).matches(text)
    }

    @Test(
        "what matches as a whole",
        arguments: [
            ("", ""), ("abc", "abc"), ("a.c", "aéc"), ("^abc$", "abc"), (#"\Aabc\z"#, "abc"), ("a|b", "b"),
            ("(a|bc)d", "bcd"), ("(?:ab)*", ""), ("(?:ab)*", "abab"), ("a+", "aaa"), ("a?b", "b"), ("a{3}", "aaa"),
            ("a{1,}", "aa"), ("a{0,2}", ""), ("a{1,3}b", "aab"), ("a*?b", "aab"), ("[a-c]+", "abcb"),
            ("[^/]+", "a.b"), (#"[\d.]+"#, "1.20"), (#"\w+@\w+\.com"#, "me_2@acme.com"), (#"[]a]+"#, "]a"),
            ("[a-]+", "a-a"), ("(a*)*b", "aab"), ("(|a)+", "aa"), ("a|^b$|c", "b"), (#"\S+\s\D"#, "ab c"),
            (#"https://github\.com/acme/.*"#, "https://github.com/acme/app"), ("x(a|b){2}", "xab"),
        ])
    func matching(expression: String, text: String) throws {
        #expect(try matches(expression, text))
    }

    @Test(
        "what does not match as a whole, though a part of it may",
        arguments: [
            ("", "a"), ("abc", "xabc"), ("abc", "abcx"), ("a|b", "ab"), ("a.c", "a\nc"), ("a{3}", "aa"),
            ("a{1,3}", "aaaa"), ("[^/]+", "a/b"), ("a^b", "ab"), ("a$b", "ab"), ("ab$", "ab\n"),
            ("github.com/acme", "https://evil/github.com/acme"), (#"\d"#, "٣"), ("é", "e\u{301}"),
            (#".*@acme\.com"#, "a@acme.com.evil.org"), ("(a|b){2}", "a"),
        ])
    func differing(expression: String, text: String) throws {
        #expect(try !matches(expression, text))
    }

    @Test(
        "what is no expression is refused with the place",
        arguments: [
            "(a", "a)", "[a", "[]", "a**", "*a", "a{2", "a{,2}", "a{3,2}", "{", "+", "[z-a]", #"[a-\d]"#, "\\",
            "a|*", "(?", "a+{2}",
        ])
    func malformed(expression: String) throws {
        let error = #expect(throws: ExpressionError.self) { try AnchoredExpression(expression) }
        #expect(error?.description.contains("at character") == true)
    }

    @Test(
        "what RE2 or others know and this does not is refused by name",
        arguments: [
            "(?i)a", "(?P<n>a)", "(?=a)", "(?<!a)", #"(a)\1"#, #"\bword"#, #"\pL"#, "[[:alpha:]]", #"[\W]"#, #"\Qa\E"#,
            #"\x41"#,
        ])
    func unsupported(expression: String) throws {
        let error = #expect(throws: ExpressionError.self) { try AnchoredExpression(expression) }
        guard case .unsupported = error else {
            Issue.record("\(expression): \(String(describing: error))")
            return
        }
    }

    @Test(
        "an expression that grows without bound is refused",
        arguments: [
            "a{1001}", "(a{100}){100}", "((a{50}){50}){50}", String(repeating: "(", count: 100), "(a|b|c){400}",
        ])
    func large(expression: String) {
        #expect(throws: ExpressionError.tooLarge) { try AnchoredExpression(expression) }
        #expect(throws: ExpressionError.tooLarge) { try AnchoredExpression(String(repeating: "a", count: 2_049)) }
    }

    @Test("nothing at all is nothing however often it is repeated, and takes no time")
    func empty() throws {
        for expression in ["(((((){1000}){1000}){1000}){1000}){1000}", "((((a{0}){1000}){1000}){1000}){1000,}"] {
            #expect(try matches(expression, "") && !matches(expression, "a"))
        }
    }

    @Test("attack 23: expressions that make others run for ever take no longer than their size times the text")
    func linear() throws {
        let text = String(repeating: "a", count: 2_047) + "!"
        for expression in ["(a+)+", "(a|a)*", "(a*)*b", "(a|aa)+", "(.*.*.*.*.*)=x", "([a-z]+)+[0-9]"] {
            let clock = ContinuousClock()
            let pattern = try AnchoredExpression(expression)
            let duration = clock.measure { #expect(!pattern.matches(text)) }
            #expect(duration < .seconds(5))
        }
        #expect(try !matches(".*", String(repeating: "a", count: 2_049)))
    }
}
