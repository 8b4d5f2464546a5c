/// The characters that a stream may be made of, checked before libyaml sees them: it would guess the encoding, report no
/// line for what it cannot decode, and take three Unicode separators for line breaks that no editor shows as such.
enum SourceText {
    static func check(_ bytes: [UInt8]) throws(YAMLError) {
        try refuseByteOrderMark(bytes)
        var line = 1
        var column = 1
        var decoder = UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var previousWasReturn = false
        scan: while true {
            switch decoder.parseScalar(from: &iterator) {
            case .emptyInput:
                break scan
            case .error:
                throw YAMLError(
                    .encoding, "is not UTF-8 text from here on", at: YAMLPosition(line: line, column: column))
            case .valid(let encoded):
                let scalar = UTF8.decode(encoded)
                if let problem = problem(with: scalar) {
                    throw YAMLError(.encoding, problem, at: YAMLPosition(line: line, column: column))
                }
                if scalar == "\n" && previousWasReturn {
                    // The second half of a line break that is counted already.
                } else if scalar == "\n" || scalar == "\r" {
                    line += 1
                    column = 1
                } else {
                    column += 1
                }
                previousWasReturn = scalar == "\r"
            }
        }
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
        case 0x09, 0x0A, 0x0D, 0x20...0x7E: nil
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
