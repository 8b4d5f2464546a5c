import Sigstore
import Testing
import Trust

/// Patterns in which `*` stays inside of a segment.
@Suite struct TextPatternTests {
    @Test(
        "a `*` stands for a part of one segment",
        arguments: [
            ("https://github.com/acme/app@refs/tags/*", "https://github.com/acme/app@refs/tags/v1.2"),
            ("refs/tags/v*", "refs/tags/v"), ("refs/tags/v*", "refs/tags/v1@2"), ("*@acme.com", "release@acme.com"),
            ("a*b*c", "abbbc"), ("a*b*c", "aXbYc"), ("*a*", "bab"), ("a/*/c", "a/b/c"), ("*aab", "aaab"),
            ("exactly this", "exactly this"),
        ])
    func matching(pattern: String, text: String) throws {
        #expect(try TextPattern(pattern).matches(text))
    }

    @Test(
        "it stands for no `/`, and for no empty segment",
        arguments: [
            ("refs/tags/*", "refs/tags/a/b"), ("refs/tags/*", "refs/tags/"), ("a/*/c", "a//c"),
            ("*@acme.com", "x/y@acme.com"), ("*@gmail.com", "your.name@gmail.com.attacker.com"),
            ("https://github.com/acme/*", "https://evil/https://github.com/acme/x"), ("a*c", "abd"), ("a*b", "a"),
            ("é", "e\u{301}"), ("exactly this", "Exactly this"), ("exactly this", "exactly this "),
        ])
    func differing(pattern: String, text: String) throws {
        #expect(try !TextPattern(pattern).matches(text))
    }

    @Test("an empty pattern, `**` and one that is too long are refused")
    func refused() {
        #expect(throws: SegmentPatternError.empty) { try TextPattern("") }
        #expect(throws: SegmentPatternError.doubleStar) { try TextPattern("https://github.com/**") }
        #expect(throws: SegmentPatternError.tooLong) { try TextPattern("*" + String(repeating: "a", count: 2_048)) }
    }

    @Test("a pattern with many stars is no trap")
    func bounded() throws {
        let pattern = try TextPattern(String(repeating: "*a", count: 500) + "b")
        #expect(!pattern.matches(String(repeating: "a", count: 2_000)))
    }
}
