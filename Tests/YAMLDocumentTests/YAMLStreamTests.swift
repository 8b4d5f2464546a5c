import Testing
import YAMLDocument

func parse(_ text: String, _ limits: YAMLLimits = YAMLLimits()) throws(YAMLError) -> [YAMLNode] {
    try YAMLStream.parse(Array(text.utf8), limits: limits)
}

/// The error as a reader sees it, nil when there is none.
func refusal(_ text: String, _ limits: YAMLLimits = YAMLLimits()) -> String? {
    refusal(Array(text.utf8), limits)
}

func refusal(_ bytes: [UInt8], _ limits: YAMLLimits = YAMLLimits()) -> String? {
    do throws(YAMLError) {
        _ = try YAMLStream.parse(bytes, limits: limits)
        return nil
    } catch {
        return "\(error.line):\(error.column): \(error.message)"
    }
}

@Suite struct YAMLStreamTests {
    @Test("every node knows where it was written")
    func positions() throws {
        let root = try #require(try parse("a: 1\nlist:\n  - {b: \"ö\", ç: x}\n").first)
        #expect(root.position == .start)
        let list = try #require(root["list"])
        #expect(list.position == YAMLPosition(line: 3, column: 3))
        let mapping = try #require(list.elements.first)
        #expect(mapping.position == YAMLPosition(line: 3, column: 5))
        #expect(mapping.members.map(\.key.column) == [6, 14])
        #expect(mapping["ç"]?.position == YAMLPosition(line: 3, column: 17))
        #expect(root.members.map(\.key.line) == [1, 2])
    }

    @Test("every document of a stream is returned, an empty one as null")
    func documents() throws {
        #expect(try parse("").isEmpty)
        #expect(try parse("# only a comment\n").isEmpty)
        let documents = try parse("---\na: 1\n---\n---\nb\n")
        #expect(documents.count == 3)
        #expect(documents[1].scalar?.resolved == .null)
        #expect(documents[2].scalar?.text == "b")
    }

