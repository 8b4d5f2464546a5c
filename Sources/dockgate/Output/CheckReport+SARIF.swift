import StrictJSON
import Trust

extension CheckReport {
    /// SARIF 2.1.0: a result for each problem, its rule the reason's code.
    var sarif: String {
        let results = results
        var codes: [String] = []
        for result in results where !codes.contains(result.problem.code) { codes.append(result.problem.code) }
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
                        for code in codes { writer.rule(code) }
                    }
                }
            }
            writer.array("results") { writer in
                for result in results {
                    writer.result(result, rule: codes.firstIndex(of: result.problem.code) ?? 0)
                }
            }
            writer.endObject()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }
}

extension JSONWriter {
    /// Code scanners want all three texts of a rule.
    fileprivate mutating func rule(_ code: String) {
        let known = ReasonCode(rawValue: code)
        beginObject()
        member("id", code.printable)
        message("shortDescription", "image not admitted: \(code.replacing("-", with: " ").printable)")
        message("fullDescription", known?.cause ?? "The gate does not admit the image, or warns of it.")
        message("help", known?.cure ?? "Each result says what the gate found.")
        object("defaultConfiguration") { $0.member("level", "error") }
        object("properties") { $0.array("tags") { $0.string("security") } }
        endObject()
    }

    fileprivate mutating func result(_ result: ReportedResult, rule: Int) {
        beginObject()
        member("ruleId", result.problem.code.printable)
        member("ruleIndex", rule)
        member("level", result.problem.severity == .error ? "error" : "warning")
        message("message", result.lines.joined(separator: "\n"))
        array("locations") { $0.location(of: result.image) }
        object("partialFingerprints") { $0.member("dockgateImageRule/v1", result.fingerprint) }
        object("properties") { writer in
            writer.member("image", result.image.name)
            if let digest = result.image.digest { writer.member("digest", digest) }
            if let record = result.image.recordID { writer.member("record", record) }
        }
        endObject()
    }

    private mutating func location(of image: ReportedImage) {
        beginObject()
        object("physicalLocation") { writer in
            writer.object("artifactLocation") { $0.member("uri", image.uriReference) }
            if let line = image.place?.line, line > 0 { writer.object("region") { $0.member("startLine", line) } }
        }
        array("logicalLocations") { writer in
            writer.beginObject()
            writer.member("fullyQualifiedName", image.logicalName.printable)
            writer.endObject()
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

    /// The file, relative or absolute. An image that was named on the command line stands in none, and stands for itself:
    /// GitHub refuses the whole report for one result without a file.
    fileprivate var uriReference: String {
        let path = place?.repositoryPath ?? name
        guard path.utf8.first == UInt8(ascii: "/") else { return path.uriPath }
        return (place == nil ? "." : "file://") + path.uriPath
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
