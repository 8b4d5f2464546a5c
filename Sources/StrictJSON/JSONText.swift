/// What stands between the quotes of a string or key: where it ends, and that everything in it is valid.
struct JSONText {
    let start: Int
    let end: Int
    let hasEscapes: Bool

    /// Reads from the opening quote at `quote` to the closing one.
    @inline(always)
    init(in source: Span<UInt8>, quotedAt quote: Int, _ limits: JSONLimits) throws(JSONFault) {
        start = quote &+ 1
        let run = JSONText.endOfPlainRun(source, from: start)
        if run < source.count, source[run] == UInt8(ascii: "\"") {
            (end, hasEscapes) = (run, false)
        } else {
            (end, hasEscapes) = try JSONText.endOfText(source, from: run)
        }
        guard end &- start <= limits.maximumStringBytes else {
            throw JSONFault(.stringTooLong(limit: limits.maximumStringBytes), at: quote)
        }
    }

    /// The closing quote at or after `start`, and whether there are escapes before it.
    @inline(never)
    private static func endOfText(
        _ source: Span<UInt8>, from start: Int
    ) throws(JSONFault) -> (end: Int, hasEscapes: Bool) {
        var index = start
        var hasEscapes = false
        while true {
            guard index < source.count else { throw JSONFault(.unexpectedEnd, at: source.count) }
            switch source[index] {
            case UInt8(ascii: "\""): return (index, hasEscapes)
            case UInt8(ascii: "\\"):
                hasEscapes = true
                index = try endOfEscape(source, at: index)
            case 0..<0x20: throw JSONFault(.controlCharacter, at: index)
            default:
                guard let end = endOfScalar(source, at: index) else { throw JSONFault(.invalidUTF8, at: index) }
                index = end
            }
            index = endOfPlainRun(source, from: index)
        }
    }

    /// The first byte at or after `start` that is not printable ASCII or is a quote or a backslash. It is looked for in
    /// sixteen bytes at a time: nearly every key ends within them, so the processor foresees how the loop goes.
    @inline(always)
    private static func endOfPlainRun(_ source: Span<UInt8>, from start: Int) -> Int {
        source.withUnsafeBytes { source in
            var index = start
            while index &+ SixteenBytes.count <= source.count {
                let special = SixteenBytes(source, at: index).firstSpecialToReader
                guard special == SixteenBytes.count else { return index &+ special }
                index &+= SixteenBytes.count
            }
            while index < source.count, isPlain(source[index]) { index &+= 1 }
            return index
        }
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        (0x20..<0x80).contains(byte) && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
    }

    /// Where the multi-byte scalar ends that begins at `index`; nil unless it is well-formed by table 3-7 of the
    /// Unicode standard, which excludes overlong forms, surrogates and what is beyond U+10FFFF.
    private static func endOfScalar(_ source: Span<UInt8>, at index: Int) -> Int? {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xBF
        switch source[index] {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard index + length <= source.count, second.contains(source[index + 1]) else { return nil }
        for offset in 2..<max(length, 2) where !(0x80...0xBF).contains(source[index + offset]) { return nil }
        return index + length
    }

    private static func endOfEscape(_ source: Span<UInt8>, at index: Int) throws(JSONFault) -> Int {
        guard index + 1 < source.count else { throw JSONFault(.unexpectedEnd, at: source.count) }
        guard source[index + 1] == UInt8(ascii: "u") else {
            guard JSONEscapes.meaning(of: source[index + 1]) != nil else {
                throw JSONFault(.invalidEscape, at: index)
            }
            return index + 2
        }
        guard let unit = JSONEscapes.codeUnit(source, at: index) else {
            throw JSONFault(.invalidEscape, at: index)
        }
        guard (0xD800...0xDFFF).contains(unit) else { return index + 6 }
        guard unit < 0xDC00, let low = JSONEscapes.codeUnit(source, at: index + 6), (0xDC00...0xDFFF).contains(low)
        else {
            throw JSONFault(.loneSurrogate, at: index)
        }
        return index + 12
    }
}
