import Testing
import TransparencyLog

@Suite struct SignedNoteTests {
    private static let text = "log.example.com\n7\nnot yet looked at\n"
    private static let line = "— log.example.com AAAAAAE=\n"

    private func note(_ text: String) throws -> SignedNote { try SignedNote(parsing: Array(text.utf8)) }

    @Test("a note is a text, an empty line and lines of signatures")
    func parts() throws {
        let note = try note("\(Self.text)\n\(Self.line)— witness.example.org/w1 AQIDBAU=\n")
        #expect(note.text == Array(Self.text.utf8))
        #expect(note.signatures.map(\.name) == [Array("log.example.com".utf8), Array("witness.example.org/w1".utf8)])
        #expect(note.signatures.map(\.keyID) == [[0, 0, 0, 0], [1, 2, 3, 4]])
        #expect(note.signatures.map(\.signature) == [[1], [5]])
    }

    @Test("a text may hold empty lines: the last one divides it from the signatures")
    func emptyLines() throws {
        #expect(try note("a\n\nb\n\n\(Self.line)").text == Array("a\n\nb\n".utf8))
    }

    @Test(
        "a line that differs in one thing from `— NAME BASE64` is refused",
        arguments: [
            "- log.example.com AAAAAAE=", "– log.example.com AAAAAAE=", "—log.example.com AAAAAAE=",
            "—  AAAAAAE=", "— AAAAAAE=", "— log.example.com", "— log.example.com  AAAAAAE=",
            "— log.example.com AAAAAAE= ", " — log.example.com AAAAAAE=", "— log+example AAAAAAE=",
            "— log.example.com AAAAAAE", "— log.example.com AAAA_AE=", "— log.example.com AAAAAAF=",
            "— log.example.com AAAAAA==", "— log.example.com ", "— log\u{a0}example AAAAAAE=",
            "log.example.com AAAAAAE=",
        ])
    func malformedLine(_ line: String) {
        #expect(throws: NoteError.malformedSignature(line: 2)) {
            try note("\(Self.text)\n\(Self.line)\(line)\n\(Self.line)")
        }
    }

    @Test("a note without an empty line, without signatures or without a last line end is refused by its reason")
    func structure() {
        #expect(throws: NoteError.noEmptyLine) { try note("\(Self.text)\(Self.line)") }
        #expect(throws: NoteError.noEmptyLine) { try note("") }
        #expect(throws: NoteError.noSignature) { try note("\(Self.text)\n") }
        #expect(throws: NoteError.noLineEnd) { try note(String("\(Self.text)\n\(Self.line)".dropLast())) }
        #expect(throws: NoteError.noLineEnd) { try note("\(Self.text)\n\(Self.line)x") }
    }

    @Test("control characters, line ends of other systems and invalid UTF-8 are refused")
    func plainText() {
        for text in ["a\r\n", "a\tb\n", "a\u{0}\n", "a\u{7f}\n"] {
            #expect(throws: NoteError.notPlainText) { try note("\(text)\n\(Self.line)") }
        }
        #expect(throws: NoteError.notPlainText) {
            try SignedNote(parsing: Array("a".utf8) + [0xFF, 0x0A, 0x0A] + Array(Self.line.utf8))
        }
    }

    @Test("a hundred signatures are read, one more and more than 64 KiB are refused")
    func limits() throws {
        let hundred = String(repeating: Self.line, count: 100)
        #expect(try note("\(Self.text)\n\(hundred)").signatures.count == 100)
        #expect(throws: NoteError.tooManySignatures) { try note("\(Self.text)\n\(hundred)\(Self.line)") }
        let long = String(repeating: "a", count: SignedNote.maximumBytes)
        #expect(throws: NoteError.tooLarge) { try note("\(long)\n\n\(Self.line)") }
    }
}
