import Testing
import YAMLDocument

/// What libyaml would read, and YAML 1.2 forbids or reads as something else; beside each what YAML 1.2 allows.
@Suite struct LenienceTests {
    @Test(
        "a comment has white space before its sign, wherever it stands",
        arguments: [
            ("[a,# c\n b]", "[a, # c\n b]"), ("[# c\n a]", "[ # c\n a]"), ("[a# c\n ]# d\n", "[a# c\n ]\t# d\n"),
            ("{a: b,# c\n d: e}", "{a: b,\n# c\n d: e}"), ("{a: 'b'# c\n}", "{a: 'b' # c\n}"),
            ("a: \"é\"# c\n", "a: \"é\" # c\n"), ("'a': [b]# c\n", "'a': [b] # c\n"),
            ("%YAML 1.2# c\n---\na\n", "%YAML 1.2 # c\n---\na\n"), ("a: |# c\n  b\n", "a: | # c\n  b\n"),
            ("a: !!str |# c\n  b\n", "a: !!str |  # c\n  b\n"),
            ("a: !!str # c\n  >-1# d\n  b\n", "a: !!str # c\n  >-1 # d\n  b\n"),
            ("# a\n[b]# c", "# a\n[b] # c"),
        ])
    func comments(invalid: String, valid: String) {
        #expect(refusal(invalid) != nil)
        #expect(refusal(valid) == nil)
    }

    @Test("a `#` within a text begins no comment")
    func noComments() throws {
        let root = try #require(try parse("a: b#c\nd: 'e # f'\ng: |\n  #h\n  i#j\nk: [l#m, 'n#o' ]\n").first)
        #expect(root["a"]?.scalar?.text == "b#c")
        #expect(root["d"]?.scalar?.text == "e # f")
        #expect(root["g"]?.scalar?.text == "#h\ni#j\n")
        #expect(root["k"]?.elements.map { $0.scalar?.text } == ["l#m", "n#o"])
    }

    @Test(
        "no blank line before the text of a block scalar has more spaces than the text",
        arguments: [
            // Read as empty with comments behind it.
            ("a: >\n \n  \n   \n # b\n", "a: >\n \n \n \n # b\n"),
            ("a:\n  b: |\n     \n   # c\n  d: e\n", "a:\n  b: |\n   \n   # c\n  d: e\n"),
            ("- |\n   \n  # b\n", "- |\n  \n  # b\n"), ("- &x |\n   \n  # b\n", "- |\n\n  # b\n"),
            ("- !!str\n  |\n   \n  # b\n", "- !!str\n  |\n  \n  # b\n"),
            ("a:\n- !!seq\n  - |\n     \n    # b\n", "a:\n- !!seq\n  - |\n    \n    # b\n"),
            ("--- |\n  \n # a\n", "--- |\n \n # a\n"),
            // libyaml sees these.
            ("a: |\n   \n  b\n", "a: |\n  \n  b\n"), ("a: |\n    \n   b\n  c\n", "a: |\n  \n  b\n  c\n"),
        ])
    func blankLines(invalid: String, valid: String) {
        #expect(refusal(invalid) != nil)
        #expect(refusal(valid) == nil)
    }

    @Test("blank lines may have more spaces where they are no part of the indentation")
    func deepBlankLines() throws {
        // The number says it; the text comes first; there is no text; what follows belongs to something else.
        for (text, expected) in [
            ("a: |2\n    \n  b\n", "  \nb\n"), ("a: |\n  b\n     \n  c\n", "b\n   \nc\n"), ("a: |\n     \n", ""),
            ("a: |+\n     \n# b\n", "\n"), ("a: >\n   \n# b\nc: d\n", ""), ("a: |\n    \nb: |\n  c\n", ""),
            ("a: |\n     \n...\n", ""), ("a: |\n     \n---\n", ""),
        ] {
            #expect(try parse(text).first?["a"]?.scalar?.text == expected, "\(text)")
        }
    }

