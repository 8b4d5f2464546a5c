import StrictJSON
import Testing

/// What is JSON and what is not, in the classes of JSON test suites: must be read, must be refused, and what RFC 8259
/// leaves open, decided strictly here.
@Suite("A JSON document")
struct JSONDocumentTests {
    @Test(
        "what the grammar allows is read",
        arguments: [
            "[]", "{}", " [ ] ", "\t\n\r{ }\n", "null", "true", "false", "0", "-0", "-1", "\"\"", "\"a\"", "123.456",
            "1e1", "1E+2", "1e-2", "0e1", "-0.0", "0e+1", "20e1", "1.5e10", "[[[]]]", "[1,2 , 3]", "{\"a\":1,\"b\":2}",
            "{\"a\":{\"a\":{\"a\":1}}}", "{\"\":0}", "{\"a\\u0000b\":1}", "[\"\\u0000\"]",
            "[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]",
            "\"\\uD834\\uDd1e\"", "\"\\u0060\\u012a\\u12AB\"", "\"\u{7F}\"", "\"\u{2028}\u{2029}\"", "\"π\u{20AC}𝄞\"",
            "\"\u{FFFF}\u{10FFFF}\"", "\"\u{FEFF}\"", "\"\\uFFFE\"", "\"a/*b*/c\"", "[1,null,\"x\",[],{}]",
            "100000000000000000000", "1e307", "-9.9e307", "1e-307", "0e999999999", "0.0e-999999999",
            "{\"é\":1,\"e\u{301}\":2}", "{\"a\":1,\"A\":2}", "[0.0000001e314]",
        ])
    func accepted(_ text: String) throws {
        _ = try JSONDocument(parsing: Array(text.utf8))
    }

