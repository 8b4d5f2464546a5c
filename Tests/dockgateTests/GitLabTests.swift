import StrictJSON
import Testing

@testable import dockgate

@Suite("GitLab's code quality report")
struct GitLabTests {
    private func issues(_ report: CheckReport) throws -> [JSONValue] {
        try JSONDocument(parsing: Array(report.gitlab.utf8)).root.elements.map { $0 }
    }

    @Test("an object for each problem, with everything that GitLab demands")
    func everyVerdict() throws {
        let issues = try issues(.everyVerdict)
        for issue in issues {
            #expect(issue.members.map(\.key) == ["description", "check_name", "fingerprint", "severity", "location"])
        }
        #expect(
            issues.map { $0["check_name"]?.string } == ["signature-missing", "registry-unavailable", "tag-denied"])
        #expect(issues.map { $0["severity"]?.string } == ["critical", "major", "minor"])
        #expect(
            issues.map { $0["location"]?["path"]?.string } == [
                "deploy/cart.yaml", "deploy/job.yaml", "registry.example.com/shop/old:1",
            ])
        #expect(issues.map { $0["location"]?["lines"]?["begin"]?.integer } == [9, 31, 1])
        #expect(
            issues.first?["description"]?.string == """
                registry.example.com/shop/cart:1.2 in Deployment prod-shop/cart: policy signed-production, check \
                signed-by-release [signature-missing]; release it through the pipeline; found: no signature; expected: a \
                signature by `release-key`; cure: sign it
                """)
        #expect(try self.issues(.of(.image("a", .allowed))).isEmpty)
    }

    @Test("each problem has a fingerprint of its own, without which GitLab shows one of them only")
    func fingerprints() throws {
        let report = CheckReport.of(.image(because: [.refusal(), .refusal(check: "b")]), .image(because: [.refusal()]))
        #expect(Set(try issues(report).compactMap { $0["fingerprint"]?.string }).count == 3)
    }

    @Test("there is a path always, which GitLab demands, and one of a file however it is spelled")
    func paths() throws {
        let images: [(image: ReportedImage, path: String)] = [
            (.image("", at: nil, because: [.refusal()]), "."), (.image(at: Place("./"), because: [.refusal()]), "."),
            (.image(at: Place("x/..//a.yaml"), because: [.refusal()]), "a.yaml"),
        ]
        for (image, path) in images {
            #expect(try issues(.of(image)).map { $0["location"]?["path"]?.string } == [path])
        }
    }

    @Test("hostile text stays in its string, on one line")
    func hostile() throws {
        for hostile in Hostile.texts {
            let issues = try issues(Hostile.report(hostile))
            #expect(issues.count == 5)
            for issue in issues { #expect(issue["description"]?.string?.contains("\n") == false) }
        }
    }
}
