import Audit
import StrictJSON

/// A record in one line: number, time, verdict, what was asked for, and why not.
struct RecordRow {
    let text: String

    init(_ record: AuditRecord) {
        let json = record.json
        let target = json["target"]
        let place = [target?["namespace"]?.string, target?["kind"]?.string, target?["name"]?.string].compactMap { $0 }
        let images = json["images"].map { $0.elements.compactMap { $0["requested"]?.string } } ?? []
        let columns = [
            record.sequence.map(String.init) ?? "?",
            json["time"]?["decided"]?.string ?? "?",
            RecordRow.verdict(json),
            record.id ?? "?",
            place.joined(separator: "/"),
            images.joined(separator: ","),
            json["decision"]?["reason"]?.string ?? (RecordRow.isPolicy(json) ? json["event"]?.string : nil) ?? "",
        ]
        text = columns.map(\.printable).joined(separator: "  ")
    }

    static func verdict(_ json: JSONValue) -> String {
        if wasOnlyObserved(json) { return "OBSERVE" }
        if isPolicy(json) { return "RELOAD " }
        return switch json["decision"]?["allowed"]?.boolean {
        case true?: "ALLOW  "
        case false?: "DENY   "
        case nil: "-      "
        }
    }

    /// Refused, or what a gate that observes would refuse if it enforced: it let the request in, and this is what such a
    /// gate is for.
    static func isDenied(_ json: JSONValue) -> Bool {
        json["decision"]?["allowed"]?.boolean == false || wasOnlyObserved(json)
    }

    /// A change of the policies in force, and no decision.
    private static func isPolicy(_ json: JSONValue) -> Bool { json["class"]?.isString("policy") == true }

    private static func wasOnlyObserved(_ json: JSONValue) -> Bool {
        json["code"]?.isString("IMG03W") == true
    }
}

/// A record told to a reviewer: what was asked, what was decided, and each check with what it found.
struct RecordStory {
    let text: String

    init(_ record: AuditRecord) {
        let json = record.json
        var lines = ["record    \(record.id ?? "?") (seq \(record.sequence.map(String.init) ?? "?"))"]
        func add(_ name: String, _ value: String?) {
            guard let value, !value.isEmpty else { return }
            lines.append(name.padding(to: 10) + value)
        }
        add("decided", json["time"]?["decided"]?.string)
        add("verdict", RecordRow.verdict(json) + " " + (json["decision"]?["reason"]?.string ?? ""))
        add("source", json["source"]?["kind"]?.string)
        add("actor", json["actor"]?["user"]?.string)
        add("target", json["target"].map(RecordStory.joined))
        add("labels", json["target"]?["namespaceLabels"].map(RecordStory.joined))
        add("request", json["request"].map(RecordStory.joined))
        add("event", json["event"]?.string)
        add("policies", json["policy"]?["set"]?.string)
        add("before", json["policy"]?["previous"]?.string)
        for problem in json["problems"].map({ Array($0.elements) }) ?? [] { add("problem", problem.string) }
        for image in json["images"].map({ Array($0.elements) }) ?? [] {
            lines.append("")
            add("image", image["requested"]?.string)
            add("", image["path"]?.string)
            add("digest", image["digest"]?.string)
            add(
                "verdict",
                [image["verdict"]?.string, image["reason"]?.string, image["exemption"]?.string].compactMap { $0 }
                    .joined(separator: " "))
            for finding in image["findings"].map({ Array($0.elements) }) ?? [] { lines += RecordStory.finding(finding) }
            for digest in image["evidence"].map({ Array($0.elements) }) ?? [] { add("evidence", digest.string) }
        }
        text = lines.map { $0.printable + "\n" }.joined()
    }

    private static func finding(_ finding: JSONValue) -> [String] {
        let name = [finding["policy"]?.string, finding["check"]?.string].compactMap { $0 }.joined(separator: "/")
        let outcome = finding["outcome"]?.string ?? "?"
        let enforcement = finding["enforcement"]?.string ?? "?"
        var lines = ["  \(outcome.padding(to: 13))\(name) (\(enforcement))"]
        for signer in finding["signers"].map({ Array($0.elements) }) ?? [] {
            lines.append("    signed by \(signer.string ?? "?")")
        }
        if let found = finding["found"]?.string { lines.append("    found    \(found)") }
        if let expected = finding["expected"]?.string { lines.append("    expected \(expected)") }
        if let relief = finding["relief"] { lines.append("    relief   \(RecordStory.joined(relief))") }
        return lines
    }

    private static func joined(_ object: JSONValue) -> String {
        object.members.compactMap { key, value in
            (value.string ?? value.boolean.map(String.init)).map { "\(key)=\($0)" }
        }.joined(separator: " ")
    }
}

extension String {
    /// Filled with blanks to that many characters.
    func padding(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
