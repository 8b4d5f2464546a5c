extension CheckReport {
    /// Workflow commands of GitHub Actions: an annotation for each problem at its file and line, errors first, and a line
    /// that sums up.
    var github: String {
        let results = results
        let errors = results.filter { $0.problem.severity == .error }
        let warnings = results.filter { $0.problem.severity == .warning }
        let lines = annotations("error", errors) + annotations("warning", warnings) + [summary]
        return lines.map { $0 + "\n" }.joined()
    }

    /// Of each kind GitHub shows ten in a step and drops the others without a word.
    private static let shown = 10

    private func annotations(_ kind: String, _ results: [ReportedResult]) -> [String] {
        guard results.count > CheckReport.shown else { return results.map { $0.annotation(kind) } }
        let left = results.count - (CheckReport.shown - 1)
        return results.prefix(CheckReport.shown - 1).map { $0.annotation(kind) }
            + ["::\(kind) title=dockgate::and \(left) more, which `-o table` or `-o sarif=FILE` name"]
    }
}

extension ReportedResult {
    fileprivate func annotation(_ kind: String) -> String {
        var properties: [String] = []
        if let place = image.place {
            properties.append("file=" + place.repositoryPath.printable.workflowProperty)
            if let line = place.line { properties.append("line=\(line)") }
        }
        properties.append("title=" + "dockgate: \(problem.code)".printable.workflowProperty)
        return "::\(kind) \(properties.joined(separator: ","))::\(lines.joined(separator: "\n").workflowData)"
    }
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
