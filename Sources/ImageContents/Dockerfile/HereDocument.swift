/// A here-document that an instruction opens: `RUN <<EOF`. Its body is text for a shell, not for the builder.
struct HereDocument {
    /// The line that ends it.
    let delimiter: [UInt8]
    /// `<<-`: tabs before the delimiter do not count.
    let stripsTabs: Bool

    /// The here-documents of an instruction's joined lines, in their order.
    ///
    /// The builder takes the text for shell words and finds those that begin with `<<`. Where it gives up, or where
    /// versions of it differ, this throws: whether the next line is an instruction must not be in doubt.
    static func all(in text: ArraySlice<UInt8>, line: Int) throws(DockerfileError) -> [HereDocument] {
        guard zip(text, text.dropFirst()).contains(where: { $0 == UInt8(ascii: "<") && $0 == $1 }) else { return [] }
        var scanner = ShellWords(text, line: line)
        var documents: [HereDocument] = []
        while let word = try scanner.next() {
            if let document = try HereDocument(word, line: line) { documents.append(document) }
        }
        return documents
    }

    /// Nil for a word that opens none.
    private init?(_ word: [UInt8], line: Int) throws(DockerfileError) {
        var rest = word.drop { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard rest.starts(with: "<<".utf8) else { return nil }
        rest = rest.dropFirst(2)
        stripsTabs = rest.first == UInt8(ascii: "-")
        if stripsTabs { rest = rest.dropFirst() }
        // `<<<` feeds a word, and no lines.
        guard !rest.contains(UInt8(ascii: "<")) else { return nil }
        delimiter = try HereDocument.unquoted(rest, line: line)
        guard !delimiter.isEmpty else {
            throw DockerfileError(
                "\(quoted(word)) has no delimiter, expected one right behind it such as `<<EOF`", line: line)
        }
    }

    private static func unquoted(_ text: ArraySlice<UInt8>, line: Int) throws(DockerfileError) -> [UInt8] {
        var delimiter: [UInt8] = []
        var quote: UInt8?
        for byte in text {
            switch byte {
            case UInt8(ascii: "\\"), UInt8(ascii: "$"), UInt8(ascii: "`"):
                throw DockerfileError(
                    "the delimiter \(quoted(text)) of the here-document is not plain, expected one such as `EOF`",
                    line: line)
            case _ where byte == quote: quote = nil
            case UInt8(ascii: "'") where quote == nil, UInt8(ascii: "\"") where quote == nil: quote = byte
            default: delimiter.append(byte)
            }
        }
        return delimiter
    }
}

/// The words of a line as a shell has them, quotes and backslashes left where they are.
private struct ShellWords {
    private let text: [Unicode.Scalar]
    private let line: Int
    private var position = 0

    init(_ text: ArraySlice<UInt8>, line: Int) {
        self.text = Array(String(decoding: text, as: UTF8.self).unicodeScalars)
        self.line = line
    }

    mutating func next() throws(DockerfileError) -> [UInt8]? {
        while position < text.count, text[position].properties.isWhitespace { position += 1 }
        guard position < text.count else { return nil }
        var word = String.UnicodeScalarView()
        while position < text.count, !text[position].properties.isWhitespace {
            let start = position
            try step()
            word.append(contentsOf: text[start..<position])
        }
        return Array(String(word).utf8)
    }

    /// Goes over one character, or all that it begins.
    private mutating func step() throws(DockerfileError) {
        switch text[position] {
        case "'": try quotation("'")
        case "\"": try quotation("\"")
        case "$" where peek(1) == "{": try expansion()
        case "\\": position += 2
        case "<" where peek(1) == "<":
            position += 2
            // BuildKit takes `<< EOF` for a here-document since 0.22, of 2025.
            guard peek(0)?.properties.isWhitespace != true else {
                throw unclear("there is a blank behind a `<<`, expected none as in `<<EOF`")
            }
        default: position += 1
        }
        position = min(position, text.count)
    }

    private mutating func quotation(_ quote: Unicode.Scalar) throws(DockerfileError) {
        position += 1
        while position < text.count, text[position] != quote {
            if quote == "\"", text[position] == "$", peek(1) == "{" {
                try expansion()
            } else if quote == "\"", text[position] == "\\", ["\"", "$", "\\"].contains(peek(1)) {
                position += 2
            } else {
                position += 1
            }
        }
        guard position < text.count else {
            throw unclear("a quotation has no end")
        }
        position += 1
    }

    /// `${NAME}`, or with `:-` or `:+` and plain characters. Where the builder takes one for a mistake, it sees no
    /// here-document in the whole instruction.
    private mutating func expansion() throws(DockerfileError) {
        position += 2
        let name = text[position...].prefix(while: \.isNamePart)
        position += name.count
        let isNumber = name.allSatisfy { $0.properties.numericType != nil }
        guard let first = name.first, isNumber || first.properties.numericType == nil else {
            throw unclear("a `${` begins no variable")
        }
        if peek(0) == ":", peek(1) == "-" || peek(1) == "+" {
            position += 2
            while let scalar = peek(0), scalar != "}", !"'\"\\$<".unicodeScalars.contains(scalar),
                !scalar.properties.isWhitespace
            { position += 1 }
        }
        guard peek(0) == "}" else { throw unclear("a `${…}` holds more than a name and plain characters") }
        position += 1
    }

    private func peek(_ distance: Int) -> Unicode.Scalar? {
        position + distance < text.count ? text[position + distance] : nil
    }

    private func unclear(_ what: String) -> DockerfileError {
        DockerfileError(
            "\(what), so it is not clear whether a `<<` of this instruction opens a here-document", line: line)
    }
}

extension Unicode.Scalar {
    fileprivate var isNamePart: Bool { isASCII && UInt8(ascii: self).isNamePart }
}
