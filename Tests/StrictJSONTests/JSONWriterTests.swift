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
        writer.key("dynamic" as String)
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
        "a special byte is found at every place of a word", arguments: ["\"", "\\", "\u{1}", "\u{7F}", "\u{2029}", "é"])
    func everyPosition(_ special: String) throws {
        for before in 0..<20 {
            for after in [0, 1, 9] {
                let string = String(repeating: "x", count: before) + special + String(repeating: "~", count: after)
                var writer = JSONWriter()
                writer.string(string)
                #expect(try JSONDocument(parsing: writer.bytes).root.string?.utf8.elementsEqual(string.utf8) == true)
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
