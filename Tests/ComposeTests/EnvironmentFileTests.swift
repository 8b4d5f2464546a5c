import Compose
import Testing

@Suite("Environment files") struct EnvironmentFileTests {
    private func refusal(_ text: String) -> String? {
        do throws(EnvironmentFileError) {
            _ = try EnvironmentFile(parsing: Array(text.utf8))
            return nil
        } catch {
            return "\(error.line): \(error.message)"
        }
    }

    @Test("names and values are read as Compose reads them")
    func values() throws {
        let file = """
            # a comment
            TAG=1.2

            export REGISTRY = registry.example.com # where we push
             QUOTED="x y#z"  # and why
            SINGLE='$x\\n"'
            EMPTY=
            HASH=a#b\r

            """
        #expect(
            try EnvironmentFile(parsing: Array(file.utf8)).variables == [
                "TAG": "1.2", "REGISTRY": "registry.example.com", "QUOTED": "x y#z", "SINGLE": #"$x\n""#, "EMPTY": "",
                "HASH": "a#b",
            ])
    }

    @Test(
        "what has another form, or means something else than it shows, is refused with its line",
        arguments: [
            ("A=1\nB\n", "2: expected `NAME=value`"), ("1A=1", "1: expected `NAME=value`"),
            ("A-B=1", "1: expected `NAME=value`"), ("=1", "1: expected `NAME=value`"),
            ("A: 1", "1: expected `NAME=value`"),
            ("A=1\nA=2", "2: `A` is given twice"), ("A=$B", "1: the value of `A` holds characters that stand"),
            ("A=\"$B\"", "1: the value of `A` holds characters"),
            ("A=\"a\\n\"", "1: the value of `A` holds characters"),
            ("A=`x`", "1: the value of `A` holds characters"), ("A=a'b'", "1: the value of `A` holds characters"),
            ("A='x", "1: the value of `A` has a quote without an end"),
            ("A='x'y", "1: the value of `A` goes on behind"),
        ])
    func refused(text: String, message: String) {
        let found = refusal(text)
        #expect(found?.hasPrefix(message) == true, "\(found ?? "nothing")")
    }

    @Test(
        "a value that Compose would end elsewhere, so that the next lines may be part of it or it is empty, is refused",
        arguments: [
            "A=#", "A= # nothing", "A=x\t# y", "A=\u{b}",
            "A=x\u{a0}",
            "A=\u{85}y", "A=x\ry",
        ])
    func otherEnds(text: String) {
        #expect(refusal(text)?.hasPrefix("1: the value of `A` holds characters that stand") == true)
        for quoted in ["A='x\\'\nTAG=good\n#'", "A='x\\\\'\nTAG=good\n#'"] {
            #expect(refusal(quoted)?.hasPrefix("1: the value of `A` ends in a backslash") == true)
        }
        #expect(refusal("A='#\u{a0}\t'\nB=x \t\r\n") == nil)
    }

    @Test("what is no text, or longer than any such file, is refused")
    func bytes() {
        #expect((try? EnvironmentFile(parsing: [0x41, 0x3D, 0xFF])) == nil)
        #expect(refusal(String(repeating: "#", count: (1 << 18) + 1))?.contains("bytes long") == true)
    }
}
