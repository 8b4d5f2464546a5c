/// Numbers: their grammar, and that a double could hold them. They stay text; nothing is rounded.
extension JSONParser {
    mutating func readNumber(_ source: Span<UInt8>) throws(JSONError) {
        let start = position
        if source[position] == UInt8(ascii: "-") { position &+= 1 }
        try readWholePart(source)
        var isWhole = true
        if position < source.count, source[position] == UInt8(ascii: ".") {
            isWhole = false
            position &+= 1
            try readDigits(source)
        }
        if position < source.count, source[position] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            position &+= 1
            if position < source.count, source[position] == UInt8(ascii: "+") || source[position] == UInt8(ascii: "-") {
                position &+= 1
            }
            try readDigits(source)
        }
        let length = position - start
        guard length <= limits.maximumNumberBytes else {
            throw failure(.numberTooLong(limit: limits.maximumNumberBytes), at: start, source)
        }
        if !isWhole || length > JSONMagnitude.longestSafeInteger {
            guard JSONMagnitude(source, start..<position).fitsDouble else {
                throw failure(.numberOutOfRange, at: start, source)
            }
        }
        append(.number, from: start, to: position)
    }

    private mutating func readWholePart(_ source: Span<UInt8>) throws(JSONError) {
        let first = position
        try readDigits(source)
        if source[first] == UInt8(ascii: "0"), position > first + 1 { throw failure(.leadingZero, at: first, source) }
    }

    private mutating func readDigits(_ source: Span<UInt8>) throws(JSONError) {
        let start = position
        while position < source.count, JSONMagnitude.isDigit(source[position]) { position &+= 1 }
        guard position > start else {
            throw failure(position < source.count ? .malformedNumber : .unexpectedEnd, at: position, source)
        }
    }
}

/// How large a decimal number is, as the power of ten of its first digit that is not zero.
struct JSONMagnitude {
    /// Nil for zero, which any exponent leaves zero.
    private var leadingPower: Int?

    /// So many characters without fraction and exponent always fit.
    static let longestSafeInteger = 300
    /// Doubles reach from 2.2e-308, without loss of digits, to 1.8e308; the last power is left out at both ends.
    private static let powers = -307...307

    init(_ source: Span<UInt8>, _ range: Range<Int>) {
        var power: Int?
        var position = 0
        var point: Int?
        var index = range.lowerBound
        while index < range.upperBound, source[index] | 0x20 != UInt8(ascii: "e") {
            if source[index] == UInt8(ascii: ".") { point = position }
            if JSONMagnitude.isDigit(source[index]) {
                if power == nil, source[index] != UInt8(ascii: "0") { power = position }
                position += 1
            }
            index += 1
        }
        guard let firstDigit = power else { return }
        let exponent = JSONMagnitude.exponent(source, index + 1..<max(index + 1, range.upperBound))
        leadingPower = (point ?? position) - 1 - firstDigit + exponent
    }

    var fitsDouble: Bool { leadingPower.map(JSONMagnitude.powers.contains) ?? true }

    /// Clamped far outside what fits, so that it cannot overflow.
    private static func exponent(_ source: Span<UInt8>, _ range: Range<Int>) -> Int {
        var exponent = 0
        var isNegative = false
        for index in range {
            if source[index] == UInt8(ascii: "-") { isNegative = true }
            guard isDigit(source[index]) else { continue }
            exponent = min(exponent * 10 + Int(source[index] - UInt8(ascii: "0")), 1 << 40)
        }
        return isNegative ? -exponent : exponent
    }

    static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }
}
