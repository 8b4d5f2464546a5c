extension CheckReport {
    /// Workflow commands of GitHub Actions: an annotation for each problem at its file and line, errors first, and a line
    /// that sums up.
    var github: String {
        let lines = WorkflowAnnotation.lines(results.map(\.annotation)) + [summary]
        return lines.map { $0 + "\n" }.joined()
    }
}

extension ReportedResult {
    fileprivate var annotation: WorkflowAnnotation {
        WorkflowAnnotation(
            kind: problem.severity == .error ? .error : .warning, file: image.place?.repositoryPath,
            line: image.place?.line, title: "dockgate: \(problem.code)", message: lines.joined(separator: "\n"))
    }
}
