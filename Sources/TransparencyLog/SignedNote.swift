import Cryptography

/// A signed note (C2SP signed-note): a text, an empty line, and lines of signatures over the text. What stands in it is said
/// by nobody until a key has verified one of its lines.
///
///     rekor.example.com - 2605736670972794746
///     27657875
///     60ll7idWI1jYRZzxc+jKflYoW+4jWxgZaGR15ASsWt4=
///
///     — rekor.example.com wNI9ajBGAiEA…
public struct SignedNote: Hashable, Sendable {
    /// No checkpoint with a handful of witnesses comes near to it.
    public static let maximumBytes = 64 * 1024
    /// The specification wants verifiers to take at least 16.
    public static let maximumSignatures = 100

    /// Everything that is signed: all lines before the empty one, each with its line end.
    public let text: [UInt8]
    /// At least one.
    public let signatures: [Line]

    /// One line of signature.
    public struct Line: Hashable, Sendable {
        /// The name of the key, as the line has it.
        public let name: [UInt8]
        /// Four bytes that tell keys apart and identify none.
        public let keyID: [UInt8]
        public let signature: [UInt8]
    }

    /// Reads all of `bytes`. Throws `NoteError` for whatever the specification does not have, such as white space at an end,
    /// other dashes, base64 without padding, or anything behind the last line.
    public init(parsing bytes: [UInt8]) throws(NoteError) {
        guard bytes.count <= SignedNote.maximumBytes else { throw .tooLarge }
        guard SignedNote.isPlainText(bytes) else { throw .notPlainText }
        // The last empty line is the one: the text itself may hold empty lines, signatures never do.
        guard let separator = SignedNote.lastEmptyLine(of: bytes) else { throw .noEmptyLine }
        text = Array(bytes[...separator])
        let lines = bytes[(separator + 2)...]
        guard !lines.isEmpty else { throw .noSignature }
        guard lines.last == SignedNote.lineEnd else { throw .noLineEnd }
        var signatures: [Line] = []
        for line in lines.dropLast().split(separator: SignedNote.lineEnd, omittingEmptySubsequences: false) {
            guard signatures.count < SignedNote.maximumSignatures else { throw .tooManySignatures }
            guard let signature = Line(parsing: line) else { throw .malformedSignature(line: signatures.count + 1) }
            signatures.append(signature)
        }
        self.signatures = signatures
    }

    private static let lineEnd = UInt8(ascii: "\n")

    /// UTF-8 without control characters other than line ends.
    private static func isPlainText(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == lineEnd }
            && String(validating: bytes, as: UTF8.self) != nil
    }

    /// The index of the line end before the last empty line.
    private static func lastEmptyLine(of bytes: [UInt8]) -> Int? {
        guard bytes.count >= 2 else { return nil }
        return (0..<(bytes.count - 1)).last { bytes[$0] == lineEnd && bytes[$0 + 1] == lineEnd }
    }
}

extension SignedNote.Line {
    /// An em dash (U+2014) and a blank.
    private static let start: [UInt8] = [0xE2, 0x80, 0x94, 0x20]

    /// `— NAME BASE64`, with one blank between; the base64 is of the key's id and the signature.
    fileprivate init?(parsing line: ArraySlice<UInt8>) {
        guard line.starts(with: SignedNote.Line.start) else { return nil }
        let parts = line.dropFirst(SignedNote.Line.start.count)
            .split(separator: UInt8(ascii: " "), maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, SignedNote.isKeyName(Array(parts[0])) else { return nil }
        guard let bytes = Base64.decode(parts[1]), bytes.count > 4 else { return nil }
        name = Array(parts[0])
        keyID = Array(bytes.prefix(4))
        signature = Array(bytes.dropFirst(4))
    }
}

extension SignedNote {
    /// Not empty, without plus signs and white space, Unicode's included.
    static func isKeyName(_ name: [UInt8]) -> Bool {
        let scalars = String(decoding: name, as: UTF8.self).unicodeScalars
        return !name.isEmpty && scalars.allSatisfy { $0 != "+" && !$0.properties.isWhitespace }
    }
}