    @Test(
        "what the grammar does not allow is refused with its own error",
        arguments: [
            ("", .unexpectedEnd), (" ", .unexpectedEnd), ("[", .unexpectedEnd), ("{", .unexpectedEnd),
            ("[1", .unexpectedEnd), ("[1,", .unexpectedEnd), ("{\"a", .unexpectedEnd), ("{\"a\"", .unexpectedEnd),
            ("{\"a\":", .unexpectedEnd), ("{\"a\":1", .unexpectedEnd), ("{\"a\":1,", .unexpectedEnd),
            ("\"a", .unexpectedEnd), ("\"\\", .unexpectedEnd), ("-", .unexpectedEnd), ("1.", .unexpectedEnd),
            ("1e", .unexpectedEnd), ("1e+", .unexpectedEnd),
            ("[,]", .expectedValue), ("[1,,2]", .expectedValue), ("nul", .expectedValue), ("True", .expectedValue),
            ("nulL", .expectedValue), ("NaN", .expectedValue), ("Infinity", .expectedValue), ("+1", .expectedValue),
            (".5", .expectedValue), ("'a'", .expectedValue), ("\u{A0}1", .expectedValue), ("]", .expectedValue),
            ("}", .expectedValue), ("{\"a\":}", .expectedValue), ("\u{0C}[]", .expectedValue), ("@", .expectedValue),
            ("{a:1}", .expectedKey), ("{1:1}", .expectedKey), ("{'a':1}", .expectedKey), ("{null:1}", .expectedKey),
            ("{,}", .expectedKey), ("{[]:1}", .expectedKey), ("{]", .expectedKey),
            ("{\"a\" 1}", .expectedColon), ("{\"a\",1}", .expectedColon), ("{\"a\"}", .expectedColon),
            ("[1 2]", .expectedCommaOrEnd), ("[1}", .expectedCommaOrEnd), ("{\"a\":1]", .expectedCommaOrEnd),
            ("{\"a\":1 \"b\":2}", .expectedCommaOrEnd), ("{\"a\":1:2}", .expectedCommaOrEnd),
            ("[1a]", .expectedCommaOrEnd), ("[0x1]", .expectedCommaOrEnd), ("[1.5.5]", .expectedCommaOrEnd),
            ("[1_000]", .expectedCommaOrEnd), ("[truefalse]", .expectedCommaOrEnd),
            ("[\"a\"\"b\"]", .expectedCommaOrEnd),
            ("[1,]", .trailingComma), ("{\"a\":1,}", .trailingComma), ("[1, \n]", .trailingComma),
            ("[]x", .trailingBytes), ("1 2", .trailingBytes), ("{}{}", .trailingBytes), ("[]]", .trailingBytes),
            ("truee", .trailingBytes), ("{}#", .trailingBytes), ("[]\u{0}", .trailingBytes), ("1\u{0}", .utf16),
            ("/**/1", .comment), ("//\n1", .comment), ("[1/**/]", .comment), ("{/**/}", .comment),
            ("{\"a\":/**/1}", .comment), ("[1,//\n2]", .comment),
            ("01", .leadingZero), ("-01", .leadingZero), ("00", .leadingZero), ("[012]", .leadingZero),
            ("--1", .malformedNumber), ("-a", .malformedNumber), ("[-]", .malformedNumber), ("[1.]", .malformedNumber),
            ("[1.e1]", .malformedNumber), ("[1e]", .malformedNumber), ("[1e+]", .malformedNumber),
            ("[1e1.5]", .expectedCommaOrEnd), ("[-Infinity]", .malformedNumber), ("[-NaN]", .malformedNumber),
            ("1e400", .numberOutOfRange), ("-1e400", .numberOutOfRange), ("123.456e-789", .numberOutOfRange),
            ("1e308", .numberOutOfRange), ("1e-308", .numberOutOfRange), ("0.4e006690000005", .numberOutOfRange),
            ("1e99999999999999999999999999999999999", .numberOutOfRange), ("100e306", .numberOutOfRange),
            ("[\"\u{0}\"]", .controlCharacter), ("\"\u{1F}\"", .controlCharacter), ("\"a\nb\"", .controlCharacter),
            ("\"\t\"", .controlCharacter), ("{\"a\u{1}\":1}", .controlCharacter),
            ("\"\\x41\"", .invalidEscape), ("\"\\a\"", .invalidEscape), ("\"\\'\"", .invalidEscape),
            ("\"\\U0041\"", .invalidEscape), ("\"\\u\"", .invalidEscape), ("\"\\u00\"", .invalidEscape),
            ("\"\\u00G0\"", .invalidEscape), ("\"\\u+123\"", .invalidEscape), ("\"\\é\"", .invalidEscape),
            ("\"\\\u{0}\"", .invalidEscape), ("\"\\u004", .invalidEscape),
            ("\"\\uD800\"", .loneSurrogate), ("\"\\uDC00\"", .loneSurrogate), ("\"\\uD800x\"", .loneSurrogate),
            ("\"\\uD800\\n\"", .loneSurrogate), ("\"\\uD800\\uD800\"", .loneSurrogate),
            ("\"\\uDd1e\\uD834\"", .loneSurrogate), ("\"\\uD800\\u0041\"", .loneSurrogate),
            ("\"\\uDADA", .loneSurrogate),
        ] as [(String, JSONError.Kind)])
    func refused(_ text: String, _ kind: JSONError.Kind) {
        #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }
        #expect(errorOfParsing(Array(text.utf8))?.kind == kind, "\(text)")
    }

