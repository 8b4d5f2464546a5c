import StrictJSON
import Testing

@Suite("JSON for people")
struct IndentedJSONTests {
    @Test("each member and element has a line, and what is empty or in quotes stays as it is")
    func layout() {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("a", "{[,:]} \\\" \n")
        writer.key("b")
        writer.beginArray()
        writer.integer(-1)
        writer.beginObject()
        writer.endObject()
        writer.beginArray()
        writer.endArray()
        writer.null()
        writer.endArray()
        writer.member("c", true)
        writer.endObject()
        let text = """
            {
              "a": "{[,:]} \\\\\\" \\n",
              "b": [
                -1,
                {},
                [],
                null
              ],
              "c": true
            }

            """
        #expect(String(decoding: writer.indentedBytes, as: UTF8.self) == text)
        #expect((try? JSONDocument(parsing: writer.indentedBytes))?.root["a"]?.string == "{[,:]} \\\" \n")
    }

    @Test("a text with quotes at its end does not open another one")
    func quotes() {
        for text in ["\"", "\\", "\\\"", "\"\\", ""] {
            var writer = JSONWriter()
            writer.beginArray()
            writer.string(text)
            writer.integer(1)
            writer.endArray()
            #expect(writer.indentedBytes.count { $0 == UInt8(ascii: "\n") } == 4, "\(text)")
        }
    }
}
