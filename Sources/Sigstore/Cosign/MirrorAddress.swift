/// The address below which a repository lies.
enum MirrorAddress {
    /// Longer ones occur nowhere.
    private static let maximumBytes = 1024
    private static let allowed = Set("-._~/:[]".utf8)

    /// Scheme and host in lower case, no slash at the end; nil for another scheme than `https` and `http`, and for
    /// whatever could be read in two ways: user names, queries, fragments, escapes, dots as segments.
    static func normalised(_ text: String) -> String? {
        guard text.utf8.count <= maximumBytes, text.utf8.allSatisfy(isAllowed) else { return nil }
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[1].isEmpty, !parts[2].isEmpty else { return nil }
        let scheme = parts[0].lowercased()
        guard scheme.isSpelled("https:") || scheme.isSpelled("http:") else { return nil }
        var path = parts.dropFirst(3)
        if path.last?.isEmpty == true { path.removeLast() }
        guard path.allSatisfy({ isSegment($0) }) else { return nil }
        return ([scheme, "", parts[2].lowercased()] + path.map(String.init)).joined(separator: "/")
    }

    private static func isSegment(_ text: Substring) -> Bool {
        !text.isEmpty && !text.utf8.elementsEqual(".".utf8) && !text.utf8.elementsEqual("..".utf8)
            && !text.utf8.contains { $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "]") }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: allowed.contains(byte)
        }
    }
}
