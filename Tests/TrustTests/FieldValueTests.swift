import Testing
import Trust

@Suite struct FieldValueTests {
    let position = SourcePosition(file: "release.yaml", line: 7, column: 3)

    @Test("a value answers for its own kind and for no other")
    func kinds() {
        let text = FieldValue(.text("a"), at: position)
        #expect(text.text == "a")
        #expect(text.boolean == nil && text.integer == nil && text.duration == nil && text.date == nil)
        #expect(text.file == nil && text.elements.isEmpty && text["a"] == nil)
        #expect(FieldValue(.boolean(false), at: position).boolean == false)
        #expect(FieldValue(.integer(0), at: position).integer == 0)
    }

    @Test("a member is found by its exact bytes")
    func members() {
        let value = FieldValue(.object([("caf\u{e9}", FieldValue(.integer(1), at: position))]), at: position)
        #expect(value["caf\u{e9}"]?.integer == 1)
        #expect(value["cafe\u{301}"] == nil)
    }

    @Test("problems are never an empty list, and each says where it is")
    func problems() {
        #expect(FieldProblems([]) == nil)
        let problem = FieldProblem("`x` is wrong", at: position)
        #expect(FieldProblems(problem).problems == [problem])
        #expect("\(problem)" == "release.yaml:7:3: `x` is wrong")
    }
}
