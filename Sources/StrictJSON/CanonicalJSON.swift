extension JSONValue {
    /// Canonical JSON as OLPC has it, which The Update Framework signs: no white space, members in the order of their keys'
    /// UTF-8, in strings nothing escaped but quotes and backslashes, control characters raw, whole numbers alone.
    ///
    /// Nil if there is a number in it that is not written as a whole one: such have no canonical form.
    public var canonicalOLPC: [UInt8]? {
        var bytes: [UInt8] = []
        return appendCanonicalOLPC(to: &bytes) ? bytes : nil
    }

    /// False where a number has no canonical form. The limit on depth of the document bounds the recursion.
    private func appendCanonicalOLPC(to bytes: inout [UInt8]) -> Bool {
        switch kind {
        case .object: return appendCanonicalMembers(to: &bytes)
        case .array:
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                guard element.appendCanonicalOLPC(to: &bytes) else { return false }
            }
            bytes.append(UInt8(ascii: "]"))
        case .string: JSONValue.appendCanonical(stringUTF8 ?? [], to: &bytes)
        case .number:
            guard let digits = numberText.map({ Array($0.utf8) }), JSONValue.isWhole(digits) else { return false }
            bytes += digits
        case .boolean: bytes += Array((boolean == true ? "true" : "false").utf8)
        case .null: bytes += Array("null".utf8)
        }
        return true
    }

    private func appendCanonicalMembers(to bytes: inout [UInt8]) -> Bool {
        let ordered = members.map { (key: Array($0.key.utf8), value: $0.value) }
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
        bytes.append(UInt8(ascii: "{"))
        for (index, member) in ordered.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            JSONValue.appendCanonical(member.key, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            guard member.value.appendCanonicalOLPC(to: &bytes) else { return false }
        }
        bytes.append(UInt8(ascii: "}"))
        return true
    }

    private static func appendCanonical(_ text: [UInt8], to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text {
            if byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") { bytes.append(UInt8(ascii: "\\")) }
            bytes.append(byte)
        }
        bytes.append(UInt8(ascii: "\""))
    }

    /// JSON itself has no leading zeros, so this is the one way to write the number; but minus zero is not whole.
    private static func isWhole(_ number: [UInt8]) -> Bool {
        let digits = number.first == UInt8(ascii: "-") ? number.dropFirst() : number[...]
        return digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && (digits.count == number.count || digits.first != UInt8(ascii: "0"))
    }
}
