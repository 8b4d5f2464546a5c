extension CheckReport {
    /// JUnit's XML: a suite for each file, a test for each image. A refusal is a failure, what could not be looked at an
    /// error, and a warning stands in the test's output.
    var junit: String {
        var lines = [
            #"<?xml version="1.0" encoding="UTF-8"?>"#,
            "<testsuites name=\"dockgate check\"\(TestCounts(images).attributes) time=\"\(seconds)\">",
        ]
        for suite in suites {
            lines.append("  <testsuite name=\"\(suite.name.xml)\"\(TestCounts(suite.images).attributes) skipped=\"0\">")
            lines += suite.images.flatMap { $0.testCase(in: suite.name) }
            lines.append("  </testsuite>")
        }
        lines.append("</testsuites>")
        return lines.map { $0 + "\n" }.joined()
    }

    /// In the order in which the files come first.
    private var suites: [(name: String, images: [ReportedImage])] {
        var suites: [(name: String, images: [ReportedImage])] = []
        for image in images {
            let name = image.place?.file ?? "images"
            if let position = suites.firstIndex(where: { $0.name.utf8.elementsEqual(name.utf8) }) {
                suites[position].images.append(image)
            } else {
                suites.append((name, [image]))
            }
        }
        return suites
    }
}

private struct TestCounts {
    let attributes: String

    init(_ images: [ReportedImage]) {
        let failures = images.count { $0.verdict == .denied }
        let errors = images.count { $0.verdict == .undetermined }
        attributes = " tests=\"\(images.count)\" failures=\"\(failures)\" errors=\"\(errors)\""
    }
}

extension ReportedImage {
    fileprivate func testCase(in suite: String) -> [String] {
        let place = object.map { "\($0), \(path)" } ?? path
        let file = self.place.map { " file=\"\($0.repositoryPath.xml)\"" } ?? ""
        let start = "    <testcase classname=\"\(suite.xml)\" name=\"\("\(name) (\(place))".xml)\"\(file)"
        let content = failure + output
        return content.isEmpty ? [start + "/>"] : [start + ">"] + content + ["    </testcase>"]
    }

    private var failure: [String] {
        let element = verdict == .undetermined ? "error" : "failure"
        let errors = problems.filter { $0.severity == .error }
        guard let first = errors.first else { return [] }
        let text = errors.flatMap(\.lines).map(\.xml).joined(separator: "\n")
        let message = "\(verdict.word) [\(first.code)]" + (place.map { " \($0)" } ?? "")
        return ["      <\(element) message=\"\(message.xml)\" type=\"\(first.code.xml)\">\(text)</\(element)>"]
    }

    private var output: [String] {
        var lines = problems.filter { $0.severity == .warning }
            .flatMap { ["warning: " + ($0.lines.first ?? "")] + $0.lines.dropFirst() }
        if let digest { lines.append("digest \(digest)") }
        if let recordID { lines.append("record \(recordID)") }
        return lines.isEmpty ? [] : ["      <system-out>\(lines.map(\.xml).joined(separator: "\n"))</system-out>"]
    }
}

extension String {
    /// Fit for an attribute in double quotes and for text. XML 1.0 (2.2) has no characters for U+FFFE and U+FFFF, not even
    /// as references; nor for most control characters, which are not here any more.
    var xml: String {
        var text = ""
        for scalar in printable.unicodeScalars {
            switch scalar {
            case "&": text += "&amp;"
            case "<": text += "&lt;"
            case ">": text += "&gt;"
            case "\"": text += "&quot;"
            case "'": text += "&apos;"
            case "\u{FFFE}", "\u{FFFF}": text.unicodeScalars.append("\u{FFFD}")
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
