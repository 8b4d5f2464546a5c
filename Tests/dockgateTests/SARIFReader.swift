import StrictJSON
import Testing

@testable import dockgate

/// Reads a SARIF log as those do who take it in.
struct SARIFReader {
    /// The name under which each result has its fingerprint.
    let fingerprint: String

    /// The members that the published schema has for an object, as far as we write any; it forbids all others.
    private static let known: [String: Set<String>] = [
        "log": ["$schema", "version", "runs"],
        "run": ["tool", "columnKind", "results"],
        "tool": ["driver"],
        "driver": ["name", "version", "rules"],
        "rule": ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"],
        "result": [
            "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints", "suppressions", "properties",
        ],
        "suppression": ["kind", "status", "justification"],
        "location": ["physicalLocation", "logicalLocations"],
        "physicalLocation": ["artifactLocation", "region"],
        "artifactLocation": ["uri"], "region": ["startLine", "startColumn"], "logicalLocation": ["fullyQualifiedName"],
        "message": ["text"],
    ]

    private func members(_ value: JSONValue?, _ kind: String, required: [String]) throws -> JSONValue {
        let value = try #require(value, "no \(kind)")
        try #require(value.kind == .object, "\(kind) is no object")
        let keys = value.members.map(\.key)
        let allowed = try #require(SARIFReader.known[kind])
        #expect(allowed.isSuperset(of: keys), "\(kind): \(keys)")
        #expect(Set(keys).isSuperset(of: required), "\(kind): \(keys)")
        return value
    }

    private func text(_ value: JSONValue?) throws -> String {
        let text = try #require(try members(value, "message", required: ["text"])["text"]?.string)
        #expect(!text.isEmpty)
        // A single brace begins a placeholder, for which there are no arguments; `](` makes a link.
        let single = text.replacingBytes("{{", with: "").replacingBytes("}}", with: "").utf8
        #expect(!single.contains(UInt8(ascii: "{")) && !single.contains(UInt8(ascii: "}")), "\(text)")
        #expect(text.utf8.firstRange(of: "](".utf8) == nil, "\(text)")
        return text
    }

    /// Checks everything that the schema demands of a log, and what GitHub demands beyond it; gives the results.
    func results(of sarif: String) throws -> [JSONValue] {
        let root = try JSONDocument(parsing: Array(sarif.utf8)).root
        let log = try members(root, "log", required: ["$schema", "version", "runs"])
        #expect(log["version"]?.string == "2.1.0")
        #expect(log["$schema"]?.string?.hasPrefix("https://") == true)
        let runs = try #require(log["runs"]).elements.map { $0 }
        #expect(runs.count == 1)
        let run = try members(runs.first, "run", required: ["tool", "results"])
        let tool = try members(run["tool"], "tool", required: ["driver"])
        let rules = try rules(tool)
        let results = try #require(run["results"]).elements.map { $0 }
        for result in results { try check(result, rules) }
        #expect(Set(results.map { $0["ruleId"]?.stringUTF8 }).count == rules.count, "each rule has a result")
        return results
    }

    private func rules(_ tool: JSONValue) throws -> [String] {
        let driver = try members(tool["driver"], "driver", required: ["name", "version", "rules"])
        #expect(driver["name"]?.string == "dockgate")
        let rules = try #require(driver["rules"]).elements.map { $0 }
        for rule in rules {
            _ = try members(
                rule, "rule", required: ["id", "shortDescription", "fullDescription", "help", "defaultConfiguration"])
            _ = try text(rule["shortDescription"])
            _ = try text(rule["fullDescription"])
            _ = try text(rule["help"])
        }
        let names = rules.compactMap { $0["id"]?.string }
        #expect(Set(names.map { Array($0.utf8) }).count == rules.count, "the names of rules are unique")
        return names
    }

    private func check(_ result: JSONValue, _ rules: [String]) throws {
        _ = try members(
            result, "result",
            required: ["ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"])
        for suppression in result["suppressions"]?.elements.map({ $0 }) ?? [] {
            let suppression = try members(suppression, "suppression", required: ["kind"])
            #expect(suppression["kind"]?.string == "external" && suppression["status"]?.string == "accepted")
        }
        let index = try #require(result["ruleIndex"]?.integer)
        try #require(rules.indices.contains(index))
        #expect(result["ruleId"]?.stringUTF8 == Array(rules[index].utf8))
        #expect(["error", "warning"].contains(result["level"]?.string))
        _ = try text(result["message"])
        let fingerprints = try #require(result["partialFingerprints"])
        #expect(fingerprints.members.map(\.key) == [fingerprint])
        #expect(fingerprints[key: fingerprint]?.string?.utf8.count == 64)
        let locations = try #require(result["locations"]).elements.map { $0 }
        try #require(locations.count == 1)
        try checkLocation(try members(locations.first, "location", required: ["physicalLocation"]))
    }

    private func checkLocation(_ location: JSONValue) throws {
        for name in location["logicalLocations"]?.elements.map({ $0 }) ?? [] {
            let name = try members(name, "logicalLocation", required: ["fullyQualifiedName"])
            #expect(name["fullyQualifiedName"]?.string?.isEmpty == false)
        }
        let physical = try members(location["physicalLocation"], "physicalLocation", required: ["artifactLocation"])
        let artifact = try members(physical["artifactLocation"], "artifactLocation", required: ["uri"])
        let uri = try #require(artifact["uri"]?.string)
        let isReference = uri.utf8.allSatisfy { byte in
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~/%".utf8.contains(byte)
        }
        #expect(isReference && !uri.isEmpty && !uri.hasPrefix("/") || uri.hasPrefix("file:///"), "\(uri)")
        guard physical["region"] != nil else { return }
        let region = try members(physical["region"], "region", required: ["startLine"])
        #expect(try #require(region["startLine"]?.integer) >= 1)
        if let column = region["startColumn"] { #expect(try #require(column.integer) >= 1) }
    }
}