    @Test("P02: a stream whose later document is broken is refused as a whole")
    func brokenLaterDocument() {
        #expect(
            refusal("a: 1\n---\nb: [1\n") == "4:1: expected `,` or `]` of the list which begins at line 3, column 4")
    }

    @Test("a key that is given twice is refused with both places")
    func duplicateKeys() {
        #expect(refusal("a: 1\nb: 2\n\"a\": 3\n") == "3:1: the key `a` is given twice, first at line 1, column 1")
        #expect(refusal("{a: 1, b: {a: 2}}") == nil)
        // Canonically equivalent, but other bytes: Go and a byte compare keep them apart.
        #expect(refusal("\"\\u00e9\": 1\n\"e\\u0301\": 2\n") == nil)
    }

    @Test(
        "a value that needs quotes says so",
        arguments: [
            ("deny: [latest, *-dev]", "1:16: a value that begins with `*` must be quoted, write `\"*-dev\"`"),
            ("images: [*]", "1:10: a value that begins with `*` must be quoted, write `\"*\"`"),
            (
                "images: *.example.com/**",
                "1:9: a value that begins with `*` must be quoted, write `\"*.example.com/**\"`"
            ),
            ("- *x:y", "1:3: a value that begins with `*` must be quoted, write `\"*x:y\"`"),
            ("a: @b", "1:4: a value that begins with `@` must be quoted, write `\"@b\"`"),
            ("a: `b`", "1:4: a value that begins with ``` must be quoted, write `\"`b`\"`"),
            ("a: %b", "1:4: a value that begins with `%` must be quoted, write `\"%b\"`"),
            ("a: &*", "1:4: a value that begins with `&` must be quoted, write `\"&*\"`"),
            ("[?x]", "1:3: put a space after `?`, or quote a value that begins with it"),
            ("[-]", "1:2: a value that begins with `-` must be quoted, write `\"-\"`"),
        ])
    func quoting(text: String, expected: String) {
        #expect(refusal(text) == expected)
    }

    @Test(
        "P05: what would make a file mean something else than it shows is refused: anchors, merge keys, tags",
        arguments: [
            (
                "a: &x 1",
                "1:4: the anchor `&x` is not supported, write the value out; quote a value that begins with `&`"
            ),
            (
                "a: &x [1]",
                "1:4: the anchor `&x` is not supported, write the value out; quote a value that begins with `&`"
            ),
            ("a: {<<: {b: 1}}", "1:5: the merge key `<<` is not supported, write its fields out"),
            ("a: !include b", "1:4: the tag `!include` is not supported; quote a value that begins with `!`"),
            ("a: !!binary aa", "1:4: the tag `!!binary` is not supported; quote a value that begins with `!`"),
            (
                "a: !!python/object:x {}",
                "1:4: the tag `!!python/object:x` is not supported; quote a value that begins with `!`"
            ),
            ("!!set {a}", "1:1: the tag `!!set` is not supported; quote a value that begins with `!`"),
            ("!!str [a]", "1:1: the tag `!!str` is not supported; quote a value that begins with `!`"),
            ("a: !!int x", "1:4: `x` is not what its tag `!!int` says"),
            ("? [a]\n: b", "1:3: a key must be a single text, not a list or a mapping"),
            ("{a: 1}: b", "1:1: a key must be a single text, not a list or a mapping"),
            (
                "%YAML 1.1\n---\na: yes",
                "1:1: of the directives only `%YAML 1.2` before the first document is supported, remove this one"
            ),
            (
                "%TAG !! tag:example.com,2000:\n---\na: !!int 1",
                "1:1: of the directives only `%YAML 1.2` before the first document is supported, remove this one"
            ),
        ])
    func unsupported(text: String, expected: String) {
        #expect(refusal(text) == expected)
    }

    @Test("the core tags and a quoted `<<` are read")
    func supported() throws {
        let root = try #require(
            try parse("%YAML 1.2\n---\na: !!str 1\nb: !!float 1\nc: ! 1\n\"<<\": x\nd: !!seq []\n").first)
        #expect(root["a"]?.scalar?.resolved == .string)
        #expect(root["b"]?.scalar?.resolved == .float(1))
        #expect(root["c"]?.scalar?.resolved == .string)
        #expect(root["<<"]?.scalar?.text == "x")
        #expect(root["d"]?.elements.isEmpty == true)
    }

    @Test(
        "P03: broken syntax, a tab as indentation among it, is explained where it is",
        arguments: [
            ("a:\n\tb: 1\n", "2:1: a tab cannot indent, use spaces"),
            ("a: [\n\tb]\n", "2:1: a tab cannot indent, use spaces"),
            ("a: 'b\nc'\n", "2:1: this line belongs to the value above, indent it further"),
            ("a: \"b\nc: d\n", "1:4: the quote that opens here is never closed"),
            (
                "a: b: c",
                "1:5: `:` cannot begin another value here, quote the text that holds it or mend the indentation"
            ),
            ("a: 1\nfoo\nb: 2\n", "2:1: expected `:` after this key"),
            (
                "a:\n  - b\n c: 1\n",
                "3:2: expected a key of the mapping which begins at line 1, column 1, indented as its other keys are"
            ),
            (
                "a:\n  - b\n  c: 1\n",
                "3:3: expected `- ` of the list which begins at line 2, column 3, indented as its other elements are"
            ),
            ("a: \"x\"# no\n", "1:7: put a space before the `#` of a comment, or quote the text that it belongs to"),
            (
                "a: [x]\nb: {y: [z]}# no\n",
                "2:12: put a space before the `#` of a comment, or quote the text that it belongs to"
            ),
            ("a: |# no\n  x\n", "1:5: put a space before the `#` of a comment"),
            ("a: !!str |2-# no\n  x\n", "1:13: put a space before the `#` of a comment"),
            ("a: [,]", "1:5: expected a value here"),
            (
                "a:\r\n  b: >\r\n     \r\n    text\r\n",
                "3:1: this blank line has more spaces than the text below it, remove them"
            ),
            ("--- |\ntext\n", "2:1: the text of a block scalar is indented by a space at least"),
            ("[a]\nb", "2:1: expected the end of the document or `---`, the value above is complete"),
        ])
    func syntax(text: String, expected: String) {
        #expect(refusal(text) == expected)
    }

    @Test("a closing bracket may stand under its key")
    func closingBracket() {
        #expect(refusal("a: [\n  b,\n]\nc: {\n  d: e\n}\n") == nil)
    }

    @Test(
        "a control character that the author wrote as an escape stays one in the message",
        arguments: ["!%0b a\n", "{\"a\\x0b\": 1, \"a\\x0b\": 2}\n", "!!int \"\\x0b\"\n"])
    func messageInOneLine(_ text: String) {
        let error = #expect(throws: YAMLError.self) { try parse(text) }
        #expect(error?.message.contains("\\u{b}") == true, "\(String(describing: error))")
        #expect(error?.message.unicodeScalars.contains { $0.value < 0x20 } == false)
    }

    @Test("P04: scalars are typed by the YAML 1.2 core schema, and nothing else changes its text")
    func coreSchema() throws {
        let types: [(String, YAMLScalar.Resolved)] = [
            ("~", .null), ("null", .null), ("", .null), ("true", .boolean(true)), ("False", .boolean(false)),
            ("12", .integer(12)), ("-3", .integer(-3)), ("0", .integer(0)), ("0o17", .integer(15)),
            ("0xfF", .integer(255)), ("99999999999999999999", .integer(nil)), ("1e3", .float(1000)),
            ("1.5", .float(1.5)),
            (".5", .float(0.5)), ("1.", .float(1)), ("-.inf", .float(-.infinity)), ("yes", .string), ("no", .string),
            ("on", .string), ("off", .string), ("y", .string), ("0777", .string), ("-01", .string), ("1:30", .string),
            ("2024-01-01", .string), ("1_000", .string), ("0b1", .string), ("1e", .string), (".", .string),
            ("0x", .string), ("+", .string), ("nullx", .string), ("tRue", .string),
        ]
        for (text, resolved) in types {
            let scalar = try #require(try parse("a: \(text)\n").first?["a"]?.scalar)
            #expect(scalar.text == text)
            #expect(scalar.resolved == resolved, "\(text)")
            #expect(try parse("a: '\(text)'\n").first?["a"]?.scalar?.resolved == .string)
        }
    }
}
