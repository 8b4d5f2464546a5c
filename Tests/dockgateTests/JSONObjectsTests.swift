import Testing
import YAMLDocument

@testable import dockgate

@Suite struct JSONObjectsTests {
    private static let limits = YAMLLimits(
        maximumBytes: 4_096, maximumDocuments: 3, maximumDepth: 8, maximumNodes: 64)

    private static let object = """
        {"a": {"b": [1, -2.5, true, null, "x\\ny", {}], "é": []},
         "c": "\\"}{\\\\", "d": ["{", "}"]}
        """

    private func read(_ text: String) -> [YAMLNode]? {
        JSONObjects(Array(text.utf8), limits: JSONObjectsTests.limits)?.documents
    }

    @Test("JSON gives the values and the places that YAML gives for it")
    func sameAsYAML() throws {
        let json = try #require(read(JSONObjectsTests.object)?.first)
        let yaml = try #require(
            YAMLStream.parse(Array(JSONObjectsTests.object.utf8), limits: JSONObjectsTests.limits).first)
        #expect(json.json == yaml.json)
        func places(_ node: YAMLNode) -> [YAMLPosition] {
            [node.position] + (node.elements + node.members.map(\.value)).flatMap(places)
        }
        #expect(places(json) == places(yaml))
    }

    @Test("objects behind each other are as many documents, and what is between them is none")
    func several() throws {
        let two = try #require(read(" {\"a\": 1}\n{\"b\": \"}\"} \n"))
        #expect(two.map { $0.members.first?.key.scalar?.text } == ["a", "b"])
        #expect(two.last?.position == YAMLPosition(line: 2, column: 1))
        #expect(read("{}{}{}")?.count == 3)
        #expect(read("{\"a\": \"\\ud83d\\ude80\"}")?.first?["a"]?.scalar?.text == "\u{1F680}")
        let refused = [
            "", " ", "[]", "a: {}", "{}{}{}{}", "{} x", "{},{}", "{}}", "{} ---\n{}", "{a: 1}", "{\"a\": 1, \"a\": 2}",
            "{\"a\": \"\\ud83d\"}", "# a comment\n{}", "{\"a\": [[[[[[[[]]]]]]]]}",
            "{\"a\": [\(Array(repeating: "1", count: 70).joined(separator: ","))]}",
        ]
        for text in refused { #expect(read(text) == nil, "\(text)") }
        let half = "{\"a\": [\(Array(repeating: "1", count: 40).joined(separator: ","))]}"
        #expect(read(half)?.count == 1)
        #expect(read(half + half) == nil, "the limits are those of the whole text")
    }

    @Test("no piece of it is taken for the whole")
    func pieces() {
        let bytes = Array(JSONObjectsTests.object.utf8)
        for end in 0..<bytes.count {
            #expect(JSONObjects(Array(bytes[..<end]), limits: JSONObjectsTests.limits) == nil, "\(end)")
        }
    }
}
