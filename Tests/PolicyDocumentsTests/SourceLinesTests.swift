import PolicyDocuments
import Testing

@Suite("Lines of a file beside what is said about them")
struct SourceLinesTests {
    private func lines(_ text: String) -> SourceLines { SourceLines(Array(text.utf8)) }

    @Test("lines are counted from one, and end where YAML ends them", arguments: ["\n", "\r", "\r\n"])
    func counting(end: String) {
        let lines = lines(["first", "", "third", ""].joined(separator: end))
        #expect([1, 2, 3, 4].map { lines[$0] } == ["first", "", "third", ""])
        for number in [Int.min, -1, 0, 5, Int.max] { #expect(lines[number] == nil, "\(number)") }
    }

    @Test("an empty file has one empty line, and bytes that are no text are replaced")
    func bytes() {
        #expect(lines("")[1] == "" && lines("")[2] == nil)
        #expect(SourceLines([0x61, 0xFF, 0x62])[1] == "a\u{FFFD}b")
    }

    @Test("of a file that holds a secret no line is shown, before it or behind it")
    func secrets() {
        let secrets = [
            "ghp_0123456789012345678901234567890123456789", "url: https://user:password@registry.example.com",
            "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEE\n-----END EC PRIVATE KEY-----",
        ]
        for secret in secrets {
            let lines = lines("a: 1\n\(secret)\nb: 2\n")
            #expect((1...6).allSatisfy { lines[$0] == nil }, "\(secret)")
        }
        #expect(lines("a: 1\nurl: https://registry.example.com\n")[2] == "url: https://registry.example.com")
    }
}
