import PolicyDocuments
import Trust

extension PolicyTestReport {
    /// JUnit's XML: a suite for each file, a test for each case. A case that states too little for a decision is an error.
    /// If every check has to be covered, each one that is not is a failed test of a suite of its own.
    var junit: String {
        let uncovered = requiresCoverage ? listed : []
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuites name=\"dockgate policy test\"\(counts(results, uncovered)) time=\"\(took.tenthsOfSeconds)\">",
        ]
        for suite in suites {
            lines += element(suite.file, counts(suite.results, []), suite.results.flatMap(\.testCase))
        }
        if !uncovered.isEmpty { lines += element("coverage", counts([], uncovered), uncovered.flatMap(\.testCase)) }
        lines.append("</testsuites>")
        return lines.map { $0 + "\n" }.joined()
    }

    /// In the order in which the files come first.
    private var suites: [(file: String, results: [PolicyTestResult])] {
        var suites: [(file: String, results: [PolicyTestResult])] = []
        for result in results {
            let file = result.test.position.file
            if let position = suites.firstIndex(where: { $0.file.utf8.elementsEqual(file.utf8) }) {
                suites[position].results.append(result)
            } else {
                suites.append((file, [result]))
            }
        }
        return suites
    }

    private func element(_ name: String, _ counts: String, _ tests: [String]) -> [String] {
        ["  <testsuite name=\"\(name.xml)\"\(counts) skipped=\"0\">"] + tests + ["  </testsuite>"]
    }

    private func counts(_ results: [PolicyTestResult], _ uncovered: [CheckCoverage]) -> String {
        let errors = results.count { $0.decision == nil }
        let failures = results.count { !$0.hasPassed } - errors + uncovered.count
        return " tests=\"\(results.count + uncovered.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
    }
}

extension PolicyTestResult {
    fileprivate var testCase: [String] {
        let file = Place(test.position.file).repositoryPath
        let start = "    <testcase classname=\"\(tests.xml)\" name=\"\(test.name.xml)\" file=\"\(file.xml)\""
        guard !hasPassed else { return [start + "/>"] }
        let message = "\(test.position): expected \(expected), found \(found.first ?? "")"
        let text = lines.dropFirst().map(\.xml).joined(separator: "\n")
        let element = decision == nil ? "error" : "failure"
        return [
            start + ">", "      <\(element) message=\"\(message.xml)\" type=\"policy-test\">\(text)</\(element)>",
            "    </testcase>",
        ]
    }
}

extension CheckCoverage {
    fileprivate var testCase: [String] {
        let file = Place(position.file).repositoryPath
        return [
            "    <testcase classname=\"\(policy.xml)\" name=\"\(check.xml)\" file=\"\(file.xml)\">",
            "      <failure message=\"\("\(position): \(told)".xml)\" type=\"policy-coverage\"></failure>",
            "    </testcase>",
        ]
    }
}
