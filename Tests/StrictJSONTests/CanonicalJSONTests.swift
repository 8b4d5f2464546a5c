import StrictJSON
import Testing

@Suite struct CanonicalJSONTests {
    private func canonical(_ text: String) throws -> String? {
        try JSONDocument(parsing: Array(text.utf8)).root.canonicalOLPC.map { String(decoding: $0, as: UTF8.self) }
    }

    @Test("white space goes, members are ordered, and values stay what they are")
    func order() throws {
        #expect(
            try canonical(#" { "b" : [ 1 , -2, true, false, null ], "a" : { "z": {}, "B": [] } } "#)
                == #"{"a":{"B":[],"z":{}},"b":[1,-2,true,false,null]}"#)
    }

    @Test("keys are ordered by their UTF-8, which is the order of code points and not that of UTF-16")
    func keyOrder() throws {
        #expect(try canonical(#"{"\ud83d\ude00":1,"\uff5e":2,"é":3,"a":4,"":5}"#) == #"{"":5,"a":4,"é":3,"～":2,"😀":1}"#)
    }

    @Test("only quotes and backslashes are escaped: line ends, control characters and slashes stand raw")
    func escapes() throws {
        #expect(try canonical(#""\"\\\/\n\u0001\u00e9\u2028""#) == "\"\\\"\\\\/\n\u{1}é\u{2028}\"")
    }

    @Test("whole numbers keep all their digits, others have no canonical form")
    func numbers() throws {
        #expect(try canonical("[0,-7,123456789012345678901234567890]") == "[0,-7,123456789012345678901234567890]")
        for number in ["1.0", "1e3", "1E3", "-0", "0.5", "-1.5"] { #expect(try canonical("[\(number)]") == nil) }
        #expect(try canonical(#"{"a":{"b":1.5}}"#) == nil)
    }

    @Test("what is canonical is its own canonical form")
    func fixedPoint() throws {
        let text = #"{"a":[{"b":"c\"d","e":-1}],"f":"g h"}"#
        #expect(try canonical(text) == text)
    }
}
