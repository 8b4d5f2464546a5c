import Testing

@testable import dockgate

/// What holds of every format, whatever images, policies, files and messages are called.
@Suite("Hostile text in a report")
struct HostileTextTests {
    private func text(_ format: CheckFormat, _ hostile: String) -> String {
        format.text(of: Hostile.report(hostile), on: .none)
    }

    @Test(
        "nothing that a terminal acts on, and nothing that does not show, is in any format",
        arguments: CheckFormat.allCases)
    func controls(format: CheckFormat) {
        for hostile in Hostile.texts {
            let foreign = text(format, hostile).unicodeScalars.filter { scalar in
                // Tabs are what plain puts between its fields.
                guard scalar != "\n", !(format == .plain && scalar == "\t") else { return false }
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: return true
                default: return false
                }
            }
            #expect(foreign.isEmpty, "\(hostile.debugDescription): \(foreign)")
        }
    }

    @Test(
        "no line is a workflow command, except those of the format that consists of them",
        arguments: CheckFormat.allCases)
    func commands(format: CheckFormat) {
        for hostile in Hostile.texts {
            let text = text(format, hostile)
            for line in text.split(separator: "\n") {
                let start = line.drop { $0.isWhitespace }
                guard format == .github, start.hasPrefix("::error ") || start.hasPrefix("::warning ") else {
                    #expect(!start.utf8.starts(with: "::".utf8), "\(line)")
                    continue
                }
            }
            for command in ["##[", "##vso[", "##teamcity["] {
                #expect(text.utf8.firstRange(of: command.utf8) == nil, "\(hostile.debugDescription): \(text)")
            }
        }
    }

    @Test(
        "the number of lines does not depend on what stands in them",
        arguments: [CheckFormat.table, .plain, .jsonl, .github])
    func lines(format: CheckFormat) {
        func count(_ hostile: String) -> Int { text(format, hostile).utf8.count { $0 == UInt8(ascii: "\n") } }
        for hostile in Hostile.texts where hostile != "" && !hostile.contains("\n") {
            #expect(count(hostile) == count("harmless"), "\(hostile.debugDescription)")
        }
    }

    @Test("on a terminal, too, the only escapes are those of the table itself")
    func terminal() {
        let terminal = Terminal(isTerminal: true, hasColour: true, canErase: true, columns: 80)
        let harmless = CheckFormat.table.text(of: Hostile.report("harmless"), on: terminal)
        let expected = harmless.unicodeScalars.count { $0 == "\u{1b}" }
        #expect(expected == 8, "four images, each with a colour that is set and reset")
        for hostile in Hostile.texts {
            let text = CheckFormat.table.text(of: Hostile.report(hostile), on: terminal)
            #expect(text.unicodeScalars.count { $0 == "\u{1b}" } == expected)
        }
    }

    @Test("text that is printable stays as it is, and what was escaped once is not escaped again")
    func printable() {
        for text in ["registry.example.com/a/b@sha256:ab", "a::b", "a # b", "größer → 👍", "10.0.0.1:5000/x"] {
            #expect(text.printable == text)
        }
        for hostile in Hostile.texts { #expect(hostile.printable.printable == hostile.printable) }
        #expect("::error::x".printable == "\\u{3a}:error::x")
        #expect("a##[b".printable == "a#\\u{23}[b")
        #expect("###".printable == "#\\u{23}\\u{23}")
    }

    @Test("of each character its category alone says whether it is escaped, but for `:` and `#`")
    func everyCharacter() {
        for value in Array(0...0x1FFFF) + Array(0xE0000...0xE0FFF) as [UInt32] {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isEscaped =
                switch scalar.properties.generalCategory {
                case .control, .format, .lineSeparator, .paragraphSeparator: true
                default: false
                }
            let text = "a\(Character(scalar))"
            guard (text.printable.utf8.elementsEqual(text.utf8)) == isEscaped else { continue }
            Issue.record("U+\(String(value, radix: 16)) becomes \(text.printable)")
        }
    }

    @Test("a text is replaced by its bytes, from the left, wherever it stands")
    func replaced() {
        for (text, result) in [
            ("a](b)", "a]-b)"), ("](](", "]-]-"), ("]](", "]]-"), ("]", "]"), ("", ""), ("](\u{301}", "]-\u{301}"),
            ("\u{301}é](é", "\u{301}é]-é"), ("(]", "(]"),
        ] {
            #expect(text.replacingBytes("](", with: "]-").utf8.elementsEqual(result.utf8), "\(text)")
        }
        #expect("aaa".replacingBytes("aa", with: "b") == "ba")
        #expect("{}{".replacingBytes("{", with: "{{") == "{{}{{")
        #expect("a".replacingBytes("", with: "b") == "a")
    }
}
