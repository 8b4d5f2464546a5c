import StrictJSON
import Testing

@testable import dockgate

@Suite("SARIF 2.1.0")
struct SARIFTests {
    private func results(_ report: CheckReport) throws -> [JSONValue] {
        try SARIFReader(fingerprint: "dockgateImageRule/v1").results(of: report.sarif)
    }

    @Test("a result for each problem: its rule the reason, its region the line of the image")
    func everyVerdict() throws {
        let results = try results(.everyVerdict)
        #expect(results.map { $0["ruleId"]?.string } == ["signature-missing", "registry-unavailable", "tag-denied"])
        #expect(results.map { $0["level"]?.string } == ["error", "error", "warning"])
        let physical = try results.map {
            try #require($0["locations"]?.elements.first { _ in true })["physicalLocation"]
        }
        #expect(
            physical.map { $0?["artifactLocation"]?["uri"]?.string } == [
                "deploy/cart.yaml", "deploy/job.yaml", "registry.example.com/shop/old%3A1",
            ])
        #expect(physical.map { $0?["region"]?["startLine"]?.integer } == [9, 31, nil])
        #expect(results[2]["properties"]?["record"]?.string == "01JZ3N7Q4T8V2W6X0Y4Z8A2B6C")
    }

    @Test("what is relieved is a suppressed warning, whose justification says by what")
    func relief() throws {
        let results = try results(.excepted)
        #expect(results.map { $0["ruleId"]?.string } == ["tag-denied", "exception"])
        #expect(results.map { $0["level"]?.string } == ["warning", "warning"])
        for result in results {
            let suppression = try #require(result["suppressions"]?.elements.first { _ in true })
            #expect(suppression["justification"]?.string == "exception inc-4711 until 2026-12-01T00:00:00Z")
        }
        #expect(try self.results(.everyVerdict).allSatisfy { $0["suppressions"] == nil })
    }

    @Test("a report without a problem has no result and no rule")
    func nothing() throws {
        #expect(try results(.of(.image("a", .allowed, because: [.passed]))).isEmpty)
        #expect(try results(.of()).isEmpty)
    }

    @Test("a fingerprint stays when the line, the digest or the words change, and changes with what it is about")
    func fingerprints() throws {
        func fingerprint(_ image: ReportedImage) -> String? { CheckReport.of(image).results.first?.fingerprint }
        let first = fingerprint(.image(because: [.refusal()]))
        #expect(first == fingerprint(.image(at: Place("deploy/cart.yaml", line: 99), because: [.refusal()])))
        #expect(first == fingerprint(.image(digest: CheckReport.digest, because: [.refusal(found: "2 signatures")])))
        for spelling in ["./deploy/cart.yaml", "deploy//cart.yaml", "deploy/x/../cart.yaml"] {
            #expect(first == fingerprint(.image(at: Place(spelling), because: [.refusal()])), "\(spelling)")
        }
        for other: ReportedImage in [
            .image("registry.example.com/shop/cart:1.3", because: [.refusal()]),
            .image(because: [.refusal("signature-invalid")]),
            .image(because: [.refusal(policy: "other")]), .image(because: [.refusal(check: "other")]),
            .image(at: Place("other.yaml", line: 9), because: [.refusal()]),
            .image(at: Place("../deploy/cart.yaml", line: 9), because: [.refusal()]),
            .image(at: Place("/deploy/cart.yaml", line: 9), because: [.refusal()]),
            .image(object: "Pod cart", because: [.refusal()]),
            .image(path: "spec.template.spec.containers[1].image", because: [.refusal()]),
        ] {
            #expect(fingerprint(other) != first)
        }
        let twice = CheckReport.of(.image(because: [.refusal()]), .image(because: [.refusal()])).results.map(
            \.fingerprint)
        #expect(twice.first == first && Set(twice).count == 2, "two that look alike are two")
    }

    @Test("a fingerprint does not depend on what else is in the report, were it written with other bytes only")
    func fingerprintsOfBytes() {
        func image(_ name: String) -> ReportedImage { .image(name, because: [.refusal()]) }
        let both = CheckReport.of(image("\u{e9}"), image("e\u{301}")).results.map(\.fingerprint)
        #expect(both == ["\u{e9}", "e\u{301}"].map { CheckReport.of(image($0)).results.first?.fingerprint })
    }

    @Test("rules are told apart by their bytes, and those that would be shown alike are one")
    func rules() throws {
        for (codes, numbers) in [
            (["\u{e9}", "e\u{301}", "\u{e9}"], [0, 1, 0]), (["a\u{1}", "a\\u{1}", "b"], [0, 0, 1]),
        ] {
            let results = try results(.of(.image(because: codes.map { .refusal($0) })))
            #expect(results.map { $0["ruleIndex"]?.integer } == numbers)
        }
    }

    @Test("hostile text makes no link, no placeholder and no other address of a file")
    func hostile() throws {
        for hostile in Hostile.texts {
            let results = try results(Hostile.report(hostile))
            #expect(results.count == 5)
            #expect(results.first?["properties"]?["image"]?.stringUTF8 == Array(hostile.utf8))
        }
    }

    private func location(_ image: ReportedImage) throws -> JSONValue {
        let result = try #require(try results(.of(image)).first)
        return try #require(result["locations"]?.elements.first { _ in true })
    }

    @Test("an image in no file has a location all the same, without which GitHub refuses the whole report")
    func withoutFile() throws {
        for (name, uri) in [
            ("a:1", "a%3A1"), ("//evil.example/a", "evil.example/a"), ("a/b@sha256:0", "a/b%40sha256%3A0"), ("", "."),
        ] {
            let location = try location(.image(name, at: nil, because: [.refusal()]))
            #expect(location["physicalLocation"]?["artifactLocation"]?["uri"]?.string == uri)
            #expect(location["physicalLocation"]?["region"] == nil)
            let names = location["logicalLocations"]?.elements.map { $0["fullyQualifiedName"]?.string }
            #expect(names == (name.isEmpty ? nil : [name]), "an empty name is none")
        }
    }

    @Test("a path becomes a URI reference that means this path")
    func paths() throws {
        for (path, uri) in [
            ("deploy/a.yaml", "deploy/a.yaml"), ("./a.yaml", "a.yaml"),
            ("javascript:alert(1).yaml", "javascript%3Aalert%281%29.yaml"),
            ("a b#c?d%.yaml", "a%20b%23c%3Fd%25.yaml"), ("/tmp/a b.yaml", "file:///tmp/a%20b.yaml"),
            ("größe.yaml", "gr%C3%B6%C3%9Fe.yaml"), ("./", "."), (".//", "."), ("layout/.", "layout"),
            ("x/..//a.yaml", "a.yaml"), ("x/../../a.yaml", "../a.yaml"), ("//tmp/./x/..//a.yaml", "file:///tmp/a.yaml"),
            ("/..", "file:///"),
        ] {
            let location = try location(.image(at: Place(path, line: 1), because: [.refusal()]))
            #expect(location["physicalLocation"]?["artifactLocation"]?["uri"]?.string == uri)
        }
    }
}
