import Testing
import YAMLDocument

@Suite struct YAMLLimitsTests {
    @Test("a stream beyond a limit is refused, one at the limit is read")
    func limits() {
        let small = YAMLLimits(maximumBytes: 8, maximumDocuments: 2, maximumDepth: 2, maximumNodes: 4)
        #expect(refusal("12345678", small) == nil)
        #expect(refusal("123456789", small) == "1:1: is 9 bytes long, at most 8 are read")
        let limits = YAMLLimits(maximumDocuments: 2, maximumDepth: 2, maximumNodes: 4)
        #expect(refusal("--- a\n--- b\n", limits) == nil)
        #expect(refusal("--- a\n--- b\n--- c\n", limits) == "3:1: there are more than 2 documents in this file")
        #expect(refusal("[[a]]", limits) == nil)
        #expect(refusal("[[[a]]]", limits) == "1:3: is nested deeper than 2 levels")
        #expect(refusal("[a, b, c]", limits) == nil)
        #expect(refusal("[a, b, c, d]", limits) == "1:11: there are more than 4 values in this file")
    }

    @Test("aliases are expanded within their budget only")
    func aliases() throws {
        let limits = YAMLLimits(maximumDepth: 4, aliases: .expanded(budget: 4))
        let root = try #require(try parse("a: &x [1]\nb: *x\nc: *x\n", limits).first)
        #expect(root["c"]?.elements.first?.scalar?.text == "1")
        #expect(refusal("a: &x [1]\nb: [*x, *x, *x]\n", limits) == "2:13: aliases stand for more than 4 values")
        #expect(refusal("a: &x [[1]]\nb: [[*x]]\n", limits) == "2:6: is nested deeper than 4 levels")
        #expect(refusal("a: *x\n", limits) == "1:4: a value that begins with `*` must be quoted, write `\"*x\"`")
        #expect(refusal("a: &x [*x]\n", limits) != nil)
        #expect(refusal("a: &x 1\n---\nb: *x\n", limits) != nil)
        #expect(refusal("a: &x:y 1\n", limits) == "1:4: a value that begins with `&` must be quoted, write `\"&x:y\"`")
    }

    @Test("merge keys are applied where they are asked for: own members first, then the earlier mapping's")
    func mergeKeys() throws {
        let limits = YAMLLimits(aliases: .expanded(budget: 20), mergeKeys: .applied)
        let text = """
            x: &x {a: 1, b: 1}
            y: &y {b: 2, c: 2}
            one: {<<: *x, a: 3}
            two: {a: 3, <<: [*x, *y]}
            quoted: {"<<": *x}

            """
        let root = try #require(try parse(text, limits).first)
        func members(_ name: String) -> [String] {
            root[name]?.members.map { "\($0.key.scalar?.text ?? "")\($0.value.scalar?.text ?? "")" } ?? []
        }
        #expect(members("one") == ["a3", "b1"])
        #expect(members("two") == ["a3", "b1", "c2"])
        #expect(members("quoted") == ["<<"])
        #expect(root["one"]?["b"]?.position == YAMLPosition(line: 1, column: 17))
        #expect(refusal("a: {<<: 1}", limits) == "1:9: the merge key `<<` takes a mapping, or a list of mappings")
        #expect(
            refusal("a: {<<: [{b: 1}, 1]}", limits) == "1:18: the merge key `<<` takes a mapping, or a list of mappings"
        )
        #expect(
            refusal("a: {<<: {}, <<: {}}", limits) == "1:13: the key `<<` is given twice, first at line 1, column 5")
        #expect(refusal("a: &x {b: 1}\nc: {<<: *x}", YAMLLimits(aliases: .expanded(budget: 9))) != nil)
    }

    @Test("a member before `<<` that is merged as well can be refused, since readers differ in which of them counts")
    func ambiguousMerge() throws {
        let limits = YAMLLimits(aliases: .expanded(budget: 20), mergeKeys: .appliedIfUnambiguous)
        let message =
            "the key `image` is given before `<<`, which gives it too, and readers differ in which counts: put `<<` first"
        #expect(refusal("a: {image: x, <<: {image: y}}", limits) == "1:5: " + message)
        #expect(refusal("a: &a {b: 1, image: x}\nc:\n  image: y\n  <<: [{}, *a]\n", limits) == "3:3: " + message)
        let root = try #require(try parse("{<<: {image: y, b: 1}, image: x, c: {d: 1, <<: {e: 2}}}", limits).first)
        #expect(root["image"]?.scalar?.text == "x")
        #expect(root["c"]?["e"]?.scalar?.text == "2")
    }

    @Test("P03: an alias bomb is refused at once")
    func bomb() {
        var text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
        for level in 1...20 {
            text +=
                "a\(level): &a\(level) [" + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",") + "]\n"
        }
        #expect(refusal(text) != nil)
        #expect(
            refusal(text, YAMLLimits(aliases: .expanded(budget: 10_000)))?.hasSuffix("stand for more than 10000 values")
                == true)
    }

    @Test(
        "a mebibyte of anything is read or refused quickly",
        arguments: [
            "[", "{", "- ", "? ", "a: ", "\"", "'", "a", "\n", " ", "\t", "&a ", "!a ", "*a ", "# ", "-\n", "[]\n",
            "a,", "[a,", "é ",
        ])
    func mebibyte(unit: String) {
        let text = String(repeating: unit, count: (1 << 20) / unit.utf8.count)
        let duration = ContinuousClock().measure { _ = refusal(text) }
        #expect(duration < .seconds(10))
    }
}
