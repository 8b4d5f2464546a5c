/// The `--name=value` words that an instruction begins with, taken apart as the builder does: quotes fall away, and a
/// backslash stands for the character behind it, whatever `# escape=` says.
struct InstructionFlags {
    private(set) var flags: [Flag] = []
    /// What follows them, from the first word that is no flag.
    private(set) var rest: ArraySlice<UInt8> = []

    struct Flag {
        /// As written: the builder knows no flag by another case.
        let name: String
        /// Nil without `=`.
        let value: [UInt8]?
    }

    init(_ text: [UInt8]) {
        var position = 0
        while position < text.count {
            if InstructionFlags.isSpace(text[position]) {
                position += 1
                continue
            }
            guard text[position...].starts(with: "--".utf8) else {
                rest = text[position...]
                return
            }
            let word = InstructionFlags.word(text, &position)
            if word.elementsEqual("--".utf8) {
                rest = text[position...]
                return
            }
            flags.append(Flag(word.dropFirst(2)))
        }
    }

    private static func word(_ text: [UInt8], _ position: inout Int) -> [UInt8] {
        var word: [UInt8] = []
        var quote: UInt8?
        while position < text.count {
            let byte = text[position]
            if quote == nil, isSpace(byte) { break }
            position += 1
            switch byte {
            case UInt8(ascii: "\\"):
                guard position < text.count else { break }
                word.append(text[position])
                position += 1
            case _ where byte == quote: quote = nil
            case UInt8(ascii: "'") where quote == nil, UInt8(ascii: "\"") where quote == nil: quote = byte
            default: word.append(byte)
            }
        }
        return word
    }

    /// The builder looks at bytes here, and takes these two for the spaces that they are in Latin-1.
    private static func isSpace(_ byte: UInt8) -> Bool {
        (0x09...0x0D).contains(byte) || [0x20, 0x85, 0xA0].contains(byte)
    }
}

extension InstructionFlags.Flag {
    init(_ word: ArraySlice<UInt8>) {
        let name = word.prefix { $0 != UInt8(ascii: "=") }
        self.name = String(decoding: name, as: UTF8.self)
        value = name.count < word.count ? Array(word.dropFirst(name.count + 1)) : nil
    }
}
