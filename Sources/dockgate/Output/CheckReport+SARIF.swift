import PolicyEngine
import StrictJSON
import Trust

extension CheckReport {
    /// SARIF 2.1.0: a result for each problem, its rule the reason's code.
    var sarif: String {
        let results = results
        var rules = Rules()
        let numbers = results.map { rules.number(of: $0.problem.code.printable) }
        var writer = JSONWriter(reservingCapacity: 8_192)
        writer.beginObject()
        writer.member(
            "$schema", "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json")
        writer.member("version", "2.1.0")
        writer.array("runs") { writer in
            writer.beginObject()
            writer.object("tool") { writer in
                writer.object("driver") { writer in
                    writer.member("name", "dockgate")
                    writer.member("version", Version.number)
                    writer.array("rules") { writer in
                        for id in rules.ids { writer.rule(id) }
                    }
                }
            }
            writer.array("results") { writer in
                for (result, number) in zip(results, numbers) {
                    writer.result(result, rule: rules.ids[number], number)
                }
            }
            writer.endObject()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }
}

/// The reasons' codes as they are shown, each once: no two rules may have the same bytes for an id.
private struct Rules {
    private(set) var ids: [String] = []
    private var numbers: [[UInt8]: Int] = [:]

    /// The position of the rule, which is there from now on.
    mutating func number(of id: String) -> Int {
        let bytes = Array(id.utf8)
        if let number = numbers[bytes] { return number }
        numbers[bytes] = ids.count
        ids.append(id)
        return ids.count - 1
    }
}

extension JSONWriter {
    /// Code scanners want all three texts of a rule.
    fileprivate mutating func rule(_ id: String) {
        let known = ReasonCode(rawValue: id)
        beginObject()
        member("id", id)
        message("shortDescription", "image not admitted: \(id.replacingBytes("-", with: " "))")
        message("fullDescription", known?.cause ?? "The gate does not admit the image, or warns of it.")
        message("help", known?.cure ?? "Each result says what the gate found.")
        object("defaultConfiguration") { $0.member("level", "error") }
        object("properties") { $0.array("tags") { $0.string("security") } }
        endObject()
    }

    fileprivate mutating func result(_ result: ReportedResult, rule id: String, _ number: Int) {
        beginObject()
        member("ruleId", id)
        member("ruleIndex", number)
        member("level", result.problem.severity == .error ? "error" : "warning")
        message("message", result.lines.joined(separator: "\n"))
        array("locations") { $0.location(of: result.image) }
        object("partialFingerprints") { $0.member("dockgateImageRule/v1", result.fingerprint) }
        if let relief = result.problem.relief { suppression(relief.description.printable) }
        object("properties") { writer in
            writer.member("image", result.image.name)
            if let digest = result.image.digest { writer.member("digest", digest) }
            if let record = result.image.recordID { writer.member("record", record) }
        }
        endObject()
    }

    /// Somebody accepted it (3.35): what it is stays said.
    private mutating func suppression(_ justification: String) {
        array("suppressions") { writer in
            writer.beginObject()
            writer.member("kind", "external")
            writer.member("status", "accepted")
            writer.member("justification", justification)
            writer.endObject()
        }
    }

    private mutating func location(of image: ReportedImage) {
        beginObject()
        object("physicalLocation") { writer in
            writer.object("artifactLocation") { $0.member("uri", image.uriReference) }
            if let line = image.place?.line, line > 0 { writer.object("region") { $0.member("startLine", line) } }
        }
        let name = image.logicalName.printable
        if !name.isEmpty {
            array("logicalLocations") { writer in
                writer.beginObject()
                writer.member("fullyQualifiedName", name)
                writer.endObject()
            }
        }
        endObject()
    }

    /// A plain text message (3.11): braces are doubled, since a single one begins a placeholder, and nothing in it is a
    /// link, which `](` would make of it.
    private mutating func message(_ name: StaticString, _ text: String) {
        let text = text.replacingBytes("](", with: "]\\u{28}")
            .replacingBytes("{", with: "{{").replacingBytes("}", with: "}}")
        object(name) { $0.member("text", text) }
    }

    fileprivate mutating func object(_ name: StaticString, _ members: (inout JSONWriter) -> Void) {
        key(name)
        beginObject()
        members(&self)
        endObject()
    }

    fileprivate mutating func array(_ name: StaticString, _ elements: (inout JSONWriter) -> Void) {
        key(name)
        beginArray()
        elements(&self)
        endArray()
    }
}

extension ReportedImage {
    /// `Deployment prod-shop/web spec.template.spec.containers[0].image`
    fileprivate var logicalName: String {
        guard place != nil else { return name }
        return object.map { "\($0) \(path)" } ?? path
    }

    /// The file, relative or absolute.
    fileprivate var uriReference: String {
        let path = repositoryPath
        return (path.utf8.first == UInt8(ascii: "/") ? "file://" : "") + path.uriPath
    }
}

extension String {
    /// The path of a URI (RFC 3986): every byte that is not unreserved is escaped, so a colon begins no scheme.
    fileprivate var uriPath: String {
        let digits = Array("0123456789ABCDEF".utf8)
        var uri: [UInt8] = []
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
                UInt8(ascii: "~"), UInt8(ascii: "/"):
                uri.append(byte)
            default:
                uri += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
            }
        }
        return String(decoding: uri, as: UTF8.self)
    }
}
