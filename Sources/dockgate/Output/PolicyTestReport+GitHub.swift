import PolicyDocuments
import Trust

extension PolicyTestReport {
    /// Workflow commands of GitHub Actions: an annotation for each case that failed, and for each check of which not
    /// everything was seen if those are listed, and a line that sums up.
    var github: String {
        let failed = results.filter { !$0.hasPassed }.map { result in
            WorkflowAnnotation(
                kind: .error, file: Place(result.test.position.file).repositoryPath, line: result.test.position.line,
                column: result.test.position.column, title: "dockgate: policy test",
                message: result.lines.joined(separator: "\n"))
        }
        let uncovered = listed.map { check in
            WorkflowAnnotation(
                kind: requiresCoverage ? .error : .warning, file: Place(check.position.file).repositoryPath,
                line: check.position.line, column: check.position.column, title: "dockgate: coverage",
                message: check.told.printable)
        }
        return (WorkflowAnnotation.lines(failed + uncovered) + [summary]).map { $0 + "\n" }.joined()
    }
}
