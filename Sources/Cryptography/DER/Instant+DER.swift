import Timestamp

extension Instant {
    /// A GeneralizedTime as RFC 3161 section 2.4.2 has it: UTC with seconds, a fraction without zeros at its end.
    init?(generalizedTime text: ArraySlice<UInt8>) {
        let text = Array(text)
        guard text.count >= 15, text.last == UInt8(ascii: "Z") else { return nil }
        let fraction = text[14...].dropLast()
        guard fraction.last != UInt8(ascii: "0") else { return nil }
        let pieces = [text[0..<4], text[4..<6], text[6..<8], text[8..<10], text[10..<12], text[12..<14]]
        let words = pieces.map { String(decoding: $0, as: UTF8.self) }
        let written =
            "\(words[0])-\(words[1])-\(words[2])T\(words[3]):\(words[4]):\(words[5])"
            + String(decoding: fraction, as: UTF8.self) + "Z"
        guard let time = try? Instant(rfc3339: written) else { return nil }
        self = time
    }

    /// A UTCTime as RFC 5280 section 4.1.2.5.1 has it: with seconds, in UTC, from 1950 on.
    init?(utcTime text: ArraySlice<UInt8>) {
        guard text.count == 13, let first = text.first else { return nil }
        self.init(generalizedTime: Array((first < UInt8(ascii: "5") ? "20" : "19").utf8) + text)
    }
}
