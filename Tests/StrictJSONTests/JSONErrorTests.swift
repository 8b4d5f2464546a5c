import StrictJSON
import Testing

@Suite("The place of a JSON error")
struct JSONErrorTests {
    @Test(
        "is a path and a byte offset",
        arguments: [
            ("x", "$", 0),
            ("[1,x]", "$[1]", 3),
            (
                #"{"request":{"object":{"spec":{"containers":[{"image":x}]}}}}"#,
                "$.request.object.spec.containers[0].image", 53
            ),
            (#"{"a":[1,[2,{"b":[]},x]]}"#, "$.a[1][2]", 20),
            (#"{"a":1,"b":2,"a":3}"#, "$.a", 13),
            (#"{"x":{"a":1,"c":{"a":1},"a":{"d":[1]}}}"#, "$.x.a", 24),
            (#"{"labels":{"app.kubernetes.io/name":01}}"#, #"$.labels["app.kubernetes.io/name"]"#, 36),
            (#"{"a \"b\"":x}"#, #"$["a \"b\""]"#, 11),
            (#"{"":x}"#, #"$[""]"#, 4),
            (#"{"1a":x}"#, #"$["1a"]"#, 6),
            (#"{"\u0061":x}"#, "$.a", 10),
            ("{\"\u{202E}\":x}", #"$["\u{202e}"]"#, 7),
            (#"{"a":1,"b" 2}"#, "$.b", 11),
            (#"{"a":{},x}"#, "$.a", 8),
            ("[[],[],[", "$[2]", 8),
            ("[] x", "$", 3),
        ])
    func place(_ text: String, _ path: String, _ offset: Int) throws {
        let error = try #require(errorOfParsing(Array(text.utf8)))
        #expect(error.path == path)
        #expect(error.offset == offset)
    }

    @Test("cuts a key that is too long for a message")
    func longKey() throws {
        let key = String(repeating: "k", count: 500)
        let error = try #require(errorOfParsing(Array("{\"\(key)\":x}".utf8)))
        #expect(error.path == "$[\"" + String(repeating: "k", count: 128) + "...\"]")
    }

    @Test("prints what is wrong and where")
    func description() throws {
        let error = try #require(errorOfParsing(Array(#"{"spec":{"a":1,"a":2}}"#.utf8)))
        #expect(error.description == "the key appears twice in one object at `$.spec.a`, byte 15")
    }
}
