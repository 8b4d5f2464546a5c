import StrictJSON
import Testing

@Suite("A JSON value")
struct JSONValueTests {
    @Test("gives members, elements and scalars by their kind only")
    func kinds() throws {
        let root = try value(#"{"o":{"x":1},"a":[1,"two",null],"s":"text","n":-12.50,"t":true,"f":false,"z":null}"#)
        #expect(root.kind == .object && root.count == 7)
        #expect(root["o"]?.kind == .object && root["o"]?["x"]?.integer == 1)
        #expect(root["a"]?.kind == .array && root["a"]?.count == 3)
        #expect(root["a"]?.elements.map(\.kind) == [.number, .string, .null])
        #expect(
            root["s"]?.kind == .string && root["s"]?.string == "text" && root["s"]?.stringUTF8 == Array("text".utf8))
        #expect(root["n"]?.kind == .number && root["n"]?.numberText == "-12.50")
        #expect(root["t"]?.boolean == true && root["f"]?.boolean == false && root["t"]?.kind == .boolean)
        #expect(root["z"]?.isNull == true && root["z"]?.kind == .null)
        #expect(root["missing"] == nil && root["s"]?["x"] == nil && root["a"]?["x"] == nil)
        #expect(root["n"]?.string == nil && root["s"]?.integer == nil && root["z"]?.boolean == nil)
        #expect(root["s"]?.numberText == nil && root["n"]?.stringUTF8 == nil && root["s"]?.isNull == false)
        #expect(root["a"]?.members.contains { _ in true } == false)
        #expect(root["o"]?.elements.contains { _ in true } == false)
        #expect(root.members.map(\.key) == ["o", "a", "s", "n", "t", "f", "z"])
        #expect(root["s"]?.count == 0)
    }

    @Test("is found by the bytes its key means, not by its letters")
    func lookup() throws {
        let root = try value("{\"\\u0073pec\":1,\"\u{E9}\":2,\"e\u{301}\":3,\"Spec\":4,\"\":5,\"spe\":6}")
        #expect(root["spec"]?.integer == 1 && root[key: "spec"]?.integer == 1)
        #expect(root["\u{E9}"]?.integer == 2 && root[key: "\u{E9}"]?.integer == 2)
        #expect(root["e\u{301}"]?.integer == 3 && root[key: "e\u{301}"]?.integer == 3)
        #expect(root["Spec"]?.integer == 4 && root[""]?.integer == 5 && root["spe"]?.integer == 6)
        #expect(root["SPEC"] == nil && root["sp"] == nil && root[key: "specs"] == nil)
    }

    @Test("is found behind members of any size")
    func skipping() throws {
        let root = try value(#"{"a":[[1,2,{"b":[3]}],{}],"b":{"c":{"d":[]}},"e":[7,[8],9]}"#)
        #expect(root["e"]?.elements.map(\.count) == [0, 1, 0])
        #expect(root["b"]?["c"]?["d"]?.count == 0)
    }

    @Test("of a string ends at its quote, wherever that and a special character before it stand", arguments: 0...40)
    func everyPosition(_ before: Int) throws {
        for after in 0...20 {
            let (start, end) = (String(repeating: "~", count: before), String(repeating: " ", count: after))
            for (special, meaning) in [("", ""), (#"\""#, "\""), (#"\\"#, "\\"), ("é", "é"), ("\u{7F}", "\u{7F}")] {
                let value = try JSONDocument(parsing: Array("[\"\(start + special + end)\",1]".utf8)).root
                #expect(value.elements.first(where: { _ in true })?.string == start + meaning + end)
                #expect(value.count == 2)
            }
            for wrong in ["\u{1F}", "\n", "\u{0}"] {
                let error = errorOfParsing(Array("[\"\(start + wrong + end)\",1]".utf8))
                #expect(error?.kind == .controlCharacter)
                #expect(error?.offset == 2 + before)
            }
        }
    }

    @Test("of a string resolves every escape")
    func escapes() throws {
        let string = try value(#""\"\\\/\b\f\n\r\t\u0041\u00e9\u20AC\ud834\uDD1E-é-𝄞\u0000""#)
        #expect(string.string?.utf8.elementsEqual("\"\\/\u{8}\u{C}\n\r\tAé€𝄞-é-𝄞\u{0}".utf8) == true)
        #expect(try value(#""Po\u0064""#).isString("Pod"))
        #expect(try value(#""Pod""#).isString("Pod"))
        #expect(try !value(#""pod""#).isString("Pod"))
        #expect(try !value(#""Pods""#).isString("Pod"))
        #expect(try !value("\"e\u{301}\"").isString("\u{E9}"))
        #expect(try !value("1").isString("1"))
    }

    @Test(
        "is an integer only if it is written as one and fits",
        arguments: [
            ("0", 0), ("1", 1), ("-1", -1), ("9223372036854775807", Int.max), ("-9223372036854775808", Int.min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("100000000000000000000", nil), ("-0", nil),
            ("1.0", nil), ("1e3", nil), ("0.0", nil), ("10E0", nil), ("\"1\"", nil), ("true", nil), ("[1]", nil),
        ] as [(String, Int?)])
    func integers(_ text: String, _ expected: Int?) throws {
        #expect(try value(text).integer == expected)
    }

    @Test("knows where it stands in the source")
    func byteRange() throws {
        let text = #" {"a": [1, "x\n"], "é": -2.5 } "#
        let root = try value(text)
        func source(_ value: JSONValue?) -> String? {
            value.map { String(decoding: Array(text.utf8)[$0.byteRange], as: UTF8.self) }
        }
        #expect(source(root) == #"{"a": [1, "x\n"], "é": -2.5 }"#)
        #expect(source(root["a"]) == #"[1, "x\n"]"#)
        #expect(source(root["a"]?.elements.dropFirst().first { _ in true }) == #""x\n""#)
        #expect(source(root["é"]) == "-2.5")
    }

    @Test("outlives the document it came from")
    func lifetime() throws {
        func spec() throws -> JSONValue? {
            try JSONDocument(parsing: Array(#"{"spec":{"image":"nginx"}}"#.utf8)).root["spec"]
        }
        #expect(try spec()?["image"]?.string == "nginx")
    }

    private func value(_ text: String) throws -> JSONValue {
        try JSONDocument(parsing: Array(text.utf8)).root
    }
}
