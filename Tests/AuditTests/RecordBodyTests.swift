@testable import Audit
import StrictJSON
import Testing

@Suite("The body of a record")
struct RecordBodyTests {
    @Test("is what was written as one object, without its braces")
    func object() throws {
        var writer = JSONWriter()
        writer.beginObject()
        writer.member("id", "r")
        writer.endObject()
        let body = try #require(RecordBody(writer))
        #expect(String(decoding: body.bytes, as: UTF8.self) == #""id":"r""#)
        #expect(!body.needsCheck)
    }

    @Test("is not made of anything else")
    func refused() {
        let others: [(inout JSONWriter) -> Void] = [
            { _ in },
            { $0.null() },
            {
                $0.beginArray(); $0.endArray()
            },
            {
                $0.beginObject(); $0.endObject()
            },
            {
                $0.beginObject(); $0.member("id", "r")
            },
            {
                $0.beginObject(); $0.key("id"); $0.endObject()
            },
        ]
        for (index, write) in others.enumerated() {
            var writer = JSONWriter()
            write(&writer)
            #expect(RecordBody(writer) == nil, "case \(index)")
        }
    }

    @Test("is checked by the log if it comes from elsewhere")
    func unchecked() {
        #expect(RecordBody(unchecked: []).needsCheck)
    }
}
