import Testing

@testable import TUF

@Suite struct PathPatternTests {
    private func matches(_ pattern: String, _ path: String) throws -> Bool {
        PathPattern(Array(pattern.utf8)).matches(try #require(TargetPath(path)))
    }

    @Test(
        "wildcards stand for what is within one segment",
        arguments: [
            ("*", "a", true), ("*", "a/b", false), ("a/*", "a/b", true), ("a/*", "a/b/c", false), ("*/*", "a/b", true),
            ("*.tgz", "foo.tgz", true), ("*.tgz", "foo.tgz.asc", false), ("foo-?.tgz", "foo-1.tgz", true),
            ("foo-?.tgz", "foo-12.tgz", false), ("foo-?", "foo-", false), ("a", "a", true), ("a", "b", false),
            ("a", "A", false), ("?", "ü", true), ("**", "abc", true), ("a*b*c", "aXbYbZc", true),
            ("a*b*c", "aXbYb", false),
            ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false), ("", "a", false), ("/a", "a", false),
        ])
    func wildcards(_ pattern: String, _ path: String, _ isMatch: Bool) throws {
        #expect(try matches(pattern, path) == isMatch)
    }

    @Test(
        "brackets stand for one character of a set",
        arguments: [
            ("[ab]", "b", true), ("[ab]", "c", false), ("[a-c]x", "bx", true), ("[!a-c]", "b", false),
            ("[!a-c]", "d", true),
            ("[]]", "]", true), ("[!]]", "a", true), ("[a", "[a", true), ("[a-]", "-", true), ("[c-a]", "b", false),
            ("[*]", "*", true), ("[*]", "a", false), ("[!a]", "a/b", false),
        ])
    func brackets(_ pattern: String, _ path: String, _ isMatch: Bool) throws {
        #expect(try matches(pattern, path) == isMatch)
    }
}
