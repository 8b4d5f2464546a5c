import Testing
import Trust

@Suite struct ReasonCodeTests {
    @Test("every code is a lower-case word list that metrics and records can carry")
    func spelling() {
        for code in ReasonCode.allCases {
            let isPlain = code.rawValue.utf8.allSatisfy {
                (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || $0 == UInt8(ascii: "-")
            }
            #expect(isPlain, "\(code.rawValue)")
        }
    }

    @Test("every code has a cause and a cure of its own, each in whole sentences")
    func explanations() {
        let texts = ReasonCode.allCases.flatMap { [$0.cause, $0.cure] }
        #expect(Set(texts).count == 2 * ReasonCode.allCases.count)
        for text in texts {
            #expect(text.first?.isUppercase == true || text.hasPrefix("`"), "\(text)")
            #expect(text.hasSuffix(".") && !text.contains("\n") && !text.contains("  "), "\(text)")
        }
    }

    @Test("no two codes share a spelling")
    func distinct() {
        #expect(Set(ReasonCode.allCases.map(\.rawValue)).count == ReasonCode.allCases.count)
    }
}
