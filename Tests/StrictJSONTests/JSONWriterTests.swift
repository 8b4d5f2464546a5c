import StrictJSON
import Testing

@Suite("The JSON writer")
struct JSONWriterTests {
    @Test("places commas and colons")
    func punctuation() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("text", "a")
        writer.member("number", -5)
        writer.member("flag", true)
        writer.key("list")
        writer.beginArray()
        writer.beginArray()
        writer.endArray()
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.boolean(false)
        writer.integer(0)
        writer.endArray()
        writer.key(text: "dynamic")
        writer.string(utf8: Array("b".utf8))
        writer.endObject()
        #expect(
            text(writer)
                == #"{"text":"a","number":-5,"flag":true,"list":[[],null,{},false,0],"dynamic":"b"}"#)
    }

    @Test(
        "escapes what must not stand in a string",
        arguments: [
            ("", "\"\""), ("a\"b", #""a\"b""#), ("\\", #""\\""#), ("\n\r\t", #""\n\r\t""#),
            ("\u{0}\u{8}\u{1F}\u{7F}", #""\u0000\u0008\u001f\u007f""#), ("\u{2028}x\u{2029}", #""\u2028x\u2029""#),
            ("\u{2027}\u{202A}é𝄞/", "\"\u{2027}\u{202A}é𝄞/\""), ("\r\n", #""\r\n""#),
            ("exactly8\"", #""exactly8\"""#),
            ("a rather long text\u{2028} that ends in \\", #""a rather long text\u2028 that ends in \\""#),
            ("é€\u{E2}\u{2028}", "\"é€\u{E2}\\u2028\""),
        ])
    func escapes(_ string: String, _ json: String) {
        var writer = JSONWriter()
        writer.string(string)
        #expect(text(writer).utf8.elementsEqual(json.utf8))
    }

    @Test("replaces bytes that are not UTF-8")
    func invalidUTF8() throws {
        var writer = JSONWriter()
        writer.string(utf8: [0x61, 0xFF, 0x62])
        #expect(try JSONDocument(parsing: writer.bytes).root.string == "a\u{FFFD}b")
    }

    @Test("writes every integer", arguments: [0, 1, -1, 10, 99, 1_000, Int.max, Int.min, -1_234_567_890])
    func integers(_ value: Int) throws {
        var writer = JSONWriter()
        writer.integer(value)
        #expect(text(writer) == String(value))
        #expect(try JSONDocument(parsing: writer.bytes).root.integer == value)
    }

    @Test(
        "a special character is escaped at every place of a text, and no other",
        arguments: [
            ("\"", #"\""#), ("\\", #"\\"#), ("\u{1}", #"\u0001"#), ("\n", #"\n"#), ("\u{7F}", #"\u007f"#),
            ("\u{2029}", #"\u2029"#), ("é", "é"), ("", ""),
        ])
    func everyPosition(_ special: String, _ escaped: String) {
        for before in 0..<40 {
            for after in [0, 1, 2, 3, 4, 7, 8, 9, 15, 16, 17, 33] {
                let (start, end) = (String(repeating: "x", count: before), String(repeating: "~", count: after))
                let writer = written {
                    $0.beginObject(); $0.member("key", start + special + end); $0.key("a name as long as this")
                    $0.string(start + special + end); $0.endObject()
                }
                let expected = "\"\(start + escaped + end)\""
                #expect(text(writer) == #"{"key":\#(expected),"a name as long as this":\#(expected)}"#)
            }
        }
    }

    @Test("knows when it has written one whole value")
    func whole() {
        #expect(!JSONWriter().isWhole)
        #expect(written { $0.null() }.isWhole)
        #expect(
            written {
                $0.beginObject(); $0.member("a", 1); $0.endObject()
            }.isWhole)
        #expect(
            written {
                $0.beginArray(); $0.beginObject(); $0.endObject(); $0.null(); $0.endArray()
            }.isWhole)
    }

    @Test("knows when what it was told to write is not JSON")
    func broken() {
        let mistakes: [(inout JSONWriter) -> Void] = [
            { $0.beginObject() },
            { $0.endObject() },
            {
                $0.beginObject(); $0.endArray()
            },
            {
                $0.beginArray(); $0.endObject()
            },
            {
                $0.beginObject(); $0.key("a"); $0.endObject()
            },
            {
                $0.beginObject(); $0.key("a"); $0.key("b"); $0.null(); $0.endObject()
            },
            {
                $0.beginObject(); $0.null(); $0.endObject()
            },
            {
                $0.beginArray(); $0.key("a"); $0.null(); $0.endArray()
            },
            {
                $0.key("a"); $0.null()
            },
            {
                $0.null(); $0.null()
            },
            { writer in
                for _ in 0..<65 { writer.beginArray() }
                for _ in 0..<65 { writer.endArray() }
            },
        ]
        for (index, mistake) in mistakes.enumerated() { #expect(!written(mistake).isWhole, "mistake \(index)") }
    }

    @Test("gives the members of one whole object, and of nothing else")
    func members() {
        let object = written {
            $0.beginObject(); $0.member("a", 1); $0.member("b", "c"); $0.endObject()
        }
        #expect(object.members.map { String(decoding: $0, as: UTF8.self) } == #""a":1,"b":"c""#)
        #expect(
            written {
                $0.beginObject(); $0.endObject()
            }.members == [])
        #expect(written { $0.beginObject() }.members == nil)
        #expect(written { $0.null() }.members == nil)
    }

    @Test(
        "writes a member as a key and a string, whatever needs an escape",
        arguments: [
            "", "b", "b\"", "line\nbreak", "é", "seven!\u{7F}", "eight by\u{2028}tes", "at its end \\", "\u{1}", "ab\"",
            "\"abc",
            "日本語の名前", "abcdefgh\"", "1234567\u{1F}",
        ])
    func stringMember(_ value: String) throws {
        let inOneStep = written {
            $0.beginObject(); $0.member("a", value); $0.member("second", value); $0.endObject()
        }
        let inTwo = written {
            $0.beginObject(); $0.key("a"); $0.string(value); $0.key("second"); $0.string(value); $0.endObject()
        }
        #expect(text(inOneStep) == text(inTwo))
        #expect(inOneStep.isWhole)
        #expect(try JSONDocument(parsing: inOneStep.bytes).root["a"]?.string == value)
    }

    @Test("a member outside of an object is no JSON")
    func strayMember() {
        #expect(!written { $0.member("a", "b") }.isWhole)
        #expect(
            !written {
                $0.beginArray(); $0.member("a", "b"); $0.endArray()
            }.isWhole)
    }

    @Test("writes bytes in hexadecimal digits behind a prefix")
    func hexadecimal() {
        let array = written {
            $0.beginArray()
            $0.string("sha256:", hexadecimal: [0x00, 0x9F, 0xA0, 0xFF])
            $0.string("", hexadecimal: [])
            $0.endArray()
        }
        #expect(text(array) == #"["sha256:009fa0ff",""]"#)
        #expect(array.isWhole)
    }

    @Test("writes members of one object again in another")
    func repetition() {
        var writer = JSONWriter(reservingCapacity: 0)
        writer.beginArray()
        writer.beginObject()
        writer.member("place", 1)
        let start = writer.byteCount
        writer.member("a", "b")
        writer.key("c")
        writer.beginArray()
        writer.endArray()
        let members = start..<writer.byteCount
        writer.endObject()
        writer.beginObject()
        writer.member("place", 2)
        writer.repeatMembers(members)
        writer.endObject()
        writer.endArray()
        #expect(text(writer) == #"[{"place":1,"a":"b","c":[]},{"place":2,"a":"b","c":[]}]"#)
        #expect(writer.isWhole)
    }

    @Test("knows that it is no JSON to write again what are no members, or where none precedes")
    func wrongRepetition() {
        func attempt(after precede: Bool, _ range: (Range<Int>) -> Range<Int>) -> JSONWriter {
            written {
                $0.beginObject()
                $0.member("place", 1)
                let start = $0.byteCount
                $0.member("a", "b")
                let members = start..<$0.byteCount
                $0.key("inner")
                $0.beginObject()
                if precede { $0.member("place", 2) }
                $0.repeatMembers(range(members))
                $0.endObject()
                $0.endObject()
            }
        }
        #expect(attempt(after: true) { $0 }.isWhole)
        #expect(!attempt(after: false) { $0 }.isWhole)
        #expect(!attempt(after: true) { $0.lowerBound + 1..<$0.upperBound }.isWhole)
        #expect(!attempt(after: true) { $0.lowerBound..<1_000 }.isWhole)
        #expect(!attempt(after: true) { -1..<$0.upperBound }.isWhole)
        #expect(!attempt(after: true) { $0.lowerBound..<$0.lowerBound }.isWhole)
    }

    @Test("grows as far as it has to")
    func growth() throws {
        var writer = JSONWriter(reservingCapacity: 0)
        writer.beginArray()
        for length in 0..<300 { writer.string(String(repeating: length.isMultiple(of: 7) ? "\n" : "x", count: length)) }
        writer.endArray()
        #expect(try JSONDocument(parsing: writer.bytes).root.count == 300)
    }

    private func written(_ write: (inout JSONWriter) -> Void) -> JSONWriter {
        var writer = JSONWriter()
        write(&writer)
        return writer
    }

    private func text(_ writer: JSONWriter) -> String { String(decoding: writer.bytes, as: UTF8.self) }
}
