import Foundation
import FoundationXML
import Testing

@testable import dockgate

@Suite("JUnit")
struct JUnitTests {
    private func root(_ report: CheckReport) throws -> XMLElement {
        let document = try XMLDocument(xmlString: report.junit)
        return try #require(document.rootElement())
    }

    private func attribute(_ name: String, of element: XMLElement?) -> String? {
        element?.attribute(forName: name)?.stringValue
    }

    @Test("a suite for each file, a test for each image; a refusal fails, what could not be looked at is an error")
    func everyVerdict() throws {
        let root = try root(.everyVerdict)
        #expect(root.name == "testsuites")
        #expect(["tests", "failures", "errors", "time"].map { attribute($0, of: root) } == ["4", "1", "1", "0.6"])
        let suites = root.elements(forName: "testsuite")
        #expect(suites.map { attribute("name", of: $0) } == ["deploy/cart.yaml", "deploy/job.yaml", "images"])
        #expect(suites.map { attribute("tests", of: $0) } == ["2", "1", "1"])
        let tests = suites.flatMap { $0.elements(forName: "testcase") }
        #expect(
            tests.map { attribute("name", of: $0) ?? "" } == [
                "registry.example.com/shop/web:1 (Deployment prod-shop/cart, spec.template.spec.containers[0].image)",
                "registry.example.com/shop/cart:1.2 (Deployment prod-shop/cart, spec.template.spec.containers[0].image)",
                "registry.example.com/shop/job:1 (Job job, spec.template.spec.containers[0].image)",
                "registry.example.com/shop/old:1 (argument)",
            ])
        #expect(
            tests.map { attribute("file", of: $0) } == ["deploy/cart.yaml", "deploy/cart.yaml", "deploy/job.yaml", nil])
        #expect(tests.map { $0.elements(forName: "failure").count } == [0, 1, 0, 0])
        #expect(tests.map { $0.elements(forName: "error").count } == [0, 0, 1, 0])
        let failure = tests[1].elements(forName: "failure").first
        #expect(attribute("type", of: failure) == "signature-missing")
        #expect(attribute("message", of: failure) == "DENY [signature-missing] deploy/cart.yaml:9")
        #expect(failure?.stringValue?.contains("\nfound: no signature\n") == true)
        #expect(
            attribute(
                "message",
                of: try self.root(.of(.image(at: nil, because: [.refusal()]))).elements(forName: "testsuite").first?
                    .elements(forName: "testcase").first?.elements(forName: "failure").first)
                == "DENY [signature-missing]")
        let output = tests[3].elements(forName: "system-out").first?.stringValue
        #expect(
            output?.split(separator: "\n").map(String.init) == [
                "warning: policy signed-production, check signed-by-release [tag-denied]", "found: the tag `latest`",
                "expected: a signature by `release-key`", "cure: sign it", "record 01JZ3N7Q4T8V2W6X0Y4Z8A2B6C",
            ])
    }

    @Test("a file is named as the repository knows it, and never by nothing")
    func file() throws {
        for (file, path) in [("./deploy//a.yaml", "deploy/a.yaml"), (".//", ".")] {
            let suite = try root(.of(.image(at: Place(file)))).elements(forName: "testsuite").first
            #expect(attribute("file", of: suite?.elements(forName: "testcase").first) == path)
        }
    }

    @Test("hostile text is text: no element, no attribute and no ill-formed document comes of it")
    func hostile() throws {
        let shape = try shape(root(Hostile.report("harmless")))
        for hostile in Hostile.texts where hostile != "" {
            let root = try root(Hostile.report(hostile))
            #expect(try self.shape(root) == shape, "\(hostile.debugDescription)")
            let test = root.elements(forName: "testsuite").first?.elements(forName: "testcase").first
            let readable = "\(hostile) (\(hostile), \(hostile))".printable
                .replacing("\u{fffe}", with: "\u{fffd}").replacing("\u{ffff}", with: "\u{fffd}")
            #expect(attribute("name", of: test) == readable)
        }
    }

    /// The names of all elements and their attributes, in order.
    private func shape(_ element: XMLElement) throws -> [String] {
        let attributes = (element.attributes ?? []).compactMap(\.name).joined(separator: " ")
        let children = (element.children ?? []).compactMap { $0 as? XMLElement }
        return ["\(element.name ?? "") \(attributes)"] + (try children.flatMap(shape))
    }
}
