/// Names and values on lines of their own, for people.
struct Facts {
    private var lines: [(name: String, value: String)] = []

    /// Nothing is shown for a value that is not there.
    mutating func add(_ name: String, _ value: String?) {
        guard let value else { return }
        lines.append((name, value))
    }

    /// The values one below the other, each on one line and harmless to a terminal.
    var text: String {
        let width = (lines.map(\.name.count).max() ?? 0) + 2
        return lines.map { $0.name.padding(to: width) + $0.value.printable + "\n" }.joined()
    }
}

/// `1 byte`, `524,288 bytes`: the digits in groups of three.
func byteCount(_ count: Int) -> String {
    var digits = ""
    for (position, digit) in String(count).reversed().enumerated() {
        if position > 0, position % 3 == 0 { digits.append(",") }
        digits.append(digit)
    }
    return String(digits.reversed()) + (count == 1 ? " byte" : " bytes")
}
