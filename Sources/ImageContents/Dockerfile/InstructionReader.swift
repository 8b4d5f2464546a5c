/// One instruction of a Dockerfile, put together from its lines.
struct Instruction {
    /// The first of its lines, from 1.
    let line: Int
    /// In lower case: `from`.
    let keyword: String
    /// What follows the keyword, without blanks at either end.
    let text: [UInt8]
}

/// Takes a Dockerfile apart into instructions: comments and empty lines fall away, continued lines are joined, the bodies
/// of here-documents are passed over.
struct InstructionReader {
    let directives: ParserDirectives
    /// The line of the first instruction that opens one.
    private(set) var firstHereDocument: Int?
    private let lines: [ArraySlice<UInt8>]
    private var position = 0

    /// BuildKit reads no longer ones.
    private static let maximumLineBytes = 65_535

    init(_ bytes: [UInt8]) throws(DockerfileError) {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes.dropFirst(byteOrderMark.count) : bytes[...]
        lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
            line[..<(line.lastIndex { $0 != UInt8(ascii: "\r") }.map { $0 + 1 } ?? line.startIndex)]
        }
        for (index, line) in lines.enumerated() where line.count > InstructionReader.maximumLineBytes {
            throw DockerfileError(
                "the line is \(line.count) bytes long, at most \(InstructionReader.maximumLineBytes) are read",
                line: index + 1)
        }
        directives = try ParserDirectives(lines)
    }

    var lineCount: Int { lines.count }

    /// The next instruction; nil at the end of the file.
    mutating func next() throws(DockerfileError) -> Instruction? {
        while position < lines.count {
            let number = position + 1
            let text = try joined()
            guard !text.isEmpty else { continue }
            let keyword = text.prefix { !$0.isDockerfileSpace }
            let instruction = Instruction(
                line: number, keyword: String(decoding: keyword.map(\.lowerCasedASCII), as: UTF8.self),
                text: Array(text.dropFirst(keyword.count).trimmingDockerfileSpace))
            try skipHereDocuments(of: instruction, text)
            return instruction
        }
        return nil
    }

    // MARK: - Lines

    /// The line at `position` and those that continue it; empty if it is a comment or has nothing on it.
    private mutating func joined() throws(DockerfileError) -> ArraySlice<UInt8> {
        let first = lines[position].drop(while: \.isDockerfileSpace)
        position += 1
        guard first.first != UInt8(ascii: "#") else { return [] }
        var (text, isContinued) = try content(first)
        while isContinued, position < lines.count {
            let line = lines[position]
            position += 1
            let visible = line.drop(while: \.isDockerfileSpace)
            // Neither a comment nor an empty line ends what is continued.
            if visible.isEmpty || visible.first == UInt8(ascii: "#") { continue }
            guard !visible.beginsWithForeignSpace else {
                throw DockerfileError(
                    "a line that continues another begins with a blank that is no ASCII, expected spaces and tabs",
                    line: position)
            }
            let further = try content(line)
            text += further.text
            isContinued = further.isContinued
        }
        return text.trimmingDockerfileSpace
    }

    /// The line without an escape character at its end, and whether there was one. Two of them continue a line for some
    /// versions of the builder, and not for others.
    private func content(
        _ line: ArraySlice<UInt8>
    ) throws(DockerfileError) -> (text: ArraySlice<UInt8>, isContinued: Bool) {
        let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t")]
        guard let last = line.lastIndex(where: { !blanks.contains($0) }), line[last] == directives.escape else {
            return (line, false)
        }
        guard last == line.startIndex || line[last - 1] != directives.escape else {
            throw DockerfileError(
                "the line ends in two escape characters, so it is not clear whether the next one continues it",
                line: position)
        }
        return (line[..<last], true)
    }

    // MARK: - Here-documents

    private static let holders: Set<String> = ["run", "copy", "add"]

    private mutating func skipHereDocuments(
        of instruction: Instruction, _ text: ArraySlice<UInt8>
    ) throws(DockerfileError) {
        var holder = instruction.keyword
        if holder == "onbuild" {
            let trigger = InstructionFlags(instruction.text).rest.prefix { !$0.isDockerfileSpace }
            holder = String(decoding: trigger.map(\.lowerCasedASCII), as: UTF8.self)
        }
        guard InstructionReader.holders.contains(holder) else { return }
        for document in try HereDocument.all(in: text, line: instruction.line) {
            firstHereDocument = firstHereDocument ?? instruction.line
            try skip(document, of: instruction)
        }
    }

    private mutating func skip(_ document: HereDocument, of instruction: Instruction) throws(DockerfileError) {
        while position < lines.count {
            var line = lines[position]
            position += 1
            if document.stripsTabs { line = line.drop { $0 == UInt8(ascii: "\t") } }
            if line.elementsEqual(document.delimiter) { return }
        }
        throw DockerfileError(
            "the here-document of this instruction has no end, expected a line \(quoted(document.delimiter))",
            line: instruction.line)
    }
}

extension UInt8 {
    /// What separates words on a line: the builder's `[\t\v\f\r ]`.
    var isDockerfileSpace: Bool { [0x09, 0x0B, 0x0C, 0x0D, 0x20].contains(self) }

    var lowerCasedASCII: UInt8 { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(self) ? self + 32 : self }
}

extension Sequence<UInt8> {
    /// Whether a blank is in it that only Unicode has: the builder takes it for one in some places, and people do not see
    /// it.
    var hasForeignSpace: Bool {
        String(decoding: Array(self), as: UTF8.self).unicodeScalars.contains(where: \.isForeignSpace)
    }
}

extension Unicode.Scalar {
    fileprivate var isForeignSpace: Bool { !isASCII && properties.isWhitespace }
}

extension ArraySlice<UInt8> {
    fileprivate var beginsWithForeignSpace: Bool {
        String(decoding: prefix(4), as: UTF8.self).unicodeScalars.first?.isForeignSpace ?? false
    }

    var trimmingDockerfileSpace: ArraySlice<UInt8> {
        let start = drop(while: \.isDockerfileSpace)
        guard let end = start.lastIndex(where: { !$0.isDockerfileSpace }) else { return [] }
        return start[...end]
    }
}

/// An author's words in backticks, for a message: printable ASCII as it is, the rest escaped, no longer than a line.
func quoted(_ text: some Collection<UInt8>) -> String {
    let longest = 120
    var shown = ""
    for scalar in String(decoding: text.prefix(longest), as: UTF8.self).unicodeScalars {
        let isPlain = (0x20...0x7E).contains(scalar.value) && scalar != "`"
        shown += isPlain ? String(scalar) : "\\u{\(String(scalar.value, radix: 16))}"
    }
    return "`\(shown)\(text.count > longest ? "…" : "")`"
}
