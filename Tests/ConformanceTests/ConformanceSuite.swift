import Foundation
import StrictJSON
import TestSupport
import Testing

/// A public suite as its `index.json` lists it. The index's `drive` text says how its cases are run.
struct ConformanceSuite {
    let name: String
    let cases: [ConformanceCase]
    /// Whether it is the part of the suite that these tests were written with. Of other parts the cases have other names,
    /// so what is counted here by name or number is not counted there.
    let isKnownPart: Bool

    /// For suites that are there; one whose root was named has to be.
    static let areMissing = OutsideData.suites == nil
    static let whyMissing: Comment = "the public suites are not there: set DOCKGATE_CONFORMANCE"

    init(_ name: String) throws {
        let folder = try #require(OutsideData.suites).appendingPathComponent(name)
        let index = Array(try Data(contentsOf: folder.appendingPathComponent("index.json")))
        let root = try JSONDocument(parsing: index).root
        self.name = name
        isKnownPart = root["side"]?.isString("given") == true
        cases = try #require(root["cases"]).elements.map { try ConformanceCase($0, in: folder) }
    }
}

/// One case of a suite: what goes in, and whether it has to be accepted.
struct ConformanceCase: CustomStringConvertible {
    let name: String
    let kind: String
    let parameters: JSONValue
    let inputs: JSONValue
    let isAccepted: Bool
    /// Clients legitimately differ about it: it is reported and not scored.
    let isAdvisory: Bool
    /// Why it is expected, where the index says so.
    let why: String
    let folder: URL

    fileprivate init(_ value: JSONValue, in folder: URL) throws {
        name = try #require(value["name"]?.string)
        kind = try #require(value["kind"]?.string)
        parameters = try #require(value["params"])
        inputs = try #require(value["inputs"])
        let expected = try #require(value["expected"]?.string)
        try #require(["pass", "fail"].contains(expected))
        isAccepted = expected == "pass"
        isAdvisory = value["advisory"]?.boolean ?? false
        why = value["why"]?.string ?? ""
        self.folder = folder
    }

    var description: String { why.isEmpty ? name : "\(name) (\(why))" }

    /// The text of a parameter; nil if there is none or it is no text.
    func text(_ parameter: StaticString) -> String? { parameters[parameter]?.string }

    /// The texts of a parameter that is a list.
    func texts(_ parameter: StaticString) -> [String] { parameters[parameter]?.elements.compactMap(\.string) ?? [] }

    /// The file that an input names.
    func file(_ input: StaticString) throws -> [UInt8] {
        try file(named: try #require(inputs[input]?.string, "\(name) has no input \(input)"))
    }

    /// The files of a folder of the suite that an input names, without their paths.
    func files(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appendingPathComponent(path).path)
    }

    /// A file of the suite, by its path in it.
    func file(named path: String) throws -> [UInt8] {
        Array(try Data(contentsOf: folder.appendingPathComponent(path)))
    }
}
