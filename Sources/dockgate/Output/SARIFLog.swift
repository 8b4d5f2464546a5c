import StrictJSON

/// A SARIF 2.1.0 log of one run.
struct SARIFLog {
    let rules: [Rule]
    let results: [Result]

    /// Code scanners want all three texts of a rule.
    struct Rule {
        let id: String
        let shortDescription: String
        let fullDescription: String
        let help: String
        /// `error` or `warning`.
        var level: StaticString = "error"
        /// Whether services list it among what weakens security.
        var isSecurity = true
    }

    struct Result {
        /// The place of its rule among the rules.
        let rule: Int
        let level: StaticString
        /// May have several lines.
        let message: String
        /// As services name it that know the files of a repository; relative or absolute.
        let file: String
        /// From 1.
        let line: Int?
        /// From 1, in Unicode scalars.
        var column: Int?
        /// What it is about within the file; nothing if that is empty.
        var logicalName = ""
        /// By which services know it again from run to run, and what it is made of.
        let fingerprint: (name: StaticString, value: String)
        /// Why somebody accepts it, if somebody does.
        var acceptance: String?
        var properties: [(name: StaticString, value: String)] = []
    }

    /// One line.
    var text: String {
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
                        for rule in rules { writer.write(rule) }
                    }
                }
            }
            if results.contains(where: { $0.column != nil }) { writer.member("columnKind", "unicodeCodePoints") }
            writer.array("results") { writer in
                for result in results where rules.indices.contains(result.rule) {
                    writer.write(result, ruleID: rules[result.rule].id)
                }
            }
            writer.endObject()
        }
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }
}

extension JSONWriter {
    fileprivate mutating func write(_ rule: SARIFLog.Rule) {
        beginObject()
        member("id", rule.id)
        message("shortDescription", rule.shortDescription)
        message("fullDescription", rule.fullDescription)
        message("help", rule.help)
        object("defaultConfiguration") { $0.member("level", "\(rule.level)") }
        if rule.isSecurity { object("properties") { $0.array("tags") { $0.string("security") } } }
        endObject()
    }

    fileprivate mutating func write(_ result: SARIFLog.Result, ruleID: String) {
        beginObject()
        member("ruleId", ruleID)
        member("ruleIndex", result.rule)
        member("level", "\(result.level)")
        message("message", result.message)
        array("locations") { $0.location(of: result) }
        object("partialFingerprints") { $0.member(result.fingerprint.name, result.fingerprint.value) }
        if let acceptance = result.acceptance { suppression(acceptance) }
        if !result.properties.isEmpty {
            object("properties") { writer in
                for property in result.properties { writer.member(property.name, property.value) }
            }
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

    private mutating func location(of result: SARIFLog.Result) {
        beginObject()
        object("physicalLocation") { writer in
            writer.object("artifactLocation") { $0.member("uri", result.file.uriReference) }
            if let line = result.line, line > 0 {
                writer.object("region") { writer in
                    writer.member("startLine", line)
                    if let column = result.column, column > 0 { writer.member("startColumn", column) }
                }
            }
        }
        if !result.logicalName.isEmpty {
            array("logicalLocations") { writer in
                writer.beginObject()
                writer.member("fullyQualifiedName", result.logicalName)
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

extension String {
    /// A file, relative or absolute, as a URI reference.
    fileprivate var uriReference: String { (utf8.first == UInt8(ascii: "/") ? "file://" : "") + uriPath }

    /// The path of a URI (RFC 3986): every byte that is not unreserved is escaped, so a colon begins no scheme.
    private var uriPath: String {
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
