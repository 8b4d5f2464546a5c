/// A workflow command of GitHub Actions that shows something at a place of a file.
struct WorkflowAnnotation {
    enum Kind: String {
        case error, warning
    }

    let kind: Kind
    let file: String?
    let line: Int?
    var column: Int?
    let title: String
    /// May have several lines, each fit to be shown.
    let message: String

    private var text: String {
        var properties: [String] = []
        if let file {
            properties.append("file=" + file.printable.workflowProperty)
            if let line { properties.append("line=\(line)") }
            if let column { properties.append("col=\(column)") }
        }
        properties.append("title=" + title.printable.workflowProperty)
        return "::\(kind.rawValue) \(properties.joined(separator: ","))::\(message.workflowData)"
    }

    /// A line for each. Of each kind GitHub shows ten in a step and drops the others without a word, so the tenth says how
    /// many there are.
    static func lines(_ annotations: [WorkflowAnnotation]) -> [String] {
        [Kind.error, .warning].flatMap { kind in
            let all = annotations.filter { $0.kind == kind }
            guard all.count > shown else { return all.map(\.text) }
            let rest = "and \(all.count - (shown - 1)) more, which `-o table` or `-o sarif=FILE` name"
            return all.prefix(shown - 1).map(\.text) + ["::\(kind.rawValue) title=dockgate::\(rest)"]
        }
    }

    private static let shown = 10
}

extension String {
    /// What stands behind the second `::`.
    fileprivate var workflowData: String {
        replacingBytes("%", with: "%25").replacingBytes("\r", with: "%0D").replacingBytes("\n", with: "%0A")
    }

    /// What stands between `=` and the next `,` or `::`.
    fileprivate var workflowProperty: String {
        workflowData.replacingBytes(":", with: "%3A").replacingBytes(",", with: "%2C")
    }
}
