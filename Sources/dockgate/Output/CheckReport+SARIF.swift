import PolicyEngine
import Trust

extension CheckReport {
    /// SARIF 2.1.0: a result for each problem, its rule the reason's code.
    var sarif: String {
        let results = results
        var rules = Rules()
        let numbers = results.map { rules.number(of: $0.problem.code.printable) }
        return SARIFLog(
            rules: rules.ids.map(SARIFLog.Rule.init(reason:)),
            results: zip(results, numbers).map { result, number in result.sarif(rule: number) }
        ).text
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

extension SARIFLog.Rule {
    fileprivate init(reason id: String) {
        let known = ReasonCode(rawValue: id)
        self.init(
            id: id, shortDescription: "image not admitted: \(id.replacingBytes("-", with: " "))",
            fullDescription: known?.cause ?? "The gate does not admit the image, or warns of it.",
            help: known?.cure ?? "Each result says what the gate found.")
    }
}

extension ReportedResult {
    fileprivate func sarif(rule: Int) -> SARIFLog.Result {
        var properties: [(name: StaticString, value: String)] = [("image", image.name)]
        if let digest = image.digest { properties.append(("digest", digest)) }
        if let record = image.recordID { properties.append(("record", record)) }
        return SARIFLog.Result(
            rule: rule, level: problem.severity == .error ? "error" : "warning",
            message: lines.joined(separator: "\n"), file: image.repositoryPath, line: image.place?.line,
            logicalName: image.logicalName.printable, fingerprint: ("dockgateImageRule/v1", fingerprint),
            acceptance: problem.relief?.description.printable, properties: properties)
    }
}

extension ReportedImage {
    /// `Deployment prod-shop/web spec.template.spec.containers[0].image`
    fileprivate var logicalName: String {
        guard place != nil else { return name }
        return object.map { "\($0) \(path)" } ?? path
    }
}
