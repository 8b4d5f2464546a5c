/// The characters that a stream may be made of, checked before libyaml sees them: it would guess the encoding, report no
/// line for what it cannot decode, and take three Unicode separators for line breaks that no editor shows as such.
enum SourceText {
    static func check(_ bytes: [UInt8]) throws(YAMLError) {
        try refuseByteOrderMark(bytes)
        var position = (line: 1, column: 1)
        var offset = 0
        while offset < bytes.count {
            switch bytes[offset] {
            case 0x20...0x7E, 0x09:
                offset += 1
                position.column += 1
            case 0x0A, 0x0D:
                let isPair = bytes[offset] == 0x0D && bytes.dropFirst(offset + 1).first == 0x0A
                offset += isPair ? 2 : 1
                position = (position.line + 1, 1)
            default:
                offset += try checkScalar(
                    at: offset, of: bytes, YAMLPosition(line: position.line, column: position.column))
                position.column += 1
            }
        }
    }

    /// Checks one character that is not plain ASCII, and gives its length in bytes.
    private static func checkScalar(
        at offset: Int, of bytes: [UInt8], _ position: YAMLPosition
    ) throws(YAMLError) -> Int {
        var decoder = UTF8.ForwardParser()
        var iterator = bytes[offset...].makeIterator()
        guard case .valid(let encoded) = decoder.parseScalar(from: &iterator) else {
            throw YAMLError(.encoding, "is not UTF-8 text from here on", at: position)
        }
        if let problem = problem(with: UTF8.decode(encoded)) { throw YAMLError(.encoding, problem, at: position) }
        return encoded.count
    }

    private static func refuseByteOrderMark(_ bytes: [UInt8]) throws(YAMLError) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw YAMLError(.encoding, "begins with a byte order mark, save it as UTF-8 without one", at: .start)
        }
        if bytes.starts(with: [0xFE, 0xFF]) || bytes.starts(with: [0xFF, 0xFE]) {
            throw YAMLError(.encoding, "is UTF-16 text, save it as UTF-8", at: .start)
        }
    }

    /// The characters outside of `c-printable` (YAML 1.2 section 5.1), and those that are printable but read differently
    /// by YAML 1.1 and 1.2.
    private static func problem(with scalar: Unicode.Scalar) -> String? {
        switch scalar.value {
        case 0x00: "a NUL byte is not text, save the file as UTF-8"
        case 0x85, 0x2028, 0x2029:
            "the line separator \(name(of: scalar)) does not show, use a line feed or write it as an escape"
        case 0xFEFF: "a byte order mark is only an invisible space here, remove it"
        case 0xA0...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: nil
        default: "the control character \(name(of: scalar)) is not allowed"
        }
    }

    private static func name(of scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return "U+" + String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
