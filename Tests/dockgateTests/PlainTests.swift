import Testing

@testable import dockgate

@Suite("Plain text")
struct PlainTests {
    private func fields(_ report: CheckReport) -> [[String]] {
        report.plain.split(separator: "\n", omittingEmptySubsequences: true).map {
            $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test("a line for each image, always with ten fields")
    func everyVerdict() {
        let rule = ["signed-production", "signed-by-release"]
        #expect(
            fields(.everyVerdict) == [
                [
                    "ALLOW", "registry.example.com/shop/web:1", CheckReport.digest, "deploy/cart.yaml:9", "", "", "",
                    "", "", "",
                ],
                ["DENY", "registry.example.com/shop/cart:1.2", CheckReport.digest, "deploy/cart.yaml:9"]
                    + ["signature-missing"] + rule + ["no signature", "", ""],
                ["DENY", "registry.example.com/shop/job:1", "", "deploy/job.yaml:31", "registry-unavailable"] + rule
                    + ["no answer", "", ""],
                ["WARN", "registry.example.com/shop/old:1", "", "", "tag-denied"] + rule
                    + ["the tag `latest`", "01JZ3N7Q4T8V2W6X0Y4Z8A2B6C", ""],
            ])
    }

    @Test("the last field says what keeps the first problem from refusing")
    func relief() {
        let relief = fields(.excepted).map { [$0[0], $0[4], $0[9]] }
        #expect(
            relief == [
                ["WARN", "tag-denied", "exception inc-4711 until 2026-12-01T00:00:00Z"],
                ["WARN", "exception", "exception inc-4711 until 2026-12-01T00:00:00Z"],
            ])
    }

    @Test("no field is a formula to a spreadsheet, and no text adds a field")
    func formulas() {
        for hostile in Hostile.texts {
            for record in fields(Hostile.report(hostile)) {
                #expect(record.count == 10, "\(record)")
                for field in record {
                    let first = field.unicodeScalars.first { !$0.properties.isWhitespace }
                    #expect(first.map { !"=+-@\"＝＋－＠".unicodeScalars.contains($0) } ?? true, "\(field)")
                }
            }
        }
        #expect(fields(.of(.image("=1+1", at: nil)))[0][1] == "'=1+1")
        #expect(fields(.of(.image("a=1", at: nil)))[0][1] == "a=1")
    }
}
