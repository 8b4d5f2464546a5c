import StrictJSON
import Testing
import YAMLDocument

/// github.com/yaml/yaml-test-suite.
///
/// A valid document may be refused: whoever wrote it is told, and writes it in another way. What must not happen is that
/// an invalid one is read, or one as something else than other readers make of it.
@Suite(.disabled(if: ConformanceSuite.areMissing, ConformanceSuite.whyMissing))
struct YAMLTestSuiteTests {
    @Test("every invalid document is refused, and every one that is read means what the suite says")
    func cases() async throws {
        try await ConformanceSuite("yaml-test-suite").run(differing: Self.refused) { test in
            let bytes = try test.file("yaml")
            let documents: [YAMLNode]
            do throws(YAMLError) {
                documents = try YAMLStream.parse(bytes, limits: YAMLLimits(aliases: .expanded(budget: 1_000)))
            } catch {
                return test.isAccepted ? .differs(Self.reason(of: error)) : .refused("\(error)")
            }
            return test.isAccepted ? try meaning(of: documents, test) : .accepted
        }
    }

    private static let keys = "keys that are lists or mappings: no document has them, and JSON cannot"
    private static let tags = "tags beside those of the core schema: they ask a reader to build something"
    private static let directives = "directives beside `%YAML 1.2`: they give what follows another meaning"
    private static let anchors = "names of anchors with signs or beyond ASCII: readers disagree where they end"
    private static let tabs = "tabs where indentation is looked for: readers disagree what they are"
    private static let unindented = "block scalars whose text is not indented: readers of YAML 1.1 see no text"
    private static let brackets =
        "brackets in which `:` or `?` has no space after it, or stands on another line than its key"
    private static let missing = "a `:` without a key, or `...` without a document: to YAML 1.1 something is missing"
    private static let bare = "documents after the first that do not begin with `---`"

    /// The valid documents that are refused on purpose.
    private static let refused = [
        keys: ["6BFJ", "M2N8/00", "M2N8/01", "M5DY", "Q9WF", "RZP5", "SBG9", "XW4D"],
        tags: ["6WLZ", "9WXW", "J7PZ", "M5C3", "UGM3", "Z67P"],
        directives: [
            "5TYM", "6CK3", "C4HZ", "CC74", "MUS6/02", "MUS6/03", "MUS6/04", "MUS6/05", "MUS6/06", "P76L", "U3C3",
        ],
        anchors: ["8XYN", "Y2GN"],
        tabs: ["6CA3", "96NN/00", "96NN/01", "R4YG", "Y79Y/001", "Y79Y/010"],
        unindented: ["DK3J", "FP8R", "W4TN"],
        brackets: ["4ABK", "5MUD", "9SA2", "FRK4", "HM87/01", "K3WX", "NJ66"],
        missing: ["2JQS", "6M2F", "CFD4", "HM87/00", "HWV9", "NHX8", "NKF9", "QT73", "S3PD"],
        bare: ["7Z25", "M7A3"],
    ]

    private static func reason(of error: YAMLError) -> String {
        let words = [
            ("a key must be a single text", keys), ("the tag `", tags), ("`%YAML 1.2`", directives),
            ("a value that begins with `&` must be quoted", anchors), ("a tab cannot indent", tabs),
            ("the text of a block scalar is indented", unindented), ("expected `,` or `}`", brackets),
            ("found unexpected ':'", brackets), ("put a space after `", brackets),
            ("expected a key of the mapping", missing), ("expected a value here", missing),
            ("expected the end of the document", bare),
        ]
        return words.first { error.message.contains($0.0) }?.1 ?? error.message
    }

    /// Compares structure and text with the events of the case, and types with its JSON.
    private func meaning(of documents: [YAMLNode], _ test: ConformanceCase) throws -> Verdict {
        if test.inputs["event"] != nil {
            let stated = YAMLEvents.stated(String(decoding: try test.file("event"), as: UTF8.self))
            let found = YAMLEvents.events(of: documents)
            guard found == stated else { return .refused("read as \(found), the suite says \(stated)") }
        }
        if test.inputs["json"] != nil {
            let stated = try JSONStream.values(try test.file("json"))
            let found = documents.map(PlainValue.init)
            guard found == stated else { return .refused("read as \(found), the suite says \(stated)") }
        }
        return .accepted
    }
}

/// JSON values one after the other, with white space between them.
private enum JSONStream {
    static func values(_ bytes: [UInt8]) throws -> [PlainValue] {
        var values: [PlainValue] = []
        var start: Int?
        var depth = 0
        var isInString = false
        var isEscaped = false
        for (index, byte) in (bytes + [UInt8(ascii: "\n")]).enumerated() {
            if isInString {
                if byte == UInt8(ascii: "\""), !isEscaped { isInString = false }
                isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
                continue
            }
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\t"), UInt8(ascii: "\r"):
                guard depth == 0, let first = start else { continue }
                values.append(PlainValue(try JSONDocument(parsing: Array(bytes[first..<index])).root))
                start = nil
                continue
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            start = start ?? index
        }
        return values
    }
}
