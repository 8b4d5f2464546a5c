import Testing

@testable import dockgate

@Suite("The table")
struct TableTests {
    @Test("each image has its verdict in a word, its place, and what speaks against it")
    func everyVerdict() {
        let lines = CheckReport.everyVerdict.table(on: .none).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "ALLOW  registry.example.com/shop/web:1  (sha256:ab12ab12ab12)  deploy/cart.yaml:9",
                "DENY   registry.example.com/shop/cart:1.2  (sha256:ab12ab12ab12)  deploy/cart.yaml:9",
                "       policy signed-production, check signed-by-release [signature-missing]",
                "         message    release it through the pipeline",
                "         found      no signature",
                "         expected   a signature by `release-key`",
                "         cure       sign it",
                "DENY   registry.example.com/shop/job:1  deploy/job.yaml:31",
                "       policy signed-production, check signed-by-release [registry-unavailable]",
                "         found      no answer",
                "         expected   a signature by `release-key`",
                "WARN   registry.example.com/shop/old:1",
                "       warning: policy signed-production, check signed-by-release [tag-denied]",
                "         found      the tag `latest`",
                "         expected   a signature by `release-key`",
                "         cure       sign it",
                "4 images, 2 allowed, 2 denied in 0.6 s",
            ])
    }

    @Test("what is relieved is a warning that says by what, whether it was looked at or not")
    func relief() {
        let lines = CheckReport.excepted.table(on: .none).split(separator: "\n").map(String.init)
        #expect(
            lines == [
                "WARN   registry.example.com/shop/old:latest  deploy/cart.yaml:9",
                "       warning: policy signed-production, check signed-by-release [tag-denied]",
                "         found      the tag `latest`",
                "         expected   a signature by `release-key`",
                "         cure       sign it",
                "         relief     exception inc-4711 until 2026-12-01T00:00:00Z",
                "WARN   registry.example.com/shop/new:1  deploy/cart.yaml:9",
                "       warning: policy signed-production, check signed-by-release [exception]",
                "         relief     exception inc-4711 until 2026-12-01T00:00:00Z",
                "2 images, 2 allowed, 0 denied in 0.6 s",
            ])
        #expect(CheckReport.excepted.outcome == .allowed && CheckReport.excepted.warns)
    }

    @Test("a terminal gets symbol and word; colour only where it is wanted; a file neither symbol nor colour")
    func styles() {
        let report = CheckReport.of(.image("a", .allowed, at: nil), .image("b", .warned, at: nil), .image("c", at: nil))
        let coloured = report.table(on: Terminal(isTerminal: true, hasColour: true, canErase: true, columns: 80))
        #expect(
            coloured.hasPrefix(
                "\u{1b}[1;32m✓ ALLOW\u{1b}[0m  a\n\u{1b}[1;33m! WARN\u{1b}[0m   b\n\u{1b}[1;31m✗ DENY\u{1b}[0m   c\n"))
        let plain = report.table(on: Terminal(isTerminal: true, hasColour: false, canErase: false, columns: 80))
        #expect(plain.hasPrefix("✓ ALLOW  a\n! WARN   b\n✗ DENY   c\n"))
        #expect(report.table(on: .none).hasPrefix("ALLOW  a\nWARN   b\nDENY   c\n"))
    }

    @Test("the worst verdict is the outcome, and a warning is none")
    func outcome() {
        #expect(CheckReport.of(.image("a", .allowed), .image("b", .warned)).outcome == .allowed)
        #expect(CheckReport.of(.image("a", .undetermined), .image("b", .warned)).outcome == .undetermined)
        #expect(CheckReport.of(.image("a", .undetermined), .image("b", .denied)).outcome == .denied)
        #expect(CheckReport.of().outcome == .allowed)
    }
}
