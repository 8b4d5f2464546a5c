import Testing
import YAMLDocument

@Suite struct SourceTextTests {
    @Test(
        "P03: a byte order mark, UTF-16, NUL and all else that is not plain UTF-8 is refused at its first bad character"
    )
    func encodings() {
        #expect(
            refusal([0xEF, 0xBB, 0xBF] + Array("a: 1".utf8))
                == "1:1: begins with a byte order mark, save it as UTF-8 without one")
        #expect(refusal([0xFF, 0xFE, 0x61, 0x00]) == "1:1: is UTF-16 text, save it as UTF-8")
        #expect(refusal([0x61, 0x00, 0x3A, 0x00]) == "1:2: a NUL byte is not text, save the file as UTF-8")
        #expect(refusal(Array("a: 1\nb: é".utf8) + [0xC3]) == "2:5: is not UTF-8 text from here on")
        #expect(refusal(Array("a: ".utf8) + [0xED, 0xA0, 0x80]) == "1:4: is not UTF-8 text from here on")
        #expect(refusal("a: 1\r\nb: \u{7}") == "2:4: the control character U+0007 is not allowed")
        #expect(refusal("a: x\u{7F}") == "1:5: the control character U+007F is not allowed")
        #expect(refusal("a: x\u{FEFF}y") == "1:5: a byte order mark is only an invisible space here, remove it")
    }

    @Test("a separator that YAML 1.1 takes for a line break cannot hide a line")
    func separators() {
        #expect(
            refusal("a: 1 # x\u{2028}b: 2")
                == "1:9: the line separator U+2028 does not show, use a line feed or write it as an escape")
        #expect(refusal("a: \"\\u2028\"") == nil)
    }
}