    @Test("the last line of a stream means the same with and without a line break")
    func lastLine() throws {
        for (text, expected) in [
            ("a: |\n  b", "b\n"), ("a: |-\n  b", "b"), ("a: |+\n  b", "b\n"), ("a: >\n  b", "b\n"),
            ("a: |\n  b\n   ", "b\n \n"), ("a: |+\n   ", "\n"), ("a: |\n     \n   ", ""), ("a: |", ""), ("a: 'b'", "b"),
            ("a: b", "b"), ("a: |\r\n  b", "b\n"),
        ] {
            #expect(try parse(text).first?["a"]?.scalar?.text == expected, "\(text)")
            let ended = text + (text.contains("\r") ? "\r\n" : "\n")
            #expect(try parse(ended).first?["a"]?.scalar?.text == expected, "\(text)")
        }
        #expect(try parse("a: |+\n  b\n\n").first?["a"]?.scalar?.text == "b\n\n")
    }

    @Test(
        "the text of a block scalar is not at the beginning of its line, where it would be no text",
        arguments: ["--- |\n# a\n", "|\n# a\n", "--- >\n%a\n", "--- !!str |\n# a\n", "|\n\n# a\n"])
    func unindented(text: String) {
        #expect(refusal(text) != nil)
        #expect(refusal(text.replacing("# a", with: " # a").replacing("%a", with: " %a")) == nil)
    }

    @Test(
        "the lines of a value are indented, also where a tag or an anchor stands before what holds it",
        arguments: [
            ("a: !!map\n  b: 'c\n  d'\n", "a: !!map\n  b: 'c\n   d'\n"),
            ("a: !!seq\n  - [b,\n  c]\n", "a: !!seq\n  - [b,\n   c]\n"),
            ("a: !!seq\n- [b,\nc]\n", "a: !!seq\n- [b,\n c]\n"),
            ("!!map\na: \"b\nc\"\n", "!!map\na: \"b\n c\"\n"),
            ("- !!map # c\n  a: 'b\n c'\n", "- !!map # c\n  a: 'b\n   c'\n"),
            ("- ? 'a\n  b'\n", "- ? 'a\n   b'\n"),
        ])
    func indentation(invalid: String, valid: String) {
        #expect(refusal(invalid)?.contains("this line belongs to the value above") == true)
        #expect(refusal(valid) == nil)
    }

    @Test("within brackets `:x` is a text that has to be quoted, except after a key in quotes")
    func adjacentColon() throws {
        let aliases = YAMLLimits(aliases: .expanded(budget: 10))
        #expect(refusal("{? :x}") == "1:5: put a space after `:`, or quote a value that begins with it")
        #expect(
            refusal("[&a b, {*a :x}]", aliases) == "1:13: put a space after `:`, or quote a value that begins with it")
        #expect(try parse("{\"a\":b, 'c':[d], \"e\" :f}").first?["e"]?.scalar?.text == "f")
    }

    @Test("a text may end in `?`, also where the file ends", arguments: ["", "\n"])
    func textBeforeEnd(_ end: String) throws {
        let mapping = try #require(try parse("? 1.2?\(end)").first)
        #expect(mapping["1.2?"]?.scalar?.resolved == .null)
        #expect(try parse("- a?\(end)").first?.elements.first?.scalar?.text == "a?")
        #expect(refusal("[?x]\(end)") != nil)
    }

    @Test("a line that begins with `%` is a directive, and an unknown one has no meaning")
    func directives() {
        let expected = """
            a line that begins with `%` is a directive, and only `%YAML 1.2` before the first document is supported; quote \
            a text that begins with it
            """
        #expect(refusal("%FOO bar\n---\na\n") == "1:1: \(expected)")
        #expect(refusal("%d: a\n") == "1:1: \(expected)")
        #expect(refusal("a: b\n--- c\n%YAML 1.2 x\n") == nil)
    }
}
