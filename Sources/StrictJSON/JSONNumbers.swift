/// Numbers: their grammar, and that a double could hold them. They stay text; nothing is rounded.
extension JSONParser {
    static func endOfNumber(_ source: Span<UInt8>, from start: Int, _ limits: JSONLimits) throws(JSONFault) -> Int {
        let first = source[start] == UInt8(ascii: "-") ? start &+ 1 : start
        var end = try endOfDigits(source, from: first)
        if source[first] == UInt8(ascii: "0"), end > first &+ 1 { throw JSONFault(.leadingZero, at: first) }
        var isWhole = true
        if end < source.count, source[end] == UInt8(ascii: ".") {
            isWhole = false
            end = try endOfDigits(source, from: end &+ 1)
        }
        if end < source.count, source[end] | 0x20 == UInt8(ascii: "e") {
            isWhole = false
            let signed = end &+ 1
            let isSigned =
                signed < source.count && (source[signed] == UInt8(ascii: "+") || source[signed] == UInt8(ascii: "-"))
            end = try endOfDigits(source, from: isSigned ? signed &+ 1 : signed)
        }
        guard end - start <= limits.maximumNumberBytes else {
            throw JSONFault(.numberTooLong(limit: limits.maximumNumberBytes), at: start)
        }
        if !isWhole || end - start > JSONMagnitude.longestSafeInteger {
            guard JSONMagnitude(source, start..<end).fitsDouble else { throw JSONFault(.numberOutOfRange, at: start) }
        }
        return end
    }

    /// At least one digit.
    private static func endOfDigits(_ source: Span<UInt8>, from start: Int) throws(JSONFault) -> Int {
        var end = start
        while end < source.count, JSONMagnitude.isDigit(source[end]) { end &+= 1 }
        guard end > start else { throw JSONFault(end < source.count ? .malformedNumber : .unexpectedEnd, at: end) }
        return end
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
