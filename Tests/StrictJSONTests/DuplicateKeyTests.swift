import StrictJSON
import Testing

@Suite("Duplicate keys")
struct DuplicateKeyTests {
    @Test(
        "are refused however they are spelled",
        arguments: [
            #"{"a":1,"a":1}"#, #"{"s":1,"\u0073":2}"#, #"{"\u0073":1,"s":2}"#, #"{"":1,"":2}"#,
            #"{"a\/b":1,"a/b":2}"#, #"{"é":1,"\u00e9":2}"#, #"{"𝄞":1,"\ud834\udd1e":2}"#, #"{"\n":1,"\u000A":2}"#,
            #"{"containers":1,"x":2,"containers":3}"#, #"[{"x":{"a":1,"b":2,"a":3}}]"#, #"{"a":{"b":1},"a":{"c":1}}"#,
        ])
    func duplicates(_ text: String) {
        #expect(errorOfParsing(Array(text.utf8))?.kind == .duplicateKey)
    }

    @Test(
        "are only those that mean the same bytes",
        arguments: [
            "{\"\u{E9}\":1,\"e\u{301}\":2}", #"{"\u00e9":1,"e\u0301":2}"#, #"{"a":1,"A":2}"#, #"{"a":1,"a ":2}"#,
            #"{"a":1,"a\u0000":2}"#, #"{"a":{"a":{"a":1}}}"#, #"[{"a":1},{"a":1}]"#,
            #"{"containersA":1,"containersB":2}"#,
            #"{"a":"a","b":"a"}"#, #"{"\\u0073":1,"s":2}"#,
        ])
    func different(_ text: String) throws {
        #expect(try JSONDocument(parsing: Array(text.utf8)).root.count > 0)
    }

    @Test(
        "are found at every distance, few keys or many, escaped or not", arguments: [2, 3, 31, 32, 33, 34, 100, 1_000])
    func everywhere(_ count: Int) throws {
        let names = (0..<count).map { "key\($0)" }
        #expect(try JSONDocument(parsing: object(names)).root.count == count)
        for position in [0, count / 2, count - 1] {
            let error = errorOfParsing(object(names + ["key\(position)"]))
            #expect(error?.kind == .duplicateKey)
            #expect(error?.path == "$.key\(position)")
            #expect(errorOfParsing(object(names + ["\\u006bey\(position)"]))?.kind == .duplicateKey)
            #expect(try JSONDocument(parsing: object(names + ["\\u006b-\(position)"])).root.count == count + 1)
        }
    }

    @Test("are not those that only begin and end alike, and are found among them", arguments: [2, 3, 31, 32, 33, 100])
    func alike(_ count: Int) throws {
        // Of the same length, and the same in the first and the last eight bytes.
        let names = (0..<count).map { "beginning\(String($0 + 1_000))ending__" }
        #expect(try JSONDocument(parsing: object(names)).root.count == count)
        let error = errorOfParsing(object(names + ["beginning1001ending__"]))
        #expect(error?.kind == .duplicateKey)
        #expect(error?.path == "$.beginning1001ending__")
        #expect(errorOfParsing(object(names + ["\\u0062eginning1001ending__"]))?.kind == .duplicateKey)
    }

    @Test(
        "are found whatever stands between them, and are not those of an object within or around",
        arguments: [
            "{}", "[]", #"{"x":1}"#, #"{"x":1,"y":{"x":2,"y":3}}"#, #"[{"x":1},{"x":1},[{"y":{}}]]"#,
            "{" + (0..<40).map { "\"k\($0)\":0" }.joined(separator: ",") + "}",
        ])
    func between(_ value: String) throws {
        let text = #"{"x":"# + value + #","y":"# + value
        #expect(try JSONDocument(parsing: Array((text + #","z":0}"#).utf8)).root.count == 3)
        for key in ["x", "y"] {
            let error = errorOfParsing(Array((text + ",\"\(key)\":0}").utf8))
            #expect(error?.kind == .duplicateKey)
            #expect(error?.path == "$.\(key)")
            #expect(error?.offset == text.utf8.count + 1)
        }
    }

    @Test("of every length are found, escaped or not, at the beginning and at the end of a document", arguments: 0...20)
    func lengths(_ count: Int) throws {
        let name = String("abcdefghijklmnopqrstu".prefix(count))
        let escaped = name.unicodeScalars.map { "\\u00" + String($0.value, radix: 16) }.joined()
        for (before, after) in [("", ""), (#""some other member":0,"#, #","and one more":0"#)] {
            let text = "{" + before + "\"\(name)\":7" + after
            #expect(try JSONDocument(parsing: Array((text + "}").utf8)).root[key: name]?.integer == 7)
            for twin in [name, escaped] {
                #expect(errorOfParsing(Array((text + ",\"\(twin)\":8}").utf8))?.kind == .duplicateKey)
            }
            #expect(errorOfParsing(Array((text + ",\"\(name)~\":8}").utf8)) == nil)
        }
    }

    @Test("short keys at the very end of a document are compared like all others")
    func endOfDocument() {
        // The look at eight bytes at once must not reach behind the document.
        for key in ["", "a", "ab", "abcdefg", "abcdefgh", "abcdefghi"] {
            let text = "{\"\(key)\":1,\"\(key)\":2}"
            let error = errorOfParsing(Array(text.utf8))
            #expect(error?.kind == .duplicateKey)
            #expect(error?.offset == 1 + "\"\(key)\":1,".utf8.count)
        }
    }

    @Test("100,000 keys in one object are read, and one duplicate among them is found")
    func manyKeys() throws {
        let names = (0..<100_000).map { "key-number-\($0)" }
        #expect(try JSONDocument(parsing: object(names)).root.count == 100_000)
        #expect(errorOfParsing(object(names + ["key-number-0"]))?.kind == .duplicateKey)
        #expect(errorOfParsing(object(names + ["\\u006bey-number-99999"]))?.kind == .duplicateKey)
    }

    @Test("100,000 keys that share a long beginning are read")
    func sharedPrefix() throws {
        let prefix = String(repeating: "x", count: 40)
        #expect(try JSONDocument(parsing: object((0..<100_000).map { prefix + "\($0)" })).root.count == 100_000)
    }

    private func object(_ keys: [String]) -> [UInt8] {
        Array("{".utf8) + Array(keys.map { "\"\($0)\":0" }.joined(separator: ",").utf8) + Array("}".utf8)
    }
}
