import StrictJSON

/// The digests that a record refers to: members named `evidence`, at any depth, that hold `sha256:<hex>` or an array of
/// those. A member of null names none.
struct EvidenceNames {
    /// Each as 64 hexadecimal digits.
    private(set) var digests: [String] = []
    private(set) var isMalformed = false

    init(in record: JSONValue) { visit(record) }

    // Recursion ends: the parser bounds the depth of a document.
    private mutating func visit(_ value: JSONValue) {
        for element in value.elements { visit(element) }
        for (key, member) in value.members {
            if key.utf8.elementsEqual("evidence".utf8) { take(member) }
            visit(member)
        }
    }

    private mutating func take(_ value: JSONValue) {
        for element in value.elements { take(element) }
        guard let text = value.string else {
            if value.kind == .number || value.kind == .boolean { isMalformed = true }
            return
        }
        let prefix = "sha256:"
        let digits = text.utf8.dropFirst(prefix.utf8.count)
        if text.utf8.starts(with: prefix.utf8), digits.count == 64, digits.allSatisfy(EvidenceNames.isDigit) {
            digests.append(String(decoding: digits, as: UTF8.self))
        } else {
            isMalformed = true
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
    }
}
