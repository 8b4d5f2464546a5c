import OCI
import PolicyDocuments
import PolicyEngine
import StrictJSON
import Trust

extension PolicyTestReport {
    /// `dockgate.dev/output/v1`: one object for programs.
    var json: String {
        var writer = JSONWriter(reservingCapacity: 4_096)
        writer.beginObject()
        writer.member("apiVersion", OutputOptions.apiVersion)
        writer.member("passed", hasPassed)
        writer.key("cases")
        writer.beginArray()
        for result in results { result.write(to: &writer) }
        writer.endArray()
        writer.key("coverage")
        writer.beginObject()
        let checks = coverage.checks
        writer.member("checks", checks.count)
        writer.member("covered", checks.count(where: \.isCovered))
        writer.key("uncovered")
        writer.beginArray()
        for check in checks where !check.isCovered { check.write(to: &writer) }
        writer.endArray()
        writer.endObject()
        writer.endObject()
        return String(decoding: writer.bytes, as: UTF8.self).printableJSON + "\n"
    }
}

extension PolicyTestResult {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("name", test.name)
        writer.member("tests", tests)
        writer.member("file", test.position.file)
        writer.member("line", test.position.line)
        writer.member("column", test.position.column)
        writer.member("image", test.image.original)
        writer.member("passed", hasPassed)
        writer.key("expected")
        test.expectation.write(to: &writer)
        // Absent where a case states too little for a decision.
        if let decision {
            writer.key("found")
            writer.beginObject()
            writer.member("verdict", decision.testVerdict.rawValue)
            if case .refused(let reason) = decision.verdict { writer.member("reason", reason.rawValue) }
            if case .exempt(let name) = decision.verdict { writer.member("exemption", name) }
            if let digest = decision.digest { writer.member("digest", digest.description) }
            writer.endObject()
        }
        writer.key("findings")
        writer.beginArray()
        for finding in findings { finding.write(to: &writer) }
        writer.endArray()
        writer.endObject()
    }
}

extension PolicyTestExpectation {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("verdict", verdict.rawValue)
        if let policy { writer.member("policy", policy) }
        if let check { writer.member("check", check) }
        if let reason { writer.member("reason", reason.rawValue) }
        if let exception { writer.member("exception", exception) }
        if let relief { writer.member("relief", relief.rawValue) }
        if let exemption { writer.member("exemption", exemption) }
        writer.endObject()
    }
}

extension CheckCoverage {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.beginObject()
        writer.member("file", position.file)
        writer.member("line", position.line)
        writer.member("column", position.column)
        writer.member("policy", policy)
        writer.member("check", check)
        writer.key("missing")
        writer.beginArray()
        for outcome in missing { writer.string(outcome) }
        writer.endArray()
        writer.endObject()
    }
}
