import Testing

/// What is deliberately absent from the sources.
@Suite struct PurityTests {
    private static let pureRooms: Set<String> = [
        "StrictJSON", "Timestamp", "OCI", "Cryptography", "YAMLDocument", "TransparencyLog", "TUF", "Trust",
        "Sigstore", "ContentTrust", "Compose", "ImageContents", "PolicyEngine",
    ]

    /// Code with comments and the content of literals taken away, so that words in texts do not count.
    private static func code(_ line: String) -> String {
        var result = ""
        var isInLiteral = false
        var isEscaped = false
        var previous: Character = " "
        for character in line {
            if isEscaped {
                isEscaped = false
            } else if isInLiteral, character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                isInLiteral.toggle()
            } else if !isInLiteral {
                if character == "/", previous == "/" { return String(result.dropLast()) }
                result.append(character)
            }
            previous = character
        }
        return result
    }

    private static func words(_ line: String) -> [Substring] {
        code(line).split { !($0.isLetter || $0.isNumber || $0 == "_") }
    }

    @Test("S39: below level 5 nothing waits, and there is no clock: a decision has one time")
    func pure() throws {
        let forbidden: Set<Substring> = [
            "async", "await", "Task", "ContinuousClock", "SuspendingClock", "Date", "DispatchTime", "clock_gettime",
            "time",
        ]
        for file in try SourceTree.sources() where Self.pureRooms.contains(file.room) {
            for (number, line) in file.lines.enumerated() {
                let found = Self.words(line).filter {
                    forbidden.contains($0) && !($0 == "time" && !Self.code(line).contains("time(nil"))
                }
                #expect(found.isEmpty, "\(file):\(number + 1): \(found)")
            }
        }
    }

    @Test("no detached tasks, no forced tries, casts or crashes, no unowned references")
    func total() throws {
        let forbidden: Set<Substring> = ["fatalError", "preconditionFailure", "unowned", "detached"]
        for file in try SourceTree.sources() {
            for (number, line) in file.lines.enumerated() {
                let code = Self.code(line)
                let words = Self.words(line).filter(forbidden.contains)
                #expect(words.isEmpty || Self.isProved(file, number), "\(file):\(number + 1): \(words)")
                #expect(!code.contains("try!") && !code.contains("as!"), "\(file):\(number + 1)")
            }
        }
    }

    @Test("unchecked sharing carries the proof that it is safe")
    func invariants() throws {
        for file in try SourceTree.sources() {
            for (number, line) in file.lines.enumerated() {
                let code = Self.code(line)
                guard code.contains("@unchecked Sendable") || code.contains("nonisolated(unsafe)") else { continue }
                #expect(Self.isProved(file, number), "\(file):\(number + 1)")
            }
        }
    }

    /// Whether the lines above say why it cannot go wrong.
    private static func isProved(_ file: SourceTree.File, _ number: Int) -> Bool {
        file.lines[max(0, number - 6)...number].contains { $0.contains("INVARIANT:") }
    }

    @Test("only Cryptography makes something Verified")
    func verified() throws {
        for file in try SourceTree.sources() where file.room != "Cryptography" {
            for (number, line) in file.lines.enumerated() {
                #expect(!Self.code(line).contains("Verified("), "\(file):\(number + 1)")
            }
        }
        let type = try #require(try SourceTree.sources().first { $0.path == "Sources/Cryptography/Verified.swift" })
        #expect(!type.lines.contains { $0.contains("public init") })
    }

    @Test("no file holds more than 400 lines")
    func size() throws {
        for file in try SourceTree.sources() {
            #expect(file.lines.count <= 400, "\(file) has \(file.lines.count) lines")
        }
    }
}