    @Test(
        "bytes that are not UTF-8 are refused where they stand",
        arguments: [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF],
            [0xE2, 0x82], [0xE2, 0x28, 0xA1], [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0x80],
            [0xF0, 0x8F, 0xBF, 0xBF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFE],
            [0xFF], [0xF8, 0x88, 0x80, 0x80, 0x80],
        ] as [[UInt8]])
    func invalidUTF8(_ sequence: [UInt8]) {
        for padding in [0, 1, 7, 8, 9, 15] {
            let prefix = [UInt8](repeating: UInt8(ascii: "x"), count: padding)
            let error = errorOfParsing(Array("[\"".utf8) + prefix + sequence + Array("\"]".utf8))
            #expect(error?.kind == .invalidUTF8)
            #expect(error?.offset == 2 + padding)
            #expect(error?.path == "$[0]")
        }
    }

    @Test("other encodings and a byte order mark are refused")
    func foreignEncodings() {
        #expect(errorOfParsing([0xEF, 0xBB, 0xBF] + Array("{}".utf8))?.kind == .byteOrderMark)
        #expect(errorOfParsing([0xFE, 0xFF, 0, 0x5B, 0, 0x5D])?.kind == .utf16)
        #expect(errorOfParsing([0xFF, 0xFE, 0x5B, 0, 0x5D, 0])?.kind == .utf16)
        #expect(errorOfParsing([0, 0x5B, 0, 0x5D])?.kind == .utf16)
        #expect(errorOfParsing([0x5B, 0, 0x5D, 0])?.kind == .utf16)
        #expect(errorOfParsing([0, 0, 0, 0x5B])?.kind == .utf16)
        #expect(errorOfParsing([0])?.kind == .expectedValue)
    }

    @Test("limits hold exactly")
    func limits() throws {
        let limits = JSONLimits(
            maximumBytes: 40, maximumDepth: 3, maximumValues: 6, maximumNumberBytes: 5, maximumStringBytes: 4)
        for text in [
            "[[[]]]", "12345", "[1,2,3,4,5]", "{\"a\":1,\"b\":[2]}", "-1e10", "\"abcd\"", "\"\\n\\n\"", "{\"abcd\":1}",
            String(repeating: " ", count: 39) + "1",
        ] {
            _ = try JSONDocument(parsing: Array(text.utf8), limits: limits)
        }
        let beyond: [(String, JSONError.Kind)] = [
            ("[[[[]]]]", .tooDeep(limit: 3)), ("{\"a\":[{\"a\":{}}]}", .tooDeep(limit: 3)),
            ("[1,2,3,4,5,6]", .tooManyValues(limit: 6)), ("{\"a\":1,\"b\":[2,3]}", .tooManyValues(limit: 6)),
            ("123456", .numberTooLong(limit: 5)), ("-1e100", .numberTooLong(limit: 5)),
            ("\"abcde\"", .stringTooLong(limit: 4)), ("\"\\u0041\"", .stringTooLong(limit: 4)),
            ("{\"abcde\":1}", .stringTooLong(limit: 4)),
            (String(repeating: " ", count: 40) + "1", .documentTooLarge(limit: 40)),
        ]
        for (text, kind) in beyond {
            #expect(errorOfParsing(Array(text.utf8), limits: limits)?.kind == kind, "\(text)")
        }
    }

    @Test("limits may be as large as an integer can be")
    func largestLimits() throws {
        let limits = JSONLimits(
            maximumBytes: .max, maximumDepth: .max, maximumValues: .max, maximumNumberBytes: .max,
            maximumStringBytes: .max)
        let nested = String(repeating: "[", count: 1_000) + String(repeating: "]", count: 1_000)
        #expect(try JSONDocument(parsing: Array(nested.utf8), limits: limits).root.count == 1)
        #expect(throws: JSONError.self) {
            try JSONDocument(parsing: Array(repeating: UInt8(ascii: "["), count: 1_000), limits: limits)
        }
    }

    @Test("values may stand as close as the grammar lets them", arguments: 0..<300)
    func dense(_ count: Int) throws {
        let array = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
        #expect(try JSONDocument(parsing: Array(array.utf8)).root.count == count)
    }

    @Test("100,000 levels of nesting are refused at the limit, with or without an end")
    func deepNesting() {
        for opening in ["[", "{\"a\":"] {
            let text = String(repeating: opening, count: 100_000)
            let error = errorOfParsing(Array(text.utf8))
            #expect(error?.kind == .tooDeep(limit: 64))
            #expect(error?.offset == 64 * opening.utf8.count)
        }
    }

    @Test("a depth of 100,000 is read where the limit allows it: nothing recurses")
    func allowedDepth() throws {
        let text = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        let document = try JSONDocument(parsing: Array(text.utf8), limits: JSONLimits(maximumDepth: 100_000))
        #expect(document.root.count == 1)
    }
}

/// The error of a document that must be refused; nil if it is read.
func errorOfParsing(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) -> JSONError? {
    do throws(JSONError) {
        _ = try JSONDocument(parsing: bytes, limits: limits)
        return nil
    } catch {
        return error
    }
}
