import Testing

@testable import dockgate

@Suite("Markdown")
struct MarkdownTests {
    /// The text without its spans of code (CommonMark 6.1); nil if one is not closed in its line.
    private func outsideOfCode(_ line: Substring) -> String? {
        var rest = Array(line.utf8)[...]
        var outside: [UInt8] = []
        while let fence = nextFence(in: rest) {
            outside += rest[..<fence.startIndex]
            rest = rest[fence.endIndex...]
            var end = nextFence(in: rest)
            while let other = end, other.count != fence.count { end = nextFence(in: rest[other.endIndex...]) }
            guard let end else { return nil }
            rest = rest[end.endIndex...]
        }
        return String(decoding: outside + rest, as: UTF8.self)
    }

    private func nextFence(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        let backtick = UInt8(ascii: "`")
        return text.firstIndex(of: backtick).map { text[$0...].prefix { $0 == backtick } }
    }

    @Test("a table of all images, and what speaks against those that are refused or warned of")
    func everyVerdict() {
        let text = CheckReport.everyVerdict.markdown
        #expect(
            text.hasPrefix(
                """
                ### dockgate: refused

                4 images, 2 allowed, 2 denied in 0.6 s

                | | image | where | reason |
                |---|---|---|---|
                | ✅ ALLOW | `registry.example.com/shop/web:1` | `deploy/cart.yaml:9` |  |
                | ❌ DENY | `registry.example.com/shop/cart:1.2` | `deploy/cart.yaml:9` | `signature-missing` |
                | ❌ DENY | `registry.example.com/shop/job:1` | `deploy/job.yaml:31` | `registry-unavailable` |
                | ⚠️ WARN | `registry.example.com/shop/old:1` |  | `tag-denied` |

                **DENY** `registry.example.com/shop/cart:1.2`
                - `policy signed-production, check signed-by-release`: `signature-missing`
                  - `release it through the pipeline`
                  - `found: no signature`
                  - `` expected: a signature by `release-key` ``

                """), "\(text)")
        #expect(text.contains("- warning, `policy signed-production"))
        #expect(CheckReport.of(.image("a", .allowed)).markdown.hasPrefix("### dockgate: allowed\n"))
    }

    @Test("hostile text stands in spans of code, where nothing is markup, and adds no cell")
    func hostile() throws {
        let harmless = CheckReport.of(.image("a", .allowed)).markdown
        #expect(!harmless.contains("<"))
        for hostile in Hostile.texts {
            for line in Hostile.report(hostile).markdown.split(separator: "\n") {
                let outside = try #require(outsideOfCode(line), "\(line)")
                #expect(!outside.utf8.contains { "<>[]@\\".utf8.contains($0) }, "\(line)")
                #expect(!outside.contains("http"), "\(line)")
                if line.hasPrefix("|") {
                    #expect(line.utf8.count { $0 == UInt8(ascii: "|") } == 5, "\(line)")
                } else {
                    #expect(!line.utf8.contains(UInt8(ascii: "|")), "\(line)")
                }
            }
        }
    }

    @Test("more than a summary may hold is left out, and the text says how much")
    func long() {
        let images = (0..<20_000).map {
            ReportedImage.image("registry.example.com/shop/cart:\($0)", because: [.refusal()])
        }
        let text = CheckReport(images, took: .zero).markdown
        #expect(text.utf8.count < 1 << 20)
        #expect(text.hasSuffix(" more, which other formats tell\n"))
        let fewer = CheckReport(Array(images.prefix(4_000)), took: .zero).markdown
        #expect(fewer.utf8.count < 1 << 20)
        #expect(fewer.contains("cart:3999` |"))
        #expect(fewer.hasSuffix(" more, which other formats tell\n"))
    }
}
